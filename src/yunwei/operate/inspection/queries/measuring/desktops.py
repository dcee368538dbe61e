"""Desktops: which are in fault, full, or of no use to anybody; and how people get to them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from yunwei.base.core.metrics import At
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.monitor.collect.facts import SourceRow
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import AttemptRow
from yunwei.operate.inspection.facts.inspections import Measured, Sample, ThingKind
from yunwei.operate.inspection.queries.measuring.looking import (
    NOT_TOLD,
    Look,
    everything,
    key_of,
    told,
)
from yunwei.operate.usage.facts.idle import IdleKind
from yunwei.operate.usage.queries import idle

_DAY = timedelta(days=1)
_REGISTERS_WITHIN = timedelta(minutes=10)
_LEAST_ATTEMPTS = 20
_ONE = PageRequest(limit=1)


def _hours(look: Look, since: datetime) -> float:
    return max(0.0, (look.now - since).total_seconds() / 3600)


def _lasting(look: Look, rows: Iterator[DesktopRow]) -> Measured:
    samples = [
        Sample(
            kind=ThingKind.DESKTOP,
            key=key_of(each.source, each.native_id),
            name=each.name,
            value=_hours(look, each.state_since),
            id=each.id,
            note=each.pool_name,
        )
        for each in rows
    ]
    return told(samples, is_known=bool(look.held), tells_all=False)


def faulty(look: Look) -> Measured:
    """What a host explains is told of the host."""
    rows = look.desktops(state=[DesktopState.ERROR.value])
    return _lasting(look, (each for each in rows if each.host not in look.unwell_hosts))


def unregistered(look: Look) -> Measured:
    """Of running desktops that had ten minutes to register; what a host explains aside."""
    rows = look.desktops(
        state=[DesktopState.RUNNING.value], login_state=[LoginState.UNREGISTERED.value]
    )
    wanted = (
        each
        for each in rows
        if not each.is_in_maintenance
        and each.host not in look.unwell_hosts
        and look.now - each.state_since >= _REGISTERS_WITHIN
    )
    return _lasting(look, wanted)


def stuck(look: Look) -> Measured:
    return _lasting(look, look.desktops(state=[DesktopState.CHANGING.value]))


class _Still:
    """The time of the look, for questions that ask a clock."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic_s(self) -> float:
        return 0.0


def never_used(look: Look) -> Measured:
    """Not measured while connections are not known for long enough to say so of any desktop."""
    counts = idle.count_idle(look.viewer, clock=_Still(look.now))
    if counts.known_from is None or counts.not_judged >= counts.desktops:
        return NOT_TOLD
    asked = {"kind": IdleKind.NEVER_USED.value}
    rows = everything(
        lambda page: idle.fetch_idle(look.viewer, asked, page, clock=_Still(look.now))
    )
    samples = (
        Sample(
            kind=ThingKind.DESKTOP,
            key=key_of(each.desktop.source, each.desktop.native_id),
            name=each.desktop.name,
            value=(each.unused_s or 0.0) / _DAY.total_seconds(),
            id=each.desktop.id,
            note=", ".join(each.desktop.logins[:3]),
        )
        for each in rows
        if each.is_judged
    )
    return told(samples, tells_all=False)


def _highest(look: Look, metric: str) -> Measured:
    """The highest value of each desktop within a day."""
    by_day = telemetry.highest_by_day(
        look.viewer,
        metric,
        At.DESKTOP,
        look.now - _DAY,
        look.now,
        time_zone=look.viewer.time_zone,
    )
    known = [(look.held[key], days) for key, days in by_day.items() if key in look.held]
    samples = (
        Sample(
            kind=ThingKind.DESKTOP,
            key=key_of(each.source, each.native_id),
            name=each.name,
            value=max(days.values()),
            id=each.id,
            note=each.pool_name,
        )
        for each, days in known
    )
    return told(samples, is_known=bool(known))


def disk(look: Look) -> Measured:
    return _highest(look, "desktop.disk")


def cpu(look: Look) -> Measured:
    return _highest(look, "desktop.cpu")


def _attempts(look: Look) -> Iterator[tuple[SourceRow, tuple[AttemptRow, ...]]]:
    for source in look.sources:
        rows, _usual = telemetry.source_attempts(
            look.viewer, source.id, look.now - _DAY, look.now, past=timedelta(0)
        )
        if len(rows) >= _LEAST_ATTEMPTS:
            yield source, rows


def _of_source(source: SourceRow, value: float) -> Sample:
    return Sample(
        kind=ThingKind.SOURCE, key=str(source.id), name=source.name, value=value, id=source.id
    )


def failed_logons(look: Look) -> Measured:
    samples = [
        _of_source(source, sum(bool(each.failure) for each in rows) / len(rows))
        for source, rows in _attempts(look)
    ]
    return told(samples, is_known=bool(samples))


def slow_logons(look: Look) -> Measured:
    samples = []
    for source, rows in _attempts(look):
        took_s = sorted(
            (each.setup_at - each.started_at).total_seconds()
            for each in rows
            if each.setup_at is not None and not each.is_reconnect
        )
        if len(took_s) >= _LEAST_ATTEMPTS:
            samples.append(_of_source(source, took_s[ceil(0.95 * len(took_s)) - 1]))
    return told(samples, is_known=bool(samples))


def locked_accounts(look: Look) -> Measured:
    fetch = inventory.fetch_desktop_users
    rows = everything(lambda page: fetch(look.viewer, {"is_locked": True}, page))
    is_known = fetch(look.viewer, page=_ONE).total > 0
    samples = (
        Sample(
            kind=ThingKind.ACCOUNT,
            key=key_of(each.source, each.native_id),
            name=each.name or each.login,
            value=1.0,
            id=each.id,
            note=each.login,
        )
        for each in rows
    )
    return told(samples, is_known=is_known, tells_all=False)
