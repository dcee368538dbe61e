"""What an emergency may be, who leads it, what its time line is, and when people are told. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import UserId
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.emergencies import (
    NEEDED,
    WRITTEN,
    Emergency,
    EmergencyState,
    Line,
    LineKind,
    Postmortem,
    Telling,
    UpdateDraft,
)
from yunwei.operate.service.facts.tickets import Ticket

BEFORE = timedelta(minutes=30)
"""So long before it was reported a time line begins: what led to it."""
_LONGEST, _MOST_PEOPLE = 8000, 50
_LEAST_MINUTES, _MOST_MINUTES = 5, 24 * 60
_AHEAD = timedelta(minutes=5)
"""So long before an update is due its teller is reminded."""


def check_ticket(ticket: Ticket) -> None:
    """Raise Conflict unless a ticket can be declared an emergency."""
    if ticket.type is not ServiceType.EMERGENCY:
        raise Conflict("only a ticket for emergency response can be declared an emergency")
    if not ticket.state.is_open:
        raise Conflict("this is not possible while the ticket is as it is")


def check_telling(telling: Telling) -> Telling:
    """Return who leads and tells as it can be; raises Invalid at the field."""
    if not _LEAST_MINUTES <= telling.update_minutes <= _MOST_MINUTES:
        raise Invalid("update_minutes", "between 5 and 1440")
    outside = tuple(dict.fromkeys(each.strip() for each in telling.outside if each.strip()))
    for each in outside:
        name, at, host = each.partition("@")
        if not (name and at and "." in host) or not each.isprintable() or " " in each:
            raise Invalid("outside", "this is not an e-mail address")
    if len(outside) > _MOST_PEOPLE or len(telling.people) > _MOST_PEOPLE:
        raise Invalid("outside", "at most 50")
    return replace(telling, outside=outside, people=tuple(dict.fromkeys(telling.people)))


def check_text(field: str, text: str, *, is_needed: bool = True) -> str:
    """Return what somebody says, stripped; raises Invalid at the field."""
    said = text.strip()
    if is_needed and not said:
        raise Invalid(field, "say something about it")
    if len(said) > _LONGEST:
        raise Invalid(field, "at most 8000 characters")
    if "\0" in said:
        raise Invalid(field, "no line breaks or control characters")
    return said


def check_line(
    kind: LineKind, text: str, at: datetime | None, known: Emergency, *, now: datetime
) -> Line:
    """Return a line that people may write; raises Invalid at the field. at: when it was,
    None: now."""
    if kind not in WRITTEN:
        raise Invalid("kind", "this is not one of the choices")
    happened_at = at or now
    if happened_at > now:
        raise Invalid("at", "it must not be in the future")
    if happened_at < known.reported_at - timedelta(days=7):
        raise Invalid("at", "at most seven days before it was reported")
    return Line(at=happened_at, kind=kind, text=check_text("text", text))


def check_update(draft: UpdateDraft) -> UpdateDraft:
    """Return an update that can be so; raises Invalid at the field."""
    minutes = draft.next_minutes
    if minutes is not None and not _LEAST_MINUTES <= minutes <= _MOST_MINUTES:
        raise Invalid("next_minutes", "between 5 and 1440")
    return replace(draft, text=check_text("text", draft.text))


def check_declared(known: Emergency) -> None:
    if known.state is not EmergencyState.DECLARED:
        raise Conflict("this emergency has ended")


def check_ended(known: Emergency) -> None:
    """Raise Conflict unless an emergency can be looked back on."""
    if known.state is EmergencyState.DECLARED:
        raise Conflict("this emergency has not ended yet")
    if known.state is EmergencyState.RELEASED:
        raise Conflict("this post-mortem was released")


def check_postmortem(said: Postmortem) -> Postmortem:
    """Return what was found as it can be written down; raises Invalid at the field."""
    return Postmortem(
        **{
            name: check_text(name, getattr(said, name), is_needed=False)
            for name in Postmortem.__dataclass_fields__
        }
    )


def check_release(said: Postmortem | None, *, actions: int) -> Postmortem:
    """Return a post-mortem that says what it has to. Raises Invalid at the field that is empty;
    Conflict where nothing is to become better by it. actions: those with an owner and a day."""
    if said is None:
        raise Invalid(NEEDED[0], "this is required")
    for name in NEEDED:
        if not getattr(said, name):
            raise Invalid(name, "this is required")
    if not actions:
        raise Conflict("say first what is to become better, by whom and until when")
    return said


def may_lead(known: Telling, user: UserId | None, *, is_manager: bool) -> bool:
    """Say whether somebody ends an emergency and says who leads it."""
    return is_manager or (user is not None and user == known.commander)


def may_tell(known: Telling, user: UserId | None, *, is_manager: bool) -> bool:
    return is_manager or (user is not None and user in (known.commander, known.teller))


def merge_lines(*sources: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines as one time line, the oldest first; at one instant in the order of sources."""
    return tuple(sorted((line for each in sources for line in each), key=lambda line: line.at))


def visible(lines: Iterable[Line], *, is_provider: bool, state: EmergencyState) -> tuple[Line, ...]:
    """Return what a side reads of a time line: the customer all of it once it is released."""
    is_whole = is_provider or state is EmergencyState.RELEASED
    return tuple(each for each in lines if is_whole or not each.is_internal)


def next_update_at(telling: Telling, draft: UpdateDraft | None, *, now: datetime) -> datetime:
    minutes = draft.next_minutes if draft and draft.next_minutes else telling.update_minutes
    return now + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """That people are to be told again. The same key is told once."""

    key: str
    emergency: Emergency
    people: tuple[UserId, ...]
    subject: tuple[str, str]
    body: tuple[str, str]
    is_late: bool


def find_reminders(known: Emergency, *, time_zone: str, now: datetime) -> Iterator[Reminder]:
    """Yield what is to be told of the next update now, whether it was told or not: its teller five
    minutes before it is due; the commander and the managers as well when it is late."""
    due_at = known.update_due_at
    if due_at is None or now < due_at - _AHEAD:
        return
    is_late = now >= due_at
    stage = "late" if is_late else "soon"
    at = f"{due_at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"
    both = dict.fromkeys((known.telling.teller, known.telling.commander))
    zh, en = ("【通报已超时】", "[Update is late]") if is_late else ("【即将通报】", "[Update due]")
    yield Reminder(
        key=f"emergency-{known.id}-{int(due_at.timestamp())}-{stage}",
        emergency=known,
        people=tuple(both) if is_late else (known.telling.teller,),
        subject=(
            f"{zh}{known.code} {known.ticket_title}",
            f"{en} {known.code} {known.ticket_title}",
        ),
        body=(
            f"{known.tenant_name}：下一次通报应于 {at}（{time_zone}）前发出。",
            f"{known.tenant_name}: the next update is due at {at} ({time_zone}).",
        ),
        is_late=is_late,
    )
