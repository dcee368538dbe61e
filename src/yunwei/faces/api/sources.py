"""REST of sources: configured connectors and how it goes with them. Secrets never come out."""

from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Permission
from yunwei.base.people.rules import require
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.measured import SeriesOut, SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.collect.actions import heard as heard_actions
from yunwei.monitor.collect.actions import probes
from yunwei.monitor.collect.actions import sources as actions
from yunwei.monitor.collect.actions.reconciliation import reconcile_soon
from yunwei.monitor.collect.facts import SourceDraft, SourceEdit, SourceState
from yunwei.monitor.collect.queries import heard
from yunwei.monitor.collect.queries import sources as queries
from yunwei.monitor.collect.queries.reconciliation import fetch_reconciliation
from yunwei.monitor.telemetry import queries as telemetry_queries
from yunwei.plugins.sdk.manifest import Manifest

router = Router()
_clock = SystemClock()


class ReadOut(Schema):
    read: str
    state: SourceState
    text: str
    last_started_at: datetime | None
    last_ok_at: datetime | None
    next_at: datetime | None
    last_duration_s: float | None
    last_items: int | None
    failures: int = Field(description="In a row.")
    every_s: float | None


class SourceOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    connector: str
    name: str
    is_enabled: bool
    is_internal: bool = Field(description="The platform's own; nobody may change it.")
    state: SourceState
    state_since: datetime
    state_text: str
    last_ok_at: datetime | None
    created_at: datetime
    history_days: int
    dead_letters: int = Field(description="How many of its dead letters wait for a person.")
    settings: dict[str, str] = Field(description="{} for who may not see settings.")
    secrets_set: list[str] = Field(description="Names of the secrets that hold a value.")
    reads: list[ReadOut]


class NewSourceOut(SourceOut):
    issued: dict[str, str] = Field(
        description="Secrets that the platform made for it, shown this once: `token` of an address."
    )


class SourceChangeOut(Schema):
    at: datetime
    before: SourceState
    after: SourceState
    text: str


class SourceIn(Body):
    name: str
    settings: dict[str, str] = Field(description="By the connector's fields; secrets among them.")
    history_days: int = Field(30, description="How far back the first read goes.")


class NewSourceIn(SourceIn):
    connector: str = Field(description="A slug of `/sources/connectors`.")
    tenant: int | None = Field(None, description="Absent: one's own.")


class SourceEditIn(SourceIn):
    settings: dict[str, str] = Field(description="A secret that is empty or absent stays.")
    forgotten: list[str] = Field([], description="Secrets that shall hold nothing any more.")


class AnswerOut(Schema):
    state: SourceState
    text: str
    facts: dict[str, str] = Field(description="What the source says of itself.")
    warnings: list[str]


class LabelOut(Schema):
    zh: str
    en: str


class ChoiceOut(Schema):
    value: str
    label: LabelOut


class FieldOut(Schema):
    key: str
    label: LabelOut
    kind: str
    help: LabelOut | None
    default: str
    is_required: bool
    choices: list[ChoiceOut]


class ConnectorOut(Schema):
    slug: str
    name: LabelOut
    vendor: str
    summary: LabelOut
    versions: list[str]
    reads: list[str]
    tier: str
    fields: list[FieldOut]


class SourceQuery(ListQuery):
    search: str | None = Field(None, description="In name, connector and tenant's name.")
    connector: str | None = None
    state: SourceState | None = None
    tenant: int | None = None
    is_enabled: bool | None = None


@router.get("", response=Listed[SourceOut], summary="List sources")
def list_sources(request: HttpRequest, query: Query[SourceQuery]) -> Any:
    return answer_list(request, query, queries.fetch_sources)


@router.get("/connectors", response=list[ConnectorOut], summary="List installed connectors")
def list_connectors(request: HttpRequest) -> Any:
    require(viewer_of_request(request), Permission.SEE_SOURCES)
    installed = queries.list_connectors()  # rule: the same for everybody
    return [_connector(manifest) for manifest in installed]


def _connector(manifest: Manifest) -> dict[str, Any]:
    names = ("slug", "name", "vendor", "summary", "versions", "reads", "tier")
    return {name: getattr(manifest, name) for name in names} | {"fields": list(manifest.field)}


@router.post("", response={201: NewSourceOut}, summary="Add a source")
def add_source(request: HttpRequest, data: NewSourceIn) -> Any:
    return Status(201, actions.add_source(viewer_of_request(request), _draft(request, data)))


class SampleAlarmOut(Schema):
    act: str
    severity: str
    alarm_type: str
    managed_object: str
    qualifier: str
    text: str


class OutcomeOut(Schema):
    alarms: list[SampleAlarmOut]
    errors: list[str] = Field(description="Why parts of it, or all, became nothing.")


class PreviewIn(NewSourceIn):
    source: int | None = Field(None, description="Whose secrets and last payloads to take.")
    payload: str = Field("", description="What to try it on; empty: the last payloads received.")


class PreviewedOut(Schema):
    received_at: datetime | None = Field(description="null: it was given.")
    outcome: OutcomeOut


@router.post(
    "/preview",
    response=list[PreviewedOut],
    summary="See what payloads would become by a source's settings; nothing is kept",
)
def preview(request: HttpRequest, data: PreviewIn) -> Any:
    return probes.preview_payloads(
        viewer_of_request(request),
        _draft(request, NewSourceIn(**data.dict(exclude={"source", "payload"}))),
        source=None if data.source is None else SourceId(data.source),
        typed=data.payload,
    )


@router.post("/test", response=AnswerOut, summary="Test the connection of a source not yet added")
def test_draft(request: HttpRequest, data: NewSourceIn) -> Any:
    viewer = viewer_of_request(request)
    return async_to_sync(probes.probe_draft)(viewer, _draft(request, data))


