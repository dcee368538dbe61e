"""Laws of schedules: turns tile time, one primary a layer, no hour lost or doubled, fairness."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.duty import (
    ANNA,
    BEN,
    CHINA,
    CLEO,
    DORA,
    SCHEDULE,
    layer,
    leave,
    override,
    schedule,
    snapshot,
    temporary,
)
from yunwei.base.core.wall_clock import Span, merge, without
from yunwei.monitor.duty.facts.schedules import DutyRole, Layer, RotationUnit
from yunwei.monitor.duty.facts.shifts import Snapshot
from yunwei.monitor.duty.rules.fairness import count_rest
from yunwei.monitor.duty.rules.on_duty import build_on_duty
from yunwei.monitor.duty.rules.resolve import Resolver
from yunwei.monitor.duty.rules.rotation import turn_number, turn_start, turns_within

PEOPLE = (ANNA, BEN, CLEO, DORA)
ZONES = st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "America/Havana", "Australia/Sydney"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 1))
groups = st.lists(
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True).map(tuple),
    min_size=1,
    max_size=4,
)
TIMES = st.sampled_from(
    ["", "workday", "rest_day", "daily 08:00-20:00", "daily 22:00-03:30", "mon-fri night"]
)


@st.composite
def layers(draw: Any, *, restricted: bool = True) -> Layer:
    return layer(
        *draw(groups),
        unit=draw(st.sampled_from(RotationUnit)),
        length=draw(st.integers(1, 30)),
        handoff_minute=draw(st.integers(0, 1439)),
        starts_on=draw(DAYS),
        role=draw(st.sampled_from(DutyRole)),
        is_fair=draw(st.booleans()),
        times=draw(TIMES) if restricted else "",
    )


@st.composite
def moments(draw: Any) -> Span:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 500_000)))
    return Span(start, start + timedelta(minutes=draw(st.integers(1, 20_000))))


@st.composite
def snapshots(draw: Any) -> Snapshot:
    made = schedule(*draw(st.lists(layers(), min_size=1, max_size=3)), zone=draw(ZONES))
    users = st.sampled_from(PEOPLE)
    kinds = st.sampled_from(["add", "remove", "replace"])
    overrides = [
        override(draw(kinds), draw(moments()), number, user=draw(users), stand_in=draw(users))
        for number in range(draw(st.integers(0, 3)))
    ]
    return snapshot(
        made,
        overrides=tuple(overrides),
        temporaries=tuple(
            temporary(draw(users), draw(moments())) for _ in range(draw(st.integers(0, 2)))
        ),
        leaves=tuple(leave(draw(users), draw(moments())) for _ in range(draw(st.integers(0, 3)))),
    )


@given(layers(restricted=False), ZONES.map(ZoneInfo), moments())
def test_turns_tile_time_without_gap_or_overlap(made: Layer, zone: ZoneInfo, within: Span) -> None:
    turns = list(turns_within(made, within, zone))
    assert all(a.span.end == b.span.start for a, b in pairwise(turns))
    assert all(a.number < b.number for a, b in pairwise(turns))
    if turns:
        common = Span(max(within.start, turn_start(made, 0, zone)), within.end)
        assert turns[0].span.start <= common.start
        assert turns[-1].span.end >= common.end
        # additive: the turns' lengths are the time itself, 23 and 25 hour days included
        cut = [turn.span.cut(common) for turn in turns]
        assert sum((each.length for each in cut if each), timedelta()) == common.length


@given(layers(restricted=False), ZONES.map(ZoneInfo), moments())
def test_an_instant_lies_in_its_turn(made: Layer, zone: ZoneInfo, within: Span) -> None:
    number = turn_number(made, within.start, zone)
    assert turn_start(made, number, zone) <= within.start < turn_start(made, number + 1, zone)


@given(layers(), ZONES, moments())
@settings(deadline=None)
def test_a_layer_has_at_most_one_primary_at_each_instant(
    made: Layer, zone: str, within: Span
) -> None:
    known = snapshot(schedule(made, zone=zone))
    shifts = Resolver(known.schedules[SCHEDULE], known).shifts(within)
    primaries = [each.span for each in shifts if each.role is DutyRole.PRIMARY]
    assert all(a.end <= b.start for a, b in pairwise(sorted(primaries)))


@given(snapshots(), moments(), st.integers(0, 20_000))
@settings(deadline=None)
def test_shifts_and_look_ups_agree_and_cutting_a_stretch_changes_nothing(
    known: Snapshot, within: Span, minutes: int
) -> None:
    made = known.schedules[SCHEDULE]
    shifts = Resolver(made, known).shifts(within)
    middle = min(within.start + timedelta(minutes=minutes), within.end - timedelta(minutes=1))
    found = {(each.user, each.role) for each in build_on_duty(known)(SCHEDULE, middle)}
    assert found == {(each.user, each.role) for each in shifts if each.span.holds(middle)}
    if within.start < middle:
        parts = [
            *Resolver(made, known).shifts(Span(within.start, middle)),
            *Resolver(made, known).shifts(Span(middle, within.end)),
        ]
        assert _served(parts) == _served(shifts)


def _served(shifts: Any) -> dict[Any, Any]:
    found: dict[Any, list[Span]] = {}
    for each in shifts:
        found.setdefault((each.user, each.role), []).append(each.span)
    return {key: merge(spans) for key, spans in found.items()}


@given(snapshots(), moments())
@settings(deadline=None)
def test_nobody_is_on_duty_twice_and_nobody_away_by_turn(known: Snapshot, within: Span) -> None:
    shifts = Resolver(known.schedules[SCHEDULE], known).shifts(within)
    for user in PEOPLE:
        own = sorted(each.span for each in shifts if each.user == user)
        assert all(a.end <= b.start for a, b in pairwise(own))
        away = [each.span for each in known.leaves if each.user == user]
        by_turn = [each for each in shifts if each.user == user and each.layer is not None]
        assert not any(leave_.cut(each.span) for each in by_turn for leave_ in away)


@given(st.integers(2, 4), DAYS, st.integers(0, 1439))
@settings(deadline=None, max_examples=30)
def test_rest_days_come_out_even(people: int, start: date, handoff: int) -> None:
    made = schedule(layer(*PEOPLE[:people], is_fair=True, starts_on=start, handoff_minute=handoff))
    known = snapshot(made, as_of=f"{start}T00:00")
    begin = turn_start(made.layers[0], 0, made.zone)
    shifts = Resolver(made, known).shifts(Span(begin, begin + timedelta(days=120)))
    fair = [(each.user, each.span) for each in shifts if each.because.cause.value == "fair"]
    days = dict.fromkeys(PEOPLE[:people], 0.0)
    for user, span in fair:
        days[user] += span.length / timedelta(days=1)
    assert max(days.values()) - min(days.values()) <= 2.0
    # when part of the plan has become the record, the rest of it stays as it was
    later = begin + timedelta(days=45, hours=7)
    served = count_rest(fair, made.layers[0], made.zone, CHINA, before=later)
    again = replace(known, as_of=later, rest_counts={made.layers[0].id: served})
    ahead = Span(later, begin + timedelta(days=120))
    assert Resolver(made, again).shifts(ahead) == Resolver(made, known).shifts(ahead)


@given(moments(), st.lists(moments(), max_size=4))
def test_what_is_taken_out_and_what_is_left_are_the_whole(span: Span, holes: list[Span]) -> None:
    left = without(span, holes)
    taken = [cut for hole in merge(holes) if (cut := hole.cut(span))]
    assert merge([*left, *taken]) == (span,)
    assert not any(part.cut(hole) for part in left for hole in holes)
