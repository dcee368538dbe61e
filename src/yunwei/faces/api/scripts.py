"""REST of the script library: scripts, their versions and reviews, checks, files."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ScriptId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Permission
from yunwei.base.people.rules import require
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.scripts.actions import library as actions
from yunwei.operate.scripts.actions import review
from yunwei.operate.scripts.actions.checking import check_script
from yunwei.operate.scripts.facts.library import (
    Level,
    Parameter,
    ParameterKind,
    ScriptDraft,
    ScriptLanguage,
    ScriptRow,
    Version,
    VersionDraft,
    VersionState,
)
from yunwei.operate.scripts.queries import library as queries
from yunwei.operate.scripts.queries.starter import starter_set
from yunwei.operate.scripts.rules.drafts import LONGEST_BODY

router = Router()
_clock = SystemClock()


class ScriptOut(Schema):
    id: int
    tenant: int
    name: str
    language: ScriptLanguage
    description_zh: str
    description_en: str
    folder: str
    tags: list[str]
    is_shared: bool = Field(description="The provider's, and customers may run it.")
    revision: int = Field(description="Grows with each change.")
    latest: int = Field(description="Number of the newest version.")
    state: VersionState = Field(description="Of the newest version.")
    approved: int | None = Field(description="The version that may run; null when none may.")
    is_dangerous: bool
    may_change: bool
    changed_at: datetime
    changed_by: str


class ParameterBody(Body):
    name: str = Field(description="In the environment it is `YW_PARAM_` and this.")
    kind: ParameterKind = ParameterKind.TEXT
    label_zh: str = ""
    label_en: str = ""
    default: str = ""
    is_required: bool = True
    choices: list[str] = Field(default_factory=list, description="Of a choice only.")
    minimum: float | None = None
    maximum: float | None = None

    def as_fact(self) -> Parameter:
        return Parameter(**{**self.model_dump(), "choices": tuple(self.choices)})


class ScriptFindingOut(Schema):
    line: int
    level: Level
    code: str = Field(description="`YW…`: ours; `SC…`: shellcheck's; others: ruff's.")
    detail: str


class ScriptVersionOut(Schema):
    number: int
    state: VersionState
    body: str
    parameters: list[ParameterBody]
    timeout_s: int
    max_output_bytes: int
    is_risky: bool
    is_dangerous: bool = Field(description="Found dangerous, or said to be: runs are approved.")
    note: str
    sha256: str = Field(description="Of the canonical form, by which agents know it.")
    findings: list[ScriptFindingOut]
    by: str
    at: datetime
    asked_by: str
    asked_at: datetime | None
    judged_by: str
    judged_at: datetime | None
    judgement_note: str
    retired_by: str
    retired_at: datetime | None


class WholeScriptOut(ScriptOut):
    versions: list[ScriptVersionOut] = Field(description="The newest first.")


class ScriptQuery(ListQuery):
    tenant: int | None = None
    language: ScriptLanguage | None = None
    state: VersionState | None = Field(None, description="Of the newest version.")
    folder: str | None = Field(None, description="With all beneath it.")
    tag: str | None = None
    is_dangerous: bool | None = None
    may_run: bool | None = Field(None, description="Whether a version is approved.")
    search: str | None = Field(None, description="In names, descriptions, tags and texts.")


class ContentBody(Body):
    body: str = Field(max_length=2 * LONGEST_BODY)
    parameters: list[ParameterBody] = Field(default_factory=list)
    timeout_s: int = 300
    max_output_bytes: int = 65_536
    is_risky: bool = False
    note: str = ""


class NewScriptIn(ContentBody):
    tenant: int | None = Field(None, description="Absent: one's own.")
    name: str
    language: ScriptLanguage
    description_zh: str = ""
    description_en: str = ""
    folder: str = ""
    tags: list[str] = Field(default_factory=list)
    is_shared: bool = False


class ScriptIn(Body):
    """What is absent stays as it is. A new text is a new version, a draft."""

    name: str | None = None
    description_zh: str | None = None
    description_en: str | None = None
    folder: str | None = None
    tags: list[str] | None = None
    is_shared: bool | None = None
    body: str | None = Field(None, max_length=2 * LONGEST_BODY)
    parameters: list[ParameterBody] | None = None
    timeout_s: int | None = None
    max_output_bytes: int | None = None
    is_risky: bool | None = None
    note: str | None = None
    revision: int | None = Field(None, description="Changed only while it is at this revision.")


class FileIn(Body):
    tenant: int | None = Field(None, description="Absent: one's own.")
    text: str = Field(max_length=1_000_000)


class StarterIn(Body):
    tenant: int | None = Field(None, description="Absent: one's own.")


class StarterOut(Schema):
    added: int


class ScriptFileOut(Schema):
    text: str = Field(description="A head in TOML between two lines of +++, then the script.")


class ScriptCheckIn(Body):
    language: ScriptLanguage
    body: str = Field(max_length=LONGEST_BODY)


class JudgementIn(Body):
    note: str = ""
    sha256: str = Field("", description="Of what was read; another text is not judged.")


class VersionQuery(Schema):
    version: int | None = Field(None, description="Absent: the newest.")


@router.get("", response=Listed[ScriptOut], summary="List scripts")
def list_scripts(request: HttpRequest, query: Query[ScriptQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_scripts(viewer, filters=query.filters(), page=query.page_request())
    return as_listed(found) | {"items": [_show(row) for row in found.items]}


@router.post("", response={201: WholeScriptOut}, summary="Add a script")
def add_script(request: HttpRequest, body: NewScriptIn) -> Any:
    """Its first version is a draft: another person approves it before it may run."""
    viewer = viewer_of_request(request)
    head = ScriptDraft(
        name=body.name,
        language=body.language,
        description_zh=body.description_zh,
        description_en=body.description_en,
        folder=body.folder,
        tags=tuple(body.tags),
        is_shared=body.is_shared,
    )
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.add_script(viewer, tenant, head, _content(body), now=_clock.now())
    return Status(201, _show_whole(queries.access_script(viewer, made)))


@router.post("/import", response={201: WholeScriptOut}, summary="Add a script from a file")
def import_script(request: HttpRequest, body: FileIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.import_script(viewer, tenant, body.text, now=_clock.now())
    return Status(201, _show_whole(queries.access_script(viewer, made)))


@router.post("/starter-set", response=StarterOut, summary="Add the scripts of the platform")
def add_starter_set(request: HttpRequest, body: StarterIn) -> Any:
    """Those that the tenant does not have yet; each waits for a person's approval."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    added = actions.add_starter_set(viewer, tenant, starter_set(), now=_clock.now())
    return {"added": added}


