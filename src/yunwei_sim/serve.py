"""Puts one simulated desktop cloud together and serves it, in a process or in a thread of tests."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import Receive, Scope, Send

from yunwei_sim import clock
from yunwei_sim.clock import SimClock
from yunwei_sim.control import ControlFace, RefusedError
from yunwei_sim.listener import Listener
from yunwei_sim.rest.app import RestFace
from yunwei_sim.rest.cloud import Access, Cloud
from yunwei_sim.rest.disturbance import Disturbance, Mischief
from yunwei_sim.snmp.sender import TrapSender, TrapSettings
from yunwei_sim.world.world import World

TICK_S = 0.2
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to simulate. port 0: any free one. start_at: the cloud's time at the start, else now.

    control_port: a second port for the control face, which stays up when the first one refuses.
    """

    host: str = LOOPBACK
    port: int = 0
    control_port: int | None = None
    desktops: int = 2000
    seed: int = 7
    days: int = 30
    start_at: datetime | None = None
    speed: float = 1.0
    chaos: bool = False
    access: Access = field(default_factory=Access)
    traps: TrapSettings = field(default_factory=TrapSettings)


class Simulation:
    """One simulated desktop cloud with its faces. Raises OSError when a port is taken."""

    def __init__(self, options: Options) -> None:
        # The port first: who cannot have it should hear so at once.
        self._face = Listener(self._dispatch, host=options.host, port=options.port)
        self._control_port = (
            None
            if options.control_port is None
            else Listener(self._dispatch, host=LOOPBACK, port=options.control_port)
        )
        sim_clock = SimClock(start_at=options.start_at, speed=options.speed)
        world = World(
            seed=options.seed,
            desktops=options.desktops,
            days=options.days,
            start_s=sim_clock.now_s(),
        )
        self.cloud = Cloud(world, sim_clock, options.access)
        self.traps = TrapSender(world, options.traps)
        self._rest = RestFace(self.cloud)
        self._control = ControlFace(self)
        self._stop = asyncio.Event()
        if options.chaos:
            world.inject("licence_expiring")
            world.start_chaos(speed=options.speed)

    @property
    def url(self) -> str:
        """The address of the REST face."""
        return f"http://{LOOPBACK}:{self._face.port}"

    @property
    def control_url(self) -> str:
        """The address of the control face."""
        port = self._face.port if self._control_port is None else self._control_port.port
        return f"http://{LOOPBACK}:{port}"

    async def run(self, when_ready: Callable[[], None]) -> None:
        """Serve until `stop`."""
        try:
            await self._face.open()
            if self._control_port is not None:
                await self._control_port.open()
            when_ready()
            while not self._stop.is_set():
                self.pump()
                await self._keep_face()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), TICK_S)
        finally:
            await self._face.close()
            if self._control_port is not None:
                await self._control_port.close()
            self.traps.close()

    def stop(self) -> None:
        """Let `run` end."""
        self._stop.set()

    def pump(self) -> None:
        """Let the world catch up with its clock and send the traps that became due."""
        world = self.cloud.world
        self.cloud.advance()
        while world.notices:
            self.traps.tell(world.notices.popleft())
        self.traps.keep_alive()

    def disturb(self, disturbance: Disturbance | None) -> None:
        """Make the REST face misbehave; None makes it behave again. Raises RefusedError."""
        has_end = disturbance is None or disturbance.until_s is not None
        if _refuses(disturbance) and self._control_port is None and not has_end:
            raise RefusedError(400, "without a control port, refuse needs seconds to come back")
        self._rest.disturbance = disturbance

    def date_signatures_by(self, wall_s: Callable[[], float]) -> None:
        """Judge the dates of signatures by another clock than the machine's, of this cloud alone.
        wall_s: seconds since 1970 UTC."""
        self._rest.wall_s = wall_s

    def throttle(self, requests_per_s: int) -> None:
        """Change how many requests a second the REST face takes; 0 takes all."""
        self._rest.throttle.limit = requests_per_s

    async def _keep_face(self) -> None:
        """Close the port while it is to refuse, and open it again after."""
        refuses = _refuses(self._rest.disturbance)
        if refuses and self._face.is_open:
            await self._face.close()
        elif not refuses and not self._face.is_open:
            await self._face.open()

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        face = self._control.app if scope["path"].startswith("/sim/") else self._rest
        await face(scope, receive, send)


def _refuses(disturbance: Disturbance | None) -> bool:
    if disturbance is None or disturbance.mischief != Mischief.REFUSE:
        return False
    return not disturbance.is_late(ticks_s=clock.ticks_s())


class SimulatorThread:
    """A simulated cloud in a thread of this process, for tests."""

    def __init__(self, options: Options) -> None:
        self.simulation = Simulation(options)
        self.url = self.simulation.url
        self.control_url = self.simulation.control_url
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="yunwei-sim", daemon=True)

    def start(self) -> "SimulatorThread":
        """Start and return when it serves."""
        self._thread.start()
        self._ready.wait()
        return self

    def call[T](self, action: Callable[[Simulation], T]) -> T:
        """Run something in the simulator's own thread, between two requests; return its result."""

        async def run() -> T:
            self.simulation.pump()
            result = action(self.simulation)
            self.simulation.pump()
            return result

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=30)

    def stop(self) -> None:
        """Stop serving and wait for the end."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self.simulation.stop)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self.simulation.run(self._ready.set))
        finally:
            self._loop.close()
            self._ready.set()


@contextlib.contextmanager
def start_in_thread(options: Options | None = None) -> Iterator[SimulatorThread]:
    """Serve a simulated cloud while the block runs. Raises OSError when the port is taken."""
    running = SimulatorThread(options or Options()).start()
    try:
        yield running
    finally:
        running.stop()
