"""Sends what the world reports to the trap receivers, by UDP; traps are not answered."""

import socket
from dataclasses import dataclass, field

from yunwei_sim import clock
from yunwei_sim.snmp import reports
from yunwei_sim.snmp.notification import Dialect, Notification, encode
from yunwei_sim.snmp.reports import Family
from yunwei_sim.world import licences
from yunwei_sim.world.faults import Channel
from yunwei_sim.world.troubles import Fault
from yunwei_sim.world.world import Change, Notice, World

REMIND_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapSettings:
    """Where traps go and how they are spoken. Periods are real seconds."""

    targets: tuple[tuple[str, int], ...] = ()
    dialect: Dialect = field(default_factory=Dialect)
    family: Family = Family.IMAP
    heartbeat_s: int = 60


class TrapSender:
    """The SNMP agent of the simulated network management system."""

    def __init__(self, world: World, settings: TrapSettings) -> None:
        self._world = world
        self._settings = settings
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._began_s = clock.ticks_s()
        self._next_heartbeat_s = self._began_s
        self._next_reminder_s = self._began_s + REMIND_S
        self._numbers: dict[int, int] = {}
        self.sent = 0
        self.unsent = 0
        self.to_lose = 0

    def tell(self, notice: Notice) -> None:
        """Send the trap of one notice, if the fault is reported by trap at all."""
        if notice.fault.kind.channel not in {Channel.REST, Channel.SILENT}:
            cleared = notice.change == Change.CLEARED
            note = ""
            if notice.fault.kind.name == "licence_expiring":
                note = reports.expiry_note(licences.licence_expires_s(self._world))
            self._send(
                reports.report(
                    notice.fault,
                    self._world.places,
                    cleared=cleared,
                    family=self._settings.family,
                    csn=self._csn(notice.fault),
                    note=note,
                ),
                is_alarm=True,
            )

    def _csn(self, fault: Fault) -> int:
        """Return the fault's network serial number; new ones follow each other without a gap."""
        if not reports.has_csn(fault):
            return 0
        number = self._numbers.setdefault(fault.serial, len(self._numbers) + 1)
        return reports.FIRST_CSN + number

    def lose(self, count: int) -> None:
        """Lose the next alarms' traps on their way, as networks do."""
        self.to_lose = count

    def repeat_active(self, *, only: str | None = None) -> int:
        """Send the raising traps of the active faults once more, with the same serial numbers."""
        before = self.sent
        for fault in self._world.troubles.active:
            if only in {None, fault.kind.name}:
                self.tell(Notice(change=Change.RAISED, fault=fault, at_s=fault.since_s))
        return self.sent - before

    def keep_alive(self) -> None:
        """Send the heartbeat when it is due, and remind of what runs out as licence servers do."""
        now_s = clock.ticks_s()
        if now_s >= self._next_heartbeat_s:
            self._next_heartbeat_s = now_s + self._settings.heartbeat_s
            self._send(
                reports.heartbeat(
                    self._world.at_s,
                    period_s=self._settings.heartbeat_s,
                    family=self._settings.family,
                )
            )
        if now_s >= self._next_reminder_s:
            self._next_reminder_s = now_s + REMIND_S
            self.repeat_active(only="licence_expiring")

    def close(self) -> None:
        """Stop sending."""
        self._socket.close()

    def _send(self, notification: Notification, *, is_alarm: bool = False) -> None:
        if is_alarm and self.to_lose:
            self.to_lose -= 1
            self.unsent += 1
            return
        uptime_s = clock.ticks_s() - self._began_s
        for target in self._settings.targets:
            datagram = encode(
                notification, self._settings.dialect, uptime_s=uptime_s, serial=self.sent + 1
            )
            try:
                self._socket.sendto(datagram, target)
                self.sent += 1
            except OSError:
                # Nobody listens, or the buffer is full: a trap is lost, as traps are.
                self.unsent += 1
