"""Is the alarm explained by a greater fault? Then it is attached to it, and told to nobody.

What depends on several that stand in for each other is explained only when all of them are down.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from yunwei.base.core.condition import Row
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Case, Decision, Occasion, Outcome
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.governance.facts.memory import LiveParent, Memory, Pin
from yunwei.monitor.governance.facts.noise import Inhibition, InhibitionsOf
from yunwei.monitor.governance.facts.topology import Dependency, Node, Relation

summary = "Attaches what a greater fault explains to that fault."

_HIGHEST_CLIMB = 4


def build_inhibition(
    inhibitions_of: InhibitionsOf, build_row: Callable[[Case], Row]
) -> Callable[[Case], tuple[Decision, ...]]:
    """Return the stage for one snapshot; it is silent about what no rule speaks of. Cost per
    case: one look-up, and for children the few nodes that they stand on."""

    def judge(case: Case) -> tuple[Decision, ...]:
        alarm = case.alarm
        pin = case.memory.pin(alarm.id)
        if pin is not None and pin.occurrence == alarm.occurrence:
            return _go_by(pin, alarm)
        rules = [
            each
            for each in inhibitions_of(alarm.tenant, alarm.alarm_type)
            if each.content.wait_s
            or each.content.critical_wait_s
            or case.memory.has_parents(each.rule.id)
        ]
        if not rules or alarm.is_cleared:
            return ()
        row = build_row(case)
        asked = [each for each in rules if each.is_child(row)]
        if not asked:
            return ()
        child = _Child(alarm, case.memory, case.now, inhibitions_of)
        for each in asked:
            causes = child.find_causes(each)
            if causes:
                return (_explain(each, child.climb(causes[0]), causes, case.now),)
        return _wait(asked, child, case)

    return judge


def _go_by(pin: Pin, alarm: Alarm) -> tuple[Decision, ...]:
    """What a person decided goes before every rule."""
    if pin.situation is None or alarm.is_cleared:
        return ()
    return (
        Decision(
            stage="inhibition",
            outcome=Outcome.SUPPRESS,
            reason="attached_by_hand",
            effect=Effect.MUTE.value,
        ),
    )


class _Child:
    """One alarm in the light of the faults that stand at a moment."""

    def __init__(
        self,
        alarm: Alarm | LiveParent,
        memory: Memory,
        now: datetime,
        inhibitions_of: InhibitionsOf,
    ) -> None:
        self._id = alarm.id if isinstance(alarm, Alarm) else alarm.alarm
        self._alarm = alarm
        self._memory = memory
        self._now = now
        self._inhibitions_of = inhibitions_of
        self.nodes = memory.topology.resolve(alarm.tenant, alarm.managed_object) or (
            (alarm.tenant, "tenant", "*"),
        )

    def find_causes(self, inhibition: Inhibition) -> tuple[LiveParent, ...]:
        """Return the faults that explain it by one rule, the one to name first; () for none."""
        for node in self.nodes:
            causes = self._why_down(inhibition, node, inhibition.content.hops)
            if causes:
                return causes
        if Relation.BENEATH in inhibition.content.relations:
            for path in _above(self._alarm.managed_object):
                causes = self._faults(inhibition, (self._alarm.tenant, "path", path))
                if causes:
                    return causes[:1]
        return ()

    def can_be_explained(self, inhibition: Inhibition) -> bool:
        """Say whether there is anything it depends on by this rule."""
        relations = inhibition.content.relations
        return any(
            each.relation in relations
            for node in self.nodes
            for each in self._memory.topology.dependencies(node)
        )

    def climb(self, cause: LiveParent) -> LiveParent:
        """Return the greatest fault: what explains the cause, and what explains that."""
        for _ in range(_HIGHEST_CLIMB):
            above = self._above(cause)
            if above is None or above.alarm in {self._id, cause.alarm}:
                break
            cause = above
        return cause

    def _above(self, cause: LiveParent) -> LiveParent | None:
        as_child = _Child(cause, self._memory, self._now, self._inhibitions_of)
        for each in self._inhibitions_of(cause.tenant, cause.alarm_type):
            if each.is_child(cause.row):
                found = as_child.find_causes(each)
                if found:
                    return found[0]
        return None

    def _why_down(self, inhibition: Inhibition, node: Node, hops: int) -> tuple[LiveParent, ...]:
        if hops == 0:
            return ()
        for need in self._memory.topology.dependencies(node):
            if need.relation in inhibition.content.relations:
                causes = self._all_down(inhibition, need, hops)
                if causes:
                    return causes
        return ()

    def _all_down(
        self, inhibition: Inhibition, need: Dependency, hops: int
    ) -> tuple[LiveParent, ...]:
        causes: list[LiveParent] = []
        for member in need.members:
            down = self._faults(inhibition, member) or self._why_down(inhibition, member, hops - 1)
            if not down:
                return ()
            causes.append(down[0])
        # the one that went down last took the last that was left
        return tuple(sorted(causes, key=lambda each: (each.heard_at, each.alarm), reverse=True))

    def _faults(self, inhibition: Inhibition, node: Node) -> tuple[LiveParent, ...]:
        """Return what explains by this node, what stands before what has just ended, then the
        oldest first."""
        found = [
            each
            for each in self._memory.parents(inhibition.rule.id, node)
            if each.alarm != self._id and self._is_in_window(inhibition, each)
        ]
        return tuple(
            sorted(found, key=lambda each: (each.ended_at is not None, each.heard_at, each.alarm))
        )

    def _is_in_window(self, inhibition: Inhibition, parent: LiveParent) -> bool:
        content, heard_at = inhibition.content, self._alarm.heard_at
        if heard_at < parent.heard_at - timedelta(seconds=content.before_s):
            return False
        if content.after_s and heard_at > parent.heard_at + timedelta(seconds=content.after_s):
            return False
        return parent.ended_at is None or self._now < _settled_at(inhibition, parent)


def _settled_at(inhibition: Inhibition, parent: LiveParent) -> datetime:
    ended_at = parent.ended_at or parent.heard_at
    return ended_at + timedelta(seconds=inhibition.content.settle_s)


def _above(path: str) -> Iterator[str]:
    """Yield the paths above a path, the nearest first."""
    while (cut := path.rfind("/")) > 0:
        path = path[:cut]
        yield path


def _explain(
    inhibition: Inhibition, top: LiveParent, causes: tuple[LiveParent, ...], now: datetime
) -> Decision:
    # it stays so while all of them are down; the first that is back frees it, after a moment
    ends = [_settled_at(inhibition, each) for each in causes if each.ended_at is not None]
    return Decision(
        stage="inhibition",
        outcome=Outcome.SUPPRESS,
        reason="parent_settling" if ends else "parent_down",
        rule_id=inhibition.rule.id,
        rule_version=inhibition.rule.version,
        rule_name=inhibition.rule.name,
        effect=Effect.MUTE.value,
        until=min(ends, default=None),
        cause=top.alarm,
    )


def _wait(asked: list[Inhibition], child: _Child, case: Case) -> tuple[Decision, ...]:
    """The parent's report may be on its way: give it a moment."""
    alarm = case.alarm
    waits_already = any(
        each.kind == "waiting" and each.rule_id in {rule.rule.id for rule in asked}
        for each in alarm.suppressed_by
    )
    if case.occasion is not Occasion.RAISED and not waits_already:
        return ()
    is_critical = alarm.severity is Severity.CRITICAL
    for each in asked:
        wait_s = each.content.critical_wait_s if is_critical else each.content.wait_s
        until = alarm.heard_at + timedelta(seconds=wait_s)
        if until > case.now and child.can_be_explained(each):
            return (
                Decision(
                    stage="inhibition",
                    outcome=Outcome.SUPPRESS,
                    reason="waits_for_parent",
                    rule_id=each.rule.id,
                    rule_version=each.rule.version,
                    rule_name=each.rule.name,
                    effect=Effect.MUTE.value,
                    until=until,
                ),
            )
    return ()
