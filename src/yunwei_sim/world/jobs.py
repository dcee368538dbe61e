"""Jobs that somebody asks the cloud for: power, logging off, rebuilding, snapshots. They take time,
may fail, and change the world when they are done. Data and effects; no HTTP."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

import numpy as np

from yunwei_sim.world.power import DesktopStates, Login, Status
from yunwei_sim.world.world import World


class Kind(StrEnum):
    """What a job does; the values are the service's job types."""

    START = "START_DESKTOP"
    STOP = "STOP_DESKTOP"
    REBOOT = "REBOOT_DESKTOP"
    HIBERNATE = "HIBERNATE_DESKTOP"
    REBUILD = "REBUILD_DESKTOP"
    SNAPSHOT = "CREATE_DESKTOP_SNAPSHOT"
    RESTORE = "RESTORE_DESKTOP_SNAPSHOT"
    LOG_OFF = "LOGOFF_DESKTOP"
    CREATE = "CREATE_DESKTOP"
    DELETE = "DELETE_DESKTOP"
    ATTACH = "ATTACH_DESKTOP"
    DETACH = "DETACH_DESKTOP"
    RESIZE = "RESIZE_DESKTOP"
    EXPAND = "EXPAND_VOLUME"


LASTS_S = {
    Kind.START: 25,
    Kind.STOP: 20,
    Kind.REBOOT: 40,
    Kind.HIBERNATE: 15,
    Kind.REBUILD: 240,
    Kind.SNAPSHOT: 60,
    Kind.RESTORE: 90,
    Kind.LOG_OFF: 5,
    Kind.CREATE: 120,
    Kind.DELETE: 30,
    Kind.ATTACH: 15,
    Kind.DETACH: 15,
    Kind.RESIZE: 90,
    Kind.EXPAND: 30,
}
STAYS_ON_S = 2 * 3600
"""So long a desktop that was started by hand runs before its power policy has its way again."""
HEALED_BY_REBOOT = frozenset({"agent_gone", "desktop_error", "cpu_hog", "memory_pressure"})
HEALED_BY_REBUILD = HEALED_BY_REBOOT | {"disk_full"}


@dataclass(slots=True, kw_only=True)
class SubJob:
    """The part of a job that is about one desktop. identity, name: where it stands beside the
    fleet, or is about to."""

    id: str
    desktop: int = -1
    identity: str = ""
    name: str = ""
    has_failed: bool = False
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class Job:
    """One job. ends_s: when it will be, or was, over."""

    id: str
    kind: Kind
    began_s: int
    ends_s: int
    parts: list[SubJob] = field(default_factory=list)

    def is_over(self, at_s: int) -> bool:
        return at_s >= self.ends_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A snapshot of a desktop's disks that was made."""

    id: str
    name: str
    desktop: int
    at_s: int


class Finish(Protocol):
    """What an order does when its job is over."""

    def __call__(self, at_s: int, *, has_failed: bool) -> None: ...


