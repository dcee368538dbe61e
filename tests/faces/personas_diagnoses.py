"""Who may pass the doors of diagnosis: part of the table in `personas`."""

from tests.faces.doors import MONITORS, MONITORS_ANY, Door, World, door
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.diagnosis.actions.diagnosing import make_diagnosis
from yunwei.operate.diagnosis.facts.evidence import SubjectKind

AT = {"diagnosis": "diagnosis"}
REST_AT = {"diagnosis_id": "diagnosis"}

PAGES: dict[str, Door] = {
    "diagnoses": door(MONITORS_ANY),
    "diagnosis_new": door(
        MONITORS, 303, method="post", data=lambda world: {"kind": "desktop", "id": world["desktop"]}
    ),
    "diagnosis_checks": door(MONITORS_ANY),
    "diagnosis": door(MONITORS, at=AT),
    "diagnosis_print": door(MONITORS, at=AT),
    "diagnosis_export": door(MONITORS, at=AT),
}

REST: dict[str, Door] = {
    "GET /api/v1/diagnoses": door(MONITORS_ANY),
    "POST /api/v1/diagnoses": door(
        MONITORS, 201, data=lambda world: {"kind": "desktop", "id": world["desktop"]}
    ),
    "GET /api/v1/diagnoses/checks": door(MONITORS_ANY),
    "GET /api/v1/diagnoses/{diagnosis_id}": door(MONITORS, at=REST_AT),
    "GET /api/v1/diagnoses/{diagnosis_id}/markdown": door(MONITORS, at=REST_AT),
}


def build(world: World, standing: Standing) -> None:
    """A diagnosis of the desktop of customer A."""
    desktop, now = int(world["desktop"]), SystemClock().now()
    world["diagnosis"] = make_diagnosis(standing["root"], SubjectKind.DESKTOP, desktop, now=now)
