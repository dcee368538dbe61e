"""The simulated desktop cloud as one object: give it an instant, ask it what is true.

It never looks at a clock. `advance(at_s)` moves it forward; everything up to then has happened.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from yunwei_sim.world import calendar, chaos, sessions
from yunwei_sim.world.agenda import Agenda
from yunwei_sim.world.alarms import AlarmBook, RecordStatus
from yunwei_sim.world.connections import Model, plan_rows
from yunwei_sim.world.faults import KINDS, FaultKind
from yunwei_sim.world.fleet import NOBODY, Fleet, Power
from yunwei_sim.world.ledger import Ledger
from yunwei_sim.world.noise import Noise
from yunwei_sim.world.people import People, edge_desktops
from yunwei_sim.world.places import Kind, Places
from yunwei_sim.world.power import DesktopStates, desktop_states
from yunwei_sim.world.rows import empty_rows
from yunwei_sim.world.scope import Chooser
from yunwei_sim.world.sessions import Snapshot
from yunwei_sim.world.troubles import Fault, Troubles
from yunwei_sim.world.visits import Visit, Visits

NOTICED_WITHIN_S = 20


class UnknownFaultError(LookupError):
    """There is no fault of that name or id."""


class Change(StrEnum):
    """What a notice reports."""

    RAISED = "raised"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A fault began or ended; faces that push (traps) take notices from the queue."""

    change: Change
    fault: Fault
    at_s: int


