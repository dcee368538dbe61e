"""Who may pass the doors of reports: part of the table in `personas`."""

import base64
from datetime import date, timedelta
from typing import Any

from tests.faces.doors import MONITORS, MONITORS_ANY, OPERATORS, OPERATORS_ANY, Door, World, door
from tests.integration.reports.support import NOW, OCTOBER, ZONE, freeze_empty, picture
from tests.support.people import Standing
from yunwei.operate.reports import actions, own_actions
from yunwei.operate.reports.archive import Recipients, ReportDraft, ScheduleDraft
from yunwei.operate.reports.branding import Brand, Logo
from yunwei.operate.reports.definitions import SectionKind
from yunwei.operate.reports.own import OwnContent, OwnSection
from yunwei.operate.reports.periods import PeriodKind

REPORT = {"report": "report"}
AT = {"report_id": "report"}
SCHEDULE = {"schedule": "report_schedule"}
AT_SCHEDULE = {"schedule_id": "report_schedule"}


def _typed(world: World) -> dict[str, Any]:
    said = {"tenant": world["a"], "definition": "daily", "period": "custom"}
    return said | {"first": date(2026, 10, 1).isoformat(), "language": "en"}


def _schedule(world: World) -> dict[str, Any]:
    return {"name": "each month", "definition": "monthly", "people": [world["kai"]]}


OWN = {"own": "own_report"}
AT_OWN = {"own_id": "own_report"}
CONTENT = {"title_en": "Ours", "sections": [{"kind": "findings"}]}
LOGO = {"tenant": "a", "sha256": "own_logo"}


def _own(world: World) -> dict[str, Any]:
    return {"tenant": world["a"], "content": CONTENT}


PAGES: dict[str, Door] = {
    "reports": door(MONITORS_ANY),
    "report_new": door(OPERATORS_ANY),
    "report": door(MONITORS, at=REPORT),
    "report_act": door(OPERATORS, 303, method="post", at=REPORT, data={"act": "send_test"}),
    "report_schedules": door(OPERATORS_ANY),
    "report_schedule_new": door(OPERATORS_ANY),
    "report_schedule": door(OPERATORS, at=SCHEDULE),
    "report_schedule_make": door(OPERATORS, 303, method="post", at=SCHEDULE),
    "report_schedule_remove": door(OPERATORS, 303, method="post", at=SCHEDULE),
    "report_settings": door(OPERATORS_ANY),
    "report_logo": door(MONITORS, at={"report": "report_branded"}),
    "own_reports": door(OPERATORS_ANY),
    "own_report_new": door(OPERATORS_ANY),
    "own_report_preview": door(
        OPERATORS, method="post", data=lambda world: {"tenant": world["a"], "title_en": "Ours"}
    ),
    "own_report": door(OPERATORS, at=OWN),
    "own_report_act": door(OPERATORS, 303, method="post", at=OWN, data={"act": "restore"}),
    "own_report_logo": door(OPERATORS, at=LOGO),
    "report_file": door(MONITORS, at={**REPORT, "kind": "report_kind"}),
}

