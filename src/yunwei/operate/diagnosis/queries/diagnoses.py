"""Questions about diagnoses that were made, and the checks that there are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.diagnosis import store
from yunwei.operate.diagnosis.facts.verdicts import Case, Cases, DiagnosisRow, Said
from yunwei.operate.diagnosis.rules.check import Check
from yunwei.operate.diagnosis.rules.registry import all_checks

_SEE = Permission.SEE_MONITORING
_REMEMBERED = timedelta(days=180)


def fetch_diagnoses(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[DiagnosisRow]:
    """Return diagnoses of things of the viewer's tenants, the newest first, without verdicts."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.DIAGNOSES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    return Page(items=tuple(map(store.build_row, found.items)), next=found.next, total=found.total)


def access_diagnosis(viewer: Viewer, diagnosis: int) -> DiagnosisRow:
    """Return one diagnosis with its verdict; raises Refused."""
    found = fetch_diagnoses(viewer, {"id": diagnosis}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    with transaction() as conn:
        return replace(found[0], verdict=store.fetch_verdict(conn, diagnosis))


def fetch_case(viewer: Viewer, diagnosis: int) -> Case:
    """Return a diagnosis with what was said of the same subject next; raises Refused."""
    access_diagnosis(viewer, diagnosis)
    with transaction() as conn:
        return store.fetch_case(conn, diagnosis)


def fetch_cases_before(viewer: Viewer, row: DiagnosisRow, *, limit: int = 50) -> Cases:
    """Return when its tenant had the same cause within half a year before, and how that went."""
    require(viewer, _SEE, row.tenant)
    if not row.cause:
        return Cases()
    with transaction() as conn:
        return store.fetch_cases(conn, row, since=row.at - _REMEMBERED, limit=limit)


def list_checks(viewer: Viewer) -> tuple[Check, ...]:
    """Return all checks, by name."""
    require(viewer, _SEE)
    return all_checks()


def name_causes() -> dict[str, Said]:
    """Return how each cause is called, by its check."""
    return {each.name: each.title for each in all_checks()}
