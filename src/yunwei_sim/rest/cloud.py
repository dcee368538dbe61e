"""What every REST answer is made from: the world, its clock, who may ask, and the log of polls."""

from collections import deque
from dataclasses import dataclass, field

from yunwei_sim.clock import SimClock
from yunwei_sim.rest.scripts import Errands
from yunwei_sim.world.happenings import Happenings
from yunwei_sim.world.holdings import Holdings
from yunwei_sim.world.jobs import JobBook
from yunwei_sim.world.performance import Gauge
from yunwei_sim.world.places import make_id
from yunwei_sim.world.power import DesktopStates
from yunwei_sim.world.usage import UsageBook
from yunwei_sim.world.world import World

# What `make demo`, the tests and the documents use. They open nothing but a simulated cloud.
DEMO_ACCESS_KEY = "SIMDEMOACCESSKEY0001"
DEMO_SECRET_KEY = "simulated-cloud-demo-secret-key-0001"  # noqa: S105 - opens nothing real
DEMO_PROJECT_ID = "0a8f1c2d3e4f5061728394a5b6c7d8e9"
POLLS_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask, and how often. requests_per_s 0 means without limit.

    retry_after_s: what a throttled answer says in its Retry-After header; None leaves it out.
    """

    access_key: str = DEMO_ACCESS_KEY
    secret_key: str = field(default=DEMO_SECRET_KEY, repr=False)
    project_id: str = DEMO_PROJECT_ID
    requests_per_s: int = 200
    retry_after_s: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One answered question for the connection states, with the truth of its instant."""

    at_s: int
    offset: int
    returned: int
    is_filtered: bool
    online_users: int
    connected: int
    disconnected: int


class Cloud:
    """The world and what the faces need around it."""

    def __init__(self, world: World, clock: SimClock, access: Access) -> None:
        self.world = world
        self.clock = clock
        self.access = access
        self.usage = UsageBook(world)
        self.happenings = Happenings(world.ledger)
        self.gauge = Gauge(world.model, world.ledger, world.troubles.log)
        self.errands = Errands()
        self.jobs = JobBook(world, lambda purpose, number: make_id(world.noise, purpose, number))
        self.holdings = Holdings()
        self.polls: deque[Poll] = deque(maxlen=POLLS_KEPT)
        self._states: tuple[tuple[int, ...], DesktopStates] | None = None

    def advance(self) -> int:
        """Let the world catch up with its clock; return the instant."""
        now_s = self.clock.now_s()
        self.world.advance(now_s)
        return now_s

    def states(self) -> DesktopStates:
        """Return the desktops' states now; asked again within the same second, the same object."""
        world = self.world
        troubles = world.troubles
        key = (
            world.at_s,
            world.ledger.version,
            len(troubles.active),
            len(troubles.log),
            self.jobs.changes,
        )
        if self._states is None or self._states[0] != key:
            self._states = (key, self.jobs.apply(world.states()))
        return self._states[1]
