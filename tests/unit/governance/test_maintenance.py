"""Windows of maintenance: the calendar shows just the hours in which a rule holds."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.governance.test_windows import _CLAUSES, KNOWN, NOW, build_rule, shanghai
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.condition import Condition, compile_condition, parse_condition
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.governance.facts.masks import Effect, MaskRule, RuleState
from yunwei.monitor.governance.facts.windows import Window, WindowKind
from yunwei.monitor.governance.rules.holding import hold_of
from yunwei.monitor.governance.rules.windows import (
    find_overlaps,
    is_running,
    kind_of,
    may_meet,
    windows_of,
)

SEPTEMBER = Span(shanghai(20, 0, month=9), shanghai(20, 0, month=10))


def under(path: str) -> Condition:
    return parse_condition({"field": "managed_object", "op": "under", "value": path})


def window(rule: MaskRule, start: datetime, hours: int = 2) -> Window:
    return Window(rule=rule, kind=kind_of(rule), span=Span(start, start + timedelta(hours=hours)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    minutes=st.lists(st.integers(0, 60 * 24 * 30 - 1), min_size=1, max_size=20),
    clauses=st.lists(st.sampled_from(_CLAUSES), min_size=1, max_size=3),
    life=st.tuples(st.integers(1, 30), st.integers(1, 20)),
)
def test_an_instant_lies_in_a_window_exactly_when_the_rule_holds(
    minutes: list[int], clauses: list[str], life: tuple[int, int]
) -> None:
    times = parse_times_text("; ".join(clauses), time_zone="Asia/Shanghai")
    begins = shanghai(10, 0, month=9) + timedelta(days=life[0])
    rule = replace(
        build_rule(), times=times, starts_at=begins, expires_at=begins + timedelta(days=life[1])
    )
    shown = windows_of(rule, SEPTEMBER, KNOWN)
    for minute in minutes:
        at = SEPTEMBER.start + timedelta(minutes=minute)
        assert any(each.span.holds(at) for each in shown) == hold_of(rule, at, KNOWN).holds


def test_a_window_over_the_edge_of_what_is_shown_says_when_it_really_begins() -> None:
    night = build_rule("night")
    day = Span(shanghai(23, 0), shanghai(24, 0))
    first, *_rest = windows_of(night, day, KNOWN)
    assert first.span == Span(shanghai(22, 22), shanghai(23, 6))


def test_kinds_are_told_apart() -> None:
    assert kind_of(build_rule()) is WindowKind.ONCE
    assert kind_of(build_rule("night")) is WindowKind.RECURRING
    assert kind_of(build_rule("night", lasts_minutes=30)) is WindowKind.FLEXIBLE


@pytest.mark.parametrize("state", [RuleState.DRAFT, RuleState.SHADOW])
def test_what_is_only_planned_is_shown_and_runs_never(state: RuleState) -> None:
    rule = build_rule(state=state)
    [shown] = windows_of(rule, SEPTEMBER, KNOWN)
    assert shown.is_planned
    assert not is_running(shown, NOW, KNOWN)
    assert not find_overlaps([shown, window(build_rule(id=MaskRuleId(8)), NOW)])


def test_a_flexible_rule_that_lasted_its_time_runs_no_more() -> None:
    rule = build_rule("night", lasts_minutes=60, flexible_since=shanghai(22, 23))
    [shown] = windows_of(rule, Span(shanghai(22, 23), shanghai(22, 23, 1)), KNOWN)
    assert is_running(shown, shanghai(22, 23, 30), KNOWN)
    assert not is_running(shown, shanghai(23, 1), KNOWN)


def test_of_two_that_meet_the_stronger_effect_wins() -> None:
    hide = build_rule(id=MaskRuleId(9))
    digest = build_rule(id=MaskRuleId(7), effect=Effect.DIGEST)
    late = NOW + timedelta(hours=1)
    [found] = find_overlaps([window(digest, NOW), window(hide, late)])
    assert found.winner.rule is hide
    assert found.span == Span(late, NOW + timedelta(hours=2))


def test_windows_that_only_touch_or_belong_to_others_do_not_meet() -> None:
    one, two = build_rule(id=MaskRuleId(1)), build_rule(id=MaskRuleId(2))
    assert not find_overlaps([window(one, NOW), window(two, NOW + timedelta(hours=2))])
    foreign = build_rule(id=MaskRuleId(3), tenant=TenantId(2))
    assert not find_overlaps([window(one, NOW), window(foreign, NOW)])


def test_rules_about_different_hosts_do_not_meet() -> None:
    assert not may_meet(under("/host/H-1"), under("/host/H-10"))
    assert may_meet(under("/pool/P-1"), under("/pool/P-1/desktop/D-7"))


PATHS, TYPES = ("/a", "/A", "/a/b", "/a/b/c", "/ab"), ("x", "X", "y")


def asking(field: str, values: tuple[str, ...], ops: tuple[str, ...]) -> list[dict[str, object]]:
    """Return a term for each value and pair of values."""
    singles = [{"field": field, "op": op, "value": each} for op in ops for each in values]
    pairs = [list(each) for each in itertools.combinations(values, 2)]
    return [*singles, *({"field": field, "op": "in", "value": each} for each in pairs)]


def test_rules_meet_just_where_one_alarm_matches_both() -> None:
    terms = asking("managed_object", PATHS, ("eq", "under")), asking("alarm_type", TYPES, ("eq",))
    both = ({"all": list(each)} for each in itertools.product(*terms))
    asked = [parse_condition(each) for each in (*itertools.chain(*terms), *both)]
    rows = [
        {"managed_object": path, "alarm_type": kind}
        for path, kind in itertools.product(PATHS, TYPES)
    ]
    matched = [{n for n, row in enumerate(rows) if compile_condition(each)(row)} for each in asked]
    wrong = [
        (asked[one], asked[two])
        for one, two in itertools.combinations_with_replacement(range(len(asked)), 2)
        if may_meet(asked[one], asked[two]) != bool(matched[one] & matched[two])
    ]
    assert wrong == []
