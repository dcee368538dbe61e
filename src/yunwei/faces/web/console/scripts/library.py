"""The library: its list, one script with its versions and their review, files in and out."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ScriptId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter, yes_filter
from yunwei.faces.web.shared.code import read_code
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.scripts.actions import library as actions
from yunwei.operate.scripts.actions import review
from yunwei.operate.scripts.facts.library import Parameter, Script, ScriptRow
from yunwei.operate.scripts.queries import library as queries
from yunwei.operate.scripts.queries.starter import starter_set
from yunwei.operate.scripts.rules.differences import compare

_SEE = (Permission.SEE_SCRIPTS, Permission.MANAGE_SCRIPTS)
_LARGEST_FILE = 1_000_000


def describe(script: Script) -> str:
    """Return what a script is for, in the reader's language where it has it."""
    zh, en = script.description_zh, script.description_en
    return (zh or en) if (get_language() or "zh").startswith("zh") else (en or zh)


def _folder_options(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    return [(name, name) for name in queries.fetch_folders(viewer)]


def _state_shown(row: ScriptRow) -> str:
    return row.state.value


SCRIPTS = ListSpec[ScriptRow](
    name="scripts",
    title=_("Scripts"),
    columns=(
        Column(
            name="name",
            label=_("Script"),
            value=lambda row: row.script.name,
            note=lambda row: describe(row.script).partition("\n")[0],
            link=lambda row: reverse("script", args=[row.script.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="language",
            label=_("Language"),
            value=lambda row: row.script.language,
            kind="word",
            words="script_language",
            sort="language",
        ),
        Column(
            name="state",
            label=_("Newest version"),
            value=_state_shown,
            kind="word",
            words="version_state",
            sort="state",
        ),
        Column(
            name="approved",
            label=_("May run"),
            value=lambda row: row.approved,
            kind="number",
            phone="label",
        ),
        Column(
            name="is_dangerous",
            label=_("Dangerous"),
            value=lambda row: "danger" if row.is_dangerous else None,
            kind="word",
            words="finding_level",
            phone="hide",
        ),
        Column(
            name="folder",
            label=_("Folder"),
            value=lambda row: row.script.folder,
            sort="folder",
            phone="hide",
        ),
        Column(
            name="tags",
            label=_("Tags"),
            value=lambda row: row.script.tags,
            kind="tags",
            phone="hide",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.script.changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name, description or a word of the script")),
        word_filter("language", _("Language: all"), "script_language"),
        word_filter("state", _("State: all"), "version_state"),
        Filter(name="folder", label=_("Folder: all"), options=_folder_options, kind="choice"),
        yes_filter("may_run", _("May run: all"), _("Has an approved version"), _("Has none")),
        yes_filter("is_dangerous", _("Danger: all"), _("Dangerous"), _("Not dangerous")),
        Filter(name="tag", label=_("Tag"), is_main=False),
    ),
    fetch=lambda viewer, filters, asked: queries.fetch_scripts(viewer, filters=filters, page=asked),
    row_id=lambda row: row.script.id,
    default_sort="name",
    refresh=("scripts",),
    empty_icon="file-code",
    empty_title=_("No scripts"),
    empty_text=_(
        "Write one, bring one as a file, or begin with the set that comes with the platform."
    ),
)


@page(*_SEE)
def list_scripts(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /scripts"""
    return serve_list(
        request,
        viewer,
        SCRIPTS,
        "console/scripts/list.html",
        **offer(viewer, Permission.MANAGE_SCRIPTS, "script_new", _("Write a script")),
    )


@page(*_SEE)
def show_script(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """GET /scripts/N[?version=M]"""
    whole = queries.access_script(viewer, ScriptId(script))
    asked = request.GET.get("version", "")
    shown = whole.version(_number(asked) if asked else None)
    can = whole.row.may_change and may(viewer, Permission.MANAGE_SCRIPTS)
    return render(
        request,
        "console/scripts/script.html",
        parts=("script",),
        whole=whole,
        row=whole.row,
        script=whole.row.script,
        description=describe(whole.row.script),
        version=shown,
        lines=read_code(whole.row.script.language, shown.content.body, shown.findings),
        can=can,
        can_judge=can and viewer.name not in (shown.by, shown.asked_by),
        parameters=[(each, label_of(each)) for each in shown.content.parameters],
    )


def label_of(parameter: Parameter) -> str:
    """Return what a parameter is called, in the reader's language where it has it."""
    zh, en = parameter.label_zh, parameter.label_en
    said = (zh or en) if (get_language() or "zh").startswith("zh") else (en or zh)
    return said or parameter.name


@action(Permission.MANAGE_SCRIPTS)
def act_on_version(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """POST /scripts/N/act: act (ask, approve, send_back, retire), version, sha256, note"""
    meant = review.Meant(
        ScriptId(script),
        _number(request.POST.get("version", "")),
        request.POST.get("sha256", ""),
    )
    note = request.POST.get("note", "")
    try:
        text = _act(viewer, request.POST.get("act", ""), meant, note)
    except (Conflict, Invalid) as error:
        return done(request, "script", say_error(error), tone="critical", script=script)
    return done(request, "script", text, script=script)


def _act(viewer: Viewer, act: str, meant: review.Meant, note: str) -> Text:
    now = CLOCK.now()
    if act == "ask":
        review.ask_review(viewer, meant, now=now)
        return _("Another person is asked to approve it.")
    if act == "approve":
        review.approve(viewer, meant, now=now, note=note)
        return _("Approved: it may run from now on.")
    if act == "send_back":
        review.send_back(viewer, meant, now=now, note=note)
        return _("Its author is told why it is not approved.")
    if act == "retire":
        review.retire(viewer, meant, now=now)
        return _("Retired: it runs no more.")
    raise Refused()


@action(Permission.MANAGE_SCRIPTS)
def remove_script(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """POST /scripts/N/remove"""
    try:
        actions.remove_script(viewer, ScriptId(script))
    except Conflict as error:
        return done(request, "script", say_error(error), tone="critical", script=script)
    return done(request, "scripts", _("The script was removed."))


@page(*_SEE)
def show_differences(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """GET /scripts/N/differences?before=A&after=B"""
    whole = queries.access_script(viewer, ScriptId(script))
    after = whole.version(_number(request.GET.get("after", "") or str(whole.latest.number)))
    usual = max((v.number for v in whole.versions if v.number < after.number), default=0)
    before = whole.version(_number(request.GET.get("before", "") or str(usual or after.number)))
    return render(
        request,
        "console/scripts/differences.html",
        script=whole.row.script,
        versions=whole.versions,
        before=before,
        after=after,
        lines=compare(before.content.body, after.content.body),
    )


@page(*_SEE)
def export_script(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """GET /scripts/N/file[?version=M]"""
    asked = request.GET.get("version", "")
    number = _number(asked) if asked else None
    text = queries.export_script(viewer, ScriptId(script), number)
    answer = HttpResponse(text.encode(), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="script-{script}.script"'
    return answer


@form_page(Permission.MANAGE_SCRIPTS)
def import_script(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /scripts/import"""
    tenants = tenant_options(viewer)
    fields = (
        tenant_field(tenants, label=_("Tenant"), home=str(viewer.tenant)),
        FormField(
            key="file",
            label=_("File"),
            kind="file",
            is_required=False,
            help=_("As it was saved here or elsewhere: a head between +++ and the script."),
        ),
    )
    form = open_form(request, fields)
    made = form.attempt(lambda sent: _import(request, viewer, sent))
    if made is not None:
        return done(request, "script", _("The script was added as a draft."), script=made)
    status = 422 if form.is_sent else 200
    return render(request, "console/scripts/import.html", form=form, status=status)


def _import(request: HttpRequest, viewer: Viewer, form: Form) -> int:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("file", "choose a file")
    if (file.size or 0) > _LARGEST_FILE:
        raise Invalid("file", "the file is too large")
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("file", "the file is not UTF-8 text") from error
    try:
        return actions.import_script(viewer, TenantId(form.number("tenant")), text, now=CLOCK.now())
    except Invalid as error:
        raise Invalid("file", error.why) from error


@action(Permission.MANAGE_SCRIPTS)
def add_starter_set(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /scripts/starter-set: for one's own tenant"""
    added = actions.add_starter_set(viewer, viewer.tenant, starter_set(), now=CLOCK.now())
    text = _("The scripts that come with the platform wait for their review.")
    return done(request, "scripts", text if added else _("They are all there already."))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused()
    return int(text)


urlpatterns = [
    path("scripts", list_scripts, name="scripts"),
    path("scripts/starter-set", add_starter_set, name="script_starter_set"),
    path("scripts/import", import_script, name="script_import"),
    path("scripts/<int:script>", show_script, name="script"),
    path("scripts/<int:script>/act", act_on_version, name="script_act"),
    path("scripts/<int:script>/remove", remove_script, name="script_remove"),
    path("scripts/<int:script>/differences", show_differences, name="script_differences"),
    path("scripts/<int:script>/file", export_script, name="script_file"),
]
