"""Emergencies as plain data: led by one, told of by another, looked back on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import ContractId, EmergencyId, TenantId, TicketId, UserId


class EmergencyState(StrEnum):
    """declared: it is led, and people are told of it. ended: what is left is to look back.
    released: the customer reads what was found when looking back."""

    DECLARED = "declared"
    ENDED = "ended"
    RELEASED = "released"


class LineKind(StrEnum):
    """Who wrote a line of a time line, and what it says. People: observed to restored. The
    platform, of what was done with the emergency: declared, led, told, ended; of what it knows
    besides: alarm, cleared, allowed, refused (acts at the gate), ticket (an entry of its log);
    of an event that is guarded: started, excepted (from its freeze)."""

    OBSERVED = "observed"
    JUDGED = "judged"
    DECIDED = "decided"
    ACTED = "acted"
    RESTORED = "restored"
    DECLARED = "declared"
    LED = "led"
    TOLD = "told"
    ENDED = "ended"
    ALARM = "alarm"
    CLEARED = "cleared"
    ALLOWED = "allowed"
    REFUSED = "refused"
    TICKET = "ticket"
    STARTED = "started"
    EXCEPTED = "excepted"


WRITTEN = (
    LineKind.OBSERVED,
    LineKind.JUDGED,
    LineKind.DECIDED,
    LineKind.ACTED,
    LineKind.RESTORED,
)
"""What people write themselves."""
INTERNAL = frozenset(
    {LineKind.OBSERVED, LineKind.JUDGED, LineKind.DECIDED, LineKind.ACTED, LineKind.LED}
)
"""What the customer does not read before it is released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing on a time line. detail: of an alarm its severity, of a ticket the kind of entry, of
    an act its operation. about: number of the alarm; alarm_type says whose words its text is."""

    at: datetime
    kind: LineKind
    by: str = ""
    text: str = ""
    detail: str = ""
    about: int | None = None
    alarm_type: str = ""

    @property
    def is_internal(self) -> bool:
        return self.kind in INTERNAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who leads, who tells, how often at least, and whom besides the customer's people. outside:
    mail addresses."""

    commander: UserId
    teller: UserId
    update_minutes: int = 60
    people: tuple[UserId, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDraft:
    """What is told. next_minutes: until the next one at the latest, None for the usual time."""

    text: str
    next_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmortem:
    """What was found when looking back, in people's words."""

    summary: str = ""
    impact: str = ""
    causes: str = ""
    went_well: str = ""
    went_badly: str = ""


NEEDED = ("summary", "impact", "causes")
"""What a post-mortem says at least when it is released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """update_due_at: when people are to be told again, None once it ended. timeline: as it was when
    it ended, None before. version: of what was found. sha256: of what was released."""

    id: EmergencyId
    tenant: TenantId
    tenant_name: str
    ticket: TicketId
    ticket_title: str
    contract: ContractId
    reported_at: datetime
    declared_by: str
    declared_at: datetime
    reason: str
    telling: Telling
    commander_name: str
    teller_name: str
    update_due_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    resolution: str
    timeline: tuple[Line, ...] | None
    postmortem: Postmortem | None
    version: int
    written_by: str
    written_at: datetime | None
    released_by: str
    released_at: datetime | None
    sha256: str

    @property
    def code(self) -> str:
        """How people call it."""
        return f"EM-{self.id:05d}"

    @property
    def ticket_code(self) -> str:
        return f"T-{self.ticket:06d}"

    @property
    def state(self) -> EmergencyState:
        if self.released_at is not None:
            return EmergencyState.RELEASED
        return EmergencyState.DECLARED if self.ended_at is None else EmergencyState.ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Something that is to be told: that it was declared, an update, that it has ended. speakers,
    mails: who speaks for the customer, by what they are reached."""

    line: int
    kind: LineKind
    emergency: Emergency
    text: str
    speakers: tuple[UserId, ...] = ()
    mails: tuple[str, ...] = ()
