"""What every role is given, and the opening of it. Which roles there are is in `process`."""

import asyncio
import contextlib
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.infra import announce, postgres
from yunwei.base.infra.bus import Bus, connect_bus
from yunwei.base.infra.clickhouse import ClickHouse, open_clickhouse
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.settings import Settings
from yunwei.monitor.telemetry import actions as telemetry_actions
from yunwei.monitor.thresholds.actions import rules as threshold_actions
from yunwei.operate.usage import actions as usage_actions
from yunwei.run.gate import hold_acts_to_contracts

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What a parent hands to a process: bound sockets, and what else it is to do.

    has_to_migrate: bring the stores to the schema of the code before the roles work.
    has_demo: fill them with the demo's content. with_parent: end when stdin ends, since then
    the parent is gone.
    """

    http_socket: socket.socket | None = None
    trap_socket: socket.socket | None = None
    has_to_migrate: bool = False
    has_demo: bool = False
    with_parent: bool = False


@dataclass(frozen=True, kw_only=True)
class Doors:
    """The settings, the ways to the engines, and what a parent handed over.

    name: unique among all processes ever, for leases.
    """

    settings: Settings
    bus: Bus
    name: str
    handed: Handed
    clock: Clock = field(default_factory=SystemClock)
    _clickhouse: list[ClickHouse] = field(default_factory=list)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def public_url(self) -> str:
        """The address under which people reach the pages, without a slash at its end."""
        settings = self.settings
        return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")

    async def clickhouse(self) -> ClickHouse:
        """Return ClickHouse, opened and at this code's schema; waits, telling once, until it is.

        An external one is brought to the schema only where the parent said so.
        """
        async with self._opening:
            if not self._clickhouse:
                opened = await patiently(lambda: asyncio.to_thread(self._open_clickhouse))
                self._clickhouse.append(opened)
        return self._clickhouse[0]

    @property
    def opened_clickhouse(self) -> ClickHouse | None:
        """ClickHouse where this process has opened it."""
        return self._clickhouse[0] if self._clickhouse else None

    def _open_clickhouse(self) -> ClickHouse:
        opened = open_clickhouse(self.settings)
        if self.handed.has_to_migrate or not self.settings.clickhouse_url:
            telemetry_actions.migrate(opened, self.settings, before=_say_migration)
        telemetry_actions.use_clickhouse(opened)
        threshold_actions.use_clickhouse(opened)
        usage_actions.use_clickhouse(opened)
        return opened

    def say_address(self, what: str, address: str) -> None:
        """Log where this process answers, unless its parent knows."""
        if not self.handed.http_socket:
            logger.info("%s: %s", what, address)

    async def close(self) -> None:
        for opened in self._clickhouse:
            await asyncio.to_thread(opened.close)
        await self.bus.close()


@contextlib.asynccontextmanager
async def open_doors(
    settings: Settings, handed: Handed, *, has_django: bool
) -> AsyncIterator[Doors]:
    """Open the ways to the engines; waits for NATS, telling once.

    has_django: PostgreSQL is reached through Django's connections, not through an own pool.
    Raises Misconfigured when an engine has no address.
    """
    database_url, nats_url = need_urls(settings)
    hold_acts_to_contracts()
    if not has_django:
        postgres.open_pool(database_url)
    name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    bus = await patiently(lambda: connect_bus(nats_url, token=settings.nats_token, name=name))
    await patiently(
        lambda: bus.prepare_streams(
            intake_hours=settings.intake_retention_hours, copies=settings.nats_copies
        )
    )
    doors = Doors(settings=settings, bus=bus, name=name, handed=handed)
    try:
        with _announcing(bus):
            yield doors
    finally:
        await doors.close()
        if not has_django:
            postgres.close_pool()


def _say_migration(name: str, is_blocking: bool) -> None:
    logger.info("migrates telemetry/%s%s", name, " (may take long)" if is_blocking else "")


def need_urls(settings: Settings) -> tuple[str, str]:
    """Return the addresses of PostgreSQL and NATS; raises Misconfigured where one is missing."""
    if settings.database_url is None or settings.nats_url is None:
        missing = "YUNWEI_NATS_URL" if settings.database_url else "YUNWEI_DATABASE_URL"
        raise Misconfigured(
            f"no platform runs on {settings.data_dir}: start `yunwei up`, or set {missing}"
        )
    return settings.database_url, settings.nats_url


async def patiently[T](attempt: Callable[[], Awaitable[T]]) -> T:
    """Try until the engine answers; says once that it waits."""
    told = ""
    while True:
        try:
            return await attempt()
        except EngineAway as error:
            if told != str(error):
                logger.warning("waits: %s", error)
                told = str(error)
        await asyncio.sleep(0.5)


@contextlib.contextmanager
def _announcing(bus: Bus) -> Iterator[None]:
    """Carry this process's announcements to all processes; from any thread."""
    loop = asyncio.get_running_loop()
    under_way: set[asyncio.Task[None]] = set()

    def send(subject: str) -> None:
        task = loop.create_task(bus.announce(subject))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    def sink(subject: str) -> None:
        loop.call_soon_threadsafe(send, subject)

    disconnect = announce.connect(sink)
    try:
        yield
    finally:
        disconnect()
