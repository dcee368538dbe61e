"""What faults do to connections: cut them, refuse them, slow them, and let them come back.

Changes only what is not yet past. The effects themselves are data in `faults.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from yunwei_sim.world import wishes as wish_rules
from yunwei_sim.world.agenda import Agenda
from yunwei_sim.world.connections import Model, fail
from yunwei_sim.world.faults import Blocks, Effect, FaultKind
from yunwei_sim.world.ledger import Block, Ledger
from yunwei_sim.world.noise import Floats
from yunwei_sim.world.rows import Failure, Flag, Mask, Rows, connected_at, succeeded
from yunwei_sim.world.storm import storm_wishes
from yunwei_sim.world.wishes import Wish, Wishes


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault that is or was in the world, with its truth.

    desktops and people are masks over all; a connection is touched when both are set. on_end:
    what follows when it ends, told the instant.
    """

    serial: int
    kind: FaultKind
    target_id: str
    target_name: str
    desktops: Mask
    people: Mask
    since_s: int
    until_s: int | None = None
    dropped: int = 0
    held: int = 0
    on_end: list[Callable[[int], None]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The name by which the control face removes it."""
        return f"F{self.serial:05d}"

    @property
    def effect(self) -> Effect:
        """What it does."""
        return self.kind.effect

    def touches(self, rows: Rows) -> Mask:
        """Return which rows it touches."""
        mask: Mask = self.desktops[rows["desktop"]] & self.people[rows["user"]]
        return mask

    def lasted_into(self, from_s: int, to_s: int) -> bool:
        """Return whether it stood at any instant of [from_s, to_s]."""
        return self.since_s <= to_s and (self.until_s is None or self.until_s > from_s)


class Troubles:
    """The active faults of one world and their hold on its ledger."""

    def __init__(self, model: Model, ledger: Ledger, agenda: Agenda) -> None:
        self._model = model
        self._ledger = ledger
        self.active: list[Fault] = []
        self.log: list[Fault] = []
        self.absent_until: dict[int, int] = {}
        self.forced: set[int] = set()
        self.wishes = Wishes(model, ledger, agenda, circumstances=self)

    def blocker(self, wish: Wish) -> Failure:
        """Return why a person cannot get onto a desktop now, or NONE."""
        for fault in self.active:
            if not (fault.desktops[wish.desktop] and fault.people[wish.user]):
                continue
            blocks = fault.effect.blocks
            is_first = not wish.flags & Flag.RECONNECT
            in_the_way = blocks == Blocks.EVERYTHING or (blocks == Blocks.FIRST and is_first)
            if in_the_way and self._luck(fault, wish) < fault.effect.refuses:
                return fault.effect.failure
        return Failure.NONE

    def _luck(self, fault: Fault, wish: Wish) -> float:
        return self._model.noise.one("refused", fault.serial, wish.user, wish.attempts)

    def is_dropped(self, wish: Wish, at_s: int) -> bool:
        """Return whether the person was sent home, or is made to work by the control face."""
        if wish.flags & Flag.FORCED:
            return wish.user not in self.forced
        return wish.user in self.forced or self.absent_until.get(wish.user, 0) > at_s

    def begin(self, fault: Fault) -> None:
        """Let a fault begin at its `since_s`."""
        self.flush()
        at_s = fault.since_s
        self.active.append(fault)
        self.log.append(fault)
        for block in self._ledger.around(at_s):
            self._cut(fault, block, at_s)
        for block in self._open_blocks():
            self._hold(fault, block, at_s)
        if fault.effect.storm_share:
            for wish, start_s in storm_wishes(self._model, self._ledger, fault, at_s):
                self.wishes.add(wish, start_s)
        self._retune(at_s)

    def end(self, fault: Fault, at_s: int) -> None:
        """Let a fault end; people come back over the next minutes."""
        self.flush()
        fault.until_s = at_s
        self.active.remove(fault)
        self.wishes.release(at_s)
        self._retune(at_s)

    def admit(self, block: Block, at_s: int) -> None:
        """Apply the active faults to a day that was just opened."""
        for fault in self.active:
            self._hold(fault, block, at_s - 1)
        self._retune(at_s)

    def flush(self) -> None:
        """Write the outcome of wishes into the ledger."""
        self.wishes.flush(self._tuned)

    def _open_blocks(self) -> list[Block]:
        return [block for block in self._ledger.blocks[-2:] if len(block.rows)]

    def _cut(self, fault: Fault, block: Block, at_s: int) -> None:
        rows, effect = block.rows, fault.effect
        touched = fault.touches(rows) & succeeded(rows)
        draw = self._model.noise.uniform("drop", fault.serial, rows["user"])
        cut = connected_at(rows, at_s) & touched & (draw < effect.drops)
        arriving = (rows["start"] <= at_s) & (rows["setup"] > at_s)
        refused = arriving & touched & (draw < effect.refuses)
        refused &= effect.blocks == Blocks.EVERYTHING
        lost = rows[cut | refused].copy()
        retry_s = at_s + 20 + (lost["user"] * 7919 % 150).astype(np.int64)
        rows["end"][cut] = at_s
        rows["logoff"][cut] = retry_s[cut[cut | refused]] if effect.session_survives else at_s
        rows[refused] = fail(rows[refused], effect.failure)
        fault.dropped += int(cut.sum())
        gone = lost["user"].tolist()
        ends_sessions = effect.drops > 0 and not effect.session_survives
        if ends_sessions:
            # Sessions that waited for their people are gone as well.
            waiting = (rows["end"] <= at_s) & (rows["logoff"] > at_s) & touched
            gone += rows["user"][waiting].tolist()
            rows["logoff"][waiting] = at_s
        block.touch()
        self.wishes.forget(gone, session_lost=ends_sessions)
        self._wish(lost, retry_s.tolist())

    def _hold(self, fault: Fault, block: Block, at_s: int) -> None:
        rows, blocks = block.rows, fault.effect.blocks
        if blocks == Blocks.NOTHING:
            return
        ahead = (rows["start"] > at_s) & succeeded(rows) & fault.touches(rows)
        if blocks == Blocks.FIRST:
            ahead &= (rows["flags"] & Flag.RECONNECT) == 0
        held = block.remove(ahead)
        fault.held += len(held)
        self._wish(held, held["start"].tolist())

    def _wish(self, rows: Rows, starts: list[int]) -> None:
        for wish, start_s in zip(wish_rules.from_rows(rows), starts, strict=True):
            self.wishes.add(wish, start_s)

    def _retune(self, from_s: int) -> None:
        for block in self._open_blocks():
            which = block.rows["start"] >= from_s
            block.rows[which] = self._tuned(block.rows[which])
            block.touch()

    def _tuned(self, rows: Rows) -> Rows:
        """Recompute what active faults add to the logons and round trips of these rows."""
        worked = succeeded(rows)
        delay, rtt = self._additions(rows)
        rows["delay_s"], rows["rtt_add_ms"] = delay * worked, rtt
        plain = rows["start"] + rows["logon_s"]
        slowed = np.maximum(plain, np.minimum(plain + rows["delay_s"], rows["end"] - 30))
        rows["setup"] = np.where(worked, slowed, rows["start"])
        return rows

    def _additions(self, rows: Rows) -> tuple[Floats, Floats]:
        delay, rtt = np.zeros(len(rows)), np.zeros(len(rows))
        for fault in self.active:
            effect, keys = fault.effect, (fault.serial, rows["user"], rows["start"])
            touched = fault.touches(rows)
            for total, span in ((delay, effect.delay_s), (rtt, effect.rtt_add_ms)):
                if span[1]:
                    total += touched * self._model.noise.between(*span, "fault adds", *keys)
        return np.minimum(delay, 300), np.minimum(rtt, 2000)
