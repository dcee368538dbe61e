"""Alarms, sources, agents and the platform itself: whether what watches is well."""

from collections.abc import Iterator
from datetime import datetime

from yunwei.base.core.page import PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.people import queries as people
from yunwei.monitor.alarms.facts import AlarmRow, OperatorState
from yunwei.monitor.collect.facts import ReadHealth, SourceRow
from yunwei.operate.agents.facts.agents import AgentState
from yunwei.operate.inspection.facts.inspections import BACKED_UP, Measured, Sample, ThingKind
from yunwei.operate.inspection.queries.measuring.looking import (
    NOT_TOLD,
    Look,
    look_at,
    told,
)
from yunwei.operate.posture.rules.pools import order_version

# twice that of others: our own words stand in two languages
_LONGEST_TEXT = 600
_HOUR_S, _DAY_S = 3600.0, 86_400.0
_LATE_FACTOR, _LATE_LEAST_S = 4.0, 600.0


def _passed_s(look: Look, since: datetime) -> float:
    return max(0.0, (look.now - since).total_seconds())


def _alarm(row: AlarmRow, value: float) -> Sample:
    alarm = row.alarm
    return Sample(
        kind=ThingKind.ALARM,
        key=alarm.key,
        name=alarm.managed_object,
        value=value,
        id=int(alarm.id),
        note=alarm.text[:_LONGEST_TEXT],
        note_type=alarm.alarm_type,
    )


def unattended_alarms(look: Look) -> Measured:
    samples = (
        _alarm(each, _passed_s(look, each.alarm.heard_at) / _HOUR_S)
        for each in look.open_alarms
        if each.alarm.severity is Severity.CRITICAL
        and each.alarm.operator_state is OperatorState.NONE
    )
    return told(samples, is_known=bool(look.sources), tells_all=False)


def old_alarms(look: Look) -> Measured:
    samples = (
        _alarm(each, _passed_s(look, each.alarm.heard_at) / _DAY_S) for each in look.open_alarms
    )
    return told(samples, is_known=bool(look.sources), tells_all=False)


def silent_sources(look: Look) -> Measured:
    samples = [
        Sample(
            kind=ThingKind.SOURCE,
            key=f"{source.id}/{read.read}",
            name=f"{source.name} · {read.read}",
            value=late_s / _HOUR_S,
            id=source.id,
            note=read.text[:300],
        )
        for source, read, late_s in _late_reads(look)
    ]
    return told(samples, is_known=bool(samples))


def _late_reads(look: Look) -> Iterator[tuple[SourceRow, ReadHealth, float]]:
    """Every read that is polled, and for how long it is overdue: 0 while it is in time."""
    for source in look.sources:
        for read in source.reads:
            if read.every_s is None:
                continue
            passed_s = _passed_s(look, read.last_ok_at or source.created_at)
            allowed_s = max(_LATE_LEAST_S, _LATE_FACTOR * read.every_s)
            yield source, read, passed_s if passed_s > allowed_s else 0.0


def dead_letters(look: Look) -> Measured:
    samples = (
        Sample(
            kind=ThingKind.SOURCE,
            key=str(each.id),
            name=each.name,
            value=float(each.dead_letters),
            id=each.id,
        )
        for each in look.sources
    )
    return told(samples, is_known=bool(look.sources))


def silent_agents(look: Look) -> Measured:
    samples = (
        Sample(
            kind=ThingKind.AGENT,
            key=str(each.id),
            name=each.name,
            value=_passed_s(look, each.seen_at or each.enrolled_at) / _HOUR_S
            if each.state is not AgentState.ONLINE
            else 0.0,
            id=each.id,
            note=each.desktop_name,
        )
        for each in look.agents
    )
    return told(samples, is_known=bool(look.agents))


def old_agents(look: Look) -> Measured:
    known = [each for each in look.agents if each.version]
    newest = max((each.version for each in known), key=order_version, default="")
    samples = (
        Sample(
            kind=ThingKind.AGENT,
            key=str(each.id),
            name=each.name,
            value=float(each.version != newest),
            id=each.id,
            note=each.version,
        )
        for each in known
    )
    return told(samples, is_known=bool(known))


def backup_age(look: Look) -> Measured:
    """Of the backups that the platform's own command made; of others nothing is known."""
    provider = people.system_provider()
    viewer = look_at(provider.id, time_zone=look.viewer.time_zone)
    found = people.fetch_audit(viewer, {"verb": BACKED_UP}, PageRequest(limit=1)).items
    if not found:
        return NOT_TOLD
    age = _passed_s(look, found[0].at) / _DAY_S
    return told([Sample(kind=ThingKind.PLATFORM, key="backup", name="Yunwei", value=age)])
