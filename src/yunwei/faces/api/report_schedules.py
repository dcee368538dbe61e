"""REST of schedules of reports: what is made for every period, and who gets it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ChannelId, TenantId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Language, Viewer
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.reports import ReportOut
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.reports import actions, queries
from yunwei.operate.reports.archive import Recipients, Schedule, ScheduleDraft
from yunwei.operate.reports.periods import PeriodKind
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.usage.queries.ground import choose_zone

router = Router()
_clock = SystemClock()


class ReportScheduleIn(Body):
    name: str
    definition: str
    period: PeriodKind = PeriodKind.MONTH
    after_minutes: int = Field(480, description="After the midnight that ends the period.")
    language: Language = Language.CHINESE
    people: list[int] = Field(default_factory=list)
    roles: list[str] = Field(default_factory=list)
    channels: list[int] = Field(default_factory=list)
    outside: list[str] = Field(
        default_factory=list, description="Mail addresses, where the tenant's settings allow it."
    )
    files: list[FileKind] = Field(
        default_factory=lambda: [FileKind.PDF], description="That a mail brings along."
    )
    needs_approval: bool = Field(True, description="A person releases each report first.")
    is_enabled: bool = True


class NewReportScheduleIn(ReportScheduleIn):
    tenant: int | None = Field(None, description="None: one's own.")


class ChangedReportScheduleIn(ReportScheduleIn):
    version: int = Field(description="Which was read: of a newer one it answers 409.")


class ReportScheduleOut(Schema):
    id: int
    version: int
    tenant: int
    name: str
    definition: str
    period: PeriodKind
    after_minutes: int
    time_zone: str
    language: str
    people: list[int]
    roles: list[str]
    channels: list[int]
    outside: list[str]
    files: list[str]
    needs_approval: bool
    is_enabled: bool
    since: date = Field(description="Periods that began before are not made.")
    made_until: date | None
    created_at: datetime
    created_by: str


class ReportScheduleQuery(ListQuery):
    tenant: int | None = None
    definition: str | None = None
    search: str | None = None


@router.get("", response=Listed[ReportScheduleOut], summary="List schedules of reports")
def list_schedules(request: HttpRequest, query: Query[ReportScheduleQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_schedules(viewer, query.filters(), query.page_request())
    return as_listed(found) | {"items": [_show(each) for each in found.items]}


@router.post("", response={201: ReportScheduleOut}, summary="Add a schedule of reports")
def add_schedule(request: HttpRequest, body: NewReportScheduleIn) -> Any:
    """It begins with the period in which we are."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.add_schedule(viewer, _draft(viewer, tenant, body), now=_clock.now())
    return Status(201, _show(queries.access_schedule(viewer, made)))


@router.get("/{int:schedule_id}", response=ReportScheduleOut, summary="Get a schedule of reports")
def get_schedule(request: HttpRequest, schedule_id: int) -> Any:
    return _show(queries.access_schedule(viewer_of_request(request), schedule_id))


@router.put("/{int:schedule_id}", response=ReportScheduleOut, summary="Change a schedule")
def change_schedule(request: HttpRequest, schedule_id: int, body: ChangedReportScheduleIn) -> Any:
    viewer = viewer_of_request(request)
    known = queries.access_schedule(viewer, schedule_id)
    draft = _draft(viewer, known.draft.tenant, body)
    actions.change_schedule(viewer, schedule_id, draft, version=body.version, now=_clock.now())
    return _show(queries.access_schedule(viewer, schedule_id))


@router.post(
    "/{int:schedule_id}/make", response={201: ReportOut}, summary="Have its latest report made now"
)
def make_scheduled(request: HttpRequest, schedule_id: int) -> Any:
    """Of the latest period that is over; a person releases it. Answers 409 when there is one."""
    viewer = viewer_of_request(request)
    made = actions.make_scheduled(viewer, schedule_id, now=_clock.now())
    return Status(201, queries.access_report(viewer, made))


@router.delete("/{int:schedule_id}", response={204: None}, summary="Remove a schedule")
def remove_schedule(request: HttpRequest, schedule_id: int) -> Any:
    """Its reports stay."""
    actions.remove_schedule(viewer_of_request(request), schedule_id, now=_clock.now())
    return Status(204, None)


def _draft(viewer: Viewer, tenant: TenantId, body: ReportScheduleIn) -> ScheduleDraft:
    draft = ScheduleDraft(
        tenant=tenant,
        name=body.name,
        definition=body.definition,
        language=body.language.value,
        period=body.period,
        after=timedelta(minutes=body.after_minutes),
        time_zone="UTC",
        recipients=Recipients(
            people=tuple(map(UserId, body.people)),
            roles=tuple(body.roles),
            channels=tuple(map(ChannelId, body.channels)),
            outside=tuple(body.outside),
            files=tuple(each.value for each in body.files),
        ),
        needs_approval=body.needs_approval,
        is_enabled=body.is_enabled,
    )
    return replace(draft, time_zone=choose_zone(viewer, tenant))


def _show(schedule: Schedule) -> dict[str, Any]:
    draft = schedule.draft
    return {
        "id": schedule.id,
        "version": schedule.version,
        "tenant": draft.tenant,
        "name": draft.name,
        "definition": draft.definition,
        "period": draft.period,
        "after_minutes": int(draft.after.total_seconds() // 60),
        "time_zone": draft.time_zone,
        "language": draft.language,
        "people": list(draft.recipients.people),
        "roles": list(draft.recipients.roles),
        "channels": list(draft.recipients.channels),
        "outside": list(draft.recipients.outside),
        "files": list(draft.recipients.files),
        "needs_approval": draft.needs_approval,
        "is_enabled": draft.is_enabled,
        "since": schedule.since,
        "made_until": schedule.last_last_day,
        "created_at": schedule.created_at,
        "created_by": schedule.created_by,
    }
