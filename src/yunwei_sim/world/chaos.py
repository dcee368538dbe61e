"""Faults that come and go by themselves: those of the past days, and a lively present for demos.

Everything is drawn from the seed, so that the same world has the same bad days.
"""

from collections.abc import Callable
from dataclasses import dataclass

from yunwei_sim.world import calendar
from yunwei_sim.world.agenda import Agenda
from yunwei_sim.world.faults import KINDS, Channel, FaultKind
from yunwei_sim.world.noise import Noise

type Inject = Callable[[FaultKind, float, int], None]

MOST_AT_ONCE = 6
GAP_S = (120, 300)
_FIRST = 1_000_001
_FIRST_LASTS_S = 1800


def pick_kind(
    noise: Noise, number: int, *, channels: tuple[Channel, ...] | None = None
) -> FaultKind:
    """Return a kind by its odds; `number` tells the draws apart."""
    kinds = [
        kind for kind in KINDS.values() if kind.odds and (not channels or kind.channel in channels)
    ]
    mark = noise.one("which fault", number) * sum(kind.odds for kind in kinds)
    for kind in kinds:
        mark -= kind.odds
        if mark <= 0:
            return kind
    return kinds[-1]


def duration_s(noise: Noise, kind: FaultKind, number: int) -> int:
    """Return how long the fault with that number lasts."""
    low, high = kind.minutes
    return int((low + (high - low) * noise.one("how long", number)) * 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The faults of the days before the world goes live; all are over before `until_s`."""

    noise: Noise
    agenda: Agenda
    inject: Inject
    until_s: int

    def schedule(self, days: range) -> None:
        """Plan two to four desktop faults a working day, and infrastructure every third day."""
        for day in days:
            many = 2 + int(self.noise.one("faults a day", day) * 3)
            for place in range(many if calendar.is_workday(day) else 1):
                self._plan(day, place, (Channel.REST,))
            if self.noise.one("infrastructure", day) < 0.33:
                self._plan(day, 15, (Channel.TRAP, Channel.LINK_TRAP))

    def _plan(self, day: int, place: int, channels: tuple[Channel, ...]) -> None:
        number = day * 16 + place
        kind = pick_kind(self.noise, number, channels=channels)
        at_s = calendar.start_of(day) + int((8.0 + 11.0 * self.noise.one("when", number)) * 3600)
        lasts_s = duration_s(self.noise, kind, number)
        if at_s + lasts_s < self.until_s:
            luck = self.noise.one("where", number)
            self.agenda.add(at_s, lambda _: self.inject(kind, luck, lasts_s))


class Chaos:
    """Injects a new fault every two to five minutes of demo time; never more than six at once."""

    def __init__(
        self,
        noise: Noise,
        agenda: Agenda,
        *,
        inject: Inject,
        inject_first: Callable[[int], None],
        active: Callable[[], int],
        speed: float,
    ) -> None:
        """inject_first: lets the first fault begin, which lasts so many seconds."""
        self._noise = noise
        self._agenda = agenda
        self._inject = inject
        self._inject_first = inject_first
        self._active = active
        self._speed = max(speed, 1.0)
        self._number = 1_000_000

    def start(self, at_s: int) -> None:
        """Begin with a first fault soon after that instant."""
        self._agenda.add(at_s + int(30 * self._speed), self._strike)

    def _strike(self, at_s: int) -> None:
        self._number += 1
        if self._number == _FIRST:
            # one that lasts until somebody does something about it, or a remedy
            self._inject_first(int(_FIRST_LASTS_S * self._speed))
        elif self._active() < MOST_AT_ONCE:
            kind = pick_kind(self._noise, self._number)
            lasts_s = int(duration_s(self._noise, kind, self._number) * self._speed)
            self._inject(kind, self._noise.one("where", self._number), lasts_s)
        low, high = GAP_S
        gap = low + (high - low) * self._noise.one("gap", self._number)
        self._agenda.add(at_s + int(gap * self._speed), self._strike)
