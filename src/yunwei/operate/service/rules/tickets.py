"""How a ticket may move, who may move it, and which clocks its log makes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from yunwei.base.core.calendar import Calendar
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.operate.service.facts.clocks import (
    ClockEvent,
    ClockView,
    Happening,
    Metric,
    Priority,
)
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType, Terms
from yunwei.operate.service.facts.tickets import (
    Entry,
    EntryDraft,
    EntryKind,
    TicketDraft,
    TicketState,
)
from yunwei.operate.service.rules.clocks import read_clock
from yunwei.operate.service.rules.contracts import goal_of

_LONGEST_TITLE = 200
_LONGEST_TEXT = 8000
_MOST_MINUTES = 24 * 60
_S, _K = TicketState, EntryKind
_BUSY = (_S.NEW, _S.ASSIGNED, _S.WORKING, _S.WAITING)

DETAILS: Mapping[ServiceType, tuple[str, ...]] = {
    ServiceType.REMOTE: ("affected",),
    ServiceType.ON_SITE: ("place", "wanted_at", "entry"),
    ServiceType.INSPECTION: ("scope",),
    ServiceType.EMERGENCY: ("impact", "affected"),
    ServiceType.EVENT: ("event", "period", "scope"),
    ServiceType.CHANGE: ("window", "risk", "steps", "verification", "rollback"),
}
"""What a type of service asks for besides title and description."""

NEEDED: Mapping[ServiceType, tuple[str, ...]] = {
    ServiceType.ON_SITE: ("place",),
    ServiceType.EVENT: ("event", "period"),
    ServiceType.CHANGE: ("window", "steps", "rollback"),
}

_MOVES: Mapping[EntryKind, Mapping[TicketState, TicketState]] = {
    _K.ASSIGNED: {state: state if state is not _S.NEW else _S.ASSIGNED for state in _BUSY},
    _K.STARTED: {_S.NEW: _S.WORKING, _S.ASSIGNED: _S.WORKING},
    _K.REPLIED: {state: state for state in _S if state not in (_S.CLOSED, _S.CANCELLED, _S.MERGED)},
    _K.NOTED: {state: state for state in _S},
    _K.ARRIVED: {_S.NEW: _S.WORKING, _S.ASSIGNED: _S.WORKING, _S.WORKING: _S.WORKING},
    _K.WAITED: dict.fromkeys(_BUSY, _S.WAITING),
    _K.RESUMED: {_S.WAITING: _S.WORKING},
    _K.PRIORITISED: {state: state for state in _BUSY},
    _K.RESOLVED: dict.fromkeys(_BUSY, _S.RESOLVED),
    _K.REOPENED: {_S.RESOLVED: _S.WORKING},
    _K.CLOSED: {_S.RESOLVED: _S.CLOSED},
    _K.CANCELLED: dict.fromkeys(_BUSY, _S.CANCELLED),
}
"""Which entry leads from where to where; what does not stand here is not possible."""

_JOININGS: Mapping[EntryKind, Mapping[TicketState, TicketState]] = {
    _K.MERGED: dict.fromkeys(_BUSY, _S.MERGED),
    _K.PARTED: {_S.MERGED: _S.WORKING},
}
"""Where the entries lead that nobody writes: two tickets become one, and two again."""

_CUSTOMERS = frozenset({_K.REPLIED, _K.REOPENED, _K.CLOSED, _K.CANCELLED})
_SAID = frozenset({_K.REPLIED, _K.NOTED, _K.RESOLVED, _K.REOPENED, _K.CANCELLED, _K.PRIORITISED})
"""What says nothing without words."""


def next_state(state: TicketState, kind: EntryKind, side: ContractSide) -> TicketState:
    """Return where an entry leads. Raises Refused for what a side never writes; Conflict for what
    is not possible from there."""
    if side is ContractSide.CUSTOMER and kind not in _CUSTOMERS:
        raise Refused()
    after = _MOVES.get(kind, {}).get(state)
    if after is None:
        raise Conflict("this is not possible while the ticket is as it is")
    return after


def state_after(state: TicketState, kind: EntryKind) -> TicketState:
    """Return where an entry led that stands in a log."""
    return {**_MOVES, **_JOININGS}.get(kind, {}).get(state, state)


def may_write(state: TicketState, side: ContractSide) -> tuple[EntryKind, ...]:
    """Return what a side may write into a ticket that is as it is."""
    allowed = _CUSTOMERS if side is ContractSide.CUSTOMER else frozenset(_MOVES)
    return tuple(kind for kind in EntryKind if kind in allowed and state in _MOVES.get(kind, {}))


def check_entry(draft: EntryDraft) -> EntryDraft:
    """Return an entry that can be so; raises Invalid at the field."""
    text = draft.text.strip()
    if draft.kind in _SAID and not text:
        raise Invalid("text", "say something about it")
    if len(text) > _LONGEST_TEXT:
        raise Invalid("text", "at most 8000 characters")
    if "\0" in text:
        raise Invalid("text", "no line breaks or control characters")
    if not 0 <= draft.minutes <= _MOST_MINUTES:
        raise Invalid("minutes", "between 0 and 1440")
    if draft.kind is EntryKind.WAITED and draft.reason is None:
        raise Invalid("reason", "say what it waits for")
    if draft.kind is EntryKind.PRIORITISED and draft.priority is None:
        raise Invalid("priority", "this is required")
    if draft.kind is EntryKind.ASSIGNED and draft.assignee is None:
        raise Invalid("assignee", "this is required")
    return replace(draft, text=text)


def check_ticket(draft: TicketDraft, terms: Terms, *, now: datetime) -> TicketDraft:
    """Return a ticket that can be so; raises Invalid at the field, of a detail its name."""
    title = _check_title(draft.title.strip())
    if terms.service(draft.type) is None:
        raise Invalid("type", "the contract has no such service")
    if draft.reported_at is not None and draft.reported_at > now:
        raise Invalid("reported_at", "it must not be in the future")
    details = {key: draft.details.get(key, "").strip() for key in DETAILS[draft.type]}
    for key, text in (*details.items(), ("description", draft.description)):
        if len(text) > _LONGEST_TEXT or "\0" in text:
            raise Invalid(key, "at most 8000 characters")
    for key in NEEDED.get(draft.type, ()):
        if not details[key]:
            raise Invalid(key, "this is required")
    return replace(draft, title=title, description=draft.description.strip(), details=details)


def _check_title(title: str) -> str:
    if not title:
        raise Invalid("title", "this is required")
    if len(title) > _LONGEST_TITLE or not title.isprintable():
        raise Invalid("title", "at most 200 characters")
    return title


def contract_year(terms: Terms, day: date) -> tuple[date, date]:
    """Return the first day of the contract's year that a day is in, and of the next one."""
    start = terms.starts_on
    years = day.year - start.year - ((day.month, day.day) < (start.month, start.day))
    return _later(start, years), _later(start, years + 1)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def check_quota(terms: Terms, type: ServiceType, used: int) -> None:
    """Raise Invalid when all that the contract gives in a year is used."""
    item = terms.service(type)
    if item is not None and item.quota is not None and used >= item.quota:
        raise Invalid("type", "all that the contract gives in a year are used")