class World:
    """One simulated desktop cloud."""

    def __init__(
        self, *, seed: int = 7, desktops: int = 2000, days: int = 30, start_s: int
    ) -> None:
        self.noise = Noise(seed)
        self.places = Places(self.noise, desktops=desktops, edge_desktops=edge_desktops(desktops))
        self.people = People(
            self.noise,
            desktops=desktops,
            gateways=len(self.places.of(Kind.GATEWAY)),
            brokers=len(self.places.of(Kind.BROKER)),
        )
        self.fleet = Fleet(self.noise, self.people, self.places, desktops=desktops)
        self.model = Model(noise=self.noise, people=self.people, fleet=self.fleet)
        self.ledger = Ledger()
        self.agenda = Agenda()
        self.troubles = Troubles(self.model, self.ledger, self.agenda)
        self.visits = Visits(self.model, self.ledger, self.troubles)
        self.chooser = Chooser(model=self.model, places=self.places)
        self.alarms = AlarmBook()
        self.notices: deque[Notice] = deque()
        self.seed, self.days, self.started_s = seed, days, start_s
        # what the provider of the cloud changed by hand: quotas by type, and until when the
        # certificate was renewed
        self.bought: dict[str, int] = {}
        self.grown_gb = 0
        self.renewed_until_s: int | None = None
        self._serial = 0
        self._live_past(start_s)

    def _live_past(self, start_s: int) -> None:
        first = calendar.day_of(start_s) - self.days
        self._spill = empty_rows()
        self.at_s = calendar.start_of(first)
        self._open_day(first)
        days = range(first + 1, calendar.day_of(start_s) + 1)
        past = chaos.Past(
            noise=self.noise, agenda=self.agenda, inject=self._befall, until_s=start_s
        )
        past.schedule(days)
        self.advance(start_s)
        self.notices.clear()

    def advance(self, at_s: int) -> None:
        """Let everything happen that happens up to that instant; going back does nothing."""
        while True:
            next_day_s = calendar.start_of(self.ledger.last_day + 1)
            due_s = min(next_day_s, self.agenda.next_at_s)
            if due_s > at_s:
                break
            self.at_s = max(self.at_s, due_s)
            if due_s == next_day_s:
                self._open_day(self.ledger.last_day + 1)
            else:
                self.agenda.run_next()
        self.troubles.flush()
        self.at_s = max(self.at_s, at_s)

    def _open_day(self, day: int) -> None:
        self.troubles.flush()
        planned = plan_rows(self.model, day)
        tomorrow_s = calendar.start_of(day + 1)
        rows = np.concatenate([self._spill, planned[planned["start"] < tomorrow_s]])
        self._spill = planned[planned["start"] >= tomorrow_s]
        rows = self.visits.keep_away(rows)
        block = self.ledger.open_day(day, rows)
        if self.troubles.active:
            self.troubles.admit(block, calendar.start_of(day))

    # What is true

    def snapshot(self, at_s: int | None = None) -> Snapshot:
        """Return all sessions at an instant of the past or now."""
        moment = self.at_s if at_s is None else at_s
        return sessions.snapshot(self.ledger, moment, desktops=self.fleet.count)

    def online_user_ids(self, at_s: int | None = None) -> set[str]:
        """Return the ids of the people who were connected at that instant (default: now)."""
        return {self.people.ids[user] for user in self.snapshot(at_s).online_users.tolist()}

    def states(self) -> DesktopStates:
        """Return the states of all desktops now."""
        return desktop_states(self.noise, self.fleet, self.snapshot(), self.troubles.active)

    # What can be done to it

    def inject(self, name: str, *, target: str | None = None, lasts_s: int | None = None) -> Fault:
        """Let a fault begin now; it ends after `lasts_s`, or when removed.

        Raises UnknownFaultError, and UnknownTargetError of `scope`.
        """
        kind = KINDS.get(name)
        if kind is None:
            raise UnknownFaultError(f"no fault named {name!r}; there are {', '.join(KINDS)}")
        luck = self.noise.one("where", self._serial, self.at_s)
        return self._begin(kind, target, luck, lasts_s)

    def remove(self, fault_id: str) -> Fault:
        """End an active fault now. Raises UnknownFaultError."""
        for fault in self.troubles.active:
            if fault.id == fault_id:
                self._end(fault, self.at_s)
                return fault
        raise UnknownFaultError(f"no active fault {fault_id!r}")

    def log_in(self, user: int) -> Visit:
        """Connect a person now and keep them connected."""
        return self.visits.log_in(user, self.at_s)

    def log_out(self, user: int) -> bool:
        """Send a person home now; return whether they were connected."""
        return self.visits.log_out(user, self.at_s)

    def start_chaos(self, *, speed: float) -> None:
        """Let faults come and go by themselves from now on."""
        chaos.Chaos(
            self.noise,
            self.agenda,
            inject=self._befall,
            inject_first=self._befall_first,
            active=lambda: len(self.troubles.active),
            speed=speed,
        ).start(self.at_s)

    def _befall(self, kind: FaultKind, luck: float, lasts_s: int) -> None:
        if kind.effect.storm_share and not calendar.in_office_hours(self.at_s):
            # Nobody storms in on a Sunday unless somebody asks for it.
            return
        self._begin(kind, None, luck, lasts_s)

    def _befall_first(self, lasts_s: int) -> None:
        """Let a desktop be busy that stays on whoever goes home, one in use where there is one."""
        fleet, connected = self.fleet, self.snapshot().connected != NOBODY
        stays = (fleet.power == Power.ALWAYS_ON) & (fleet.owner != NOBODY)
        found = np.flatnonzero(stays & connected)
        found = found if len(found) else np.flatnonzero(stays)
        target = fleet.ids[int(found[0])] if len(found) else None
        self._begin(KINDS["cpu_hog"], target, self.noise.one("where", 0), lasts_s)

    def _begin(
        self, kind: FaultKind, target: str | None, luck: float, lasts_s: int | None
    ) -> Fault:
        scope = self.chooser.choose(kind, self.snapshot(), target, luck)
        for fault in self.troubles.active:
            if fault.kind is kind and fault.target_id == scope.id:
                return fault
        self._serial += 1
        fault = Fault(
            serial=self._serial,
            kind=kind,
            target_id=scope.id,
            target_name=scope.name,
            desktops=scope.desktops,
            people=scope.people,
            since_s=self.at_s,
        )
        self.troubles.begin(fault)
        self.alarms.write(fault, RecordStatus.ALARM, self.at_s)
        self.notices.append(Notice(change=Change.RAISED, fault=fault, at_s=self.at_s))
        self._report_victims(fault)
        if lasts_s is not None:
            self.agenda.add(self.at_s + lasts_s, lambda at_s: self._end(fault, at_s))
        return fault

    def _end(self, fault: Fault, at_s: int) -> None:
        if fault.until_s is not None:
            return
        self.troubles.end(fault, at_s)
        for follow in fault.on_end:
            follow(at_s)
        self.alarms.write(fault, RecordStatus.OK, at_s)
        self.notices.append(Notice(change=Change.CLEARED, fault=fault, at_s=at_s))

    def _report_victims(self, fault: Fault) -> None:
        """Let each desktop that a fault takes along be reported lost, and back, by itself; a
        monitor that asks in turn notices one after the other."""
        if not fault.kind.victims:
            return
        fleet, book = self.fleet, self.alarms
        for number in np.flatnonzero(fault.desktops).tolist():
            victim = (fleet.ids[number], fleet.names[number])
            late_s = 2 + int(self.noise.one("noticed", fault.serial, number) * NOTICED_WITHIN_S)

            def lose(at_s: int, victim: tuple[str, str] = victim, late_s: int = late_s) -> None:
                if fault.until_s is None:
                    book.write_victim(fault, RecordStatus.ALARM, at_s, victim)
                    fault.on_end.append(
                        lambda until_s: self._restore(fault, victim, until_s + late_s)
                    )

            self.agenda.add(fault.since_s + late_s, lose)

    def _restore(self, fault: Fault, victim: tuple[str, str], at_s: int) -> None:
        self.agenda.add(
            at_s, lambda now_s: self.alarms.write_victim(fault, RecordStatus.OK, now_s, victim)
        )
