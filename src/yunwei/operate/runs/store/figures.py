"""Rows of figures of runs to facts."""

from collections.abc import Mapping
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.runs.facts.figures import (
    DayRuns,
    JudgedRun,
    PoolRuns,
    RunCause,
    RunFigures,
    RunTotals,
    ScriptRuns,
    SlowTarget,
)

SQL = load_statements("yunwei.operate.runs", "figures")


def fetch_figures(conn: Connection, asked: Mapping[str, Any]) -> RunFigures:
    [totals] = _fetch(conn, "totals", asked, RunTotals)
    return RunFigures(
        totals=totals,
        scripts=_fetch(conn, "by_script", asked, ScriptRuns),
        pools=_fetch(conn, "by_pool", asked, PoolRuns),
        causes=_fetch(conn, "causes", asked, RunCause),
        slowest=_fetch(conn, "slowest", asked, SlowTarget),
        judged=_fetch(conn, "judged", asked, JudgedRun),
        days=_fetch(conn, "by_day", asked, DayRuns),
    )


def _fetch[T](
    conn: Connection, name: str, asked: Mapping[str, Any], kind: type[T]
) -> tuple[T, ...]:
    with cursor(conn) as opened:
        found = opened.execute(SQL[name], asked).fetchall()
    return tuple(msgspec.convert(row, kind) for row in found)
