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


class _Door:
    """This process's ClickHouse, once `use` said which."""

    opened: ClickHouse | None = None


def use(door: ClickHouse | None) -> None:
    _Door.opened = door


def ask(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a named statement; raises EngineAway."""
    if _Door.opened is None:
        raise EngineAway("ClickHouse is not open in this process")
    return _Door.opened.query(_whole(statement), parameters)


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