def _draft(request: HttpRequest, data: NewSourceIn) -> SourceDraft:
    tenant = viewer_of_request(request).tenant if data.tenant is None else TenantId(data.tenant)
    return SourceDraft(**data.dict(exclude={"tenant"}), tenant=tenant)


@router.get("/{int:source_id}", response=SourceOut, summary="Get a source")
def get_source(request: HttpRequest, source_id: int) -> Any:
    return queries.access_source(viewer_of_request(request), SourceId(source_id))


@router.put("/{int:source_id}", response=SourceOut, summary="Change a source")
def change_source(request: HttpRequest, source_id: int, data: SourceEditIn) -> Any:
    edit = SourceEdit(**data.dict(exclude={"forgotten"}), forgotten=tuple(data.forgotten))
    return actions.change_source(viewer_of_request(request), SourceId(source_id), edit)


@router.delete("/{int:source_id}", response={204: None}, summary="Remove a source")
def remove_source(request: HttpRequest, source_id: int) -> Any:
    actions.remove_source(viewer_of_request(request), SourceId(source_id))
    return Status(204, None)


@router.post(
    "/{int:source_id}/renew",
    response=NewSourceOut,
    summary="Make the secrets anew that the platform makes for a source",
)
def renew_secrets(request: HttpRequest, source_id: int) -> Any:
    return actions.renew_secrets(viewer_of_request(request), SourceId(source_id))


@router.post("/{int:source_id}/enable", response=SourceOut, summary="Read a source again")
def enable_source(request: HttpRequest, source_id: int) -> Any:
    return actions.enable_source(viewer_of_request(request), SourceId(source_id))


@router.post("/{int:source_id}/disable", response=SourceOut, summary="Stop reading a source")
def disable_source(request: HttpRequest, source_id: int) -> Any:
    return actions.disable_source(viewer_of_request(request), SourceId(source_id))


@router.post("/{int:source_id}/test", response=AnswerOut, summary="Test a source's connection")
def test_source(request: HttpRequest, source_id: int) -> Any:
    viewer = viewer_of_request(request)
    return async_to_sync(probes.probe_source)(viewer, SourceId(source_id))


@router.get(
    "/{int:source_id}/changes",
    response=list[SourceChangeOut],
    summary="Get the time line of a source's health, newest first",
)
def get_changes(request: HttpRequest, source_id: int) -> Any:
    return queries.fetch_source_changes(viewer_of_request(request), SourceId(source_id))


class CountOut(Schema):
    hour: datetime
    kind: str = Field(description="`received`, `buried` (dead letters), `refused.<reason>`.")
    count: int


class ReconciliationOut(Schema):
    at: datetime | None = Field(description="Of the last comparison; null before the first.")
    tried_at: datetime | None
    is_complete: bool = Field(description="false: nothing was cleared by the last list.")
    listed: int = Field(description="Alarms in the source's own list.")
    raised: int = Field(description="Lost raises that it healed.")
    cleared: int = Field(description="Lost clears that it healed.")
    raised_total: int
    cleared_total: int
    waiting: int = Field(description="Differences that the next list has to show, too.")
    wanted_at: datetime | None
    error: str = Field(description="Why the last list could not be had.")
    every_s: float


@router.get(
    "/{int:source_id}/reconciliation",
    response=ReconciliationOut,
    summary="Get how a source's comparisons with its own list of current alarms go",
)
def get_reconciliation(request: HttpRequest, source_id: int) -> Any:
    found = fetch_reconciliation(viewer_of_request(request), SourceId(source_id))
    if found is None:
        raise Refused()
    return found


@router.post(
    "/{int:source_id}/reconcile",
    response={204: None},
    summary="Compare a source with its own list of current alarms within seconds",
)
def reconcile_source(request: HttpRequest, source_id: int) -> Any:
    reconcile_soon(viewer_of_request(request), SourceId(source_id), now=_clock.now())
    return Status(204, None)


class SnmpEngineOut(Schema):
    engine_id: str = Field(description="In hex.")
    address: str
    user: str
    boots: int = Field(description="How often it has started.")
    time_s: int = Field(description="Seconds since its start, when it was last heard.")
    heard_at: datetime


@router.get(
    "/{int:source_id}/counts",
    response=list[CountOut],
    summary="Get how much came of a source and was refused, by hour and kind",
)
def get_counts(request: HttpRequest, source_id: int, query: Query[SpanQuery]) -> Any:
    since, until = read_span(request, query)
    viewer = viewer_of_request(request)
    counts = heard.fetch_source_counts(viewer, SourceId(source_id), since=since)
    return [each for each in counts if each.hour < until]


@router.get(
    "/{int:source_id}/snmp-engines",
    response=list[SnmpEngineOut],
    summary="List the SNMP v3 engines that were heard of a source",
)
def list_snmp_engines(request: HttpRequest, source_id: int) -> Any:
    return heard.fetch_snmp_engines(viewer_of_request(request), SourceId(source_id))


@router.delete(
    "/{int:source_id}/snmp-engines/{engine_id}",
    response={204: None},
    summary="Let an SNMP v3 engine begin anew, whose counters were reset",
)
def forget_snmp_engine(request: HttpRequest, source_id: int, engine_id: str) -> Any:
    heard_actions.forget_engine(viewer_of_request(request), SourceId(source_id), engine_id)
    return Status(204, None)


@router.get(
    "/{int:source_id}/samples", response=list[SeriesOut], summary="Get what is counted in it"
)
def get_samples(request: HttpRequest, source_id: int, query: Query[SpanQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_source(viewer, SourceId(source_id))
    return telemetry_queries.source_samples(viewer, row.id, since, until)
