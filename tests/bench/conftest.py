"""What the benchmarks share: a database that survives power cuts, and the table of figures.

Each figure is printed at the end with its budget from budgets.toml, and kept as CSV in
.benchmarks/ (not in git: figures of two machines do not compare). Budgets are those of a machine
of one known pace; on one that is slower at that moment they are wider by as much.
"""

import csv
import platform
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.support.alarms import Installation
from tests.support.governing import Bench, build_bench
from tests.support.postgres import url_of

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / ".benchmarks"
_KEY = pytest.StashKey["Figures"]()


_PIECES = 40_000
_USUAL_S = 0.012
"""What the pieces took on the machine for which the budgets were written, when it was idle."""


def measure_slowness() -> float:
    """Return how many times slower than usual plain Python runs at this moment, at least 1."""

    def work() -> float:
        began_s = time.perf_counter()
        table: dict[int, str] = {}
        for piece in range(_PIECES):
            table[piece & 1023] = f"{piece}:{piece ^ 7}"
        return time.perf_counter() - began_s

    return max(1.0, sorted(work() for _round in range(5))[2] / _USUAL_S)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number. floor, ceiling: the budget, None where there is none. slowness: of the
    machine when it was measured; a ratio of two figures, or memory, does not depend on it."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ceiling: float | None = None
    slowness: float = 1.0

    @property
    def is_within_budget(self) -> bool:
        slack = 1.0 if self.unit in ("of theirs", "% stored", "%", "MB") else self.slowness
        is_enough = self.floor is None or self.value >= self.floor / slack
        return is_enough and (self.ceiling is None or self.value <= self.ceiling * slack)

    @property
    def shown(self) -> str:
        """The value, its small ones with the digits that matter."""
        return f"{self.value:,.1f}" if abs(self.value) >= 1 else f"{self.value:.3f}"

    @property
    def budget(self) -> str:
        if self.floor is not None:
            return f">= {self.floor:,.10g}"
        return f"<= {self.ceiling:,.10g}" if self.ceiling is not None else ""


class Figures:
    """All figures of one run."""

    def __init__(self) -> None:
        self.all: list[Figure] = []
        self.slowness = 1.0
        self._budgets = tomllib.loads((HERE / "budgets.toml").read_text("utf-8"))

    def add(self, name: str, value: float, unit: str) -> Figure:
        """Keep a figure, with its budget if it has one."""
        slowness = max(self.slowness, measure_slowness())
        budget = self._budgets.get(name, {})
        figure = Figure(name=name, value=value, unit=unit, slowness=slowness, **budget)
        self.all.append(figure)
        return figure

    def value(self, name: str) -> float:
        """Return what was measured under a name in this run."""
        return next(figure.value for figure in self.all if figure.name == name)

    def check(self, name: str, value: float, unit: str) -> None:
        """Keep a figure and fail when it is out of its budget, which it must have."""
        assert name in self._budgets, f"{name} has no entry in budgets.toml"
        figure = self.add(name, value, unit)
        assert figure.is_within_budget, (
            f"{name}: {figure.shown} {unit}, budget {figure.budget} at {figure.slowness:.1f} x slow"
        )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_KEY] = Figures()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    figures = config.stash[_KEY].all
    if not figures:
        return
    terminalreporter.section("figures")
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        mark = "" if figure.is_within_budget else "  out of budget"
        terminalreporter.write_line(
            f"{figure.name:<{width}}  {figure.shown:>12} {figure.unit:<18}"
            f"{figure.budget:>12}  {figure.slowness:4.1f} x slow{mark}"
        )
    terminalreporter.write_line(f"kept in {_keep(figures)}")


def _keep(figures: list[Figure]) -> Path:
    """Append the figures to the CSV of this machine."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "figures.csv"
    is_new = not path.exists()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["at", "machine", "figure", "value", "unit"])
        for figure in figures:
            writer.writerow([at, platform.node(), figure.name, f"{figure.value:.3f}", figure.unit])
    return path


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """Keeps and checks what was measured."""
    return pytestconfig.stash[_KEY]


@pytest.fixture(autouse=True)
def paced(figures: Figures) -> None:
    """How slow the machine is when each test begins counts, too."""
    figures.slowness = measure_slowness()


@pytest.fixture
def bench(durable: None, installation: Installation) -> Bench:
    return build_bench(installation)


@pytest.fixture(scope="session")
def durable(postgres_server: None) -> Iterator[None]:
    """The tests' PostgreSQL writes as the shipped one does, instead of as fast as it can."""
    _set(("fsync = on", "synchronous_commit = on", "full_page_writes = on"))
    yield
    _set(("fsync = off", "synchronous_commit = off", "full_page_writes = off"))


def _set(settings: tuple[str, ...]) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        for setting in settings:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
