"""A platform that runs, and what it spends while agents carry something out: real ones, each a
process of this machine with its own TLS connection, key and journal, or such as are only played.

Controller means the process that dispatches, and with it all else of ours that it does meanwhile;
the channel is the agents' NATS; the database PostgreSQL with its backends; the pages the process
that serves them, and REST.
"""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.support.agents import operator, order
from tests.support.fleet import MACHINE, PlayedFleet
from tests.support.folders import open_folder
from tests.support.platform import PASSWORD, Api, Platform, started, wait_until
from tests.support.run_ground import add_desktops
from yunwei.base.core.ids import TenantId
from yunwei.base.infra import announce, postgres
from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.agent_keys import open_agent_keys
from yunwei.base.infra.bus import connect_bus
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import Settings, load_settings
from yunwei.operate.agents.facts.agents import agent_name
from yunwei.operate.agents.queries import tasks as queries
from yunwei_wire.commands import key_id

CONNECTIONS = 4
ALL = operator(1, *range(1, 9))
_OPEN = (
    "SELECT EXISTS (SELECT 1 FROM agents_task"
    " WHERE order_id = %s AND state IN ('waiting', 'started'))"
)
_PARTS = {
    "controller": "engine",
    "channel": "agent nats",
    "database": "postgres",
    "pages": "web",
}
_SERVERS = {"controller": "engine", "channel": "agent nats", "bus": "nats", "pages": "web"}


@dataclass(frozen=True, kw_only=True)
class Spent:
    """tasks: a second. The others: CPU for each task, in milliseconds."""

    tasks: float
    controller_ms: float
    channel_ms: float
    database_ms: float
    pages_ms: float


@dataclass
class Ground:
    platform: Platform
    settings: Settings
    folder: Path
    tenant: int

    def order(self, agents: list[int], body: str, key: str) -> int:
        box = open_secret_box(self.settings)
        return order(agents, body, box=box, key=key, tenant=self.tenant)

    def counts(self, number: int) -> dict[str, int]:
        return dict(queries.access_order(ALL, number).counts)

    def tasks_of(self, number: int) -> set[int]:
        with postgres.transaction() as conn:
            rows = conn.execute("SELECT id FROM agents_task WHERE order_id = %s", (number,))
            return {row[0] for row in rows}

    def is_over(self, number: int) -> bool:
        """Asked often while both cores are measured, so that it asks for no more than that."""
        with postgres.transaction() as conn:
            row = conn.execute(_OPEN, (number,)).fetchone()
        assert row is not None
        return not row[0]

    def carry_out(self, agents: list[int], body: str, key: str) -> Spent:
        """Have all of them succeed with it; returns what that took."""
        numbers = []

        def work() -> None:
            number = self.order(agents, body, key)
            numbers.append(number)
            wait_until(lambda: self.is_over(number), timeout_s=600, every_s=0.02)

        spent = self.measure(len(agents), work)
        assert self.counts(numbers[0]) == {"succeeded": len(agents)}
        return spent

    def measure(self, tasks: int, work: Callable[[], object]) -> Spent:
        """Return what some work took, in which so many tasks are carried out."""
        before = self._cpu_s()
        began = time.monotonic()
        work()
        took = time.monotonic() - began
        spent = {
            f"{part}_ms": (cpu_s - before[part]) / tasks * 1000
            for part, cpu_s in self._cpu_s().items()
        }
        return Spent(tasks=tasks / took, **spent)

    def another_person(self) -> Api:
        """Return REST as somebody else who may approve."""
        platform, role = self.platform, ("--role", "operator", "--password-stdin")
        platform.command("user", "create", "approver", *role, stdin=f"{PASSWORD}\n")
        token = platform.command_json("token", "create", "approver")["token"]
        return Api(platform.url, token)

    def give_desktops(self, agents: list[int]) -> list[str]:
        """Let each have a desktop of its name; returns the names."""
        with postgres.transaction() as conn:
            rows = conn.execute("SELECT name FROM agents_agent WHERE id = ANY(%s)", (agents,))
            names = [row[0] for row in rows]
        add_desktops(TenantId(self.tenant), names)
        with postgres.transaction() as conn:
            conn.execute(
                "UPDATE agents_agent a SET desktop_id = d.id FROM inventory_desktop d"
                " WHERE d.name = a.name AND a.id = ANY(%s)",
                (agents,),
            )
        return names

    def memory_kb(self) -> dict[str, float]:
        """Return the memory that belongs to each of our processes alone."""
        return {
            part: psutil.Process(self.platform.pid_of(name)).memory_full_info().uss / 1024
            for part, name in _SERVERS.items()
        }

    def _cpu_s(self) -> dict[str, float]:
        pids = {part: self.platform.pid_of(name) for part, name in _PARTS.items()}
        return {part: cpu_s_of(pid) for part, pid in pids.items()}


