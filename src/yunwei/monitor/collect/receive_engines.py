"""Engines of SNMP v3: our own, which senders of informs ask for, and the clocks of theirs.

A captured trap must not be told again later. Each sender's engine counts its starts and the
seconds since; what is older than what was heard last from it is refused.
Source: RFC 3414 2.2 and 3.2 step 7. No sockets, no clock of its own.
"""

from collections.abc import Container, Hashable, Iterable
from dataclasses import dataclass

from yunwei.base.core.ids import SourceId
from yunwei.monitor.collect.facts import HeardEngine

# RFC 3414 2.2.1: an engine that has started so often has to be given a new id
MAX_BOOTS = 2**31 - 1
WINDOW_S = 150
_MOST_ENGINES = 20_000

type EngineKey = tuple[SourceId, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEngine:
    """This receiver, as it names itself to senders of informs.

    boots: grows with every start. started_s: when it started, of the clock of `now_s`.
    """

    engine_id: bytes
    boots: int
    started_s: float

    def time_s(self, now_s: float) -> int:
        return max(0, int(now_s - self.started_s))

    def is_timely(self, boots: int, time_s: int, now_s: float) -> bool:
        """Return whether a message that names us as authority is fresh (step 7a)."""
        is_this_life = boots == self.boots < MAX_BOOTS
        return is_this_life and abs(time_s - self.time_s(now_s)) <= WINDOW_S


@dataclass(slots=True)
class _Clock:
    boots: int
    latest_s: int
    heard_s: float
    address: str
    user: bytes
    is_changed: bool = True


class HeardEngines:
    """The clocks of all engines whose authentic messages came. Bounded: of too many, the one
    that was silent longest is forgotten."""

    def __init__(self, *, most: int = _MOST_ENGINES) -> None:
        self._most = most
        self._clocks: dict[EngineKey, _Clock] = {}

    def __len__(self) -> int:
        return len(self._clocks)

    def take(
        self, key: EngineKey, boots: int, time_s: int, now_s: float, *, address: str, user: bytes
    ) -> bool:
        """Return whether an authentic message is fresh, and remember its clock (step 7b)."""
        known = self._clocks.pop(key, None)
        if known is None:
            if boots >= MAX_BOOTS:
                return False
            if len(self._clocks) >= self._most:
                del self._clocks[next(iter(self._clocks))]
            known = _Clock(boots, time_s, now_s, address, user)
        self._clocks[key] = known
        if boots > known.boots or (boots == known.boots and time_s > known.latest_s):
            known.boots, known.latest_s, known.heard_s = boots, time_s, now_s
            known.address, known.user, known.is_changed = address, user, True
        if boots >= MAX_BOOTS or boots < known.boots:
            return False
        return time_s >= known.latest_s + (now_s - known.heard_s) - WINDOW_S

    def load(self, engines: Iterable[HeardEngine], now_s: float) -> None:
        """Remember what an earlier life of this receiver knew."""
        for each in engines:
            key = (each.source, each.engine_id)
            if key not in self._clocks and len(self._clocks) < self._most:
                heard_s = now_s - each.ago_s
                self._clocks[key] = _Clock(
                    each.boots,
                    each.time_s,
                    heard_s,
                    each.address,
                    each.user.encode(),
                    is_changed=False,
                )

    def forget_all_but(self, known: Container[EngineKey]) -> None:
        """Let engines begin anew that were kept and are not any more: a person had them forgotten,
        as is right for a device whose counters a repair has reset."""
        kept = [key for key, each in self._clocks.items() if not each.is_changed]
        for key in kept:
            if key not in known:
                del self._clocks[key]

    def change_again(self, engines: Iterable[HeardEngine]) -> None:
        """Take back that `take_changed` told of these: they could not be kept."""
        for each in engines:
            known = self._clocks.get((each.source, each.engine_id))
            if known is not None:
                known.is_changed = True

    def take_changed(self, now_s: float) -> tuple[HeardEngine, ...]:
        """Return the clocks that moved since the last call."""
        changed = [(key, each) for key, each in self._clocks.items() if each.is_changed]
        for _, each in changed:
            each.is_changed = False
        return tuple(
            HeardEngine(
                source=source,
                engine_id=engine_id,
                address=each.address,
                user=each.user.decode(errors="replace"),
                boots=each.boots,
                time_s=each.latest_s,
                ago_s=max(0.0, now_s - each.heard_s),
            )
            for (source, engine_id), each in changed
        )


class Syncs:
    """Who was told our time lately. Told once, a sender speaks in time; one that still does not
    is in trouble, or repeats what it captured."""

    def __init__(self, *, memory_s: float = 60.0, most: int = 10_000) -> None:
        self._memory_s = memory_s
        self._most = most
        self._told: dict[Hashable, tuple[float, int]] = {}

    def is_trouble(self, key: Hashable, now_s: float) -> bool:
        """Note that `key` is told once more; return whether that is more than twice in a row."""
        at_s, times = self._told.pop(key, (now_s, 0))
        if now_s - at_s > self._memory_s:
            times = 0
        if len(self._told) >= self._most:
            del self._told[next(iter(self._told))]
        self._told[key] = (now_s, times + 1)
        return times >= 2
