"""When mask rules hold, and which may be written down."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.calendar_times import CalendarTimes, Clause
from yunwei.base.core.condition import parse_condition
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.monitor.governance.facts.masks import (
    Effect,
    MaskRule,
    MaskRuleDraft,
    RuleState,
)
from yunwei.monitor.governance.rules.drafts import check_draft
from yunwei.monitor.governance.rules.holding import build_holding, hold_of

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday, 14:00 in Shanghai
MINOR = {"field": "severity", "op": "eq", "value": "minor"}
KNOWN = Calendar(
    years=frozenset({2026}),
    special={
        date(2026, 10, 1): DayKind.STATUTORY_HOLIDAY,
        date(2026, 10, 10): DayKind.MAKEUP_WORKDAY,
    },
)


def shanghai(
    day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026
) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def build_rule(times: str = "", **changes: object) -> MaskRule:
    fields: dict[str, object] = {
        "id": MaskRuleId(7),
        "tenant": TenantId(1),
        "version": 1,
        "name": "night",
        "condition": parse_condition(MINOR),
        "effect": Effect.HIDE,
        "times": parse_times_text(times, time_zone="Asia/Shanghai") if times else None,
        "starts_at": shanghai(1, 0, month=1),
        "expires_at": shanghai(31, 0, month=12, year=2027),
        "reason": "backup",
        "owner": "olga",
        "changed_at": NOW,
    }
    return MaskRule(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("times", "at", "expected"),
    [
        ("", shanghai(23, 3), True),
        ("sat,sun", shanghai(23, 12), False),
        ("sat,sun", shanghai(22, 12), True),
        ("09:00-18:00", shanghai(23, 9), True),
        ("09:00-18:00", shanghai(23, 18), False),
        ("night", shanghai(23, 23), True),
        ("night", shanghai(23, 5, 59), True),
        ("night", shanghai(23, 6), False),
        # Sunday night reaches into Monday morning, and Monday morning alone does not count
        ("sun night", shanghai(23, 5), True),
        ("mon night", shanghai(23, 5), False),
        # the National Day is a Thursday, its make-up workday a Saturday
        ("workday", shanghai(1, 12, month=10), False),
        ("statutory_holiday", shanghai(1, 12, month=10), True),
        ("workday 09:00-18:00", shanghai(10, 12, month=10), True),
        ("makeup_workday", shanghai(10, 12, month=10), True),
        ("rest_day", shanghai(10, 12, month=10), False),
        ("month_end(2)", shanghai(29, 12), True),
        ("month_end(2)", shanghai(28, 12), False),
        # nobody has published 2027: whatever asks for a kind of day does not hold
        ("workday", shanghai(4, 12, month=1, year=2027), False),
        ("rest_day", shanghai(4, 12, month=1, year=2027), False),
        ("mon", shanghai(4, 12, month=1, year=2027), True),
    ],
)
def test_a_rule_holds_at_its_times(times: str, at: datetime, expected: bool) -> None:
    assert hold_of(build_rule(times), at, KNOWN).holds is expected


def test_the_night_before_a_day_that_nobody_knows_still_holds() -> None:
    rule = build_rule("workday 22:00-06:00")
    assert hold_of(rule, shanghai(1, 3, month=1, year=2027), KNOWN).holds, "it began on the 31st"
    assert not hold_of(rule, shanghai(1, 23, month=1, year=2027), KNOWN).holds


@pytest.mark.parametrize("state", [RuleState.DRAFT, RuleState.EXPIRED, RuleState.ARCHIVED])
def test_only_a_live_rule_holds(state: RuleState) -> None:
    assert not hold_of(build_rule(state=state), NOW, KNOWN).holds


def test_a_flexible_rule_lasts_from_its_first_alarm_and_begins_anew_in_the_next_window() -> None:
    armed = build_rule("night", lasts_minutes=60)
    assert hold_of(armed, shanghai(23, 22), KNOWN).holds, "it waits for its first alarm"
    begun = build_rule("night", lasts_minutes=60, flexible_since=shanghai(23, 23))
    assert hold_of(begun, shanghai(23, 23, 59), KNOWN).holds
    assert not hold_of(begun, shanghai(24, 0), KNOWN).holds
    assert not hold_of(begun, shanghai(24, 5), KNOWN).holds
    assert hold_of(begun, shanghai(24, 22), KNOWN).holds, "the next night is another window"


_CLAUSES = (
    "night",
    "workday 09:00-18:00",
    "sat,sun",
    "rest_day",
    "month_end(3) 00:00-00:30",
    "mon-fri 23:30-04:15",
    "makeup_workday 08:30-17:30",
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    minutes=st.lists(st.integers(0, 60 * 24 * 30), min_size=1, max_size=20),
    clauses=st.lists(st.sampled_from(_CLAUSES), min_size=1, max_size=3),
)
def test_what_is_kept_until_the_next_change_is_what_is_asked_anew(
    minutes: list[int], clauses: list[str]
) -> None:
    times = parse_times_text("; ".join(clauses), time_zone="Asia/Shanghai")
    rules = [replace(build_rule(), times=times), build_rule(id=MaskRuleId(8))]
    calendars = Calendars(by_tenant={TenantId(1): KNOWN})
    kept = build_holding(rules, calendars)
    for minute in minutes:
        at = shanghai(20, 0, month=9) + timedelta(minutes=minute)
        held = {rule.id for rule in kept(at).by_tenant.get(TenantId(1), ())}
        assert (7 in held) == bool(times.holds(at, KNOWN))
        assert 8 in held


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("reason", {"reason": ""}),
        ("ticket", {"expires_at": NOW + timedelta(days=2)}),
        ("expires_at", {"expires_at": NOW}),
        ("expires_at", {"expires_at": NOW + timedelta(days=731)}),
        ("starts_at", {"starts_at": NOW + timedelta(days=2)}),
        ("condition", {"condition": {"field": "nothing", "op": "eq", "value": "x"}}),
        ("downgrade_to", {"effect": Effect.DOWNGRADE}),
        ("downgrade_to", {"downgrade_to": Severity.WARNING}),
        ("hides_critical", {"condition": {"field": "severity", "op": "in", "value": ["critical"]}}),
        ("times", {"times": CalendarTimes(clauses=(), time_zone="Asia/Shanghai")}),
        ("times", {"times": CalendarTimes(clauses=(Clause(),), time_zone="Mars/Olympus")}),
        ("lasts_minutes", {"lasts_minutes": 0}),
    ],
)
def test_wrong_draft_names_its_field(field: str, changes: dict[str, object]) -> None:
    fields: dict[str, object] = {
        "name": "night",
        "reason": "backup",
        "condition": MINOR,
        "expires_at": NOW + timedelta(days=1),
    }
    with pytest.raises(Invalid) as caught:
        check_draft(MaskRuleDraft(**{**fields, **changes}), NOW)  # type: ignore[arg-type]
    assert caught.value.field == field