@router.post("/check", response=list[ScriptFindingOut], summary="Check a text")
def check_text(request: HttpRequest, body: ScriptCheckIn) -> Any:
    """Nothing is kept, and nothing is run."""
    require(viewer_of_request(request), Permission.MANAGE_SCRIPTS)
    return list(check_script(body.language, body.body))


@router.get("/{int:script_id}", response=WholeScriptOut, summary="Get a script and its versions")
def get_script(request: HttpRequest, script_id: int) -> Any:
    return _show_whole(queries.access_script(viewer_of_request(request), ScriptId(script_id)))


@router.patch("/{int:script_id}", response=WholeScriptOut, summary="Change a script")
def change_script(request: HttpRequest, script_id: int, body: ScriptIn) -> Any:
    viewer = viewer_of_request(request)
    whole = queries.access_script(viewer, ScriptId(script_id))
    known, latest = whole.row.script, whole.latest.content
    given = body.model_dump(exclude_none=True, exclude={"parameters"})

    def said(name: str, before: Any) -> Any:
        return given.get(name, before)

    head = ScriptDraft(
        name=said("name", known.name),
        language=known.language,
        description_zh=said("description_zh", known.description_zh),
        description_en=said("description_en", known.description_en),
        folder=said("folder", known.folder),
        tags=tuple(said("tags", known.tags)),
        is_shared=said("is_shared", known.is_shared),
    )
    listed = body.parameters
    content = VersionDraft(
        body=said("body", latest.body),
        parameters=latest.parameters if listed is None else tuple(p.as_fact() for p in listed),
        timeout_s=said("timeout_s", latest.timeout_s),
        max_output_bytes=said("max_output_bytes", latest.max_output_bytes),
        is_risky=said("is_risky", latest.is_risky),
        note=said("note", ""),
    )
    # what was not sent is as it was read here, so that nobody else's change gets lost
    revision = known.revision if body.revision is None else body.revision
    actions.change_script(viewer, known.id, head, content, now=_clock.now(), revision=revision)
    return _show_whole(queries.access_script(viewer, known.id))


