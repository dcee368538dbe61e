"""Where questions about use go, and the answers of this minute."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, LiteralString

from yunwei.base.core.errors import EngineAway
from yunwei.base.infra import memory
from yunwei.base.infra.clickhouse import ClickHouse

if TYPE_CHECKING:
    import pyarrow

# Answers are kept for the minute in which they were asked for: several figures of a page, and
# everybody who looks at it, ask the same.
_KEPT_MOST, _MINUTES_MOST = 300, 3
_kept: dict[datetime, dict[object, Any]] = {}
"""By minute: an answer may be ten thousand things, so that those of old minutes are not held."""
_forget: list[Callable[[], None]] = []


class _Door:
    """This process's ClickHouse, once `use` said which."""

    opened: ClickHouse | None = None


def use(door: ClickHouse | None) -> None:
    _Door.opened = door
    _kept.clear()
    for forget in _forget:
        forget()


def at_change(forget: Callable[[], None]) -> None:
    """Call `forget` whenever another ClickHouse is used."""
    _forget.append(forget)


def ask(statement: LiteralString, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a statement; raises EngineAway."""
    return _opened().query(statement, parameters)


def ask_arrow(statement: LiteralString, parameters: Mapping[str, Any]) -> "pyarrow.Table":
    """Return the rows of a statement by columns; raises EngineAway."""
    return _opened().query_arrow(statement, parameters)


def give_back() -> None:
    """Give back the memory that was taken to answer, ours and chDB's. Nobody's answer hangs on it,
    so that it raises nothing."""
    if _Door.opened is not None:
        with suppress(EngineAway):
            _Door.opened.give_back()
    memory.give_back()


def _opened() -> ClickHouse:
    if _Door.opened is None:
        raise EngineAway("ClickHouse is not open in this process")
    return _Door.opened


def remember[Answer](minute: datetime, question: object, answer: Callable[[], Answer]) -> Answer:
    """Return what `answer` says, or said to the same question in this minute. question: hashable,
    it names what is asked and everything that the answer depends on."""
    own = _kept.get(minute)
    if own is None or question not in own:
        found = answer()
        _keep(minute, question, found)
        return found
    known: Answer = own[question]
    return known


def _keep(minute: datetime, question: object, found: Any) -> None:
    if minute not in _kept:
        for old in sorted([*_kept])[: 1 - _MINUTES_MOST]:
            _kept.pop(old, None)
    own = _kept.setdefault(minute, {})
    if len(own) >= _KEPT_MOST:
        own.clear()
    own[question] = found


def to_ms(value: datetime) -> int:
    """Return milliseconds since 1970 UTC, rounded down."""
    return int(value.timestamp() * 1000 // 1)


def from_ms(value_ms: int) -> datetime:
    return datetime.fromtimestamp(value_ms / 1000, UTC)
