"""What a contract may say, what it is on a day, and who may speak for whom. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from yunwei.base.core.calendar import Calendar
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.wall_clock import find_zone, local_day
from yunwei.monitor.inventory.rules.conditions import read_condition
from yunwei.operate.service.facts.clocks import Goal, Metric, Priority
from yunwei.operate.service.facts.contracts import (
    Contract,
    ContractDraft,
    ContractState,
    InterfacePerson,
    PersonDraft,
    ServiceItem,
    ServiceLevel,
    Terms,
    TermsState,
)
from yunwei.operate.service.rules.hours import check_reachable, latest_notice

_LONGEST_NAME = 200
_LONGEST_TEXT = 4000
_MOST_MINUTES = 60 * 24 * 90
_MOST_QUOTA = 10_000
_MOST_NOTICE_DAYS = 30


def check_contract(draft: ContractDraft, calendar: Calendar, *, now: datetime) -> ContractDraft:
    """Return a contract that can be so, its texts trimmed; raises Invalid at the field.

    Fields of a service are `service.<type>.<what>`, those of a level `<priority>.<what>`.
    """
    number, name = draft.number.strip(), draft.name.strip()
    for field, text in (("number", number), ("name", name)):
        _check_line(field, text)
    return replace(
        draft, number=number, name=name, terms=check_terms(draft.terms, calendar, now=now)
    )


def check_terms(terms: Terms, calendar: Calendar, *, now: datetime) -> Terms:
    """Return terms that can be so; raises Invalid at the field."""
    _check_head(terms)
    for field in ("prices", "payment", "note"):
        _check_text(field, getattr(terms, field))
    for service in terms.services:
        _check_service(service)
    for level in terms.levels:
        _check_level(level, terms.time_zone, calendar, now)
    missing = set(Priority) - {level.priority for level in terms.levels}
    if missing:
        raise Invalid(f"{min(missing)}.response", "say what is owed for every priority")
    return replace(terms, covers=terms.covers.strip())


def _check_head(terms: Terms) -> None:
    find_zone(terms.time_zone)
    if terms.ends_on < terms.starts_on:
        raise Invalid("ends_on", "it must not be before the beginning")
    if not terms.services:
        raise Invalid("services", "choose at least one service")
    if terms.covers.strip():
        _check_condition("covers", terms.covers)
    if terms.availability is not None and not 0 < terms.availability <= 1:
        raise Invalid("availability", "between 0 and 100 percent")
    if not 0 <= terms.notice_days <= _MOST_NOTICE_DAYS:
        raise Invalid("notice_days", "between 0 and 30 working days")


def _check_service(service: ServiceItem) -> None:
    start = f"service.{service.type}"
    _check_text(f"{start}.in_scope", service.in_scope)
    _check_text(f"{start}.out_of_scope", service.out_of_scope)
    if service.quota is not None and not 0 <= service.quota <= _MOST_QUOTA:
        raise Invalid(f"{start}.quota", "between 0 and 10,000")


def _check_level(level: ServiceLevel, zone: str, calendar: Calendar, now: datetime) -> None:
    start = level.priority.value
    for metric in Metric:
        minutes = level.minutes(metric)
        if minutes is not None and not 1 <= minutes <= _MOST_MINUTES:
            raise Invalid(f"{start}.{metric}", "between 1 minute and 90 days")
    if level.resolution_minutes < level.response_minutes:
        raise Invalid(f"{start}.resolution", "it is solved after it is answered")
    field = f"{start}.hours"
    hours = parse_times_text(level.hours, time_zone=zone, field=field)
    longest = timedelta(minutes=level.resolution_minutes)
    check_reachable(hours, calendar, longest, now=now, field=field)


def _check_condition(field: str, text: str) -> None:
    try:
        read_condition(text)
    except Invalid as error:
        raise Invalid(field, error.why) from error


def _check_line(field: str, text: str) -> None:
    if not text:
        raise Invalid(field, "this is required")
    if len(text) > _LONGEST_NAME:
        raise Invalid(field, "at most 200 characters")
    if not text.isprintable():
        raise Invalid(field, "no line breaks or control characters")


def _check_text(field: str, text: str) -> None:
    if len(text) > _LONGEST_TEXT:
        raise Invalid(field, "at most 4000 characters")
    if "\0" in text:
        raise Invalid(field, "no line breaks or control characters")


def hash_terms(number: str, name: str, terms: Terms) -> str:
    """Return the SHA-256 by which both sides know that they agree on the same."""
    whole = {"number": number, "name": name, "terms": msgspec.to_builtins(terms)}
    return hashlib.sha256(msgspec.json.encode(whole, order="sorted")).hexdigest()


def goal_of(terms: Terms, priority: Priority, metric: Metric) -> Goal | None:
    """Return what is owed, None when nothing is."""
    level = terms.level(priority)
    minutes = level.minutes(metric) if level else None
    if level is None or minutes is None:
        return None
    return Goal(time=timedelta(minutes=minutes), hours=_read_hours(level.hours, terms.time_zone))


@lru_cache(maxsize=256)
def _read_hours(text: str, time_zone: str) -> CalendarTimes:
    """Few expressions are read for very many tickets."""
    return parse_times_text(text, time_zone=time_zone)


def state_of(contract: Contract, *, now: datetime) -> ContractState:
    """Return what a contract is now, on the wall of its zone."""
    if contract.ended_at is not None:
        return ContractState.ACCEPTED if contract.is_accepted else ContractState.ENDED
    if contract.agreed is None:
        offered = contract.latest_state is TermsState.OFFERED
        return ContractState.OFFERED if offered else ContractState.DRAFTED
    today = local_day(now, find_zone(contract.time_zone))
    return _state_on(today, contract.starts_on, contract.ends_on)


def _state_on(today: date, starts_on: date, ends_on: date) -> ContractState:
    if today < starts_on:
        return ContractState.COMING
    return ContractState.IN_FORCE if today <= ends_on else ContractState.OVER


def is_in_force(terms: Terms, *, now: datetime) -> bool:
    today = local_day(now, find_zone(terms.time_zone))
    return _state_on(today, terms.starts_on, terms.ends_on) is ContractState.IN_FORCE


def check_may_offer(state: TermsState) -> None:
    if state is not TermsState.DRAFT:
        raise Conflict("only a draft can be offered")


def check_may_judge(state: TermsState, known: str, meant: str) -> None:
    """Raise Conflict unless these very terms wait for the customer. meant: the hash that was read,
    "" for whichever."""
    if state is not TermsState.OFFERED:
        raise Conflict("these terms wait for nobody")
    if meant not in ("", known):
        raise Conflict("somebody changed it in the meantime")


def check_person(draft: PersonDraft) -> PersonDraft:
    """Return somebody who can speak for a side; raises Invalid at the field."""
    name, phone, email = draft.name.strip(), draft.phone.strip(), draft.email.strip()
    _check_line("name", name)
    for field, text in (("phone", phone), ("email", email)):
        if len(text) > _LONGEST_NAME or not text.isprintable():
            raise Invalid(field, "at most 200 characters")
    if email and ("@" not in email or " " in email):
        raise Invalid("email", "this is not an e-mail address")
    if not phone and not email:
        raise Invalid("phone", "say how they can be reached")
    _check_text("late_reason", draft.late_reason)
    return replace(
        draft, name=name, phone=phone, email=email, late_reason=draft.late_reason.strip()
    )


def notice_until(
    terms: Terms, calendar: Calendar, draft: PersonDraft, from_at: datetime
) -> datetime | None:
    """Return until when a change of staff must be announced: None when nobody is replaced."""
    if draft.replaces is None:
        return None
    return latest_notice(calendar, terms.time_zone, from_at, days=terms.notice_days)


def check_in_time(until: datetime | None, draft: PersonDraft, *, now: datetime) -> None:
    """Raise Invalid when a change is announced too late without a reason."""
    if until is not None and now > until and not draft.late_reason:
        raise Invalid("late_reason", "it is announced later than agreed: say why")


def check_no_other_owner(
    people: Iterable[InterfacePerson], draft: PersonDraft, from_at: datetime
) -> None:
    """Raise Conflict when a side would have two owners at a time; deputies it may have many."""
    if draft.is_deputy:
        return
    for each in people:
        if each.side is not draft.side or each.is_deputy or each.id == draft.replaces:
            continue
        if each.until_at is None or each.until_at > from_at:
            raise Conflict("this side has an interface person already: replace them")
