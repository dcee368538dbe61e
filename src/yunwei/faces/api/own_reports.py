"""REST of reports of one's own: what they say, by version; their logos; how one would look."""

import base64
import binascii
from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Language, Viewer
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.reports import ContentOut
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.reports import own_actions, own_queries
from yunwei.operate.reports.definitions import FILTERED, Half, SectionKind
from yunwei.operate.reports.own import (
    ComparedWith,
    OwnContent,
    OwnDefinition,
    OwnSection,
    OwnVersion,
    find_differences,
    write_content,
)
from yunwei.operate.reports.periods import PeriodKind
from yunwei.operate.usage.facts.use import Dimension, Measure

router = Router()
_clock = SystemClock()


class OwnSectionBody(Body):
    kind: SectionKind
    title_zh: str = ""
    title_en: str = ""
    text_zh: str = ""
    text_en: str = ""
    starts_page: bool = Field(False, description="Begins a new page on paper.")
    most_rows: int = Field(0, description="Of each table; 0: all.")
    hides: list[Half] = Field(default_factory=list, description="What is left out.")
    measure: Measure | None = Field(None, description="Of `measure` only.")
    by: list[Dimension] = Field(
        default_factory=list, description="Of `measure` one or two; of `parts` which; else none."
    )
    condition: str = Field(
        "",
        description="Of what alone it tells, as text: sections of use over login, department, "
        "pool, desktop, client; of alarms over severity, alarm_type, managed_object, text, "
        "source_name; of posture over kind, name, source_name, site. Others take none.",
    )


class OwnContentBody(Body):
    title_zh: str = Field("", description="In one of the languages, or both.")
    title_en: str = ""
    purpose_zh: str = ""
    purpose_en: str = ""
    period: PeriodKind = PeriodKind.MONTH
    compared_with: ComparedWith = ComparedWith.BEFORE
    language: Language = Language.CHINESE
    condition: str = Field(
        "",
        description="Of connections, as text over login, department, pool, desktop and client. "
        "Refused beside sections that it can not narrow.",
    )
    colour: str = Field("", description="`#rrggbb`; empty: the usual.")
    logo: str = Field("", description="The hash that `/logos` answered.")
    sections: list[OwnSectionBody]


class NewOwnReportIn(Body):
    tenant: int | None = Field(None, description="None: one's own.")
    is_shared: bool = False
    note: str = ""
    content: OwnContentBody


class ChangedOwnReportIn(Body):
    version: int = Field(description="Which was read: of a newer one it answers 409.")
    is_shared: bool = False
    note: str = Field("", description="What changed, in one's own words.")
    content: OwnContentBody


class OwnReportOut(Schema):
    id: int
    key: str = Field(description="What `definition` of a report or schedule names it by.")
    tenant: int
    is_shared: bool
    version: int
    content: dict[str, Any] = Field(description="What the newest version says.")
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    removed_at: datetime | None


class ListedOwnReportOut(Schema):
    id: int
    key: str
    tenant: int
    title_zh: str
    title_en: str
    is_shared: bool
    version: int
    changed_at: datetime
    changed_by: str
    removed_at: datetime | None


class OwnChangeOut(Schema):
    what: str
    section: str | None


class OwnVersionOut(Schema):
    number: int
    at: datetime
    by: str
    note: str
    changes: list[OwnChangeOut]
    content: dict[str, Any]


class OwnReportQuery(ListQuery):
    tenant: int | None = None
    shared: bool | None = None
    removed: bool | None = Field(None, description="Those that were put away; else the others.")
    search: str | None = None


class OwnSectionKindOut(Schema):
    kind: SectionKind
    can_be_filtered: bool


class ReportLogoIn(Body):
    tenant: int | None = Field(None, description="None: one's own.")
    data: str = Field(description="A PNG or JPEG picture of at most 256 KB, in base64.")


class ReportLogoOut(Schema):
    logo: str


class OwnPreviewIn(Body):
    tenant: int | None = Field(None, description="None: one's own.")
    content: OwnContentBody


@router.get("", response=Listed[ListedOwnReportOut], summary="List reports of one's own")
def list_own(request: HttpRequest, query: Query[OwnReportQuery]) -> Any:
    """One's own, and those that others of the tenant share."""
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = own_queries.fetch_own(viewer, query.filters(), query.page_request())
    return as_listed(found)


@router.get("/sections", response=list[OwnSectionKindOut], summary="List kinds of sections")
def list_sections(request: HttpRequest) -> Any:
    own_queries.fetch_own(viewer_of_request(request))
    return [{"kind": each, "can_be_filtered": each in FILTERED} for each in SectionKind]


