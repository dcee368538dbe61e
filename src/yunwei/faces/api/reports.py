"""REST of reports: asked for, made in the background, read as data and taken as files."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Language
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.notify.facts.messages import MessageState
from yunwei.operate.reports import actions, queries
from yunwei.operate.reports.archive import ReportDraft, ReportState
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.periods import PeriodKind, choose_period
from yunwei.operate.reports.render.formats import FORMATS, FileKind
from yunwei.operate.usage.queries.ground import choose_zone

router = Router()
_clock = SystemClock()
_FILE_ANSWER = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {
                each.content_type: {"schema": {"type": "string", "format": "binary"}}
                for kind, each in FORMATS.items()
                if kind is not FileKind.JSON
            },
        }
    }
}


class ReportIn(Body):
    tenant: int | None = Field(None, description="None: one's own.")
    definition: str = Field(
        description="Which report: see `/definitions`; `own-N`: number N of `/report-definitions`."
    )
    period: PeriodKind = PeriodKind.MONTH
    first: date | None = Field(
        None, description="A day of the time; null: the latest that is over."
    )
    last: date | None = Field(None, description="Of `custom`: the last day.")
    language: Language = Language.CHINESE
    is_compared: bool = Field(True, description="With the time before.")
    is_last_year: bool = Field(False, description="With the same time of last year instead.")


class ReportOut(Schema):
    id: int
    tenant: int
    definition: str
    language: str
    period: PeriodKind
    first_day: date
    last_day: date
    time_zone: str
    is_compared: bool
    is_last_year: bool
    own_number: int | None = Field(description="By which version of a report of one's own.")
    state: ReportState
    progress: float = Field(description="Of its making, 0-1.")
    error: str
    created_at: datetime
    created_by: str
    made_at: datetime | None
    coverage: float | None = Field(description="Measured share (0-1) of the time.")
    sha256: str = Field(description="Of the frozen content.")
    schedule: int | None
    is_approval_needed: bool
    released_at: datetime | None = Field(description="Since when the customer's people see it.")
    released_by: str


class ReportQuery(ListQuery):
    tenant: int | None = None
    definition: str | None = None
    period: PeriodKind | None = None
    state: ReportState | None = None
    schedule: int | None = None
    released: bool | None = None
    waits: bool | None = Field(None, description="Ready, and waits for its release.")
    search: str | None = None


class DefinitionOut(Schema):
    key: str
    title: str
    purpose: str
    period: PeriodKind
    sections: list[str]


class ContentOut(Schema):
    """The frozen content. Shares are 0-1, durations in seconds, times UTC."""

    definition: str
    title: str
    tenant_name: str
    language: str
    time_zone: str
    period: str
    first_day: date
    last_day: date
    from_at: datetime
    to_at: datetime
    made_at: datetime
    made_by: str
    coverage: dict[str, Any]
    sections: list[dict[str, Any]]
    is_compared: bool
    is_last_year: bool
    before_days: tuple[date, date] | None
    only: str = Field(description="Which connections alone count; empty: all.")
    own_number: int = Field(description="0: of a built-in report.")


class ToldOut(Schema):
    """One message of a delivery."""

    recipient: str
    channel_name: str = Field(description="Empty: on screen.")
    state: MessageState
    sent_at: datetime | None
    error: str


class DeliveryOut(Schema):
    id: int
    turn: int = Field(description="0: a test; 1: the first; more: sent again.")
    asked_at: datetime
    asked_by: str
    sent_at: datetime | None
    reached: int | None = Field(description="By how many messages; 0: it reached nobody.")
    messages: list[ToldOut]


@router.get("", response=Listed[ReportOut], summary="List reports")
def list_reports(request: HttpRequest, query: Query[ReportQuery]) -> Any:
    """Who may not make reports sees those that were released."""
    return answer_list(request, query, queries.fetch_reports)


@router.get("/definitions", response=list[DefinitionOut], summary="List what can be made")
def list_definitions(request: HttpRequest) -> Any:
    queries.check_may_see(viewer_of_request(request))
    return [
        {
            "key": each.key,
            "title": str(each.title),
            "purpose": str(each.purpose),
            "period": each.period,
            "sections": [wish.kind.value for wish in each.wishes],
        }
        for each in BUILT_IN.values()
    ]


@router.post("", response={201: ReportOut}, summary="Have a report made")
def make_report(request: HttpRequest, body: ReportIn) -> Any:
    """It is made in the background; `state` and `progress` tell how far it is."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    now = _clock.now()
    period = choose_period(
        body.period, body.first, body.last, now=now, time_zone=choose_zone(viewer, tenant)
    )
    draft = ReportDraft(
        tenant=tenant,
        definition=body.definition,
        language=body.language.value,
        period=period,
        is_compared=body.is_compared,
        is_last_year=body.is_last_year,
    )
    made = actions.ask_report(viewer, draft, now=now)
    return Status(201, queries.access_report(viewer, made))


