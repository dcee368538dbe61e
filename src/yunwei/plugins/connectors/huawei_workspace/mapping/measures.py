"""Numbers: counters of desktops and sessions, licences, and the points of one desktop. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.metrics import At
from yunwei.base.core.readings import LicenceSeen, LoginState, Observation, SessionSeen
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.mapping.inventory import map_login_state
from yunwei.plugins.connectors.huawei_workspace.mapping.values import parse_unix_time

type Series = list[answers.DataPoint] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One metric of one desktop: which series of an answer, and its factor to our unit."""

    metric: str
    series: Callable[[answers.MonitorData], Series]
    factor: float = 1.0


_PER_CENT = 0.01

MEASURES = (
    Measure(metric="desktop.cpu", series=lambda d: d.cpu_info, factor=_PER_CENT),
    Measure(metric="desktop.memory", series=lambda d: d.memory_info, factor=_PER_CENT),
    Measure(metric="desktop.disk", series=lambda d: d.disk_util_inband, factor=_PER_CENT),
    Measure(metric="desktop.disk_read", series=lambda d: d.disk_read_bytes_rate),
    Measure(metric="desktop.disk_write", series=lambda d: d.disk_write_bytes_rate),
    # Counted inside the desktop where its agent runs, else by the host.
    Measure(
        metric="desktop.network_in",
        series=lambda d: (
            d.network_incoming_bytes_rate_inband or d.network_incoming_bytes_aggregate_rate
        ),
    ),
    Measure(
        metric="desktop.network_out",
        series=lambda d: (
            d.network_outgoing_bytes_rate_inband or d.network_outgoing_bytes_aggregate_rate
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One counter of GET /statistics."""

    metric: str
    read: Callable[[answers.RunStates, answers.LoginStates], int | None]


RUN_COUNTERS = (
    Counter(metric="desktops.running", read=lambda run, _: run.active_num),
    Counter(metric="desktops.stopped", read=lambda run, _: run.stop_num),
    Counter(metric="desktops.hibernated", read=lambda run, _: run.hibernated_num),
    Counter(metric="desktops.error", read=lambda run, _: run.error_num),
    Counter(metric="desktops.unregistered", read=lambda _, login: login.unregistered_num),
)

# Of a pool the service counts desktops, not sessions; a pooled desktop holds one session.
POOL_COUNTERS = (
    *RUN_COUNTERS,
    Counter(metric="sessions.connected", read=lambda _, login: login.in_use_num),
    Counter(metric="sessions.disconnected", read=lambda _, login: login.disconnected_num),
)


def map_sessions(desktops: Iterable[answers.ConnectedDesktop]) -> Iterator[SessionSeen]:
    """Yield a session per attached person of each desktop that is connected or disconnected.

    A connected desktop to which only a group or nobody is attached has a session without login.
    """
    for desktop in desktops:
        state = map_login_state(desktop.connect_status)
        if state not in (LoginState.CONNECTED, LoginState.DISCONNECTED):
            continue
        attached = desktop.attach_users or []
        logins = [user.name for user in attached if user.type != "GROUP" and user.name]
        for login in logins or [""]:
            yield SessionSeen(desktop=desktop.desktop_id, login=login, state=state)


def count_sessions(sessions: Iterable[SessionSeen], *, at: datetime) -> tuple[Observation, ...]:
    """Return users online (distinct logins connected), sessions connected and disconnected."""
    rows = list(sessions)
    connected = [row for row in rows if row.state == LoginState.CONNECTED]
    values = {
        "users.online": len({row.login for row in connected if row.login}),
        "sessions.connected": len(connected),
        "sessions.disconnected": len(rows) - len(connected),
    }
    return tuple(_of_source(metric, value, at) for metric, value in values.items())


def map_statistics(found: answers.Statistics, *, at: datetime) -> Iterator[Observation]:
    """Yield the desktop counters of the whole source. What was not said is not counted as 0."""
    if found.total_num is not None:
        yield _of_source("desktops.total", found.total_num, at)
    run, login = found.run_state_statistics, found.login_state_statistics
    for metric, value in _read_counters(RUN_COUNTERS, run, login):
        yield _of_source(metric, value, at)


def map_pool_statistics(found: answers.Statistics, *, at: datetime) -> Iterator[Observation]:
    """Yield desktop and session counters of each pool."""
    for pool in found.desktop_pool_statistics or []:
        run, login = pool.run_state_statistics, pool.login_state_statistics
        values = list(_read_counters(POOL_COUNTERS, run, login))
        if pool.total_num is not None:
            values.append(("desktops.total", pool.total_num))
        for metric, value in values:
            yield Observation(
                metric=metric,
                object_kind=At.POOL,
                object_id=pool.desktop_pool_id,
                at=at,
                value=float(value),
            )


def _read_counters(
    counters: Iterable[Counter],
    run: answers.RunStates | None,
    login: answers.LoginStates | None,
) -> Iterator[tuple[str, int]]:
    for counter in counters:
        value = counter.read(run or answers.RunStates(), login or answers.LoginStates())
        if value is not None:
            yield counter.metric, value


def _of_source(metric: str, value: float, at: datetime) -> Observation:
    return Observation(
        metric=metric, object_kind=At.SOURCE, object_id="", at=at, value=float(value)
    )


def observe_licence(licence: LicenceSeen, *, at: datetime) -> Iterator[Observation]:
    """Yield `licence.used` and `licence.total`, each only when it was said."""
    for metric, value in (("licence.used", licence.used), ("licence.total", licence.total)):
        if value is not None:
            yield Observation(
                metric=metric,
                object_kind=At.LICENCE,
                object_id=licence.native_id,
                at=at,
                value=value,
            )


def map_monitor_data(
    desktop_id: str, found: answers.MonitorData, *, after: datetime, until: datetime
) -> Iterator[Observation]:
    """Yield the points later than `after` and not later than `until`; 0 is a value."""
    for measure in MEASURES:
        for point in measure.series(found) or []:
            if point.average is None or point.timestamp is None:
                continue
            at = parse_unix_time(point.timestamp)
            if after < at <= until:
                yield Observation(
                    metric=measure.metric,
                    object_kind=At.DESKTOP,
                    object_id=desktop_id,
                    at=at,
                    value=point.average * measure.factor,
                )
