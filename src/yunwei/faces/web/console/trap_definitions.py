"""The pages of trap definitions: import MIB files, map each of their traps to an alarm."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import TenantId, TrapFamilyId
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, yes_filter
from yunwei.faces.web.shared.forms import Form, FormField, open_form, tenant_field
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.collect.actions import trap_families as actions
from yunwei.monitor.collect.facts import TrapFamily
from yunwei.monitor.collect.queries import trap_families as queries
from yunwei.plugins.sdk.manifest import Label
from yunwei.plugins.sdk.traps import Act, ActFile, FamilyFile, SeverityFile, TextFile, TrapFile

_SEE = (Permission.SEE_SOURCES, Permission.MANAGE_SOURCES)

FAMILIES = ListSpec[TrapFamily](
    name="trap-definitions",
    title=_("Trap definitions"),
    columns=(
        Column(
            name="name",
            label=_("Name"),
            value=lambda row: row.name,
            note=lambda row: row.origin,
            link=lambda row: reverse("trap_family", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="traps",
            label=_("Traps"),
            value=lambda row: row.traps,
            kind="number",
            sort="traps",
            phone="label",
        ),
        Column(
            name="is_enabled",
            label=_("In use"),
            value=lambda row: row.is_enabled,
            kind="word",
            words="yes_no",
            phone="label",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.changed_at,
            note=lambda row: row.changed_by,
            kind="time",
            sort="changed_at",
        ),
    ),
    filters=(
        search_filter(_("Name, identifier, text")),
        yes_filter("is_enabled", _("In use: all"), _("in use"), _("not in use")),
    ),
    fetch=queries.fetch_trap_families,
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("sources",),
    empty_icon="file-import",
    empty_title=_("No MIB was imported yet"),
    empty_text=_(
        "Standard traps and Huawei's northbound alarms are known without. Import a vendor's MIB "
        "files, so that its traps come under their names."
    ),
)


@page(*_SEE)
def list_families(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /trap-definitions"""
    return serve_list(request, viewer, FAMILIES, "console/trap_definitions/list.html")