@router.delete("/{int:script_id}", response={204: None}, summary="Remove a script")
def remove_script(request: HttpRequest, script_id: int) -> Any:
    """Answers 409 once a version of it was approved."""
    actions.remove_script(viewer_of_request(request), ScriptId(script_id))
    return Status(204, None)


@router.get("/{int:script_id}/file", response=ScriptFileOut, summary="Get a script as a file")
def export_script(request: HttpRequest, script_id: int, query: Query[VersionQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    return {"text": queries.export_script(viewer, ScriptId(script_id), query.version)}


@router.post(
    "/{int:script_id}/versions/{int:number}/ask-review",
    response=WholeScriptOut,
    summary="Ask another person to approve a version",
)
def ask_review(request: HttpRequest, script_id: int, number: int) -> Any:
    viewer = viewer_of_request(request)
    review.ask_review(viewer, review.Meant(ScriptId(script_id), number), now=_clock.now())
    return _show_whole(queries.access_script(viewer, ScriptId(script_id)))


@router.post(
    "/{int:script_id}/versions/{int:number}/approve",
    response=WholeScriptOut,
    summary="Approve a version",
)
def approve(request: HttpRequest, script_id: int, number: int, body: JudgementIn) -> Any:
    """Answers 409 to whoever wrote it or asked for it."""
    viewer = viewer_of_request(request)
    meant = review.Meant(ScriptId(script_id), number, body.sha256)
    review.approve(viewer, meant, now=_clock.now(), note=body.note)
    return _show_whole(queries.access_script(viewer, ScriptId(script_id)))


@router.post(
    "/{int:script_id}/versions/{int:number}/send-back",
    response=WholeScriptOut,
    summary="Do not approve a version",
)
def send_back(request: HttpRequest, script_id: int, number: int, body: JudgementIn) -> Any:
    viewer = viewer_of_request(request)
    meant = review.Meant(ScriptId(script_id), number, body.sha256)
    review.send_back(viewer, meant, now=_clock.now(), note=body.note)
    return _show_whole(queries.access_script(viewer, ScriptId(script_id)))


@router.post(
    "/{int:script_id}/versions/{int:number}/retire",
    response=WholeScriptOut,
    summary="Let a version run no more",
)
def retire(request: HttpRequest, script_id: int, number: int) -> Any:
    viewer = viewer_of_request(request)
    review.retire(viewer, review.Meant(ScriptId(script_id), number), now=_clock.now())
    return _show_whole(queries.access_script(viewer, ScriptId(script_id)))


def _content(body: ContentBody) -> VersionDraft:
    return VersionDraft(
        body=body.body,
        parameters=tuple(each.as_fact() for each in body.parameters),
        timeout_s=body.timeout_s,
        max_output_bytes=body.max_output_bytes,
        is_risky=body.is_risky,
        note=body.note,
    )


_HEAD = (
    "id",
    "tenant",
    "name",
    "language",
    "description_zh",
    "description_en",
    "folder",
    "is_shared",
    "revision",
    "latest",
    "changed_at",
    "changed_by",
)


def _show(row: ScriptRow) -> dict[str, Any]:
    return {name: getattr(row.script, name) for name in _HEAD} | {
        "tags": list(row.script.tags),
        "state": row.state,
        "approved": row.approved,
        "is_dangerous": row.is_dangerous,
        "may_change": row.may_change,
    }


def _show_whole(whole: queries.WholeScript) -> dict[str, Any]:
    return _show(whole.row) | {"versions": [_show_version(each) for each in whole.versions]}


_LIFE = (
    "number",
    "state",
    "sha256",
    "is_dangerous",
    "by",
    "at",
    "asked_by",
    "asked_at",
    "judged_by",
    "judged_at",
    "judgement_note",
    "retired_by",
    "retired_at",
)


def _show_version(version: Version) -> dict[str, Any]:
    content = version.content
    return {name: getattr(version, name) for name in _LIFE} | {
        "body": content.body,
        "parameters": [
            {name: getattr(each, name) for name in ParameterBody.model_fields}
            | {"choices": list(each.choices)}
            for each in content.parameters
        ],
        "timeout_s": content.timeout_s,
        "max_output_bytes": content.max_output_bytes,
        "is_risky": content.is_risky,
        "note": content.note,
        "findings": list(version.findings),
    }
