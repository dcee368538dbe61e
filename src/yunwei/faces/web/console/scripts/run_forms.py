"""What forms about runs have in common: parameters, which desktops, how. Starts nothing."""

from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RunId
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.scripts.library import label_of
from yunwei.faces.web.shared.choices import pool_options, tenant_options
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, tenant_field
from yunwei.faces.web.shared.words import options
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.rules.conditions import DESKTOP_FIELDS
from yunwei.operate.runs.facts.runs import Blind, Choice, Follows, Offline, Plan
from yunwei.operate.runs.rules.choosing import read_names
from yunwei.operate.scripts.facts.library import Parameter, ParameterKind, Version

VALUE = "value."
"""Before the name of a parameter, so that it can not meet a field of ours."""
_KINDS = {
    ParameterKind.NUMBER: "number",
    ParameterKind.CHOICE: "choice",
    ParameterKind.DATE: "day",
    ParameterKind.SECRET: "secret",
}


def value_field(each: Parameter) -> FormField:
    """Return the field in which a value of a script's parameter is typed."""
    is_secret = each.kind is ParameterKind.SECRET
    return FormField(
        key=f"{VALUE}{each.name}",
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


def who_fields(viewer: Viewer) -> tuple[FormField, ...]:
    """Return the fields that say which desktops are meant."""
    fields = ", ".join(each.name for each in DESKTOP_FIELDS)
    return (
        tenant_field(tenant_options(viewer), label=_("Tenant"), home=usual_tenant(viewer)),
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


def usual_tenant(viewer: Viewer) -> str:
    """One's own, unless only others have desktops."""
    counted = [each.tenant for each in inventory.fetch_now(viewer).by_tenant if each.desktops]
    return str(viewer.tenant if viewer.tenant in counted or not counted else counted[0])


def how_fields() -> tuple[FormField, ...]:
    """Return the fields of a plan that are numbers."""
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


def rule_fields() -> tuple[FormField, ...]:
    """Return the fields of a plan that say whom a run leaves out."""
    return (
        FormField(
            key="offline",
            label=_("Desktops that can not be reached now"),
            kind="choice",
            options=options("offline"),
            default=Offline.WAIT.value,
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
    )


def guard_fields() -> tuple[FormField, ...]:
    """Return the fields of a plan about the guard that watches its canary."""
    usual = Plan()
    return (
        FormField(
            key="watch_minutes",
            label=_("Experience guard: watch the canary for so many minutes"),
            kind="number",
            default="0",
            minimum=0,
            maximum=1440,
            help=_(
                "CPU, logon time, round trip and failed attempts on the canary, beside before and "
                "beside desktops not begun yet. 0: do not watch."
            ),
        ),
        FormField(
            key="watch_worse",
            label=_("Stop when they got worse by so many percent"),
            kind="number",
            default=str(usual.watch_worse),
            minimum=1,
        ),
        FormField(
            key="watch_blind",
            label=_("When nothing could be measured on the canary"),
            kind="choice",
            options=options("watch_blind"),
            default=usual.watch_blind.value,
        ),
    )


def read_choice(form: Form) -> Choice:
    """Return which desktops are meant; raises Invalid."""
    retry, follows = form.text("retry_of"), read_follows(form.text("follows"))
    desktops = _numbers(form, "desktops")
    if follows is not None and not desktops:  # else whatever ended so since would be meant
        raise Invalid("targets", "no desktop is meant by this")
    return Choice(
        names=read_names(form.text("names")),
        pools=_numbers(form, "pools"),
        condition=form.text("condition"),
        desktops=desktops,
        retry_of=RunId(int(retry)) if retry.isdigit() else None,
        follows=follows,
    )


def read_follows(text: str) -> Follows | None:
    """Return which run is followed and where, as a hidden field keeps it; raises Invalid."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Follows)
    except msgspec.DecodeError as error:
        raise Invalid("targets", "this is not one of the choices") from error


def _numbers(form: Form, key: str) -> tuple[int, ...]:
    try:
        listed = ",".join(form.several(key)).split(",")
        return tuple(int(each) for each in listed if each)
    except ValueError as error:
        raise Invalid("targets", "this is not one of the choices") from error


def read_plan(sent: Form) -> Plan:
    """Return how a run goes about it; raises Invalid."""
    return Plan(
        canary=sent.text("canary"),
        batch=sent.text("batch"),
        pause_s=sent.number("pause_s"),
        parallel=sent.number("parallel"),
        stop_at=sent.text("stop_at"),
        offline=chosen_word(sent, "offline", Offline),
        skips_maintenance=sent.is_on("skips_maintenance"),
        skips_active=sent.is_on("skips_active"),
        watch_minutes=sent.number("watch_minutes"),
        watch_worse=sent.number("watch_worse"),
        watch_blind=chosen_word(sent, "watch_blind", Blind),
    )


def read_values(sent: Form, version: Version) -> dict[str, str]:
    """Return the values of a script's parameters as they were typed."""
    found = {}
    for each in version.content.parameters:
        typed = next(iter(sent.several(f"{VALUE}{each.name}")), "")
        found[each.name] = typed
    return found
