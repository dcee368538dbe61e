"""Raw alarms governed per second: from batches of the intake to alarms, decisions and messages,
committed to a PostgreSQL that syncs. The stream is in memory: NATS has figures of its own.
"""

from collections.abc import Callable

import pytest

from tests.bench.conftest import Figures
from tests.support import snmp_packets as packets
from tests.support.alarms import at, build_raw
from tests.support.governing import BATCH, Bench, Cost, build_condition
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.condition import compile_condition, parse_condition
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.monitor.alarms import machine

pytestmark = pytest.mark.bench

BATCHES = 40
MASK_RULES = 200


def check(figures: Figures, name: str, cost: Cost) -> None:
    figures.check(f"{name}.own_cpu", cost.own_us, "us each")
    figures.check(f"{name}.database_cpu", cost.database_us, "us each")
    figures.check(name, cost.per_second, "raw alarms/s")


def raise_each(batch: int) -> list[RawAlarm]:
    """Return a batch of which every raw alarm is a new alarm."""
    return [build_raw(managed_object=f"/host/H-{batch}-{n}") for n in range(BATCH)]


def repeat_each(batch: int) -> list[RawAlarm]:
    """Return a batch that tells the same 256 alarms again."""
    return [
        build_raw(minutes=batch, managed_object=f"/host/H-{n}", native_id=f"r{batch}-{n}")
        for n in range(BATCH)
    ]


def raise_or_clear(batch: int) -> list[RawAlarm]:
    """Return a batch that raises 256 alarms, or clears them."""
    act = (AlarmAct.RAISE, AlarmAct.CLEAR)[batch % 2]
    return [build_raw(act, batch, managed_object=f"/host/H-{n}") for n in range(BATCH)]


@pytest.mark.parametrize("build", [raise_each, repeat_each, raise_or_clear])
@pytest.mark.parametrize("mask_rules", [0, MASK_RULES])
def test_governed_per_second(
    bench: Bench,
    figures: Figures,
    build: Callable[[int], list[RawAlarm]],
    mask_rules: int,
) -> None:
    bench.masks(mask_rules)
    for batch in range(BATCHES):
        bench.reports(build(batch))
    cost = bench.govern_all()
    assert bench.governor.counts.dead_letters == 0
    check(figures, f"govern.{build.__name__}.{mask_rules}_mask_rules", cost)


def test_traps_governed_per_second(bench: Bench, figures: Figures) -> None:
    """Traps as they came, decoded and mapped on the way: 256 alarms raised, cleared, raised…"""
    for batch in range(BATCHES):
        bench.hears([build_trap(batch, number) for number in range(BATCH)])
    cost = bench.govern_all()
    half = BATCHES * BATCH // 2
    verdicts = {verdict: n for verdict, n in bench.governor.counts.verdicts.items() if n}
    assert verdicts == {"raised": half + 1, "cleared": half}
    check(figures, "govern.traps", cost)


def build_trap(batch: int, number: int) -> bytes:
    """Return a raise in even batches, its clear in odd ones; the device's time moves on."""
    minute, is_clear = divmod(batch, 2)
    when = f"2026-11-22 08:{minute:02}"
    pairs = packets.imap_pairs(
        csn=str(number),
        category="12"[is_clear],
        v3=packets.octets(f"{when}:00"),
        v15=packets.octets(f"{when}:30" if is_clear else ""),
    )
    return packets.build_trap_v2c(f"{packets.IMAP}.0.1", pairs)


def test_moves_per_second(benchmark, figures: Figures) -> None:
    """The machine alone: a raise and its clear, no database."""
    opening, ending = build_raw(), build_raw(AlarmAct.CLEAR, 1)

    def move() -> None:
        first = machine.apply_raw(
            None, opening, now=at(0), alarm_id=AlarmId(1), occurrence_id=OccurrenceId(1)
        )
        machine.apply_raw(first.after, ending, now=at(1), current=first.occurrence)

    benchmark(move)
    figures.check("machine.moves", 2 / benchmark.stats["median"], "moves/s")


def test_conditions_per_second(benchmark, figures: Figures) -> None:
    matchers = [compile_condition(parse_condition(build_condition(n))) for n in range(MASK_RULES)]
    row = {"managed_object": "/host/H-03", "alarm_type": "host.down", "severity": "major"}
    benchmark(lambda: [matches(row) for matches in matchers])
    figures.check("conditions.matched", MASK_RULES / benchmark.stats["median"], "conditions/s")
