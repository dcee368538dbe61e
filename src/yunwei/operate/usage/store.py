"""Rows of use from ClickHouse. Reads telemetry's tables and changes nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import load_statements
from yunwei.operate.usage.facts import Reach

SQL = load_statements("yunwei.operate.usage")
_SHARED = ("pieces", "intervals", "rows")
"""Statements that others name as `__pieces__`: each is written once, and put where it is meant."""


# Answers are kept for the minute in which they were asked for: several figures of a page, and
# everybody who looks at it, ask the same.
_KEPT_MOST = 200
_KEPT_ROWS = 5000
_kept: dict[object, list[dict[str, Any]]] = {}


class _Door:
    """This process's ClickHouse, once `use` said which."""

    opened: ClickHouse | None = None


def use(door: ClickHouse | None) -> None:
    _Door.opened = door
    _kept.clear()


def ask(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a named statement; raises EngineAway."""
    if _Door.opened is None:
        raise EngineAway("ClickHouse is not open in this process")
    return _Door.opened.query(_whole(statement), parameters)


def ask_within(
    minute: datetime, statement: str, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of `ask`, or those that it gave to the same question in this minute."""
    question = minute, statement, repr(sorted(parameters.items()))
    known = _kept.get(question)
    if known is None:
        known = ask(statement, parameters)
        if len(_kept) >= _KEPT_MOST:
            _kept.clear()
        if len(known) <= _KEPT_ROWS:
            _kept[question] = known
    return known


def _whole(statement: str) -> LiteralString:
    text = SQL[statement]
    for name in _SHARED:
        text = text.replace(f"__{name}__", SQL[name])
    return text


def fetch_reaches(parameters: Mapping[str, Any]) -> dict[SourceId, Reach]:
    return {
        SourceId(row["source"]): Reach(
            first_at=from_ms(row["first_ms"]), until_at=from_ms(row["until_ms"])
        )
        for row in ask("reaches", parameters)
    }


def to_ms(value: datetime) -> int:
    """Return milliseconds since 1970 UTC, rounded down."""
    return int(value.timestamp() * 1000 // 1)


def from_ms(value_ms: int) -> datetime:
    return datetime.fromtimestamp(value_ms / 1000, UTC)