class JobBook:
    """All jobs of one cloud, oldest first. to_fail: how many of the next parts fail."""

    def __init__(self, world: World, make_id: Callable[[str, int], str]) -> None:
        self._world = world
        self._make_id = make_id
        self.jobs: list[Job] = []
        self.snapshots: list[Snapshot] = []
        self.to_fail = 0
        self.changes = 0
        self._off: dict[int, Status] = {}
        self._on_until_s: dict[int, int] = {}
        self._number = 0

    def begin(self, kind: Kind, desktops: list[int], *, is_forced: bool = False) -> Job:
        """Begin a job on some desktops; a forced one takes half as long."""
        now_s = self._world.at_s
        lasts_s = LASTS_S[kind] // (2 if is_forced else 1)
        job = Job(id=self._next_id(), kind=kind, began_s=now_s, ends_s=now_s + lasts_s)
        for desktop in desktops:
            part = SubJob(id=self._next_id(), desktop=desktop)
            if self.to_fail:
                self.to_fail -= 1
                part.has_failed, part.reason = True, "The hypervisor refused the operation."
            job.parts.append(part)
        self.jobs.append(job)
        self._world.agenda.add(job.ends_s, lambda at_s: self._finish(job, at_s))
        return job

    def begin_order(self, kind: Kind, identity: str, name: str, finish: Finish) -> Job:
        """Begin a job on one desktop by its id. finish: called when it is over."""
        now_s = self._world.at_s
        part = SubJob(id=self._next_id(), identity=identity, name=name)
        if self.to_fail:
            self.to_fail -= 1
            part.has_failed, part.reason = True, "There are not enough resources."
        job = Job(id=self._next_id(), kind=kind, began_s=now_s, ends_s=now_s + LASTS_S[kind])
        job.parts.append(part)
        self.jobs.append(job)

        def over(at_s: int) -> None:
            self.changes += 1
            finish(at_s, has_failed=part.has_failed)

        self._world.agenda.add(job.ends_s, over)
        return job

    def find(self, identity: str) -> Job | None:
        return next((job for job in self.jobs if job.id == identity), None)

    def apply(self, states: DesktopStates) -> DesktopStates:
        """Return the states with what was switched off, or on for a while, by hand."""
        if not self._off and not self._on_until_s:
            return states
        status, login = states.status.copy(), states.login.copy()
        for desktop, until_s in self._on_until_s.items():
            rests = status[desktop] in (Status.SHUTOFF, Status.HIBERNATED)
            if rests and self._world.at_s < until_s:
                status[desktop] = int(Status.ACTIVE)
                is_there = not states.unreachable[desktop]
                login[desktop] = int(Login.REGISTERED if is_there else Login.UNREGISTER)
        for desktop, off in self._off.items():
            status[desktop], login[desktop] = int(off), int(Login.UNREGISTER)
        return replace(states, status=status, login=login)

    def _next_id(self) -> str:
        self._number += 1
        return self._make_id("job", self._number)

    def _finish(self, job: Job, at_s: int) -> None:
        for part in job.parts:
            if not part.has_failed:
                self._change(job.kind, part.desktop, at_s)

    def _change(self, kind: Kind, desktop: int, at_s: int) -> None:
        self.changes += 1
        if kind is Kind.SNAPSHOT:
            name = f"snapshot-{len(self.snapshots) + 1}"
            made = Snapshot(id=self._next_id(), name=name, desktop=desktop, at_s=at_s)
            self.snapshots.append(made)
            return
        if kind in (Kind.START, Kind.REBOOT, Kind.REBUILD, Kind.RESTORE):
            self._off.pop(desktop, None)
            self._on_until_s[desktop] = at_s + STAYS_ON_S
        if kind is Kind.START:
            return
        self._end_sessions(desktop, at_s)
        if kind in (Kind.STOP, Kind.HIBERNATE):
            self._on_until_s.pop(desktop, None)
            self._off[desktop] = Status.SHUTOFF if kind is Kind.STOP else Status.HIBERNATED
        elif kind is not Kind.LOG_OFF:
            is_new = kind in (Kind.REBUILD, Kind.RESTORE)
            self.heal(desktop, HEALED_BY_REBUILD if is_new else HEALED_BY_REBOOT)

    def shut_down(self, desktop: int) -> None:
        """Shut a desktop down for something that needs it off; who is on it is logged off."""
        self.changes += 1
        self._end_sessions(desktop, self._world.at_s)
        self._off[desktop] = Status.SHUTOFF

    def bring_back(self, desktop: int, at_s: int) -> None:
        """Start it again afterwards."""
        self._off.pop(desktop, None)
        self._on_until_s[desktop] = at_s + STAYS_ON_S

    def heal(self, desktop: int, names: frozenset[str]) -> None:
        """End the faults of these kinds that a desktop has."""
        identity = self._world.fleet.ids[desktop]
        for fault in list(self._world.troubles.active):
            if fault.kind.name in names and fault.target_id == identity:
                self._world.remove(fault.id)

    def _end_sessions(self, desktop: int, at_s: int) -> None:
        self._world.troubles.flush()
        for block in self._world.ledger.around(at_s):
            rows = block.rows
            here = (rows["desktop"] == desktop) & (rows["start"] <= at_s) & (rows["logoff"] > at_s)
            for column in ("setup", "end", "logoff"):
                rows[column][here] = np.minimum(rows[column][here], at_s)
            block.touch()
