"""Who may pass the doors of timetables: part of the table in `personas`."""

from typing import Any

from tests.faces.doors import (
    OPERATORS,
    OPERATORS_ANY,
    RULE_SEERS,
    RULE_SEERS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from yunwei.base.core.ids import ScriptId
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.timetables.actions import add_timetable
from yunwei.operate.timetables.facts import Rhythm, Times, TimetableDraft

AT = {"timetable": "timetable"}
REST_AT = {"timetable_id": "timetable"}


def _change(world: World) -> dict[str, Any]:
    return {"name": "another", "rhythm": "daily", "desktops": [world["run_desktop"]]}


def _body(world: World) -> dict[str, Any]:
    return _change(world) | {"script": world["run_script"], "tenant": world["a"]}


PAGES: dict[str, Door] = {
    "timetables": door(RULE_SEERS_ANY),
    "timetable_new": door(OPERATORS_ANY),
    "timetable": door(RULE_SEERS, at=AT),
    "timetable_switch": door(OPERATORS, 303, method="post", at=AT, data={"on": "no"}),
    "timetable_remove": door(OPERATORS, 303, method="post", at=AT, data={}),
}

REST: dict[str, Door] = {
    "GET /api/v1/timetables": door(RULE_SEERS_ANY),
    "POST /api/v1/timetables": door(OPERATORS, 201, data=_body),
    "GET /api/v1/timetables/{timetable_id}": door(RULE_SEERS, at=REST_AT),
    "PUT /api/v1/timetables/{timetable_id}": door(OPERATORS, at=REST_AT, data=_change),
    "DELETE /api/v1/timetables/{timetable_id}": door(OPERATORS, 204, at=REST_AT),
    "GET /api/v1/timetables/{timetable_id}/starts": door(RULE_SEERS, at=REST_AT),
}


def build(world: World, standing: Standing) -> None:
    """A timetable of customer A."""
    draft = TimetableDraft(
        name="t",
        script=ScriptId(int(world["run_script"])),
        times=Times(rhythm=Rhythm.DAILY, time_zone="Asia/Shanghai", at_minute=120),
        choice=Choice(desktops=(int(world["run_desktop"]),)),
    )
    now = SystemClock().now()
    world["timetable"] = add_timetable(standing["root"], standing.a.id, draft, now=now)
