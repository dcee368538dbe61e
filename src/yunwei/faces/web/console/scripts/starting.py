"""The form that starts a run: the script's parameters, which desktops, how; looked at first."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, YunweiError
from yunwei.base.core.ids import RunId, ScriptId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.channels import secret_box
from yunwei.faces.web.console.scripts.library import describe, label_of, tenant_field
from yunwei.faces.web.shared.choices import pool_options, tenant_options
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import (
    Form,
    FormField,
    chosen_word,
    open_form,
    write_instant,
)
from yunwei.faces.web.shared.page import CLOCK, done, form_page, render
from yunwei.faces.web.shared.words import options
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions.starting import access_runnable, needs_of, start_run
from yunwei.operate.runs.facts.clouds import ScriptNeeds
from yunwei.operate.runs.facts.runs import Choice, Chosen, Offline, Plan, Run, RunDraft
from yunwei.operate.runs.rules.choosing import DESKTOP_FIELDS, read_names
from yunwei.operate.runs.rules.plan import needs_approval
from yunwei.operate.scripts.facts.library import Parameter, ParameterKind, Version

_VALUE = "value."
_USUAL_WAIT = timedelta(hours=8)
_LARGEST_FILE = 5_000_000
_KINDS = {
    ParameterKind.NUMBER: "number",
    ParameterKind.CHOICE: "choice",
    ParameterKind.DATE: "day",
    ParameterKind.SECRET: "secret",
}


@form_page(Permission.RUN_SCRIPTS)
def start(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """GET, POST /scripts/N/run[?desktop=N][?retry=RUN]; POST with act=preview starts nothing"""
    try:
        whole, version = access_runnable(viewer, ScriptId(script))
    except Conflict as error:
        return done(request, "script", say_error(error), tone="critical", script=script)
    retried = _retried(request, viewer)
    form = open_form(request, _fields(viewer, version), _first(request, retried))
    _take_file(request, form)
    chosen: Chosen | None = None
    if request.POST.get("act") == "preview":
        chosen = _preview(viewer, form, needs_of(whole.row.script.language, version))
    elif form.is_sent:
        made = form.attempt(lambda sent: _start(viewer, ScriptId(script), version, sent))
        if made is not None:
            return done(request, "run", _("The run has been started."), run=made)
    is_wrong = form.is_sent and bool(form.error or form.errors)
    return render(
        request,
        "console/runs/start.html",
        parts=("preview",),
        status=422 if is_wrong and not getattr(request, "htmx", None) else 200,
        whole=whole,
        script=whole.row.script,
        version=version,
        description=describe(whole.row.script),
        form=form,
        chosen=chosen,
        retried=retried,
        asks=chosen and _asks(version, chosen),
        targets_error=form.take_error("targets"),
        values=[each for each in form.drawn if each.field.key.startswith(_VALUE)],
        **{name: [form.by_key[key] for key in keys] for name, keys in _PARTS.items()},
    )


_PARTS = {
    "hidden": ("key", "sha256", "retry_of", "desktops"),
    "who": ("tenant", "names", "file", "pools", "condition"),
    "how": ("canary", "batch", "pause_s", "parallel", "stop_at"),
    "rules": ("offline", "deadline_at", "skips_maintenance", "skips_active", "note"),
}


def _fields(viewer: Viewer, version: Version) -> tuple[FormField, ...]:
    return (
        FormField(key="key", label="", kind="hidden", default=secrets.token_urlsafe(16)),
        FormField(key="sha256", label="", kind="hidden", default=version.sha256, is_required=False),
        FormField(key="retry_of", label="", kind="hidden", is_required=False),
        FormField(key="desktops", label="", kind="hidden", is_required=False),
        *map(_value_field, version.content.parameters),
        *_who_fields(viewer),
        *_how_fields(),
        *_rule_fields(),
    )


def _value_field(each: Parameter) -> FormField:
    is_secret = each.kind is ParameterKind.SECRET
    return FormField(
        key=f"{_VALUE}{each.name}",
        label=label_of(each),
        kind=_KINDS.get(each.kind, "text"),
        default=each.default,
        is_required=each.is_required,
        options=[(each_one, each_one) for each_one in _choices(each)],
        minimum=each.minimum,
        maximum=each.maximum,
        help=_("Sealed, never shown, forgotten with the run.") if is_secret else "",
    )


def _choices(each: Parameter) -> Sequence[str]:
    return each.choices if each.is_required else ("", *each.choices)


def _who_fields(viewer: Viewer) -> tuple[FormField, ...]:
    fields = ", ".join(each.name for each in DESKTOP_FIELDS)
    return (
        tenant_field(tenant_options(viewer), _usual_tenant(viewer)),
        FormField(
            key="names",
            label=_("Desktops by name"),
            kind="area",
            rows=4,
            is_required=False,
            help=_("One a line, or between commas."),
        ),
        FormField(
            key="file",
            label=_("Names from a file"),
            kind="file",
            is_required=False,
            help=_("A text file with a name a line."),
        ),
        FormField(
            key="pools",
            label=_("All of these pools"),
            kind="several",
            options=[(value, str(text)) for value, text in pool_options(viewer)],
            is_required=False,
        ),
        FormField(
            key="condition",
            label=_("All that match a condition"),
            kind="area",
            rows=2,
            is_required=False,
            help=_('Such as pool == "Sales" && state == "running". Fields: %(fields)s')
            % {"fields": fields},
        ),
    )


def _usual_tenant(viewer: Viewer) -> str:
    """One's own, unless only others have desktops."""
    counted = [each.tenant for each in inventory.fetch_now(viewer).by_tenant if each.desktops]
    return str(viewer.tenant if viewer.tenant in counted or not counted else counted[0])


