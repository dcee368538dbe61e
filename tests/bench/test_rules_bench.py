"""What the index over rules costs: for each alarm, to build, and when rules are made to hurt.

An alarm's time is the best of three, so that what else the machine does is left out; percentiles
are over alarms.
"""

import time
from collections.abc import Sequence

import pytest

from tests.bench.conftest import Figures
from tests.support.rule_world import Form, RuleWorld
from yunwei.base.core.condition import (
    Condition,
    Index,
    Row,
    build_index,
    compile_condition,
    parse_condition,
)

pytestmark = pytest.mark.bench

_ALARMS = [RuleWorld(seed=1).alarm(number) for number in range(3_000)]


def parse(forms: Sequence[Form]) -> list[tuple[int, Condition]]:
    return [(place, parse_condition(form)) for place, form in enumerate(forms)]


def times_us(index: Index[int], rows: Sequence[Row]) -> list[float]:
    """Return the time of each row, ascending; nothing is remembered in between."""
    best = [float("inf")] * len(rows)
    clock = time.perf_counter
    for _ in range(3):
        for place, row in enumerate(rows):
            started = clock()
            index.look_up(row)
            best[place] = min(best[place], clock() - started)
    return sorted(each * 1e6 for each in best)


def check(figures: Figures, name: str, index: Index[int], rows: Sequence[Row] = _ALARMS) -> None:
    for row in rows:
        index.look_up(row)  # conditions are compiled when they are asked first
    ordered = times_us(index, rows)
    figures.add(f"{name}.p50", ordered[len(ordered) // 2], "us each")
    figures.check(f"{name}.p99", ordered[len(ordered) * 99 // 100], "us each")


@pytest.mark.parametrize("count", [1_000, 10_000, 50_000])
def test_rules_as_people_write_them(figures: Figures, count: int) -> None:
    world = RuleWorld()
    rules = parse([world.rule() for _ in range(count)])
    started = time.process_time()
    index = build_index(rules)
    figures.check(f"rules.{count}.build", (time.process_time() - started) * 1e3, "ms of CPU")
    check(figures, f"rules.{count}.match", index)
    rules[count // 2] = (count // 2, parse_condition(world.rule()))
    started = time.process_time()
    index = build_index(rules, before=index)
    figures.check(f"rules.{count}.change_one", (time.process_time() - started) * 1e3, "ms of CPU")
    for row in _ALARMS[:200]:
        index.match(row)
    started = time.perf_counter()
    for row in _ALARMS[:200]:
        index.match(row)
    figures.check(f"rules.{count}.again", (time.perf_counter() - started) / 200 * 1e6, "us each")


def test_asking_every_rule_for_comparison(figures: Figures) -> None:
    world = RuleWorld()
    matchers = [
        compile_condition(condition)
        for _, condition in parse([world.rule() for _ in range(10_000)])
    ]
    started = time.perf_counter()
    for row in _ALARMS[:10]:
        assert any(matches(row) for matches in matchers) in (True, False)
    figures.add("rules.10000.linear", (time.perf_counter() - started) / 10 * 1e6, "us each")


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ("only_negations", 200),
        ("one_type_for_all", 10_000),
        ("one_type_and_negations", 1_000),
        ("short_texts", 10_000),
        ("expressions_without_text", 1_000),
        ("fifty_for_each_pool", 10_000),
        ("one_large_set", 1_000),
    ],
)
def test_rules_that_are_made_to_hurt(figures: Figures, shape: str, count: int) -> None:
    world = RuleWorld()
    index = build_index(parse([getattr(world, shape)() for _ in range(count)]))
    rows = [{**row, "alarm_type": "host.down"} for row in _ALARMS[:1_000]]
    check(figures, f"rules.{shape}.{count}", index, rows)
