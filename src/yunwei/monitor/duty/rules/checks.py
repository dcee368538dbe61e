"""What makes a schedule, and a change of one, acceptable. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from yunwei.base.core.calendar_times import CalendarTimes, parse_times
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import LayerId, ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import DAY_MINUTES, Span, find_zone
from yunwei.monitor.duty.facts.changes import Override, OverrideDraft, OverrideKind
from yunwei.monitor.duty.facts.schedules import Layer, LayerDraft, Schedule, ScheduleDraft

MOST_LAYERS = 20
MOST_GROUPS = 100
MOST_IN_GROUP = 10
LONGEST_TURN = 366
LONGEST_NOTICE = 7 * DAY_MINUTES
LONGEST_CHANGE = timedelta(days=366)
_LONGEST_TEXT = 200
_JUST_NOW = timedelta(minutes=5)
_EARLIEST, _LATEST = 2000, 2100


def build_schedule(
    draft: ScheduleDraft, *, id: ScheduleId, tenant: TenantId, now: datetime
) -> Schedule:
    """Return the schedule of a draft; raises Invalid at the field, `layers.0.length` of a layer's.

    Layers without an id get 0: the store gives them theirs.
    """
    _check_text("name", draft.name, is_needed=True)
    _check_text("note", draft.note)
    find_zone(draft.time_zone)
    if not 0 <= draft.notice_minutes <= LONGEST_NOTICE:
        raise Invalid("notice_minutes", f"between 0 and {LONGEST_NOTICE}")
    if len(draft.layers) > MOST_LAYERS:
        raise Invalid("layers", f"at most {MOST_LAYERS} layers")
    return Schedule(
        id=id,
        tenant=tenant,
        name=draft.name.strip(),
        time_zone=draft.time_zone,
        layers=tuple(
            _build_layer(layer, draft.time_zone, f"layers.{place}")
            for place, layer in enumerate(draft.layers)
        ),
        coverage=_parse(draft.coverage, draft.time_zone, "coverage"),
        notice_minutes=draft.notice_minutes,
        note=draft.note.strip(),
        changed_at=now,
    )


def _build_layer(draft: LayerDraft, zone: str, field: str) -> Layer:
    _check_text(f"{field}.name", draft.name, is_needed=True)
    if not 1 <= draft.length <= LONGEST_TURN:
        raise Invalid(f"{field}.length", f"between 1 and {LONGEST_TURN}")
    if not 0 <= draft.handoff_minute < DAY_MINUTES:
        raise Invalid(f"{field}.handoff_minute", f"between 0 and {DAY_MINUTES - 1}")
    if not _EARLIEST <= draft.starts_on.year <= _LATEST:
        raise Invalid(f"{field}.starts_on", f"between {_EARLIEST} and {_LATEST}")
    if draft.ends_on is not None and draft.ends_on < draft.starts_on:
        raise Invalid(f"{field}.ends_on", "the end must be after the start")
    _check_groups(draft, field)
    return Layer(
        id=draft.id or LayerId(0),
        name=draft.name.strip(),
        role=draft.role,
        unit=draft.unit,
        length=draft.length,
        handoff_minute=draft.handoff_minute,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        groups=draft.groups,
        times=_parse(draft.times, zone, f"{field}.times"),
        is_fair=draft.is_fair,
    )


def _check_groups(draft: LayerDraft, field: str) -> None:
    if not draft.groups or not all(draft.groups):
        raise Invalid(f"{field}.groups", "a layer needs people who take turns")
    if len(draft.groups) > MOST_GROUPS:
        raise Invalid(f"{field}.groups", f"at most {MOST_GROUPS} turns")
    for group in draft.groups:
        if len(group) > MOST_IN_GROUP:
            raise Invalid(f"{field}.groups", f"at most {MOST_IN_GROUP} people in one turn")
        if len(set(group)) != len(group):
            raise Invalid(f"{field}.groups", "nobody is twice in one turn")


def _parse(data: object, zone: str, field: str) -> CalendarTimes | None:
    if data is None:
        return None
    times = parse_times(data, field=field)
    if times.time_zone != zone:
        raise Invalid(field, "it must be in the schedule's time zone")
    return times


def _check_text(field: str, text: str, *, is_needed: bool = False) -> None:
    if is_needed and not text.strip():
        raise Invalid(field, "this is needed")
    if len(text) > _LONGEST_TEXT:
        raise Invalid(field, f"at most {_LONGEST_TEXT} characters")
    if not text.isprintable():
        raise Invalid(field, "no line breaks or control characters")


def check_note(note: str) -> str:
    _check_text("note", note)
    return note.strip()


def build_span(starts_at: datetime, ends_at: datetime, *, now: datetime, prefix: str = "") -> Span:
    """Return the time of a change; raises Invalid. What has been is not changed: a beginning
    that has just passed is now, an earlier one is refused."""
    start_field, end_field = f"{prefix}starts_at", f"{prefix}ends_at"
    for field, value in ((start_field, starts_at), (end_field, ends_at)):
        if value.tzinfo is None:
            raise Invalid(field, "the time has no zone")
    if starts_at < now - _JUST_NOW:
        raise Invalid(start_field, "what has been is not changed")
    start = max(starts_at, now)
    if ends_at <= start:
        raise Invalid(end_field, "the end must be after the start")
    if ends_at - start > LONGEST_CHANGE:
        raise Invalid(end_field, f"at most {LONGEST_CHANGE.days} days at once")
    return Span(start, ends_at)


def check_people(draft: OverrideDraft) -> None:
    """Raise Invalid unless an override names the people whom its kind needs."""
    needs_user = draft.kind is not OverrideKind.ADD
    needs_stand_in = draft.kind is not OverrideKind.REMOVE
    for field, person, is_needed in (
        ("user", draft.user, needs_user),
        ("stand_in", draft.stand_in, needs_stand_in),
    ):
        if is_needed and person is None:
            raise Invalid(field, "this is needed")
        if not is_needed and person is not None:
            raise Invalid(field, "this kind of override does not take one")
    if draft.user is not None and draft.user == draft.stand_in:
        raise Invalid("stand_in", "nobody takes over from oneself")


def check_no_conflict(new: Override, others: Iterable[Override], names: dict[UserId, str]) -> None:
    """Raise Conflict when another override says something about the same person at a time in
    common: what both together would mean, nobody can tell."""
    for other in others:
        if other.id == new.id or other.span.cut(new.span) is None:
            continue
        common = new.people & other.people
        if common:
            told = ", ".join(names.get(user, str(user)) for user in sorted(common))
            raise Conflict(f"another override says something about {told} at that time")
