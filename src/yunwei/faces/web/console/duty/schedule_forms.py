"""The form of a schedule: its layers, each with its own fields and turns. No pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.calendar_texts import parse_times_text, times_to_text
from yunwei.base.core.calendar_times import CalendarTimes, times_to_json
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import LayerId, UserId
from yunwei.base.core.wall_clock import parse_minute, say_minute
from yunwei.faces.web.shared.forms import (
    Drawn,
    Form,
    FormField,
    chosen_word,
    open_form,
    tenant_field,
)
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.duty.facts.plans import Candidate
from yunwei.monitor.duty.facts.schedules import (
    DutyRole,
    Group,
    Layer,
    LayerDraft,
    RotationUnit,
    Schedule,
    ScheduleDraft,
)
from yunwei.monitor.duty.rules.checks import MOST_GROUPS, MOST_LAYERS

_LAYERS = "layers"
_FEWEST_TURNS = 3
_WIDTH = 2
"""How many people a turn's row has at least: who is told first, and a backup."""

type Values = dict[str, tuple[str, ...]]
type Choices = Sequence[tuple[str, Text]]
type First = dict[str, str | tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class DrawnLayer:
    """One layer of the form, as the template takes it. error: of its turns as a whole."""

    number: int
    fields: Mapping[str, Drawn]
    turns: Sequence[Sequence[Drawn]]
    error: str
    is_first: bool

    @property
    def position(self) -> int:
        return self.number + 1

    @property
    def has_more(self) -> bool:
        names = ("times", "ends_on", "is_fair")
        shown = (self.fields[name] for name in names)
        return any(each.error or each.value not in {"", "false"} for each in shown)


def _head(tenants: Choices) -> Iterable[FormField]:
    yield FormField(key="name", label=_("Name"))
    if tenants:
        yield tenant_field(tenants, label=_("Tenant"))
    yield FormField(key="note", label=_("What it is for"), is_required=False)
    yield FormField(key="time_zone", label=_("Time zone"), default="Asia/Shanghai")
    yield FormField(
        key="notice_minutes",
        label=_("Minutes before a handoff at which those concerned are told"),
        kind="number",
        default="30",
        minimum=0,
        help=_("0: nobody is told."),
    )
    yield FormField(
        key="coverage",
        label=_("When somebody must be on duty"),
        is_required=False,
        help=_("Empty: always. Else a calendar expression; other times are no gaps."),
    )


def _fields(tenants: Choices, people: Choices, turns: Sequence[int]) -> tuple[FormField, ...]:
    """turns: for each layer, how many turns its form has room for."""
    count = FormField(
        key=_LAYERS, label="", kind="hidden", is_required=False, default=str(len(turns))
    )
    each = (
        field for number, rows in enumerate(turns) for field in _layer_fields(number, rows, people)
    )
    return (*_head(tenants), count, *each)


def _layer_fields(number: int, rows: int, people: Choices) -> Iterable[FormField]:
    start = f"{_LAYERS}.{number}"
    yield FormField(key=f"{start}.id", label="", kind="hidden", is_required=False)
    yield FormField(
        key=f"{start}.turns", label="", kind="hidden", is_required=False, default=str(rows)
    )
    yield FormField(key=f"{start}.name", label=_("Name of the layer"))
    yield FormField(
        key=f"{start}.role", label=_("Role"), kind="choice", options=options("duty_role")
    )
    yield FormField(key=f"{start}.length", label=_("A turn lasts"), kind="number", minimum=1)
    yield FormField(
        key=f"{start}.unit", label=_("Unit"), kind="choice", options=options("rotation_unit")
    )
    yield FormField(key=f"{start}.handoff_minute", label=_("Handoff at"), kind="time")
    yield FormField(key=f"{start}.starts_on", label=_("First turn begins on"), kind="day")
    yield FormField(key=f"{start}.ends_on", label=_("Last day"), kind="day", is_required=False)
    yield FormField(
        key=f"{start}.times",
        label=_("Only at these times"),
        is_required=False,
        help=_("A calendar expression: workday 09:00-18:00; rest_day; daily night; month_end(3)"),
    )
    yield FormField(
        key=f"{start}.is_fair",
        label=_("Share out rest days evenly, whoever's turn it is"),
        kind="boolean",
        default="false",
    )
    for row in range(rows):
        for place in range(_WIDTH):
            yield FormField(
                key=_turn_key(number, row, place),
                label=_("Who") if place == 0 else _("Backup of the turn"),
                kind="choice",
                options=[("", "–"), *people],
                is_required=False,
            )


def _turn_key(number: int, row: int, place: int) -> str:
    return f"{_LAYERS}.{number}.turn.{row}.{place}"


def open_schedule_form(
    request: HttpRequest,
    stored: Schedule | None,
    candidates: Sequence[Candidate],
    tenants: Choices,
    *,
    today: str,
) -> Form:
    """Return the form as it was sent, with a layer or a turn more, fewer or moved when that was
    asked for, else with its first values. today: when a new layer begins."""
    people = _people(candidates, stored)
    if request.method == "POST":
        turns = _sent_turns(request)
        form = open_form(request, _fields(tenants, people, turns))
        asked = request.POST.get("layer_do", "")
        return _rearranged(form, asked, (tenants, people), today) if asked else form
    first = _describe(stored) if stored else _describe_new(today)
    count = int(str(first[_LAYERS]))
    turns = [int(str(first[f"{_LAYERS}.{number}.turns"])) for number in range(count)]
    return open_form(request, _fields(tenants, people, turns), first)


def _people(candidates: Sequence[Candidate], stored: Schedule | None) -> Choices:
    """Who may be chosen; who is in the schedule stays in it until somebody takes them out."""
    listed: list[tuple[str, Text]] = [(str(each.id), each.name) for each in candidates]
    known = {value for value, _name in listed}
    gone = sorted(stored.people) if stored else []
    return [*listed, *((str(user), f"? {user}") for user in gone if str(user) not in known)]


def _sent_turns(request: HttpRequest) -> list[int]:
    count = _whole(request.POST.get(_LAYERS, ""), MOST_LAYERS)
    return [
        _whole(request.POST.get(f"{_LAYERS}.{number}.turns", ""), MOST_GROUPS)
        for number in range(count)
    ]


def _whole(text: str, most: int) -> int:
    return min(int(text), most) if text.isdecimal() else 0


def _rearranged(form: Form, asked: str, choices: tuple[Choices, Choices], today: str) -> Form:
    """Return the form after a layer was added, dropped or moved, or got room for more turns."""
    layers = [_take(form.values, number) for number in range(int(form.text(_LAYERS) or "0"))]
    verb, _dash, typed = asked.partition("-")
    number = int(typed) if typed.isdecimal() else -1
    if verb == "add" and len(layers) < MOST_LAYERS:
        layers.append({name: _listed(value) for name, value in _new_layer(today).items()})
    elif verb == "drop" and 0 <= number < len(layers):
        del layers[number]
    elif verb == "up" and 0 < number < len(layers):
        layers[number - 1], layers[number] = layers[number], layers[number - 1]
    elif verb == "turns" and 0 <= number < len(layers):
        rows = int(next(iter(layers[number]["turns"]), "0")) + _WIDTH
        layers[number]["turns"] = (str(min(rows, MOST_GROUPS)),)
    values = {key: value for key, value in form.values.items() if not key.startswith(_LAYERS)}
    values[_LAYERS] = (str(len(layers)),)
    for place, layer in enumerate(layers):
        values |= {f"{_LAYERS}.{place}.{name}": value for name, value in layer.items()}
    turns = [int(next(iter(layer["turns"]), "0")) for layer in layers]
    tenants, people = choices
    return Form(fields=_fields(tenants, people, turns), values=values, is_sent=False)


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _take(values: Values, number: int) -> Values:
    start = f"{_LAYERS}.{number}."
    return {
        key.removeprefix(start): value for key, value in values.items() if key.startswith(start)
    }


def draw_layers(form: Form) -> list[DrawnLayer]:
    """Return the layers for the template, with what is wrong with each."""
    drawn = form.by_key
    return [_draw(form, drawn, number) for number in range(int(form.text(_LAYERS) or "0"))]


def _draw(form: Form, drawn: Mapping[str, Drawn], number: int) -> DrawnLayer:
    start = f"{_LAYERS}.{number}."
    fields = {key.removeprefix(start): each for key, each in drawn.items() if key.startswith(start)}
    rows = int(form.text(f"{start}turns") or "0")
    return DrawnLayer(
        number=number,
        fields=fields,
        turns=[
            [drawn[_turn_key(number, row, place)] for place in range(_WIDTH)] for row in range(rows)
        ],
        error=form.take_error(f"{start}groups"),
        is_first=number == 0,
    )


def read_draft(form: Form) -> ScheduleDraft:
    """Return the schedule as it was typed; raises Invalid naming the field."""
    zone = form.text("time_zone")
    return ScheduleDraft(
        name=form.text("name"),
        note=form.text("note"),
        time_zone=zone,
        notice_minutes=form.number("notice_minutes"),
        coverage=_times(form, "coverage", zone),
        layers=tuple(
            _read_layer(form, number, zone) for number in range(int(form.text(_LAYERS) or "0"))
        ),
    )


def _read_layer(form: Form, number: int, zone: str) -> LayerDraft:
    start = f"{_LAYERS}.{number}."
    id = form.text(f"{start}id")
    ends_on = form.text(f"{start}ends_on")
    return LayerDraft(
        id=LayerId(int(id)) if id.isdecimal() else None,
        name=form.text(f"{start}name"),
        role=chosen_word(form, f"{start}role", DutyRole),
        unit=chosen_word(form, f"{start}unit", RotationUnit),
        length=form.number(f"{start}length"),
        handoff_minute=parse_minute(
            form.text(f"{start}handoff_minute")[:5], field=f"{start}handoff_minute"
        ),
        starts_on=_day(form, f"{start}starts_on"),
        ends_on=_day(form, f"{start}ends_on") if ends_on else None,
        groups=tuple(_groups(form, number)),
        times=_times(form, f"{start}times", zone),
        is_fair=form.is_on(f"{start}is_fair"),
    )


def _groups(form: Form, number: int) -> Iterable[Group]:
    for row in range(int(form.text(f"{_LAYERS}.{number}.turns") or "0")):
        typed = [form.text(_turn_key(number, row, place)) for place in range(_WIDTH)]
        chosen = tuple(UserId(int(each)) for each in typed if each.isdecimal())
        if chosen:
            yield chosen


def _times(form: Form, key: str, zone: str) -> object:
    typed = form.text(key)
    if not typed:
        return None
    return times_to_json(parse_times_text(typed, time_zone=zone, field=key))


def _day(form: Form, key: str) -> date:
    try:
        return date.fromisoformat(form.text(key))
    except ValueError as error:
        raise Invalid(key, "this is not a day") from error


def _describe(schedule: Schedule) -> First:
    told: First = {
        "name": schedule.name,
        "note": schedule.note,
        "time_zone": schedule.time_zone,
        "notice_minutes": str(schedule.notice_minutes),
        "coverage": _say_times(schedule.coverage),
        _LAYERS: str(len(schedule.layers)),
    }
    for number, layer in enumerate(schedule.layers):
        told |= {
            f"{_LAYERS}.{number}.{name}": value for name, value in _describe_layer(layer).items()
        }
    return told


def _describe_layer(layer: Layer) -> First:
    told: First = {
        "id": str(layer.id),
        "turns": str(max(_FEWEST_TURNS, len(layer.groups) + 1)),
        "name": layer.name,
        "role": layer.role.value,
        "unit": layer.unit.value,
        "length": str(layer.length),
        "handoff_minute": say_minute(layer.handoff_minute),
        "starts_on": layer.starts_on.isoformat(),
        "ends_on": layer.ends_on.isoformat() if layer.ends_on else "",
        "times": _say_times(layer.times),
        "is_fair": "true" if layer.is_fair else "false",
    }
    for row, group in enumerate(layer.groups):
        told |= {f"turn.{row}.{place}": str(user) for place, user in enumerate(group[:_WIDTH])}
    return told


def _describe_new(today: str) -> First:
    layer = {f"{_LAYERS}.0.{name}": value for name, value in _new_layer(today).items()}
    return {_LAYERS: "1", **layer}


def _new_layer(today: str) -> First:
    return {
        "turns": str(_FEWEST_TURNS),
        "role": DutyRole.PRIMARY.value,
        "unit": RotationUnit.WEEK.value,
        "length": "1",
        "handoff_minute": "09:00",
        "starts_on": today,
        "is_fair": "false",
    }


def _say_times(times: CalendarTimes | None) -> str:
    return "" if times is None else times_to_text(times).rpartition(" in ")[0]