def cpu_s_of(pid: int) -> float:
    """Return the CPU of a process and of those it started."""
    process = psutil.Process(pid)
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


@contextmanager
def opened_ground(written: Mapping[str, str] | None = None) -> Iterator[Ground]:
    """written: settings of its `yunwei.toml`."""
    with open_folder() as folder, _started(folder / "data", written or {}) as platform:
        platform.api()
        settings = load_settings(platform.data_dir, environ={})
        postgres.open_pool(str(settings.database_url))
        with psycopg.connect(str(settings.database_url)) as connection:
            row = connection.execute("SELECT id FROM people_tenant WHERE is_provider").fetchone()
        assert row is not None
        try:
            with ringing(settings):
                yield Ground(platform=platform, settings=settings, folder=folder, tenant=row[0])
        finally:
            postgres.close_pool()


@contextmanager
def _started(data_dir: Path, written: Mapping[str, str]) -> Iterator[Platform]:
    data_dir.mkdir()
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in written.items()]
    (data_dir / "yunwei.toml").write_text("".join(lines), "utf-8")
    with started(Platform(data_dir)) as platform:
        yield platform


@contextmanager
def ringing(settings: Settings) -> Iterator[None]:
    """Have this process say what it changed, as each of the platform's does: whoever dispatches
    does not find an order by chance, at its next look, but is told of it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def on_loop[T](work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    bus = on_loop(connect_bus(str(settings.nats_url), token=settings.nats_token, name="bench"))
    disconnect = announce.connect(
        lambda subject: asyncio.run_coroutine_threadsafe(bus.announce(subject), loop)
    )
    try:
        yield
    finally:
        disconnect()
        on_loop(bus.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def carry_out_played(ground: Ground, count: int) -> Spent:
    """Have so many agents carry something out that are only played, over 4 connections (see
    tests/support/fleet.py), and see that each began once."""
    ids = await asyncio.to_thread(enrol_played, ground, count)
    async with playing(ground, ids) as fleet:
        spent = await asyncio.to_thread(partial(ground.carry_out, ids, "true", "played"))
    assert len(fleet.begun) == count
    assert set(fleet.begun.values()) == {1}
    return spent


@asynccontextmanager
async def playing(ground: Ground, ids: Sequence[int]) -> AsyncIterator[PlayedFleet]:
    """Play these agents until the block ends."""
    settings = load_settings(ground.platform.data_dir, environ={})
    keys = open_agent_keys(settings)
    channels = [AgentChannel(settings, keys, name=f"played-{n}") for n in range(CONNECTIONS)]
    for channel in channels:
        await channel.connect()
    trusted = {key_id(key.public): key.public for key in keys.commands}
    names = frozenset(map(agent_name, ids))
    fleet = PlayedFleet(channels=channels, trusted=trusted, now_s=time.time(), names=names)
    await fleet.listen()
    try:
        yield fleet
    finally:
        for channel in channels:
            await channel.close()


def enrol_played(ground: Ground, count: int, name: str = "p") -> list[int]:
    """So many rows, as if they had enrolled and been heard a moment ago."""
    with psycopg.connect(str(ground.settings.database_url)) as connection:
        rows = connection.execute(
            "INSERT INTO agents_agent (tenant_id, name, public_key, machine, enrolled_at)"
            " SELECT %s, %s || '-' || n, 'U' || %s || n, %s, now() FROM generate_series(1, %s) AS n"
            " RETURNING id",
            (ground.tenant, name, name, MACHINE, count),
        ).fetchall()
        ids = [row[0] for row in rows]
        connection.execute(
            "INSERT INTO agents_presence (agent_id, seen_at)"
            " SELECT id, now() + INTERVAL '10 minutes' FROM unnest(%s::bigint[]) AS u (id)",
            (ids,),
        )
    return ids
