"""The form of an escalation policy: its steps, each with its own fields. No pages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.faces.web.console.targets import (
    TARGET_NAMES,
    Whom,
    describe_targets,
    read_targets,
    target_fields,
)
from yunwei.faces.web.shared.forms import Drawn, Form, FormField, open_form
from yunwei.faces.web.shared.words import options
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    Need,
    Policy,
    PolicyDraft,
    PolicyStep,
    Urgency,
)
from yunwei.monitor.notify.rules.policies import MOST_STEPS

_STEPS = "steps"
_MINUTE_S = 60

type Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class DrawnStep:
    """One step of the form, as the template takes it. error: of its targets as a whole."""

    number: int
    fields: Mapping[str, Drawn]
    error: str
    is_first: bool
    is_last: bool
    has_more: bool

    @property
    def position(self) -> int:
        return self.number + 1

    @property
    def targets(self) -> list[Drawn]:
        return [self.fields[name] for name in TARGET_NAMES if name in self.fields]


def build_fields(head: Iterable[FormField], whom: Whom, *, steps: int) -> tuple[FormField, ...]:
    """Return all fields: `head`, then `steps.0.delay_s`… (in minutes), then the loops."""
    count = FormField(key=_STEPS, label="", kind="hidden", is_required=False, default=str(steps))
    each = (field for number in range(steps) for field in _step_fields(number, whom))
    return (*head, count, *each, *_loop_fields())


def _loop_fields() -> tuple[FormField, ...]:
    return (
        FormField(
            key="loops",
            label=_("Go through all steps again"),
            kind="number",
            default="0",
            minimum=0,
            maximum=10,
            help=_("So many times, when nobody has acted."),
            is_required=False,
        ),
        FormField(
            key="loop_delay_s",
            label=_("Minutes after the last telling"),
            kind="number",
            default="30",
            minimum=1,
            is_required=False,
        ),
    )


def _step_fields(number: int, whom: Whom) -> Iterable[FormField]:
    def key(name: str) -> str:
        return f"{_STEPS}.{number}.{name}"

    waits = _("Minutes after the raise") if number == 0 else _("Minutes after the step before")
    default = "0" if number == 0 else "15"
    yield FormField(key=key("delay_s"), label=waits, kind="number", default=default, minimum=0)
    yield from target_fields(key, whom)
    yield FormField(
        key=key("on_screen"),
        label=_("Also on screen, under “My messages”"),
        kind="boolean",
        default="true",
    )
    yield from _more_fields(key)


def _more_fields(key: Callable[[str], str]) -> Iterable[FormField]:
    yield FormField(
        key=key("repeats"),
        label=_("Tell again, at most so many times"),
        kind="number",
        default="0",
        minimum=0,
        is_required=False,
    )
    yield FormField(
        key=key("repeat_s"),
        label=_("Every so many minutes"),
        kind="number",
        default="5",
        minimum=1,
        is_required=False,
    )
    yield FormField(key=key("needs"), label=_("As long as"), kind="choice", options=options("need"))
    severities = [("", _("every severity")), *options("severity", "indeterminate")]
    yield FormField(
        key=key("min_severity"),
        label=_("Only from this severity on"),
        kind="choice",
        options=severities,
        is_required=False,
    )
    yield FormField(
        key=key("ack_mode"),
        label=_("Whose acknowledgement is enough"),
        kind="choice",
        options=options("ack_mode"),
    )
    yield FormField(
        key=key("urgency"), label=_("Urgency"), kind="choice", options=options("urgency")
    )


def count_steps(request: HttpRequest, stored: Policy | None) -> int:
    """Return how many steps the form has: as it was sent, else as stored, else two."""
    if request.method == "POST":
        typed = request.POST.get(_STEPS, "")
        return min(int(typed), MOST_STEPS) if typed.isdecimal() else 1
    return len(stored.steps) if stored else 2


def open_policy_form(
    request: HttpRequest, head: Iterable[FormField], whom: Whom, stored: Policy | None
) -> Form:
    """Return the form as it was sent, with a step more, fewer or moved when that was asked for,
    else with its first values."""
    fields = tuple(head)
    steps = count_steps(request, stored)
    form = open_form(
        request, build_fields(fields, whom, steps=steps), describe_policy(stored) if stored else {}
    )
    asked = request.POST.get("step_do", "")
    if not asked:
        return form
    count, values = _rearrange(form.values, steps, asked)
    return Form(
        fields=build_fields(fields, whom, steps=count),
        values=values | {_STEPS: (str(count),)},
        is_sent=False,
    )


def _rearrange(values: Values, count: int, asked: str) -> tuple[int, Values]:
    """Return the number of steps and all values after one was added, dropped or moved."""
    steps = [_take(values, number) for number in range(count)]
    verb, _dash, typed = asked.partition("-")
    number = int(typed) if typed.isdecimal() else -1
    if verb == "add" and count < MOST_STEPS:
        steps.append(_first_step())
    elif verb == "drop" and 0 <= number < count > 1:
        del steps[number]
    elif verb == "up" and 0 < number < count:
        steps[number - 1], steps[number] = steps[number], steps[number - 1]
    kept = {key: value for key, value in values.items() if not key.startswith(f"{_STEPS}.")}
    for position, step in enumerate(steps):
        kept |= {f"{_STEPS}.{position}.{name}": value for name, value in step.items()}
    return len(steps), kept


def _take(values: Values, number: int) -> Values:
    start = f"{_STEPS}.{number}."
    return {
        key.removeprefix(start): value for key, value in values.items() if key.startswith(start)
    }


def _first_step() -> Values:
    typed = {"delay_s": "15", "on_screen": "true", "repeats": "0", "repeat_s": "5"}
    return {name: (value,) for name, value in typed.items()}


def draw_steps(form: Form) -> list[DrawnStep]:
    """Return the steps for the template, with what is wrong with each."""
    drawn = form.by_key
    count = int(form.text(_STEPS))
    return [_draw_step(form, drawn, number, count) for number in range(count)]


def _draw_step(form: Form, drawn: Mapping[str, Drawn], number: int, count: int) -> DrawnStep:
    start = f"{_STEPS}.{number}."
    fields = {key.removeprefix(start): each for key, each in drawn.items() if key.startswith(start)}
    more = ("repeats", "needs", "min_severity", "ack_mode", "urgency")
    usual = {"0", "", Need.NOT_ACKNOWLEDGED.value, AckMode.ANY.value, Urgency.HIGH.value}
    return DrawnStep(
        number=number,
        fields=fields,
        error=form.take_error(f"{start}targets"),
        is_first=number == 0,
        is_last=number == count - 1,
        has_more=any(fields[name].value not in usual or fields[name].error for name in more),
    )


def read_draft(form: Form) -> PolicyDraft:
    """Return the policy as it was typed; raises Invalid naming the field."""
    loops = _whole(form, "loops")
    return PolicyDraft(
        name=form.text("name"),
        steps=tuple(_read_step(form, number) for number in range(int(form.text(_STEPS)))),
        loops=loops,
        loop_delay_s=_seconds(form, "loop_delay_s") if loops else 0,
    )


def _read_step(form: Form, number: int) -> PolicyStep:
    start = f"{_STEPS}.{number}."
    repeats = _whole(form, f"{start}repeats")
    severity = form.text(f"{start}min_severity")
    return PolicyStep(
        delay_s=_seconds(form, f"{start}delay_s"),
        targets=read_targets(form, lambda name: f"{start}{name}"),
        urgency=Urgency(form.text(f"{start}urgency")),
        repeats=repeats,
        repeat_s=_seconds(form, f"{start}repeat_s") if repeats else 0,
        needs=Need(form.text(f"{start}needs")),
        min_severity=Severity(severity) if severity else None,
        ack_mode=AckMode(form.text(f"{start}ack_mode")),
        on_screen=form.is_on(f"{start}on_screen"),
    )


def _whole(form: Form, key: str) -> int:
    return form.number(key) if form.text(key) else 0


def _seconds(form: Form, key: str) -> int:
    try:
        return round(float(form.text(key) or "0") * _MINUTE_S)
    except (ValueError, OverflowError) as error:
        raise Invalid(key, "this is not a number") from error


def describe_policy(policy: Policy) -> dict[str, str | tuple[str, ...]]:
    """Return a policy as the form's first values."""
    told: dict[str, str | tuple[str, ...]] = {
        "name": policy.name,
        _STEPS: str(len(policy.steps)),
        "loops": str(policy.loops),
        "loop_delay_s": _minutes(policy.loop_delay_s) if policy.loops else "30",
    }
    for number, step in enumerate(policy.steps):
        told |= {f"{_STEPS}.{number}.{name}": value for name, value in _describe(step).items()}
    return told


def _describe(step: PolicyStep) -> dict[str, str | tuple[str, ...]]:
    return {
        "delay_s": _minutes(step.delay_s),
        **describe_targets(step.targets),
        "on_screen": "true" if step.on_screen else "false",
        "repeats": str(step.repeats),
        "repeat_s": _minutes(step.repeat_s) if step.repeats else "5",
        "needs": step.needs.value,
        "min_severity": step.min_severity.value if step.min_severity else "",
        "ack_mode": step.ack_mode.value,
        "urgency": step.urgency.value,
    }


def _minutes(seconds: int) -> str:
    return f"{seconds / _MINUTE_S:g}"
