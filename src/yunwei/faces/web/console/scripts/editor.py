"""The editor of a script: its head, its text, its parameters; checked before it is saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid, Misconfigured, Refused
from yunwei.base.core.ids import ScriptId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.code import CodeLine, read_code
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, tenant_field
from yunwei.faces.web.shared.page import CLOCK, done, form_page, render
from yunwei.faces.web.shared.words import options
from yunwei.operate.scripts.actions import library as actions
from yunwei.operate.scripts.actions.checking import check_script
from yunwei.operate.scripts.facts.library import (
    Finding,
    Parameter,
    ParameterKind,
    ScriptDraft,
    ScriptLanguage,
    VersionDraft,
)
from yunwei.operate.scripts.queries import library as queries
from yunwei.operate.scripts.queries.library import WholeScript
from yunwei.operate.scripts.rules.canonical import normal_body
from yunwei.operate.scripts.rules.drafts import check_version, read_tags

_CELLS = (
    "name",
    "kind",
    "label_zh",
    "label_en",
    "default",
    "required",
    "choices",
    "minimum",
    "maximum",
)
_MOST_ROWS = 40

type Row = dict[str, str]


def _fields(viewer: Viewer, whole: WholeScript | None) -> tuple[FormField, ...]:
    may_share = whole.row.may_be_shared if whole else len(viewer.tenants) > 1
    new = (
        tenant_field(tenant_options(viewer), label=_("Tenant"), home=str(viewer.tenant)),
        FormField(
            key="language",
            label=_("Language"),
            kind="choice",
            options=options("script_language"),
            default="powershell",
        ),
    )
    return (
        *(() if whole else new),
        FormField(key="name", label=_("Name")),
        FormField(
            key="description_zh",
            label=_("What it does, in Chinese"),
            kind="area",
            rows=2,
            is_required=False,
        ),
        FormField(
            key="description_en",
            label=_("What it does, in English"),
            kind="area",
            rows=2,
            is_required=False,
        ),
        FormField(
            key="folder", label=_("Folder"), is_required=False, help=_("Such as Disk/Clean-up.")
        ),
        FormField(key="tags", label=_("Tags"), is_required=False, help=_("Words, between spaces.")),
        *((_shared_field(),) if may_share else ()),
        *_version_fields(),
        FormField(key="revision", label="", kind="hidden", is_required=False),
    )


def _shared_field() -> FormField:
    return FormField(
        key="is_shared",
        label=_("Customers may run it, too"),
        kind="boolean",
        is_required=False,
        help=_("Of the provider's scripts only. Customers see what was approved."),
    )


def _version_fields() -> tuple[FormField, ...]:
    return (
        FormField(
            key="timeout_s",
            label=_("Time limit for one desktop, in seconds"),
            kind="number",
            minimum=1,
            maximum=86_400,
            default="300",
        ),
        FormField(
            key="max_output_bytes",
            label=_("Most output of one desktop, in bytes"),
            kind="number",
            minimum=1024,
            maximum=1_048_576,
            default="65536",
        ),
        FormField(
            key="is_risky",
            label=_("A run of it has to be approved, whatever the checks say"),
            kind="boolean",
            is_required=False,
        ),
        FormField(key="note", label=_("What is new in this version"), is_required=False),
        # drawn as the editor, beside the others
        FormField(key="body", label=_("Script"), kind="area", rows=24),
    )


@dataclass
class Editing:
    """What the page of the editor shows beside its form."""

    rows: list[Row]
    language: ScriptLanguage
    body: str
    lines: tuple[CodeLine, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_checked: bool = False
    kinds: list[tuple[str, object]] = field(default_factory=lambda: list(options("parameter_kind")))


@form_page(Permission.MANAGE_SCRIPTS)
def new_script(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /scripts/new; POST with act=check or act=add keeps what was typed"""
    form = open_form(request, _fields(viewer, None))
    if _is_saving(request):
        made = form.attempt(lambda sent: _add(request, viewer, sent))
        if made is not None:
            return done(request, "script", _("Saved as a draft."), script=made)
    return _render(request, form, None)


def _add(request: HttpRequest, viewer: Viewer, sent: Form) -> int:
    language = chosen_word(sent, "language", ScriptLanguage)
    return actions.add_script(
        viewer,
        TenantId(sent.number("tenant")),
        _read_head(sent, language),
        _read_content(request, sent),
        now=CLOCK.now(),
    )