def _how_fields() -> tuple[FormField, ...]:
    usual = Plan()
    share = _("A number, or a share such as %(share)s.") % {"share": "10%"}
    return (
        FormField(
            key="canary",
            label=_("Canary: so many first, alone"),
            default=usual.canary,
            is_required=False,
            help=share,
        ),
        FormField(
            key="batch",
            label=_("Then in batches of"),
            is_required=False,
            help=_("Empty: all the others at once."),
        ),
        FormField(
            key="pause_s",
            label=_("Pause between batches, in seconds"),
            kind="number",
            default="0",
            minimum=0,
        ),
        FormField(
            key="parallel",
            label=_("At most so many at once"),
            kind="number",
            default=str(usual.parallel),
            minimum=1,
        ),
        FormField(
            key="stop_at",
            label=_("Begin no more once this is exceeded by failures"),
            default=usual.stop_at,
            is_required=False,
            help=_("Empty: never. Desktops that can not be reached are no failures."),
        ),
    )


def _rule_fields() -> tuple[FormField, ...]:
    return (
        FormField(
            key="offline",
            label=_("Desktops that can not be reached now"),
            kind="choice",
            options=options("offline"),
            default=Offline.WAIT.value,
        ),
        FormField(
            key="deadline_at",
            label=_("Deadline: nothing is begun after it"),
            kind="instant",
            default=write_instant(CLOCK.now() + _USUAL_WAIT),
        ),
        FormField(
            key="skips_maintenance",
            label=_("Leave out desktops in maintenance"),
            kind="boolean",
            default="true",
            is_required=False,
        ),
        FormField(
            key="skips_active",
            label=_("Leave out desktops on which somebody works"),
            kind="boolean",
            is_required=False,
        ),
        FormField(key="note", label=_("What it is for"), is_required=False),
    )


def _retried(request: HttpRequest, viewer: Viewer) -> Run | None:
    asked = request.POST.get("retry_of") or request.GET.get("retry") or ""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    return queries.access_run(viewer, RunId(int(asked)))


