"""`yunwei up`: the whole platform on one machine, started, watched and stopped by one process."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.engines import folder
from yunwei.base.infra.engines.agent_nats import EmbeddedAgentNats
from yunwei.base.infra.engines.nats import EmbeddedNats
from yunwei.base.infra.engines.postgres import EmbeddedPostgres
from yunwei.base.infra.engines.process import ChildProcess
from yunwei.base.infra.log import set_up_logging
from yunwei.base.infra.settings import Settings, default_data_dir, load_settings
from yunwei.run import demo
from yunwei.run.sockets import address_of, open_http_socket, open_traps
from yunwei.run.supervise import Keeper, Program

logger = logging.getLogger(__name__)

WEB_ROLES = ("web", "telemetry")
ENGINE_ROLES = ("receive", "collect", "notify", "dispatch", "jobs")
# Alone, because a storm keeps one interpreter busy: decision 0028.
GOVERN_ROLES = ("govern",)
# Together below the ten seconds in which a SIGTERM is to be done.
_PROGRAM_GRACE_S = 5.0
_ENGINE_GRACE_S = 4.0


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    has_demo: bool = False
    demo_desktops: int | None = None


def run_up(data_dir: Path | None, wish: Wish) -> int:
    """Run the platform until a signal; returns 0. Raises Misconfigured, EngineAway at its start.

    Nothing that it started outlives it, however it ends.
    """
    chosen = (data_dir or default_data_dir()).expanduser().resolve()
    folder.prepare_data_dir(chosen)
    lock = folder.FolderLock(chosen)
    lock.acquire()
    # What a dead run wrote there is not an address that somebody set.
    folder.forget_engines(chosen)
    try:
        settings = load_settings(chosen)
        set_up_logging("up", settings.log_level)
        with contextlib.closing(Supervisor(settings, wish)) as supervisor:
            asyncio.run(supervisor.run())
    finally:
        folder.forget_engines(chosen)
        lock.release()
    return 0


class Supervisor:
    """Opens the sockets, starts engines, then processes; stops them in the opposite order."""

    def __init__(self, settings: Settings, wish: Wish) -> None:
        self._settings = settings
        self._wish = wish
        self._demo = demo.recall_demo(settings.data_dir) if wish.has_demo else None
        option = "--port or YUNWEI_PORT"
        self._http = open_http_socket(settings.host, settings.port, option=option)
        option = "YUNWEI_ENGINE_PORT"
        self._engine_http = open_http_socket("127.0.0.1", settings.engine_port, option=option)
        option = "YUNWEI_GOVERN_PORT"
        self._govern_http = open_http_socket("127.0.0.1", settings.govern_port, option=option)
        self._traps = open_traps(settings)
        self._threads = ThreadPoolExecutor(16, thread_name_prefix="keeper")
        self._engines: list[Keeper] = []
        self._programs: list[Keeper] = []

    def close(self) -> None:
        for opened in (self._http, self._engine_http, self._govern_http, self._traps):
            opened.close()
        self._threads.shutdown(wait=False)

    async def run(self) -> None:
        began = time.monotonic()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            starting = asyncio.create_task(self._start())
            await _first_of(starting, stop)
            if not stop.is_set():
                logger.info("started in %.1f s", time.monotonic() - began)
                self._tell_ready()
                tasks = [keeper.task for keeper in (*self._engines, *self._programs)]
                await _first_of(*(task for task in tasks if task), stop)
        finally:
            starting.cancel()
            await asyncio.wait([starting])
            await self._stop()

    async def _start(self) -> None:
        await self._start_engines()
        self._programs = [self._keeper(program) for program in self._build_programs()]
        await asyncio.gather(*(keeper.start() for keeper in self._programs))

    async def _start_engines(self) -> None:
        settings = self._settings
        told: dict[str, str | int] = {
            key.removeprefix("YUNWEI_").lower(): int(port) for key, port in self._ports().items()
        }
        database = None if settings.database_url else EmbeddedPostgres(settings.data_dir)
        nats = None if settings.nats_url else EmbeddedNats(settings.data_dir)
        agents = self._agents_server()
        self._engines = [self._keeper(engine) for engine in (database, nats, agents) if engine]
        await asyncio.gather(*(keeper.start() for keeper in self._engines))
        if database:
            told["database_url"] = database.url
        if nats:
            told |= {"nats_url": nats.url, "nats_token": nats.token}
        if agents:
            told |= {"agent_nats_url": agents.url, "agent_port": agents.port}
        folder.write_engines(settings.data_dir, told)

    def _agents_server(self) -> EmbeddedAgentNats | None:
        if self._settings.agent_nats_url:
            return None
        return EmbeddedAgentNats(self._settings, now=SystemClock().now())

    def _keeper(self, unit: EmbeddedPostgres | EmbeddedNats | Program) -> Keeper:
        return Keeper(unit, self._threads)

    def _build_programs(self) -> Iterable[Program]:
        more: tuple[str, ...] = ()
        if self._demo:
            desktops = self._wish.demo_desktops or demo.DESKTOPS
            yield demo.build_cloud(self._demo, self._traps, desktops=desktops)
            more = ("--demo",)
        yield self._build_program("web", self._http, (), ("--migrate", *more, *WEB_ROLES))
        traps = ("--trap-fd", str(self._traps.fileno()))
        fds = (self._traps.fileno(),)
        yield self._build_program("engine", self._engine_http, fds, (*traps, *ENGINE_ROLES))
        yield self._build_program("govern", self._govern_http, (), GOVERN_ROLES)

    def _build_program(
        self, name: str, http: socket.socket, fds: tuple[int, ...], more: tuple[str, ...]
    ) -> Program:
        words = [sys.executable, "-m", "yunwei.run.process", "--with-parent"]
        words += ["--data-dir", str(self._settings.data_dir), "--http-fd", str(http.fileno())]
        child = ChildProcess(
            name=name,
            command=[*words, *more],
            environ=self._ports(),
            pass_fds=(http.fileno(), *fds),
        )
        return Program(child=child, health_url=f"{address_of(http)}/healthz")

    def _ports(self) -> dict[str, str]:
        """The ports as they really are, where 0 asked for any."""
        return {
            "YUNWEI_PORT": str(self._http.getsockname()[1]),
            "YUNWEI_ENGINE_PORT": str(self._engine_http.getsockname()[1]),
            "YUNWEI_GOVERN_PORT": str(self._govern_http.getsockname()[1]),
            "YUNWEI_TRAP_PORT": str(self._traps.getsockname()[1]),
        }

    def _tell_ready(self) -> None:
        print(f"ready: {address_of(self._http)}", flush=True)
        if self._demo:
            address = self._settings.public_url or address_of(self._http)
            print(demo.render_welcome(self._demo, address), flush=True)

    async def _stop(self) -> None:
        logger.info("stops")
        await asyncio.gather(*(keeper.stop(_PROGRAM_GRACE_S) for keeper in self._programs))
        await asyncio.gather(*(keeper.stop(_ENGINE_GRACE_S) for keeper in self._engines))


async def _first_of(*awaited: asyncio.Task[None] | asyncio.Event) -> None:
    """Return when the first task or event is done; raises what a task raised."""
    tasks = [
        each if isinstance(each, asyncio.Task) else asyncio.create_task(_wait_for(each))
        for each in awaited
    ]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task, each in zip(tasks, awaited, strict=True):
        if isinstance(each, asyncio.Event):
            task.cancel()
    for task in done:
        task.result()


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()