@form_page(Permission.MANAGE_SOURCES)
def import_files(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /trap-definitions/import: MIB files, or one exported family (.json)"""
    form = open_form(request, _import_fields(viewer))

    def read(sent: Form) -> actions.Imported:
        return _import(request, viewer, TenantId(sent.number("tenant")), now=CLOCK.now())

    made = form.attempt(read)
    error = form.take_error("files") or form.take_error("family")
    status = 422 if form.is_sent and made is None else 200
    context: dict[str, Any] = {"form": form, "made": made, "files_error": error}
    return render(request, "console/trap_definitions/import.html", status=status, **context)


def _import_fields(viewer: Viewer) -> tuple[FormField, ...]:
    tenants = tenant_options(viewer)
    return (
        tenant_field(
            tenants,
            label=_("Tenant"),
            home=str(viewer.tenant),
            help=_("Definitions of the provider serve the sources of every tenant."),
        ),
    )


def _import(
    request: HttpRequest, viewer: Viewer, tenant: TenantId, *, now: datetime
) -> actions.Imported:
    files: dict[str, bytes] = {}
    families: list[tuple[TrapFamilyId, str]] = []
    for sent in request.FILES.getlist("files"):
        if (sent.size or 0) > actions.LARGEST_UPLOAD_BYTES:
            raise Invalid("files", "the file is too large")
        data = sent.read()
        if str(sent.name).endswith(".json"):
            families.append(
                actions.import_family(viewer, tenant, data.decode("utf-8", "replace"), now=now)
            )
        else:
            files[str(sent.name)] = data
    if not files and families:
        report = queries.trap_definer().read_mibs({}, ())
        return actions.Imported(report=report, families=tuple(families))
    made = actions.import_mibs(viewer, tenant, files, now=now)
    return replace(made, families=(*families, *made.families))


@page(*_SEE)
def show_family(request: HttpRequest, viewer: Viewer, family: int) -> HttpResponseBase:
    """GET /trap-definitions/N"""
    row = queries.access_trap_family(viewer, TrapFamilyId(family))
    content = queries.read_family(row)
    return render(
        request,
        "console/trap_definitions/detail.html",
        row=row,
        traps=[_summarise(each) for each in content.trap],
    )


def _summarise(trap: TrapFile) -> dict[str, object]:
    fixed = trap.severity.otherwise
    return {
        "trap": trap,
        "oids": trap.oids,
        "alarm_type": " / ".join(trap.alarm_type),
        "acts": [each.do for each in trap.act],
        "severity": fixed if not trap.severity.variables else None,
        "by": ", ".join(trap.severity.variables),
    }


@page(*_SEE)
def export_family(request: HttpRequest, viewer: Viewer, family: int) -> HttpResponseBase:
    """GET /trap-definitions/N/export: the family as JSON, to be imported elsewhere"""
    row = queries.access_trap_family(viewer, TrapFamilyId(family))
    pretty = msgspec.json.format(row.content.encode(), indent=2)
    name = "".join(each if each.isalnum() or each in "-_" else "_" for each in row.name)
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return HttpResponse(pretty, content_type="application/json", headers=headers)


@action(Permission.MANAGE_SOURCES)
def switch_family(request: HttpRequest, viewer: Viewer, family: int) -> HttpResponseBase:
    """POST /trap-definitions/N/switch with `is_enabled` yes or no"""
    is_enabled = request.POST.get("is_enabled") == "yes"
    actions.switch_trap_family(viewer, TrapFamilyId(family), is_enabled=is_enabled, now=CLOCK.now())
    return done(request, reverse("trap_family", args=[family]), _("Saved."))


@action(Permission.MANAGE_SOURCES)
def remove_family(request: HttpRequest, viewer: Viewer, family: int) -> HttpResponseBase:
    """POST /trap-definitions/N/remove"""
    actions.remove_trap_family(viewer, TrapFamilyId(family))
    return done(request, "trap_definitions", _("The definitions are gone."))


@dataclass
class TrapBoard:
    """One trap of a family, with what traps that came would be by it."""

    viewer: Viewer
    row: TrapFamily
    content: FamilyFile
    position: int
    now: datetime

    @property
    def trap(self) -> TrapFile:
        return self.content.trap[self.position]

    @property
    def variables(self) -> list[tuple[str, str]]:
        return sorted(self.content.variables.items())

    @cached_property
    def received(self) -> tuple[dict[str, str], ...]:
        return alarms.fetch_traps_like(self.viewer, self.trap.oids)

    def preview(self, trap: TrapFile) -> list[RawAlarm]:
        """Return what the received traps would be; raises Invalid naming what is wrong."""
        traps = list(self.content.trap)
        traps[self.position] = trap
        family = msgspec.structs.replace(self.content, trap=tuple(traps))
        return list(queries.trap_definer().preview(family, self.received, now=self.now))


@form_page(*_SEE)
def change_trap(request: HttpRequest, viewer: Viewer, family: int, trap: int) -> HttpResponseBase:
    """GET, POST /trap-definitions/N/traps/M: POST with `preview` shows, else saves"""
    row = queries.access_trap_family(viewer, TrapFamilyId(family))
    content = queries.read_family(row)
    if not 0 <= trap < len(content.trap):
        raise Refused()
    board = TrapBoard(viewer=viewer, row=row, content=content, position=trap, now=CLOCK.now())
    form = open_form(request, _FIELDS, _describe(board.trap))

    def keep(sent: Form) -> bool:
        wanted = _read_trap(sent, board.trap)
        if "preview" in request.POST:
            board.preview(wanted)
            return False
        actions.change_trap(viewer, row.id, trap, wanted, now=board.now)
        return True

    if form.attempt(keep):
        return done(request, reverse("trap_family", args=[family]), _("Saved."))
    return _render_trap(request, board, form)


def _render_trap(request: HttpRequest, board: TrapBoard, form: Form) -> HttpResponseBase:
    is_wrong = form.is_sent and bool(form.error or form.errors)
    shown = board.trap
    if form.is_sent and not is_wrong:
        shown = _read_trap(form, board.trap)
    return render(
        request,
        "console/trap_definitions/trap.html",
        parts=("preview",),
        status=422 if is_wrong else 200,
        board=board,
        form=form,
        preview=[] if is_wrong else board.preview(shown),
    )


_SENDER = "/device/{address}"
_ACTS = (
    ("raise", _("raises an alarm")),
    ("clear", _("clears an alarm")),
    ("notice", _("is a notice: raised and over at once")),
    ("ignore", _("is ignored")),
)

_FIELDS: tuple[FormField, ...] = (
    FormField(key="name_zh", label=_("Name in Chinese"), part=_("What it is called")),
    FormField(key="name_en", label=_("Name in English"), part=_("What it is called")),
    FormField(
        key="do", label=_("Such a trap"), kind="choice", options=_ACTS, part=_("What it does")
    ),
    FormField(
        key="clear_variable",
        label=_("… but clears when the variable"),
        is_required=False,
        part=_("What it does"),
    ),
    FormField(
        key="clear_values",
        label=_("is one of"),
        is_required=False,
        help=_("Several are separated by commas."),
        part=_("What it does"),
    ),
    FormField(
        key="alarm_type",
        label=_("Alarm type"),
        help=_("A raise and its clear have the same type, object and qualifier."),
        part=_("Which alarm it is"),
    ),
    FormField(
        key="managed_object",
        label=_("Object"),
        kind="area",
        help=_("One a line; the first that has all its values is taken."),
        part=_("Which alarm it is"),
    ),
    FormField(
        key="qualifier",
        label=_("Qualifier"),
        is_required=False,
        help=_("Tells alarms of one type and object apart, such as {ifIndex}."),
        part=_("Which alarm it is"),
    ),
    FormField(
        key="severity",
        label=_("Severity"),
        kind="choice",
        options=options("severity"),
        part=_("How severe it is"),
    ),
    FormField(
        key="severity_variable",
        label=_("… but by the value of the variable"),
        is_required=False,
        part=_("How severe it is"),
    ),
    FormField(
        key="severity_values",
        label=_("Value = severity"),
        kind="area",
        is_required=False,
        help=_("One a line, such as 1 = critical"),
        part=_("How severe it is"),
    ),
    FormField(key="text_zh", label=_("Text in Chinese"), kind="area", part=_("What people read")),
    FormField(key="text_en", label=_("Text in English"), kind="area", part=_("What people read")),
)


def _describe(trap: TrapFile) -> dict[str, str]:
    clear = next((each for each in trap.act if each.when and each.do == "clear"), None)
    variable, values = next(iter(clear.when.items())) if clear else ("", ())
    return {
        "name_zh": trap.name.zh,
        "name_en": trap.name.en,
        "do": trap.act[-1].do,
        "clear_variable": variable,
        "clear_values": ", ".join(values),
        "alarm_type": next(iter(trap.alarm_type), ""),
        "managed_object": "\n".join(trap.managed_object),
        "qualifier": next(iter(trap.qualifier), ""),
        "severity": trap.severity.otherwise.value,
        "severity_variable": next(iter(trap.severity.variables), ""),
        "severity_values": "\n".join(
            f"{value} = {severity.value}" for value, severity in trap.severity.values.items()
        ),
        "text_zh": "\n".join(trap.text.zh),
        "text_en": "\n".join(trap.text.en),
    }


def _read_trap(form: Form, before: TrapFile) -> TrapFile:
    """Return the trap that the form describes; raises Invalid naming the field."""
    variable = form.text("clear_variable")
    values = tuple(filter(None, (each.strip() for each in form.text("clear_values").split(","))))
    if bool(variable) != bool(values):
        raise Invalid("clear_values", "this is required")
    acts = (ActFile(do="clear", when={variable: values}),) if variable else ()
    return msgspec.structs.replace(
        before,
        name=Label(zh=form.text("name_zh"), en=form.text("name_en")),
        act=(*acts, ActFile(do=_read_act(form.text("do")))),
        alarm_type=(form.text("alarm_type"),),
        # every trap has a sender: an alarm is about something whatever a device leaves out
        managed_object=tuple(dict.fromkeys((*_lines(form.text("managed_object")), _SENDER))),
        qualifier=(form.text("qualifier"),),
        severity=_read_severity(form),
        text=TextFile(zh=_lines(form.text("text_zh")), en=_lines(form.text("text_en"))),
    )


def _read_act(text: str) -> Act:
    try:
        return msgspec.convert(text, Act)
    except msgspec.ValidationError as error:
        raise Invalid("do", "this is not one of the choices") from error


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


def _read_severity(form: Form) -> SeverityFile:
    variable = form.text("severity_variable")
    values = dict(_read_values(_lines(form.text("severity_values"))))
    if bool(variable) != bool(values):
        raise Invalid("severity_values", "this is required")
    try:
        otherwise = Severity(form.text("severity"))
    except ValueError as error:
        raise Invalid("severity", "this is not one of the choices") from error
    return SeverityFile(
        variables=(variable,) if variable else (), values=values, otherwise=otherwise
    )


def _read_values(lines: Iterable[str]) -> Iterable[tuple[str, Severity]]:
    for line in lines:
        value, _sign, word = line.partition("=")
        try:
            yield value.strip(), Severity(word.strip())
        except ValueError as error:
            raise Invalid("severity_values", f"not a severity: {line}") from error


urlpatterns = [
    path("trap-definitions", list_families, name="trap_definitions"),
    path("trap-definitions/import", import_files, name="trap_import"),
    path("trap-definitions/<int:family>", show_family, name="trap_family"),
    path("trap-definitions/<int:family>/export", export_family, name="trap_export"),
    path("trap-definitions/<int:family>/switch", switch_family, name="trap_switch"),
    path("trap-definitions/<int:family>/remove", remove_family, name="trap_remove"),
    path("trap-definitions/<int:family>/traps/<int:trap>", change_trap, name="trap"),
]