def _first(request: HttpRequest, retried: Run | None) -> dict[str, str | Sequence[str]]:
    first: dict[str, str | Sequence[str]] = {"desktops": ",".join(request.GET.getlist("desktop"))}
    if retried is not None:
        first |= {"retry_of": str(retried.id), "tenant": str(retried.tenant)}
        first |= {f"{_VALUE}{name}": text for name, text in retried.parameters.items()}
        plan = retried.plan
        first |= {"canary": plan.canary, "batch": plan.batch, "stop_at": plan.stop_at}
        first |= {"parallel": str(plan.parallel), "pause_s": str(plan.pause_s)}
        first |= {"note": retried.note, "offline": plan.offline.value}
    return first


def _take_file(request: HttpRequest, form: Form) -> None:
    """Put the names of a file beneath those that were typed, so that they are not lost."""
    sent = request.FILES.get("file")
    if sent is None:
        return
    try:
        if (sent.size or 0) > _LARGEST_FILE:
            raise Invalid("file", "this is no list of names")
        names = read_names(sent.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        form.refuse(Invalid("file", "the file is not UTF-8 text"))
    except Invalid as error:
        form.refuse(error)
    else:
        form.values["names"] = ("\n".join((*read_names(form.text("names")), *names)),)


def _preview(viewer: Viewer, form: Form, needs: ScriptNeeds) -> Chosen | None:
    try:
        tenant = TenantId(form.number("tenant"))
        return queries.preview_targets(viewer, tenant, _choice(form), needs=needs, now=CLOCK.now())
    except Invalid as error:
        form.refuse(error)
    except YunweiError as error:
        form.error = say_error(error)
    return None


def _asks(version: Version, chosen: Chosen) -> str:
    total = len(chosen.candidates)
    return needs_approval(is_dangerous=version.is_dangerous, total=total)


def _choice(form: Form) -> Choice:
    retry = form.text("retry_of")
    return Choice(
        names=read_names(form.text("names")),
        pools=_numbers(form, "pools"),
        condition=form.text("condition"),
        desktops=_numbers(form, "desktops"),
        retry_of=RunId(int(retry)) if retry.isdigit() else None,
    )


def _numbers(form: Form, key: str) -> tuple[int, ...]:
    try:
        listed = ",".join(form.several(key)).split(",")
        return tuple(int(each) for each in listed if each)
    except ValueError as error:
        raise Invalid("targets", "this is not one of the choices") from error


def _start(viewer: Viewer, script: ScriptId, version: Version, sent: Form) -> RunId | None:
    if sent.errors:  # of the file
        return None
    draft = RunDraft(
        key=sent.text("key"),
        tenant=TenantId(sent.number("tenant")),
        script=script,
        choice=_choice(sent),
        plan=_plan(sent),
        deadline_at=sent.needed_instant("deadline_at"),
        values=_values(sent, version),
        sha256=sent.text("sha256"),
        note=sent.text("note"),
    )
    try:
        return start_run(viewer, draft, box=secret_box(), now=CLOCK.now())
    except Invalid as error:
        if f"{_VALUE}{error.field}" in sent.by_key:
            raise Invalid(f"{_VALUE}{error.field}", error.why) from error
        raise


def _plan(sent: Form) -> Plan:
    return Plan(
        canary=sent.text("canary"),
        batch=sent.text("batch"),
        pause_s=sent.number("pause_s"),
        parallel=sent.number("parallel"),
        stop_at=sent.text("stop_at"),
        offline=chosen_word(sent, "offline", Offline),
        skips_maintenance=sent.is_on("skips_maintenance"),
        skips_active=sent.is_on("skips_active"),
    )


def _values(sent: Form, version: Version) -> dict[str, str]:
    found = {}
    for each in version.content.parameters:
        typed = next(iter(sent.several(f"{_VALUE}{each.name}")), "")
        found[each.name] = typed
    return found


urlpatterns = [path("scripts/<int:script>/run", start, name="run_start")]