REST: dict[str, Door] = {
    "GET /api/v1/reports": door(MONITORS_ANY),
    "GET /api/v1/reports/definitions": door(MONITORS_ANY),
    "POST /api/v1/reports": door(OPERATORS, 201, data=_typed),
    "GET /api/v1/reports/{report_id}": door(MONITORS, at=AT),
    "GET /api/v1/reports/{report_id}/content": door(MONITORS, at=AT),
    "GET /api/v1/reports/{report_id}/files/{kind}": door(
        MONITORS, at={**AT, "kind": "report_kind"}
    ),
    "POST /api/v1/reports/{report_id}/cancel": door(OPERATORS, at={"report_id": "report_asked"}),
    "POST /api/v1/reports/{report_id}/retry": door(OPERATORS, 409, at=AT),
    "POST /api/v1/reports/{report_id}/release": door(OPERATORS, 409, at=AT),
    "POST /api/v1/reports/{report_id}/send-test": door(OPERATORS, 204, at=AT),
    "POST /api/v1/reports/{report_id}/send-again": door(OPERATORS, 409, at=AT),
    "GET /api/v1/reports/{report_id}/deliveries": door(OPERATORS, at=AT),
    "GET /api/v1/report-definitions": door(OPERATORS_ANY),
    "GET /api/v1/report-definitions/sections": door(OPERATORS_ANY),
    "POST /api/v1/report-definitions": door(OPERATORS, 201, data=_own),
    "POST /api/v1/report-definitions/preview": door(
        OPERATORS,
        422,
        data=lambda world: {"tenant": world["a"], "content": {"title_en": "Ours", "sections": []}},
    ),
    "POST /api/v1/report-definitions/logos": door(
        OPERATORS,
        201,
        data=lambda world: {
            "tenant": world["a"],
            "data": base64.b64encode(picture()).decode(),
        },
    ),
    "GET /api/v1/report-definitions/{own_id}": door(OPERATORS, at=AT_OWN),
    "PUT /api/v1/report-definitions/{own_id}": door(
        OPERATORS,
        method="put",
        at=AT_OWN,
        data={"version": 1, "is_shared": True, "content": CONTENT},
    ),
    "GET /api/v1/report-definitions/{own_id}/versions": door(OPERATORS, at=AT_OWN),
    "POST /api/v1/report-definitions/{own_id}/restore": door(OPERATORS, at=AT_OWN),
    "DELETE /api/v1/report-definitions/{own_id}": door(OPERATORS, 204, method="delete", at=AT_OWN),
    "GET /api/v1/report-schedules": door(OPERATORS_ANY),
    "POST /api/v1/report-schedules": door(
        OPERATORS, 201, data=lambda world: {"tenant": world["a"], **_schedule(world)}
    ),
    "GET /api/v1/report-schedules/{schedule_id}": door(OPERATORS, at=AT_SCHEDULE),
    "PUT /api/v1/report-schedules/{schedule_id}": door(
        OPERATORS,
        method="put",
        at=AT_SCHEDULE,
        data=lambda world: {"version": 1, **_schedule(world)},
    ),
    "DELETE /api/v1/report-schedules/{schedule_id}": door(
        OPERATORS, 204, method="delete", at=AT_SCHEDULE
    ),
    "POST /api/v1/report-schedules/{schedule_id}/make": door(OPERATORS, 201, at=AT_SCHEDULE),
    "GET /api/v1/report-settings/{tenant_id}": door(OPERATORS, at={"tenant_id": "a"}),
    "PUT /api/v1/report-settings/{tenant_id}": door(
        OPERATORS, method="put", at={"tenant_id": "a"}, data={"version": 0}
    ),
    "DELETE /api/v1/reports/{report_id}": door(
        OPERATORS, 204, method="delete", at={"report_id": "report_asked"}
    ),
}


def build(world: World, standing: Standing) -> None:
    """Reports of customer A: one that was released, one that nobody has made yet."""
    root, tenant = standing["root"], standing.a.id
    draft = ReportDraft(tenant=tenant, definition="daily", language="en", period=OCTOBER)
    world["report"] = actions.ask_report(root, draft, now=NOW)
    freeze_empty(int(world["report"]))
    actions.release_report(root, int(world["report"]), now=NOW)
    world["report_kind"] = "csv"
    content = OwnContent(title_en="Ours", sections=(OwnSection(kind=SectionKind.FINDINGS),))
    world["own_report"] = own_actions.add_own(root, tenant, content, is_shared=True, now=NOW)
    world["own_logo"] = own_actions.add_logo(root, tenant, picture(), now=NOW)
    brand = Brand(logo=Logo(content_type="image/png", data=picture()))
    world["report_branded"] = actions.ask_report(root, draft, now=NOW)
    freeze_empty(int(world["report_branded"]), brand)
    actions.release_report(root, int(world["report_branded"]), now=NOW)
    world["report_asked"] = actions.ask_report(root, draft, now=NOW)
    schedule = ScheduleDraft(
        tenant=tenant,
        name="each week",
        definition="weekly",
        language="en",
        period=PeriodKind.WEEK,
        after=timedelta(hours=8),
        time_zone=ZONE,
        recipients=Recipients(roles=("operator",)),
    )
    world["report_schedule"] = actions.add_schedule(root, schedule, now=NOW)
