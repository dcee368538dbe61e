"""How often a diagnosis names the right cause: injected faults x seeds, double faults, and troubles
that are the person's own; beside two baselines. Printed as a table.

BENCH_SEEDS chooses how many seeds (20 unless said).
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

SEEDS = int(os.environ.get("BENCH_SEEDS", "20"))
LARGE, OF_LARGE = 10_000, ("host_down", "gateway_loss", "storage_slow", "profile_broken")
GROUPS: dict[str, list[tuple[str, ...]]] = {
    "single": [(each,) for each in CAUSES],
    "double": list(DOUBLES),
    "own": [(each,) for each in OWN_CAUSES],
}


def _percent(trials: list[Trial], test: Callable[[Trial], bool]) -> float:
    return 100.0 * sum(map(test, trials)) / max(1, len(trials))


def _tell(group: str, seed: int, trials: list[Trial]) -> None:
    """Print what went wrong as it goes, since the whole takes a while."""
    wrong = [
        f"{'+'.join(each.faults)}: {', '.join(each.verdict.causes[:3]) or 'nothing'}"
        f"{' (accuses falsely)' if each.accuses_falsely else ''}"
        for each in trials
        if not (each.is_top and each.is_in_three) or each.accuses_falsely
    ]
    print(  # noqa: T201  read while it goes on
        f"{group}, seed {seed}: {len(trials) - len(wrong)} of {len(trials)} right",
        *wrong,
        sep="\n  ",
    )


@pytest.mark.parametrize("group", GROUPS)
def test_the_right_cause_is_named(
    installation: Installation, clickhouse: ClickHouse, figures: Figures, group: str
) -> None:
    laboratory, cases = Laboratory(installation, clickhouse), GROUPS[group]
    trials: list[Trial] = []
    for seed in range(1, SEEDS + 1):
        trials += [laboratory.run(faults, seed) for faults in cases]
        _tell(group, seed, trials[-len(cases) :])
    named: dict[str, Callable[[Trial], bool]] = {
        "top_1": lambda trial: trial.is_top,
        "top_3": lambda trial: trial.is_in_three,
        "false_accusations": lambda trial: trial.accuses_falsely,
        "loudest_alarm": lambda trial: loudest_alarm(trial.evidence) in trial.wanted,
        "nearest_ancestor": lambda trial: nearest_ancestor(trial.evidence) in trial.wanted,
    }
    slowest = sorted(each.took_s for each in trials)[int(0.95 * len(trials))]
    figures.add(f"diagnosis.{group}.seconds_p95", slowest, "s")
    told = [
        figures.add(f"diagnosis.{group}.{name}", _percent(trials, test), "%")
        for name, test in named.items()
    ]
    # all are told before any fails
    assert [each for each in told if not each.is_within_budget] == []


def test_a_verdict_does_not_wait_for_ten_thousand_desktops(
    installation: Installation, clickhouse: ClickHouse, figures: Figures
) -> None:
    laboratory = Laboratory(installation, clickhouse, desktops=LARGE)
    trials = [laboratory.run([each], 1) for each in OF_LARGE]
    figures.check("diagnosis.10000.seconds", max(each.took_s for each in trials), "s")
    figures.check("diagnosis.10000.top_1", _percent(trials, lambda trial: trial.is_top), "%")
