"""Writes what is published into ClickHouse, in blocks. Lives where ClickHouse is open."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import Counter

from yunwei.base.core.codec import decode
from yunwei.base.core.errors import Bug, Invalid
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.bus import TELEMETRY, Bus, Follower, StoredMessage
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.loop import run_for_ever
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.facts import RowBatch, Table
from yunwei.monitor.telemetry.models import TABLES

logger = logging.getLogger(__name__)

ROWS = Counter("yunwei_telemetry_rows", "Rows written to ClickHouse.", ["table"])
DEAD = Counter("yunwei_telemetry_dead_letters", "Messages that could not be written.")

DURABLE = "telemetry-writer"
_FETCH = 256
_MAX_ROWS = 50_000
_WAIT_S = 0.5
_DEAD_LETTERS_KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A message with the rows in it; batch None: nobody can read it."""

    message: StoredMessage
    batch: RowBatch | None
    table: Table | None
    error: str = ""


class TelemetryWriter:
    """Follows the durable stream; many copies share it. A message is acknowledged once its rows
    are in ClickHouse, so that after a crash some rows are written again: they replace themselves.

    dead_letters: folder for messages that can never be written; they are counted, and kept up
    to a thousand.
    """

    def __init__(self, bus: Bus, door: ClickHouse, dead_letters: Path) -> None:
        self._bus = bus
        self._door = door
        self._dead_letters = dead_letters
        self._follower: Follower | None = None
        self._waiting: list[_Taken] = []

    async def run(self) -> None:
        try:
            await run_for_ever("telemetry writer", self.step, max_backoff_s=10)
        finally:
            if self._follower is not None:
                await self._follower.close()

    async def step(self) -> float:
        """Write what has come; raises EngineAway and keeps it when it can not be written now."""
        if self._follower is None:
            self._follower = await self._bus.follow(TELEMETRY, DURABLE, max_waiting=4 * _FETCH)
        if not self._waiting:
            messages = await self._follower.fetch(_FETCH, wait_s=_WAIT_S)
            self._waiting = await asyncio.to_thread(lambda: [_take(each) for each in messages])
        while self._waiting:
            block = _cut_block(self._waiting)
            await asyncio.to_thread(self._write, block)
            for taken in block:
                await taken.message.ack()
            del self._waiting[: len(block)]
        return 0.0

    def _write(self, block: Sequence[_Taken]) -> None:
        readable: dict[str, list[_Taken]] = {}
        for taken in block:
            if taken.table is None:
                self._bury(taken, taken.error)
            else:
                readable.setdefault(taken.table.name, []).append(taken)
        for name, whole in readable.items():
            self._insert(TABLES[name], whole)
        for tenant in sorted({_tenant_of(taken) for taken in block if taken.table is not None}):
            announce_live("telemetry", tenant)

    def _insert(self, table: Table, whole: Sequence[_Taken]) -> None:
        """Insert all at once; when one is unfit, halve until it is found, and bury it alone."""
        try:
            batches = [taken.batch for taken in whole if taken.batch is not None]
            ROWS.labels(table.name).inc(store.insert(self._door, table, batches))
        except (ValueError, Bug) as error:
            if len(whole) == 1:
                self._bury(whole[0], str(error))
                return
            middle = len(whole) // 2
            self._insert(table, whole[:middle])
            self._insert(table, whole[middle:])

    def _bury(self, taken: _Taken, error: str) -> None:
        DEAD.inc()
        message = taken.message
        logger.error("telemetry message %d is set aside: %s", message.sequence, error[:300])
        self._dead_letters.mkdir(parents=True, exist_ok=True)
        if sum(1 for _ in self._dead_letters.iterdir()) < _DEAD_LETTERS_KEPT:
            (self._dead_letters / f"{message.sequence}.msgpack").write_bytes(message.data)


def _take(message: StoredMessage) -> _Taken:
    try:
        batch = decode(message.data, RowBatch)
    except Invalid as error:
        return _Taken(message=message, batch=None, table=None, error=error.why)
    table = TABLES.get(batch.table)
    why = "" if table else f"there is no table {batch.table!r}"
    return _Taken(message=message, batch=batch, table=table, error=why)


def _cut_block(waiting: Sequence[_Taken]) -> list[_Taken]:
    block: list[_Taken] = []
    rows = 0
    for taken in waiting:
        block.append(taken)
        rows += taken.batch.rows if taken.batch else 0
        if rows >= _MAX_ROWS:
            break
    return block


def _tenant_of(taken: _Taken) -> int:
    constants = taken.batch.constants if taken.batch else {}
    return int(constants.get("tenant", 0))
