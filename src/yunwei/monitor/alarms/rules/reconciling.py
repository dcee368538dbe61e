"""Compares what stands here with the source's own list of what stands. Pure.

What differs is believed when two lists in a row say it: the first time a report may simply be on
its way. Alarms of kinds that the list does not speak of are never touched, and nothing is cleared
because an incomplete list does not show it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.monitor.alarms.facts import Alarm, ClearCause


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """A source's list, as it is compared: `sdk.contract.CurrentAlarms` by the alarms' keys.

    read_at: our clock, before it was asked.
    """

    alarms: Mapping[str, RawAlarm]
    undecided: frozenset[str]
    speaks_of: tuple[str, ...]
    covers_since: datetime | None
    is_complete: bool
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Healing:
    """What a comparison brought. healed: raises and clears to apply. waiting: keys of what
    differs and is believed when the next list says so, too: `+key` lacks here, `-key` there."""

    healed: tuple[RawAlarm, ...] = ()
    waiting: frozenset[str] = frozenset()


def compare_lists(
    known: Iterable[Alarm], listed: SourceList, *, waiting: frozenset[str], now: datetime
) -> Healing:
    """Return what heals the difference.

    known: of the source, those that stand and those that the list names. waiting: as the
    comparison before gave it.
    """
    by_key = {alarm.key: alarm for alarm in known}
    differing = dict(_lost_raises(by_key, listed.alarms))
    if listed.is_complete:
        spoken_of = listed.alarms.keys() | listed.undecided
        differing |= dict(_lost_clears(by_key, spoken_of, listed, now))
    return Healing(
        healed=tuple(raw for mark, raw in differing.items() if mark in waiting),
        waiting=frozenset(differing.keys() - waiting),
    )


def _lost_raises(
    known: Mapping[str, Alarm], named: Mapping[str, RawAlarm]
) -> Iterator[tuple[str, RawAlarm]]:
    for key, raw in named.items():
        alarm = known.get(key)
        if alarm is None or (alarm.is_cleared and _is_news(alarm, raw)):
            # applied once for each time that it was open before
            times = 0 if alarm is None else alarm.occurrence
            native_id = f"found:{raw.native_id}:{times}"
            yield f"+{key}", replace(raw, native_id=native_id, is_found=True)


def _is_news(alarm: Alarm, raw: RawAlarm) -> bool:
    """Whether the list tells of something that began after the alarm was last known to be over;
    that it is over may also have been our own conclusion from such a list."""
    return raw.event_at > alarm.last_event_at or alarm.clear_cause is ClearCause.RECONCILED


def _lost_clears(
    known: Mapping[str, Alarm],
    spoken_of: Iterable[str],
    listed: SourceList,
    now: datetime,
) -> Iterator[tuple[str, RawAlarm]]:
    spared = frozenset(spoken_of)
    for key, alarm in known.items():
        if alarm.is_cleared or key in spared or not _could_be_listed(alarm, listed):
            continue
        yield f"-{key}", _build_clear(alarm, listed, now)


def _could_be_listed(alarm: Alarm, listed: SourceList) -> bool:
    is_spoken_of = alarm.alarm_type.startswith(listed.speaks_of)
    is_older = alarm.changed_at < listed.read_at
    is_covered = listed.covers_since is None or alarm.raised_at >= listed.covers_since
    return is_spoken_of and is_older and is_covered


def _build_clear(alarm: Alarm, listed: SourceList, now: datetime) -> RawAlarm:
    return RawAlarm(
        tenant=alarm.tenant,
        source=alarm.source,
        native_id=f"gone:{alarm.key}:{alarm.occurrence}",
        act=AlarmAct.CLEAR,
        managed_object=alarm.managed_object,
        alarm_type=alarm.alarm_type,
        qualifier=alarm.qualifier,
        severity=alarm.reported_severity,
        text=alarm.text,
        # when it ended nobody says; not before what was last heard of it by the source's clock
        event_at=max(listed.read_at, alarm.last_event_at),
        received_at=now,
        raw=alarm.raw,
        is_found=True,
    )
