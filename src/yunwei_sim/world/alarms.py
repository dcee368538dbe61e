"""The cloud's own alarm records: one when a rule fires, a later one when it is well again.

Cloud Eye has no end time. A record of status `ok` with the same rule and resource is the end.
"""

from dataclasses import dataclass
from enum import StrEnum

from yunwei_sim.world.faults import KINDS, Channel, FaultKind, Severity
from yunwei_sim.world.troubles import Fault


class RecordStatus(StrEnum):
    """The two states a record of ours can have."""

    ALARM = "alarm"
    OK = "ok"


LEVELS = {Severity.CRITICAL: 1, Severity.MAJOR: 2, Severity.MINOR: 3, Severity.WARNING: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRecord:
    """One record, as it was written at `at_s`: what kind of fault it names, of which resource.

    fault: what really happened, which may be a greater one.
    """

    serial: int
    status: RecordStatus
    at_s: int
    fault: Fault
    kind: FaultKind
    resource_id: str
    resource_name: str

    @property
    def level(self) -> int:
        """1 critical to 4 info."""
        return LEVELS[self.kind.severity]


class AlarmBook:
    """All records, oldest first."""

    def __init__(self) -> None:
        self.records: list[AlarmRecord] = []

    def write(self, fault: Fault, status: RecordStatus, at_s: int) -> None:
        """Record that a fault began or ended, if this is the way it is reported."""
        if fault.kind.channel == Channel.REST:
            self._add(fault, status, at_s, fault.kind, (fault.target_id, fault.target_name))

    def write_victim(
        self, fault: Fault, status: RecordStatus, at_s: int, victim: tuple[str, str]
    ) -> None:
        """Record that a desktop, by id and name, was lost with what it stands on, or is back."""
        self._add(fault, status, at_s, KINDS[fault.kind.victims], victim)

    def _add(
        self,
        fault: Fault,
        status: RecordStatus,
        at_s: int,
        kind: FaultKind,
        resource: tuple[str, str],
    ) -> None:
        self.records.append(
            AlarmRecord(
                serial=len(self.records),
                status=status,
                at_s=at_s,
                fault=fault,
                kind=kind,
                resource_id=resource[0],
                resource_name=resource[1],
            )
        )

    def at_level(self, level: int | None) -> list[AlarmRecord]:
        """Return the records of one level, or all, newest first."""
        return [
            record for record in reversed(self.records) if level is None or record.level == level
        ]
