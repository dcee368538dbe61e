"""Changes to telemetry that others may ask for: measurements come in, tables grow."""

import importlib
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from importlib.resources import files
from types import ModuleType
from typing import Any, Protocol

from yunwei.base.core.codec import encode
from yunwei.base.core.errors import Bug
from yunwei.base.core.readings import ReadingPage
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.settings import Settings
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.facts import JudgedRawAlarm, RowBatch
from yunwei.monitor.telemetry.migrations.operations import Operation
from yunwei.monitor.telemetry.models import STEADY
from yunwei.monitor.telemetry.rules import batches

logger = logging.getLogger(__name__)

MIGRATIONS = "yunwei.monitor.telemetry.migrations"
SUBJECT = "yunwei.telemetry"
_SAID_AGAIN_S = 6 * 3600.0


class Append(Protocol):
    """`infra.bus.Bus.append`: returns once it is on disk, raises EngineAway otherwise."""

    def __call__(
        self, subject: str, data: bytes, *, message_id: str
    ) -> Coroutine[Any, Any, int]: ...


class TelemetryPublisher:
    """Publishes rows on their way to ClickHouse. Every call returns once they are durable, and
    raises EngineAway when that is not certain; said again, they replace themselves."""

    def __init__(self, append: Append, *, clock: Clock | None = None) -> None:
        self._append = append
        self._clock = clock or SystemClock()
        # (source, table, first key) → digest of the rows that were published, and when
        self._steady: dict[tuple[int, str, str], tuple[str, float]] = {}

    async def __call__(self, poll: Poll, page: ReadingPage) -> None:
        """Publish what a page measured. The runner has this as one of its publishers."""
        made = batches.batches_of_page(
            page.readings, tenant=poll.tenant, source=poll.source, read_at=page.read_at
        )
        for batch in made:
            place, digest = self._place_of(poll, batch)
            if place and self._was_said(place, digest):
                continue
            subject = f"{SUBJECT}.{batch.table}.{poll.tenant}"
            for _, data in batches.messages_of(batch):
                message_id = f"{batch.table}-{batches.digest_of(data)}"
                await self._append(subject, data, message_id=message_id)
            if place:
                self._steady[place] = digest, self._clock.monotonic_s()

    def _place_of(self, poll: Poll, batch: RowBatch) -> tuple[tuple[int, str, str] | None, str]:
        """Return where a page of steady rows belongs and what it says; None for other tables."""
        if batch.table not in STEADY:
            return None, ""
        first = str(next(iter(batch.columns.values()))[0])
        return (poll.source, batch.table, first), batches.digest_of(encode(batch.columns))

    def _was_said(self, place: tuple[int, str, str], digest: str) -> bool:
        """Whether the same rows were published lately: a page of inventory that did not change
        is said again only now and then, should what was said have been lost."""
        known, at_s = self._steady.get(place, ("", 0.0))
        return known == digest and self._clock.monotonic_s() - at_s < _SAID_AGAIN_S

    async def publish_judged(self, batch_id: str, judged: Sequence[JudgedRawAlarm]) -> None:
        """Publish the raw alarms of one intake batch with their verdicts.

        The same verdicts on the same batch are stored once, whenever they are said again.
        """
        if not judged:
            return
        whole = batches.batch_of_raw_alarms(judged, written_at=self._clock.now())
        for part, data in batches.messages_of(whole):
            message_id = f"judged-{batch_id}-{batches.digest_of(encode(part.columns))}"
            await self._append(f"{SUBJECT}.{whole.table}.all", data, message_id=message_id)


def use_clickhouse(door: ClickHouse | None) -> None:
    """Let this process's queries go through `door` from now on."""
    store.use(door)


def migrate(
    door: ClickHouse,
    settings: Settings,
    *,
    dry_run: bool = False,
    before: Callable[[str, bool], None] = lambda name, is_blocking: None,
    clock: Clock | None = None,
) -> tuple[str, ...]:
    """Apply the steps that are not yet applied, in order, and the retention of the settings.

    Returns the statements that were run (with `dry_run`: would be). before: called with each
    step's name and whether it rewrites data and may take long. Raises EngineAway; what was done
    until then stays done, and the next call goes on from there.
    """
    applied = store.fetch_versions(door)
    run: list[str] = []
    for name, module in _steps():
        if name in applied:
            continue
        before(name, bool(getattr(module, "BLOCKING", False)))
        for statement in _statements(module):
            run.append(statement)
            if not dry_run:
                door.command(statement)
        if not dry_run:
            store.note_version(door, name, (clock or SystemClock()).now())
            logger.info("ClickHouse: %s applied", name)
    for statement in store.stale_retentions(door, settings.telemetry_retention_days):
        run.append(statement)
        if not dry_run:
            door.command(statement)
    return tuple(run)


def _steps() -> Iterator[tuple[str, ModuleType]]:
    names = sorted(
        entry.name.removesuffix(".py")
        for entry in files(MIGRATIONS).iterdir()
        if entry.name[:4].isdigit() and entry.name.endswith(".py")
    )
    for name in names:
        yield name, importlib.import_module(f"{MIGRATIONS}.{name}")


def _statements(module: ModuleType) -> list[str]:
    operations: Sequence[Operation] = getattr(module, "OPERATIONS", ())
    if not operations:
        raise Bug(f"the step {module.__name__} has no operations")
    return [operation.forwards() for operation in operations]
