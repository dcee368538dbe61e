"""When a desktop counts as idle, and in which ways; each way has its definition here. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from yunwei.base.core.errors import Invalid
from yunwei.base.core.readings import DesktopKind, DesktopState, LoginState
from yunwei.monitor.inventory.facts import HeldDesktop
from yunwei.operate.usage.facts.idle import Idle, IdleKind, IdleLimits, LastUsed
from yunwei.operate.usage.facts.use import Reach

MOST_DAYS = 90
"""Connection records are looked through so far back."""
MOST_HOURS = 24 * 30
_RETURNABLE = frozenset(
    {IdleKind.UNASSIGNED, IdleKind.OWNER_GONE, IdleKind.NEVER_USED, IdleKind.UNUSED}
)
_AT_REST = frozenset({DesktopState.STOPPED, DesktopState.HIBERNATED, DesktopState.ERROR})
_NO_TIME = timedelta()


def check_limits(limits: IdleLimits) -> None:
    """Raise Invalid for a limit that can not be meant."""
    if not 1 <= limits.unused_days <= MOST_DAYS:
        raise Invalid("unused_days", f"between 1 and {MOST_DAYS}")
    for name in ("on_hours", "disconnected_hours"):
        if not 1 <= getattr(limits, name) <= MOST_HOURS:
            raise Invalid(name, f"between 1 and {MOST_HOURS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What the desktops of one source are held against: since when their use is known (None: not
    at all), whether that is far enough back, and for how long is too long."""

    now: datetime
    known_from: datetime | None
    is_far_enough: bool
    unused: timedelta
    left_on: timedelta
    left_behind: timedelta


def measure_of(reach: Reach | None, limits: IdleLimits, now: datetime) -> Measure:
    """reach: from when until when the connections of the source are known, None: not at all."""
    known_from = max(reach.first_at, now - timedelta(days=MOST_DAYS)) if reach else None
    unused = timedelta(days=limits.unused_days)
    return Measure(
        now=now,
        known_from=known_from,
        # of a past that is not known nothing is said
        is_far_enough=known_from is not None and now - known_from >= unused,
        unused=unused,
        left_on=timedelta(hours=limits.on_hours),
        left_behind=timedelta(hours=limits.disconnected_hours),
    )


def judge(desktop: HeldDesktop, last: LastUsed | None, measure: Measure) -> Idle:
    """Return in which ways a desktop is idle; last: its latest use that records tell of."""
    last_at = last.until_at if last else None
    is_in_use = desktop.session_state == LoginState.CONNECTED
    if is_in_use:
        last_at = measure.now
    unused = _unused(desktop, last_at, measure)
    kinds = () if desktop.is_in_maintenance else tuple(_kinds(desktop, last_at, unused, measure))
    return Idle(
        desktop=desktop,
        kinds=kinds,
        last_at=last_at,
        last_login=last.login if last else "",
        known_from=measure.known_from,
        unused_s=None if unused is None else unused.total_seconds(),
        is_judged=measure.is_far_enough,
        could_return=bool(kinds) and not is_in_use and not _RETURNABLE.isdisjoint(kinds),
    )


def _unused(desktop: HeldDesktop, last_at: datetime | None, measure: Measure) -> timedelta | None:
    since = last_at
    if since is None:
        if measure.known_from is None:
            return None
        # nothing is known of it before it was there
        since = max(_made_at(desktop), measure.known_from)
    return max(_NO_TIME, measure.now - since)


def _made_at(desktop: HeldDesktop) -> datetime:
    return desktop.created_at or desktop.first_seen_at


def _kinds(
    desktop: HeldDesktop,
    last_at: datetime | None,
    unused: timedelta | None,
    measure: Measure,
) -> Iterator[IdleKind]:
    if desktop.kind is DesktopKind.DEDICATED:
        if not desktop.logins:
            yield IdleKind.UNASSIGNED
        elif len(desktop.gone_logins) == len(desktop.logins):
            yield IdleKind.OWNER_GONE
    if unused is not None and measure.known_from and unused >= measure.unused:
        is_all_known = last_at is None and _made_at(desktop) >= measure.known_from
        yield IdleKind.NEVER_USED if is_all_known else IdleKind.UNUSED
    if desktop.session_state:
        yield from _session_kinds(desktop, last_at, measure)
    elif desktop.state is DesktopState.RUNNING:
        since = desktop.state_since
        if measure.now - (max(since, last_at) if last_at else since) >= measure.left_on:
            yield IdleKind.LEFT_ON


def _session_kinds(
    desktop: HeldDesktop, last_at: datetime | None, measure: Measure
) -> Iterator[IdleKind]:
    if desktop.session_since is None:
        return
    if desktop.state in _AT_REST:
        yield IdleKind.ZOMBIE
        return
    # somebody may have come and gone between two readings of sessions; their record tells it
    left_for = measure.now - max(desktop.session_since, last_at or desktop.session_since)
    is_left = desktop.session_state == LoginState.DISCONNECTED
    if is_left and left_for >= measure.left_behind:
        yield IdleKind.LEFT_BEHIND