@router.get("/{int:report_id}", response=ReportOut, summary="Get a report")
def get_report(request: HttpRequest, report_id: int) -> Any:
    return queries.access_report(viewer_of_request(request), report_id)


@router.get("/{int:report_id}/content", response=ContentOut, summary="Get what stands in a report")
def get_content(request: HttpRequest, report_id: int) -> Any:
    """Answers 409 while it is not made."""
    return msgspec.to_builtins(queries.fetch_content(viewer_of_request(request), report_id))


@router.get(
    "/{int:report_id}/files/{kind}", openapi_extra=_FILE_ANSWER, summary="Take a report as a file"
)
def get_file(request: HttpRequest, report_id: int, kind: str) -> HttpResponse:
    """pdf, xlsx, docx, csv or json. Answers 409 while it is not made."""
    if kind not in set(FileKind):
        raise Refused()
    file = actions.take_file(viewer_of_request(request), report_id, FileKind(kind))
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.data, content_type=file.content_type, headers=headers)


@router.post("/{int:report_id}/cancel", response=ReportOut, summary="Make no more of a report")
def cancel_report(request: HttpRequest, report_id: int) -> Any:
    viewer = viewer_of_request(request)
    actions.cancel_report(viewer, report_id)
    return queries.access_report(viewer, report_id)


@router.post("/{int:report_id}/retry", response=ReportOut, summary="Have a report made again")
def retry_report(request: HttpRequest, report_id: int) -> Any:
    """Only of what failed or was cancelled."""
    viewer = viewer_of_request(request)
    actions.retry_report(viewer, report_id)
    return queries.access_report(viewer, report_id)


@router.post("/{int:report_id}/release", response=ReportOut, summary="Release a report")
def release_report(request: HttpRequest, report_id: int) -> Any:
    """The customer's people see it from now on; one of a schedule is sent to its recipients."""
    viewer = viewer_of_request(request)
    actions.release_report(viewer, report_id, now=_clock.now())
    return queries.access_report(viewer, report_id)


@router.post("/{int:report_id}/send-test", response={204: None}, summary="Send a test to oneself")
def send_test(request: HttpRequest, report_id: int) -> Any:
    actions.send_test(viewer_of_request(request), report_id, now=_clock.now())
    return Status(204, None)


@router.post("/{int:report_id}/send-again", response={204: None}, summary="Send a report again")
def send_again(request: HttpRequest, report_id: int) -> Any:
    """To its schedule's recipients. Answers 409 before it is released, and without a schedule."""
    actions.send_again(viewer_of_request(request), report_id, now=_clock.now())
    return Status(204, None)


@router.get(
    "/{int:report_id}/deliveries", response=list[DeliveryOut], summary="List a report's deliveries"
)
def list_deliveries(request: HttpRequest, report_id: int) -> Any:
    return [
        asdict(delivery) | {"messages": [asdict(each) for each in told]}
        for delivery, told in queries.fetch_told(viewer_of_request(request), report_id)
    ]


@router.delete("/{int:report_id}", response={204: None}, summary="Remove a report")
def remove_report(request: HttpRequest, report_id: int) -> Any:
    """Answers 409 for one that was released."""
    actions.remove_report(viewer_of_request(request), report_id)
    return Status(204, None)
