"""Builders of escalation policies, and one escalation that tests move by hand."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.support.alarms import START
from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import (
    AlarmId,
    EscalationId,
    OccurrenceId,
    PolicyId,
    RouteId,
    TenantId,
    UserId,
)
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    AlarmNow,
    Entry,
    Escalation,
    Move,
    Policy,
    PolicyStep,
    Tell,
)
from yunwei.monitor.notify.facts.reaching import Targets
from yunwei.monitor.notify.rules import escalation as machine

MINUTE = 60


def build_step(delay_min: float = 0, *, user: int = 1, **changes: object) -> PolicyStep:
    targets = Targets(people=(UserId(user),))
    step = PolicyStep(delay_s=int(delay_min * MINUTE), targets=targets)
    return replace(step, **changes)  # type: ignore[arg-type]


def build_policy(
    *steps: PolicyStep, loops: int = 0, loop_delay_min: float = 0, version: int = 1
) -> Policy:
    return Policy(
        id=PolicyId(1),
        tenant=TenantId(1),
        version=version,
        name="night shift",
        steps=steps or (build_step(), build_step(15, user=2)),
        loops=loops,
        loop_delay_s=int(loop_delay_min * MINUTE),
        changed_at=START,
    )


@dataclass
class Life:
    """One escalation, moved through the rules as the store would: the alarm's state is followed
    and what is due is told after each event."""

    policy: Policy = field(default_factory=build_policy)
    alarm: AlarmNow = field(
        default_factory=lambda: AlarmNow(
            alarm=AlarmId(1),
            occurrence=OccurrenceId(1),
            severity=Severity.MAJOR,
            is_cleared=False,
        )
    )
    is_down: bool = False

    def __post_init__(self) -> None:
        self.now = START
        self.told: list[Tell] = []
        self.rounds: list[tuple[Tell, ...]] = []
        self.log: list[Entry] = []
        move = machine.start(
            self.policy,
            self.alarm,
            id=EscalationId(1),
            route=RouteId(1),
            route_name="all",
            now=self.now,
        )
        self.keep(move)
        self.settle()

    @property
    def escalation(self) -> Escalation:
        return self._escalation

    def keep(self, move: Move) -> None:
        self._escalation = move.after
        self.log.extend(move.entries)
        self.told.extend(move.tells)
        if move.tells:
            self.rounds.append(move.tells)
            for tell in move.tells:
                if tell.step.ack_mode is AckMode.EACH:
                    names = tuple(f"p{user}" for user in tell.step.targets.people)
                    self._escalation = machine.owe(self._escalation, names)

    def settle(self) -> None:
        if self.is_down:
            return
        self.keep(machine.follow(self._escalation, self.alarm, now=self.now))
        self.keep(machine.advance(self._escalation, self.alarm, now=self.now))
        self.keep(machine.settle(self._escalation, self.alarm, now=self.now))

    def passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)
        self.settle()

    def becomes(self, **changes: object) -> None:
        self.alarm = replace(self.alarm, **changes)  # type: ignore[arg-type]
        self.settle()

    def acknowledged(self, *names: str) -> None:
        by = self.alarm.acknowledged_by | frozenset(names or ("p1",))
        self.becomes(is_acknowledged=True, operator=min(by), acknowledged_by=by)

    def acknowledgement_ends(self) -> None:
        self.becomes(is_acknowledged=False, operator="", acknowledged_by=frozenset())

    def worsens(self, severity: Severity, policy: Policy | None = None) -> None:
        """The acknowledgement is taken back by the alarm's own rules."""
        self.alarm = replace(
            self.alarm, severity=severity, is_acknowledged=False, acknowledged_by=frozenset()
        )
        if not self.alarm.is_cleared:
            self.keep(
                machine.restart(self._escalation, policy or self.policy, self.alarm, now=self.now)
            )
        self.settle()

    def is_hurried(self, by: str = "olga") -> bool:
        try:
            self.keep(machine.hurry(self._escalation, by=by, now=self.now))
        except Conflict:
            return False
        self.settle()
        return True

    def steps_told(self) -> list[int]:
        """The steps told so far, counted from 1."""
        return [tell.position.step + 1 for tell in self.told]
