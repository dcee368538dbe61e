"""How often a diagnosis names the right cause: injected faults x seeds, double faults, and troubles
that are the person's own; beside two baselines. Printed as a table.

YUNWEI_BENCH_SEEDS chooses how many seeds (20 unless said).
"""

import os
from collections.abc import Callable

import pytest

from tests.bench.conftest import Figures
from tests.support.alarms import Installation
from tests.support.laboratory import (
    CAUSES,
    DOUBLES,
    OWN_CAUSES,
    Laboratory,
    Trial,
    loudest_alarm,
    nearest_ancestor,
)
from yunwei.base.infra.clickhouse import ClickHouse

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]

SEEDS = int(os.environ.get("YUNWEI_BENCH_SEEDS", "20"))
GROUPS: dict[str, list[tuple[str, ...]]] = {
    "single": [(each,) for each in CAUSES],
    "double": list(DOUBLES),
    "own": [(each,) for each in OWN_CAUSES],
}


def _percent(trials: list[Trial], test: Callable[[Trial], bool]) -> float:
    return 100.0 * sum(map(test, trials)) / max(1, len(trials))


def test_the_right_cause_is_named(
    installation: Installation, clickhouse: ClickHouse, figures: Figures
) -> None:
    laboratory = Laboratory(installation, clickhouse)
    for group, cases in GROUPS.items():
        trials = [laboratory.run(faults, seed) for seed in range(1, SEEDS + 1) for faults in cases]
        named: dict[str, Callable[[Trial], bool]] = {
            "top_1": lambda trial: trial.is_top,
            "top_3": lambda trial: trial.is_in_three,
            "false_accusations": lambda trial: trial.accuses_falsely,
            "loudest_alarm": lambda trial: loudest_alarm(trial.evidence) in trial.wanted,
            "nearest_ancestor": lambda trial: nearest_ancestor(trial.evidence) in trial.wanted,
        }
        for name, test in named.items():
            figures.add(f"diagnosis.{group}.{name}", _percent(trials, test), "%")
        slowest = sorted(each.took_s for each in trials)[int(0.95 * len(trials))]
        figures.add(f"diagnosis.{group}.seconds_p95", slowest, "s")
