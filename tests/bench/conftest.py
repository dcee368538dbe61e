"""What the benchmarks share: a database that survives power cuts, and the table of figures.

Each figure is printed at the end with its budget from budgets.toml, and kept as CSV in
.benchmarks/ (not in git: figures of two machines do not compare).
"""

import csv
import platform
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


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number. floor, ceiling: the budget, None where there is none."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ceiling: float | None = None

    @property
    def is_within_budget(self) -> bool:
        is_enough = self.floor is None or self.value >= self.floor
        return is_enough and (self.ceiling is None or self.value <= self.ceiling)

    @property
    def budget(self) -> str:
        if self.floor is not None:
            return f">= {self.floor:,.0f}"
        return f"<= {self.ceiling:,.0f}" if self.ceiling is not None else ""


class Figures:
    """All figures of one run."""

    def __init__(self) -> None:
        self.all: list[Figure] = []
        self._budgets = tomllib.loads((HERE / "budgets.toml").read_text("utf-8"))

    def add(self, name: str, value: float, unit: str) -> Figure:
        """Keep a figure, with its budget if it has one."""
        figure = Figure(name=name, value=value, unit=unit, **self._budgets.get(name, {}))
        self.all.append(figure)
        return figure

    def value(self, name: str) -> float:
        """Return what was measured under a name in this run."""
        return next(figure.value for figure in self.all if figure.name == name)

    def check(self, name: str, value: float, unit: str) -> None:
        """Keep a figure and fail when it is out of its budget, which it must have."""
        assert name in self._budgets, f"{name} has no entry in budgets.toml"
        figure = self.add(name, value, unit)
        assert figure.is_within_budget, f"{name}: {value:,.1f} {unit}, budget {figure.budget}"


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
            f"{figure.name:<{width}}  {figure.value:>12,.1f} {figure.unit:<18}"
            f"{figure.budget:>12}{mark}"
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
