"""What a check comes to, the score with its arithmetic, the difference to last time, when a
schedule is due, and what a template may say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import (
    Change,
    Grade,
    Inspected,
    Level,
    Measured,
    Missing,
    Rhythm,
    Sample,
    ScheduleDraft,
    ThingKind,
)
from yunwei.operate.inspection.facts.templates import (
    CheckSpec,
    Criterion,
    Domain,
    FigureUnit,
    Gravity,
)
from yunwei.operate.inspection.queries.plans import built_in, built_in_text
from yunwei.operate.inspection.rules.differences import find_differences
from yunwei.operate.inspection.rules.judging import judge_check, judge_value
from yunwei.operate.inspection.rules.measures import MEASURES
from yunwei.operate.inspection.rules.rhythm import due_at, next_at
from yunwei.operate.inspection.rules.scoring import score_lines
from yunwei.operate.inspection.rules.templates import parse_template

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
SAID = Said(zh="检查", en="check")
HIGH_BAD = Criterion(warn=0.9, fail=0.97)
LOW_BAD = Criterion(warn=60, fail=14, is_low_bad=True)


def check(name: str = "use", criterion: Criterion = HIGH_BAD) -> CheckSpec:
    return CheckSpec(
        name=name,
        domain=Domain.CAPACITY,
        title=SAID,
        measure="quotas.use",
        criterion=criterion,
        gravity=Gravity.MINOR,
        weight=1,
        advice=SAID,
    )


def told(*, tells_all: bool = True, **values: float) -> Measured:
    samples = tuple(
        Sample(kind=ThingKind.LICENCE, key=name, name=name, value=value)
        for name, value in values.items()
    )
    return Measured(samples=samples, tells_all=tells_all)


def inspected(measured: Measured, criterion: Criterion = HIGH_BAD) -> Inspected:
    return Inspected(
        title=SAID,
        tenant_name="A",
        at=NOW,
        took_s=0.1,
        template_sha256="",
        results=(judge_check(check(criterion=criterion), measured),),
    )


@pytest.mark.parametrize(
    ("criterion", "value", "level"),
    [
        (HIGH_BAD, 0.89, Level.PASSED),
        (HIGH_BAD, 0.9, Level.WARNED),
        (HIGH_BAD, 0.97, Level.FAILED),
        (LOW_BAD, 60, Level.PASSED),
        (LOW_BAD, 59, Level.WARNED),
        (LOW_BAD, 14, Level.WARNED),
        (LOW_BAD, 13, Level.FAILED),
        (LOW_BAD, -3, Level.FAILED),
        (Criterion(warn=1), 100, Level.WARNED),
        (Criterion(fail=0), 0, Level.FAILED),
    ],
)
def test_a_value_is_held_against_both_limits(
    criterion: Criterion, value: float, level: Level
) -> None:
    assert judge_value(criterion, value) is level


def test_the_worst_thing_speaks_for_a_check_and_stands_first() -> None:
    result = judge_check(check(), told(a=0.5, b=0.91, c=0.99))
    assert (result.level, result.considered, result.total) == (Level.FAILED, 3, 2)
    assert [each.sample.name for each in result.found] == ["c", "b"]
    assert result.worst == 0.99


def test_what_nothing_tells_of_is_not_measured_and_never_well() -> None:
    silent = judge_check(check(), Measured(samples=None, missing=Missing.AWAY))
    assert (silent.level, silent.missing) == (Level.NOT_MEASURED, Missing.AWAY)
    assert judge_check(check(), told()).level is Level.PASSED


def test_many_findings_are_counted_and_the_worst_are_kept() -> None:
    result = judge_check(check(), told(**{f"d{n}": 1 + n for n in range(500)}))
    assert (result.total, len(result.found)) == (500, 200)
    assert result.found[0].sample.value == 500


def line(level: Level, weight: int = 1, gravity: Gravity = Gravity.MINOR) -> tuple:
    return (Domain.HOSTS, gravity, weight, level)


def test_the_score_is_what_was_gained_of_what_was_measured() -> None:
    score = score_lines(
        [line(Level.PASSED, 6), line(Level.WARNED, 2), line(Level.FAILED, 2), line(Level.PASSED, 0)]
    )
    assert (score.weight, score.gained, score.plain, score.total) == (10, 7, 70, 70)
    assert (score.grade, score.failed, score.warned) == (Grade.WATCH, 1, 1)


@pytest.mark.parametrize(
    ("gravity", "total"),
    [(Gravity.CRITICAL, 59), (Gravity.MAJOR, 84), (Gravity.MINOR, 99), (Gravity.NOTICE, 99)],
)
def test_a_grave_fail_is_not_hidden_behind_an_average(gravity: Gravity, total: float) -> None:
    score = score_lines([line(Level.PASSED, 99), line(Level.FAILED, 1, gravity)])
    assert (score.plain, score.total) == (99, total)


def test_too_little_measured_is_no_grade() -> None:
    score = score_lines([line(Level.PASSED, 4), line(Level.NOT_MEASURED, 6)])
    assert (score.total, score.grade, score.coverage) == (100, Grade.UNCLEAR, 0.4)
    nothing = score_lines([line(Level.NOT_MEASURED)])
    assert (nothing.total, nothing.grade) == (None, Grade.UNCLEAR)


LEVELS = st.sampled_from(list(Level))
LINES = st.lists(
    st.tuples(
        st.sampled_from(list(Domain)),
        st.sampled_from(list(Gravity)),
        st.integers(1, 100),
        LEVELS,
    ),
    max_size=40,
)


@given(LINES)
def test_a_score_is_a_share_and_domains_add_up_to_it(lines: list[tuple]) -> None:
    score = score_lines(lines)
    assert 0 <= score.coverage <= 1
    assert score.total is None or 0 <= score.total <= 100
    assert sum(each.weight for each in score.domains) == score.weight
    assert score.gained <= score.weight


@given(LINES, st.integers(0, 39))
def test_mending_something_never_lowers_the_score(lines: list[tuple], place: int) -> None:
    broken = [*lines, line(Level.FAILED, 3, Gravity.MAJOR)]
    mended = [*lines, line(Level.PASSED, 3, Gravity.MAJOR)]
    before, after = score_lines(broken).total, score_lines(mended).total
    assert before is not None
    assert after is not None
    assert after >= before


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (told(a=0.5), told(a=0.95), Change.NEW),
        (told(a=0.95), told(a=0.99), Change.WORSE),
        (told(a=0.99), told(a=0.95), Change.BETTER),
        (told(a=0.99), told(a=0.5), Change.GONE),
        (told(a=0.99), told(a=0.98), Change.UNCHANGED),
        (told(a=1.0), told(a=1.5), Change.WORSE),
        (told(a=1.5), told(a=1.0), Change.BETTER),
        (told(a=0.99), told(b=0.5), Change.UNKNOWN),
        (told(a=0.99), told(b=0.5, tells_all=False), Change.GONE),
        (told(a=0.99), Measured(samples=None), Change.UNKNOWN),
    ],
)
def test_what_became_of_a_finding(before: Measured, after: Measured, change: Change) -> None:
    found = find_differences(inspected(before), inspected(after))
    assert [(each.key, each.change) for each in found] == [("a", change)]


def test_of_what_should_be_much_less_is_worse() -> None:
    found = find_differences(inspected(told(a=50), LOW_BAD), inspected(told(a=30), LOW_BAD))
    assert [each.change for each in found] == [Change.WORSE]


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 2), max_size=6),
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 2), max_size=6),
)
def test_every_finding_of_either_is_told_once(
    before: dict[str, float], after: dict[str, float]
) -> None:
    old, new = inspected(told(**before)), inspected(told(**after))
    keys = [each.key for each in find_differences(old, new)]
    wanted = {
        each.sample.key for content in (old, new) for result in content.results
        for each in result.found
    }  # fmt: skip
    assert sorted(keys) == sorted(wanted)


def schedule(rhythm: Rhythm, first: date, minute: int = 420) -> ScheduleDraft:
    return ScheduleDraft(
        tenant=TenantId(1),
        template=None,
        rhythm=rhythm,
        first_day=first,
        minute=minute,
        time_zone="Asia/Shanghai",
    )


@pytest.mark.parametrize(
    ("rhythm", "first", "due", "following"),
    [
        (Rhythm.DAY, date(2026, 11, 1), "11-25 07:00", "11-26 07:00"),
        (Rhythm.WEEK, date(2026, 11, 2), "11-23 07:00", "11-30 07:00"),
        (Rhythm.MONTH, date(2026, 1, 31), "10-28 07:00", "11-28 07:00"),
        (Rhythm.QUARTER, date(2026, 1, 10), "10-10 07:00", "2027-01-10 07:00"),
        (Rhythm.DAY, date(2026, 12, 1), None, "12-01 07:00"),
    ],
)
def test_when_an_inspection_is_due(
    rhythm: Rhythm, first: date, due: str | None, following: str
) -> None:
    draft, zone = schedule(rhythm, first), ZoneInfo("Asia/Shanghai")

    def say(moment: datetime | None) -> str | None:
        local = moment.astimezone(zone) if moment else None
        return local.strftime("%Y-%m-%d %H:%M").removeprefix("2026-") if local else None

    assert (say(due_at(draft, now=NOW)), say(next_at(draft, now=NOW))) == (due, following)


@given(
    st.sampled_from(list(Rhythm)),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.datetimes(datetime(2025, 1, 1), datetime(2029, 1, 1)),  # noqa: DTZ001  made aware below
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]),
)
def test_what_is_due_next_will_be_due_then(
    rhythm: Rhythm, first: date, moment: datetime, zone: str
) -> None:
    draft = ScheduleDraft(
        tenant=TenantId(1),
        template=None,
        rhythm=rhythm,
        first_day=first,
        minute=150,
        time_zone=zone,
    )
    now = moment.replace(tzinfo=UTC)
    following = next_at(draft, now=now)
    assert following > now
    assert due_at(draft, now=following) == following
    assert due_at(draft, now=following - timedelta(seconds=1)) == due_at(draft, now=now)


def test_the_built_in_template_asks_over_twenty_things_of_measures_that_there_are() -> None:
    template = built_in()
    assert len(template.checks) >= 20
    assert len(template.items) >= 3
    assert {each.measure for each in template.checks} <= set(MEASURES)
    assert {each.unit for each in MEASURES.values()} == set(FigureUnit)
    assert parse_template(built_in_text()) == template


GOOD = """
title = { zh = "甲", en = "A" }
[[check]]
name = "full"
domain = "capacity"
title = { zh = "满", en = "full" }
measure = "quotas.use"
fail = 0.9
gravity = "major"
advice = { zh = "扩容", en = "extend" }
"""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("quotas.use", "quotas.taste"), "there is no such measure: quotas.taste"),
        (("fail = 0.9\n", ""), "from where on it warns or fails"),
        (("fail = 0.9", "fail = 0.9\nwarn = 0.95"), "it fails before it warns"),
        (("fail = 0.9", "fail = 0.9\nweight = 0"), "its weight is between"),
        (('gravity = "major"', 'gravity = "grave"'), "this can not be read"),
        (("fail = 0.9", "fails = 0.9"), "this can not be read"),
        (('name = "full"', 'name = "fü ll"'), "a name is made of"),
        (('zh = "扩容", ', ""), "this can not be read"),
        (('zh = "扩容"', 'zh = ""'), "say it in both languages"),
        (("[[check]]", "[[check"), "this is not TOML"),
    ],
)
def test_a_template_that_can_not_be_is_refused_where_it_is_wrong(
    change: tuple[str, str], why: str
) -> None:
    assert parse_template(GOOD).checks[0].criterion.fail == 0.9
    with pytest.raises(Invalid, match=why) as refused:
        parse_template(GOOD.replace(*change))
    assert refused.value.field == "text"


def test_a_template_asks_nothing_twice_and_at_least_one_thing() -> None:
    again = GOOD[GOOD.index("[[check]]") :]
    with pytest.raises(Invalid, match="full is there twice"):
        parse_template(GOOD + again)
    with pytest.raises(Invalid, match="at least one thing"):
        parse_template('title = { zh = "甲", en = "A" }')
