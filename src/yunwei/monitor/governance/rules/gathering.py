"""When alarms are so many, or so alike, that they are gathered. Pure."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from yunwei.base.core.condition import Condition, compile_condition
from yunwei.base.core.ids import TenantId
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Case
from yunwei.monitor.governance.facts.gathering import Gathering, Meter, MeterLimits
from yunwei.monitor.governance.facts.noise import GroupKey, GroupRule, NoiseRule, StormRule
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.governance.facts.situations import SituationKind
from yunwei.monitor.governance.facts.topology import Relation, Topology

_STORM_FADE_S = 60.0
_RELATIONS = {GroupKey.HOST: Relation.RUNS_ON, GroupKey.POOL: Relation.IN_POOL}


def faded(meter: Meter, limits: MeterLimits, now: datetime) -> float:
    """Return what is left of the score."""
    gone_s = max(0.0, (now - meter.at).total_seconds())
    return meter.score * math.exp(-gone_s / limits.fade_s)


def is_on(meter: Meter | None, limits: MeterLimits, now: datetime) -> bool:
    """Say whether gathering began and is not over yet."""
    return meter is not None and meter.since is not None and now < calm_at(meter, limits)


def calm_at(meter: Meter, limits: MeterLimits) -> datetime:
    """Return when it is over if nothing more comes."""
    if meter.score < limits.leave:
        return meter.at
    return meter.at + timedelta(seconds=limits.fade_s * math.log(meter.score / limits.leave))


def count_one(meter: Meter | None, limits: MeterLimits, now: datetime) -> Meter:
    """Return the meter after one more alarm; gathering begins or stays on with it, or not."""
    if meter is None:
        meter = Meter(at=now)
    since = meter.since if is_on(meter, limits, now) else None
    score = min(limits.most, faded(meter, limits, now) + 1)
    if since is None and score >= limits.enter:
        since = now
    return Meter(score=score, at=max(now, meter.at), since=since)


def begin_again(meter: Meter | None, limits: MeterLimits, since: datetime, now: datetime) -> Meter:
    """Return the meter of what was on before somebody forgot it: at least just not over."""
    score = faded(meter, limits, now) if meter else 0.0
    return Meter(score=max(score, limits.leave), at=now, since=since)


def find_present_scope(gathering: Gathering, case: Case) -> str | None:
    """Return the scope in which a case is gathered now, this one counted; None when it is not."""
    if gathering.matches is not None and not gathering.matches(build_row(case)):
        return None
    scope = find_scope(gathering, case.alarm, case.memory.topology)
    if scope is None:
        return None
    meter = case.memory.meter(gathering.rule.id, scope)
    return scope if count_one(meter, gathering.limits, case.now).since is not None else None


def find_scope(gathering: Gathering, alarm: Alarm, topology: Topology) -> str | None:
    """Return what alarms have in common that are gathered with this one, as text; None when it
    lacks something of it."""
    parts = [f"tenant={alarm.tenant}"]
    for key in gathering.keys:
        value = _value(key, alarm, topology)
        if not value:
            return None
        parts.append(f"{key.value}={value}")
    return " ".join(parts)


def find_place(gathering: Gathering, alarm: Alarm, topology: Topology) -> str:
    """Return the name of the host or pool that the alarms have in common, "" for none."""
    places = (key for key in gathering.keys if key in _RELATIONS)
    return ", ".join(_value(key, alarm, topology) for key in places)


def _value(key: GroupKey, alarm: Alarm, topology: Topology) -> str:
    match key:
        case GroupKey.SOURCE:
            return str(alarm.source)
        case GroupKey.ALARM_TYPE:
            return alarm.alarm_type
        case GroupKey.SUBTREE:
            return "/".join(alarm.managed_object.split("/")[:3])
        case GroupKey.HOST | GroupKey.POOL:
            return _parent(_RELATIONS[key], alarm, topology)


def _parent(relation: Relation, alarm: Alarm, topology: Topology) -> str:
    for node in topology.resolve(alarm.tenant, alarm.managed_object):
        for need in topology.dependencies(node):
            if need.relation is relation and len(need.members) == 1:
                return topology.name(need.members[0])
    return ""


def build_gatherings(
    rules: Iterable[tuple[NoiseRule, Condition | None]],
) -> dict[TenantId, tuple[Gathering, ...]]:
    """Return what the rules of each tenant gather, storms first."""
    built: dict[TenantId, list[Gathering]] = {}
    for rule, condition in rules:
        gathering = _build(rule, condition)
        if gathering is not None:
            built.setdefault(rule.tenant, []).append(gathering)
    return {
        tenant: tuple(sorted(found, key=lambda each: each.kind is not SituationKind.STORM))
        for tenant, found in built.items()
    }


def _build(rule: NoiseRule, condition: Condition | None) -> Gathering | None:
    content = rule.content
    if isinstance(content, StormRule):
        return Gathering(
            rule=rule,
            kind=SituationKind.STORM,
            limits=MeterLimits(fade_s=_STORM_FADE_S, enter=content.enter, leave=content.leave),
            digest_s=content.digest_s,
            keys=(GroupKey.SOURCE,) if content.per_source else (),
            has_exceptions=True,
        )
    if isinstance(content, GroupRule):
        enter = float(content.least)
        return Gathering(
            rule=rule,
            kind=SituationKind.GROUP,
            # about that many within the window begin it: the first have faded a little by then
            limits=MeterLimits(fade_s=content.window_s * 2, enter=enter * 0.8, leave=enter * 0.25),
            digest_s=content.update_s,
            keys=content.keys,
            matches=compile_condition(condition) if condition is not None else None,
        )
    return None
