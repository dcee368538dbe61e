"""The form of a contract's terms: services, levels by priority, the rest. No pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.forms import Drawn, Form, FormField, open_form, tenant_field
from yunwei.faces.web.shared.words import Text, word
from yunwei.operate.service.facts.clocks import Metric, Priority
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    ServiceItem,
    ServiceLevel,
    ServiceType,
    Terms,
)
from yunwei.operate.service.queries.contracts import WholeContract

_USUAL: Mapping[Priority, tuple[str, str, str]] = {
    Priority.P1: ("15", "240", "daily"),
    Priority.P2: ("30", "480", "daily"),
    Priority.P3: ("120", "1080", "workday 09:00-18:00"),
    Priority.P4: ("240", "2700", "workday 09:00-18:00"),
}
"""Minutes until answered and solved, and in which hours, until somebody says otherwise."""

type First = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class DrawnService:
    """One type of service as the template takes it."""

    label: Text
    chosen: Drawn
    fields: Sequence[Drawn]

    @property
    def is_open(self) -> bool:
        return self.chosen.is_on or any(each.error for each in self.fields)


@dataclass(frozen=True, kw_only=True)
class DrawnLevel:
    label: Text
    fields: Sequence[Drawn]


def _fields(tenants: Sequence[tuple[str, Text]]) -> Iterable[FormField]:
    if tenants:
        yield tenant_field(tenants, label=_("Customer"), home=tenants[-1][0])
    yield FormField(key="latest", label="", kind="hidden", is_required=False, default="0")
    yield FormField(key="number", label=_("Number of the contract"))
    yield FormField(key="name", label=_("Name"))
    yield FormField(key="starts_on", label=_("First day"), kind="day")
    yield FormField(key="ends_on", label=_("Last day"), kind="day")
    yield FormField(key="time_zone", label=_("Time zone"), default="Asia/Shanghai")
    yield FormField(
        key="covers",
        label=_("Which desktops it covers"),
        is_required=False,
        help=_('Empty: all of the customer\'s. Else a condition: pool == "Finance".'),
    )
    yield from _service_fields()
    yield from _level_fields()
    yield FormField(
        key="availability",
        label=_("Availability that is owed, in percent"),
        kind="number",
        minimum=0,
        maximum=100,
        is_required=False,
    )
    yield FormField(
        key="notice_days",
        label=_("Working days ahead at which a change of staff is announced"),
        kind="number",
        minimum=0,
        maximum=30,
        default="1",
    )
    for key, label in (
        ("prices", _("Prices")),
        ("payment", _("Terms of payment")),
        ("note", _("What else was agreed")),
    ):
        yield FormField(key=key, label=label, kind="area", rows=3, is_required=False)


def _service_fields() -> Iterable[FormField]:
    for type in ServiceType:
        start = f"service.{type.value}"
        yield FormField(
            key=start,
            label=word("service_type", type).label,
            kind="boolean",
            is_required=False,
            default="true" if type is ServiceType.REMOTE else "false",
        )
        for key, label in (
            ("in_scope", _("What belongs to it")),
            ("out_of_scope", _("What does not")),
        ):
            yield FormField(
                key=f"{start}.{key}", label=label, kind="area", rows=2, is_required=False
            )
        yield FormField(
            key=f"{start}.quota",
            label=_("How often in a year of the contract"),
            kind="number",
            minimum=0,
            is_required=False,
            help=_("Empty: as often as it is asked for."),
        )


def _level_fields() -> Iterable[FormField]:
    for priority, (response, resolution, hours) in _USUAL.items():
        start = priority.value
        usual = {Metric.RESPONSE: response, Metric.RESOLUTION: resolution}
        for metric in Metric:
            yield FormField(
                key=f"{start}.{metric.value}",
                label=word("service_metric", metric).label,
                kind="number",
                minimum=1,
                default=usual.get(metric, ""),
                is_required=metric is not Metric.ARRIVAL,
                help=_("Minutes of the hours below."),
            )
        yield FormField(
            key=f"{start}.hours",
            label=_("Hours in which service is owed"),
            default=hours,
            help=_("daily; mon-fri 09:00-17:00; workday 09:00-18:00 with make-up workdays; night"),
        )


def open_contract_form(
    request: HttpRequest, tenants: Sequence[tuple[str, Text]], first: First | None
) -> Form:
    return open_form(request, tuple(_fields(tenants)), first)


def draw_services(form: Form) -> list[DrawnService]:
    keys = form.by_key
    return [
        DrawnService(
            label=word("service_type", type).label,
            chosen=keys[f"service.{type.value}"],
            fields=[
                keys[f"service.{type.value}.{each}"]
                for each in ("in_scope", "out_of_scope", "quota")
            ],
        )
        for type in ServiceType
    ]


def draw_levels(form: Form) -> list[DrawnLevel]:
    keys = form.by_key
    return [
        DrawnLevel(
            label=word("priority", priority).label,
            fields=[keys[f"{priority.value}.{each}"] for each in (*Metric, "hours")],
        )
        for priority in Priority
    ]


def read_draft(form: Form) -> ContractDraft:
    """Return what was typed; raises Invalid naming the field."""
    percent = _optional(form, "availability")
    terms = Terms(
        starts_on=_day(form, "starts_on"),
        ends_on=_day(form, "ends_on"),
        time_zone=form.text("time_zone"),
        services=tuple(_read_services(form)),
        levels=tuple(_read_level(form, priority) for priority in Priority),
        covers=form.text("covers"),
        availability=None if percent is None else percent / 100,
        prices=form.text("prices"),
        payment=form.text("payment"),
        notice_days=form.number("notice_days"),
        note=form.text("note"),
    )
    return ContractDraft(number=form.text("number"), name=form.text("name"), terms=terms)


def _read_services(form: Form) -> Iterable[ServiceItem]:
    for type in ServiceType:
        start = f"service.{type.value}"
        if form.is_on(start):
            quota = form.number(f"{start}.quota") if form.text(f"{start}.quota") else None
            yield ServiceItem(
                type=type,
                in_scope=form.text(f"{start}.in_scope"),
                out_of_scope=form.text(f"{start}.out_of_scope"),
                quota=quota,
            )


def _read_level(form: Form, priority: Priority) -> ServiceLevel:
    start = priority.value
    arrival = form.number(f"{start}.arrival") if form.text(f"{start}.arrival") else None
    return ServiceLevel(
        priority=priority,
        hours=form.text(f"{start}.hours"),
        response_minutes=form.number(f"{start}.response"),
        resolution_minutes=form.number(f"{start}.resolution"),
        arrival_minutes=arrival,
    )


def _day(form: Form, key: str) -> date:
    try:
        return date.fromisoformat(form.text(key))
    except ValueError as error:
        raise Invalid(key, "this is not a day") from error


def _optional(form: Form, key: str) -> float | None:
    typed = form.text(key)
    try:
        return float(typed) if typed else None
    except ValueError as error:
        raise Invalid(key, "this is not a number") from error


def describe_terms(whole: WholeContract) -> dict[str, str]:
    """Return the first values of the form for what is talked about at present."""
    terms = whole.latest.terms
    percent = "" if terms.availability is None else f"{terms.availability * 100:g}"
    values = {
        "latest": str(whole.latest.number),
        "number": whole.contract.number,
        "name": whole.contract.name,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(),
        "time_zone": terms.time_zone,
        "covers": terms.covers,
        "availability": percent,
        "notice_days": str(terms.notice_days),
        "prices": terms.prices,
        "payment": terms.payment,
        "note": terms.note,
    }
    for type in ServiceType:
        values |= _describe_service(type, terms.service(type))
    for level in terms.levels:
        start = level.priority.value
        minutes = ((metric, level.minutes(metric)) for metric in Metric)
        values |= {f"{start}.{metric.value}": str(told or "") for metric, told in minutes}
        values[f"{start}.hours"] = level.hours
    return values


def _describe_service(type: ServiceType, item: ServiceItem | None) -> dict[str, str]:
    start = f"service.{type.value}"
    if item is None:
        return {start: "false"}
    return {
        start: "true",
        f"{start}.in_scope": item.in_scope,
        f"{start}.out_of_scope": item.out_of_scope,
        f"{start}.quota": "" if item.quota is None else str(item.quota),
    }