def read_clocks(
    entries: Sequence[Entry],
    about: tuple[ServiceType, Priority],
    terms: Terms,
    calendar: Calendar,
    *,
    now: datetime,
) -> dict[Metric, ClockView]:
    """Return the clocks of a ticket from its log. about: its type, and its first priority."""
    type, priority = about
    metrics = [m for m in Metric if m is not Metric.ARRIVAL or type is ServiceType.ON_SITE]
    return {
        metric: read_clock(events, calendar, now=now)
        for metric in metrics
        if (events := _events(entries, metric, priority, terms))
    }


def _events(
    entries: Iterable[Entry], metric: Metric, priority: Priority, terms: Terms
) -> list[ClockEvent]:
    events: list[ClockEvent] = []
    for entry in entries:
        if entry.kind is EntryKind.OPENED:
            goal = goal_of(terms, priority, metric)
            if goal is None:
                return []
            events.append(ClockEvent(at=entry.at, kind=Happening.STARTED, goal=goal))
            continue
        if entry.kind is EntryKind.PRIORITISED and entry.priority is not None:
            goal = goal_of(terms, entry.priority, metric)
            events.append(ClockEvent(at=entry.at, kind=Happening.RETARGETED, goal=goal))
            continue
        happening = _happening(entry, metric)
        if happening is not None:
            reason = entry.reason.value if entry.reason else ""
            events.append(ClockEvent(at=entry.at, kind=happening, reason=reason))
    return events


_STOPS = {
    Metric.RESPONSE: frozenset({_K.REPLIED, _K.ARRIVED, _K.RESOLVED}),
    Metric.ARRIVAL: frozenset({_K.ARRIVED, _K.RESOLVED}),
    Metric.RESOLUTION: frozenset({_K.RESOLVED}),
}


_MERGING = {_K.MERGED: Happening.PAUSED, _K.PARTED: Happening.RESUMED}
"""While a ticket goes on in another, the other's clocks count. What was missed before stays so."""


def _happening(entry: Entry, metric: Metric) -> Happening | None:
    """Return what an entry does to a clock. Only a person of the provider answers; an answer is
    owed whatever the ticket waits for."""
    if entry.kind in _STOPS[metric] and entry.side is ContractSide.PROVIDER:
        return Happening.STOPPED
    if entry.kind is EntryKind.CANCELLED:
        return Happening.CANCELLED
    if entry.kind in _MERGING:
        return _MERGING[entry.kind]
    if metric is Metric.RESPONSE:
        return None
    if entry.kind is EntryKind.WAITED:
        return Happening.PAUSED
    if entry.kind is EntryKind.RESUMED:
        return Happening.RESUMED
    is_back = entry.kind is EntryKind.REOPENED and metric is Metric.RESOLUTION
    return Happening.REOPENED if is_back else None


def next_due(clocks: Mapping[Metric, ClockView]) -> datetime | None:
    """Return the next instant at which something is due of what still runs."""
    dues = [view.due_at for view in clocks.values() if view.state.is_open and view.due_at]
    return min(dues, default=None)