@router.post("", response={201: OwnReportOut}, summary="Add a report of one's own")
def add_own(request: HttpRequest, body: NewOwnReportIn) -> Any:
    viewer = viewer_of_request(request)
    made = own_actions.add_own(
        viewer,
        _tenant(viewer, body.tenant),
        _content(body.content),
        is_shared=body.is_shared,
        note=body.note,
        now=_clock.now(),
    )
    return Status(201, _show(viewer, own_queries.access_own(viewer, made)))


@router.post("/logos", response={201: ReportLogoOut}, summary="Give a logo for covers")
def add_logo(request: HttpRequest, body: ReportLogoIn) -> Any:
    """Drawings (SVG) are not taken."""
    viewer = viewer_of_request(request)
    try:
        data = base64.b64decode(body.data, validate=True)
    except binascii.Error as error:
        raise Invalid("data", "this picture is damaged") from error
    tenant = _tenant(viewer, body.tenant)
    return Status(201, {"logo": own_actions.add_logo(viewer, tenant, data, now=_clock.now())})


@router.post("/preview", response=ContentOut, summary="See how a report would look")
def preview_own(request: HttpRequest, body: OwnPreviewIn) -> Any:
    """Of the latest time that is over; nothing is kept."""
    viewer = viewer_of_request(request)
    content = _content(body.content)
    made = own_queries.preview(
        viewer, _tenant(viewer, body.tenant), content, language=content.language, clock=_clock
    )
    return msgspec.to_builtins(made)


@router.get("/{int:own_id}", response=OwnReportOut, summary="Get a report of one's own")
def get_own(request: HttpRequest, own_id: int) -> Any:
    viewer = viewer_of_request(request)
    return _show(viewer, own_queries.access_own(viewer, own_id, removed=True))


@router.put("/{int:own_id}", response=OwnReportOut, summary="Give a report a newer version")
def change_own(request: HttpRequest, own_id: int, body: ChangedOwnReportIn) -> Any:
    """What says the same gets none. Reports that were made keep the version they were made by."""
    viewer = viewer_of_request(request)
    own_actions.change_own(
        viewer,
        own_id,
        _content(body.content),
        version=body.version,
        is_shared=body.is_shared,
        note=body.note,
        now=_clock.now(),
    )
    return _show(viewer, own_queries.access_own(viewer, own_id))


@router.delete("/{int:own_id}", response={204: None}, summary="Put a report of one's own away")
def remove_own(request: HttpRequest, own_id: int) -> Any:
    """What was made of it stays. Answers 409 while a schedule makes it."""
    own_actions.remove_own(viewer_of_request(request), own_id, now=_clock.now())
    return Status(204, None)


@router.post("/{int:own_id}/restore", response=OwnReportOut, summary="Bring a report back")
def restore_own(request: HttpRequest, own_id: int) -> Any:
    viewer = viewer_of_request(request)
    own_actions.restore_own(viewer, own_id, now=_clock.now())
    return _show(viewer, own_queries.access_own(viewer, own_id))


@router.get("/{int:own_id}/versions", response=list[OwnVersionOut], summary="List its versions")
def list_versions(request: HttpRequest, own_id: int) -> Any:
    """The newest first, each with what it changed."""
    found = own_queries.fetch_versions(viewer_of_request(request), own_id)
    before: list[OwnVersion | None] = [*found[1:], None]
    return [_tell(each, earlier) for each, earlier in zip(found, before, strict=True)]


def _tell(version: OwnVersion, before: OwnVersion | None) -> dict[str, Any]:
    changes = find_differences(before.content if before else None, version.content)
    return {
        "number": version.number,
        "at": version.at,
        "by": version.by,
        "note": version.note,
        "changes": [
            {"what": what.value, "section": kind.value if kind else None} for what, kind in changes
        ],
        "content": write_content(version.content),
    }


def _tenant(viewer: Viewer, asked: int | None) -> TenantId:
    return TenantId(viewer.tenant if asked is None else asked)


def _content(body: OwnContentBody) -> OwnContent:
    told = body.model_dump(exclude={"sections"})
    sections = (
        OwnSection(
            **each.model_dump(exclude={"hides", "by"}), hides=tuple(each.hides), by=tuple(each.by)
        )
        for each in body.sections
    )
    return OwnContent(**told, sections=tuple(sections))


def _show(viewer: Viewer, own: OwnDefinition) -> dict[str, Any]:
    content = own_queries.access_version(viewer, own.id, own.version).content
    return {
        "id": own.id,
        "key": own.key,
        "tenant": own.tenant,
        "is_shared": own.is_shared,
        "version": own.version,
        "content": write_content(content),
        "created_at": own.created_at,
        "created_by": own.created_by,
        "changed_at": own.changed_at,
        "changed_by": own.changed_by,
        "removed_at": own.removed_at,
    }