@form_page(Permission.MANAGE_SCRIPTS)
def change_script(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """GET, POST /scripts/N/change; POST with act=check or act=add keeps what was typed"""
    whole = queries.access_script(viewer, ScriptId(script))
    if not whole.row.may_change:
        raise Refused()
    form = open_form(request, _fields(viewer, whole), _first(whole))
    if _is_saving(request):
        saved = form.attempt(lambda sent: _change(request, viewer, whole, sent))
        if saved is not None:
            is_new = saved != whole.latest.number
            text = _("Saved as a new draft.") if is_new else _("Saved.")
            return done(request, "script", text, script=script)
    return _render(request, form, whole)


def _change(request: HttpRequest, viewer: Viewer, whole: WholeScript, sent: Form) -> int:
    head = whole.row.script
    return actions.change_script(
        viewer,
        head.id,
        _read_head(sent, head.language),
        _read_content(request, sent),
        now=CLOCK.now(),
        revision=sent.number("revision") if sent.text("revision") else None,
    )


def _is_saving(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("act", "save") == "save"


def _first(whole: WholeScript) -> dict[str, str]:
    head, content = whole.row.script, whole.latest.content
    return {
        "name": head.name,
        "description_zh": head.description_zh,
        "description_en": head.description_en,
        "folder": head.folder,
        "tags": " ".join(head.tags),
        "is_shared": "true" if head.is_shared else "false",
        "timeout_s": str(content.timeout_s),
        "max_output_bytes": str(content.max_output_bytes),
        "is_risky": "true" if content.is_risky else "false",
        "body": content.body,
        "revision": str(head.revision),
    }


def _read_head(sent: Form, language: ScriptLanguage) -> ScriptDraft:
    return ScriptDraft(
        name=sent.text("name"),
        language=language,
        description_zh=sent.text("description_zh"),
        description_en=sent.text("description_en"),
        folder=sent.text("folder"),
        tags=read_tags(sent.text("tags")),
        is_shared=sent.is_on("is_shared") if "is_shared" in sent.by_key else False,
    )


def _read_content(request: HttpRequest, sent: Form) -> VersionDraft:
    return VersionDraft(
        body=_body(sent),
        parameters=tuple(_read_parameters(_typed_rows(request))),
        timeout_s=sent.number("timeout_s"),
        max_output_bytes=sent.number("max_output_bytes"),
        is_risky=sent.is_on("is_risky"),
        note=sent.text("note"),
    )


def _body(form: Form) -> str:
    return normal_body(next(iter(form.several("body")), ""))


def _typed_rows(request: HttpRequest) -> list[Row]:
    columns = {cell: request.POST.getlist(f"parameter.{cell}") for cell in _CELLS}
    count = min(max((len(texts) for texts in columns.values()), default=0), _MOST_ROWS)
    rows = (
        {cell: texts[n] if n < len(texts) else "" for cell, texts in columns.items()}
        for n in range(count)
    )
    return [row for row in rows if any(row[c].strip() for c in ("name", "label_zh", "label_en"))]


def _read_parameters(rows: Iterable[Row]) -> Iterable[Parameter]:
    for number, row in enumerate(rows, start=1):
        try:
            kind = ParameterKind(row["kind"])
        except ValueError as error:
            raise Invalid("parameters", "this is not one of the choices") from error
        yield Parameter(
            name=row["name"],
            kind=kind,
            label_zh=row["label_zh"],
            label_en=row["label_en"],
            default=row["default"],
            is_required=row["required"] != "no",
            choices=tuple(row["choices"].replace("，", ",").split(",")),
            minimum=_limit(row["minimum"], number),
            maximum=_limit(row["maximum"], number),
        )


def _limit(text: str, number: int) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError as error:
        raise Invalid("parameters", f"parameter {number}: this is not a number") from error


def _rows_of(parameters: Sequence[Parameter]) -> list[Row]:
    return [
        {
            "name": each.name,
            "kind": each.kind.value,
            "label_zh": each.label_zh,
            "label_en": each.label_en,
            "default": each.default,
            "required": "yes" if each.is_required else "no",
            "choices": ", ".join(each.choices),
            "minimum": "" if each.minimum is None else f"{each.minimum:g}",
            "maximum": "" if each.maximum is None else f"{each.maximum:g}",
        }
        for each in parameters
    ]


def _render(request: HttpRequest, form: Form, whole: WholeScript | None) -> HttpResponseBase:
    editing = _edit(request, form, whole)
    is_wrong = form.is_sent and bool(form.error or form.errors)
    return render(
        request,
        "console/scripts/editor.html",
        status=422 if is_wrong else 200,
        form=form,
        whole=whole,
        editing=editing,
        parameter_error=form.take_error("parameters"),
        heads=[each for each in form.drawn if each.field.key in _HEADS],
        limits=[each for each in form.drawn if each.field.key in _LIMITS],
    )


_HEADS = (
    "tenant",
    "language",
    "name",
    "description_zh",
    "description_en",
    "folder",
    "tags",
    "is_shared",
    "revision",
)
_LIMITS = ("timeout_s", "max_output_bytes", "is_risky", "note")


def _edit(request: HttpRequest, form: Form, whole: WholeScript | None) -> Editing:
    if whole is not None:
        language = whole.row.script.language
    else:
        typed = form.text("language")
        language = (
            ScriptLanguage(typed) if typed in set(ScriptLanguage) else ScriptLanguage.POWERSHELL
        )
    if form.is_sent:
        rows = _typed_rows(request)
    else:
        rows = _rows_of(whole.latest.content.parameters) if whole else []
    editing = Editing(rows=[*rows, {}], language=language, body=_body(form))
    if request.POST.get("act") == "add":
        editing.rows.append({})
    if request.POST.get("act") == "check":
        _check(request, form, editing)
    return editing


def _check(request: HttpRequest, form: Form, editing: Editing) -> None:
    try:
        content = check_version(editing.language, _read_content(request, form))
        editing.findings = check_script(editing.language, content.body)
    except Invalid as error:
        form.refuse(error)
    except Misconfigured as error:
        form.error = error.message
    else:
        editing.lines = read_code(editing.language, content.body, editing.findings)
        editing.is_checked = True


urlpatterns = [
    path("scripts/new", new_script, name="script_new"),
    path("scripts/<int:script>/change", change_script, name="script_change"),
]
