"""When a desktop counts as idle, and in which ways; each way has its definition here. Pure."""

from collections.abc import Iterator
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


def check_limits(limits: IdleLimits) -> None:
    """Raise Invalid for a limit that can not be meant."""
    if not 1 <= limits.unused_days <= MOST_DAYS:
        raise Invalid("unused_days", f"between 1 and {MOST_DAYS}")
    for name in ("on_hours", "disconnected_hours"):
        if not 1 <= getattr(limits, name) <= MOST_HOURS:
            raise Invalid(name, f"between 1 and {MOST_HOURS}")


def judge(
    desktop: HeldDesktop,
    last: LastUsed | None,
    reach: Reach | None,
    limits: IdleLimits,
    now: datetime,
) -> Idle:
    """Return in which ways a desktop is idle.

    last: its latest use that records tell of; reach: from when until when its source's connections
    are known, None: not at all.
    """
    last_at = last.until_at if last else None
    if desktop.session_state == LoginState.CONNECTED:
        last_at = now
    known_from = _known_from(reach, now)
    # nothing is known of it before it was there
    made_at = desktop.created_at or desktop.first_seen_at
    since = last_at or (max(made_at, known_from) if known_from else None)
    unused = None if since is None else max(timedelta(), now - since)
    kinds = (
        ()
        if desktop.is_in_maintenance
        else tuple(_kinds(desktop, last_at, known_from, limits=limits, unused=unused, now=now))
    )
    return Idle(
        desktop=desktop,
        kinds=kinds,
        last_at=last_at,
        last_login=last.login if last else "",
        known_from=known_from,
        unused_s=None if unused is None else unused.total_seconds(),
        # of a past that is not known nothing is said
        is_judged=known_from is not None and now - known_from >= timedelta(limits.unused_days),
        could_return=not _RETURNABLE.isdisjoint(kinds)
        and desktop.session_state != LoginState.CONNECTED,
    )


def _known_from(reach: Reach | None, now: datetime) -> datetime | None:
    return max(reach.first_at, now - timedelta(days=MOST_DAYS)) if reach else None


def _kinds(
    desktop: HeldDesktop,
    last_at: datetime | None,
    known_from: datetime | None,
    *,
    limits: IdleLimits,
    unused: timedelta | None,
    now: datetime,
) -> Iterator[IdleKind]:
    is_own = desktop.kind is DesktopKind.DEDICATED
    if is_own and not desktop.logins:
        yield IdleKind.UNASSIGNED
    if is_own and desktop.logins and len(desktop.gone_logins) == len(desktop.logins):
        yield IdleKind.OWNER_GONE
    if unused is not None and known_from and unused >= timedelta(limits.unused_days):
        made_at = desktop.created_at or desktop.first_seen_at
        is_all_known = last_at is None and made_at >= known_from
        yield IdleKind.NEVER_USED if is_all_known else IdleKind.UNUSED
    yield from _session_kinds(desktop, last_at, limits, now)
    if _is_left_on(desktop, last_at, limits, now):
        yield IdleKind.LEFT_ON


def _session_kinds(
    desktop: HeldDesktop, last_at: datetime | None, limits: IdleLimits, now: datetime
) -> Iterator[IdleKind]:
    if not desktop.session_state or desktop.session_since is None:
        return
    at_rest = (DesktopState.STOPPED, DesktopState.HIBERNATED, DesktopState.ERROR)
    if desktop.state in at_rest:
        yield IdleKind.ZOMBIE
        return
    # somebody may have come and gone between two readings of sessions; their record tells it
    left_for = now - max(desktop.session_since, last_at or desktop.session_since)
    is_left = desktop.session_state == LoginState.DISCONNECTED
    if is_left and left_for >= timedelta(hours=limits.disconnected_hours):
        yield IdleKind.LEFT_BEHIND


def _is_left_on(
    desktop: HeldDesktop, last_at: datetime | None, limits: IdleLimits, now: datetime
) -> bool:
    if desktop.state is not DesktopState.RUNNING or desktop.session_state:
        return False
    quiet_since = max(desktop.state_since, last_at) if last_at else desktop.state_since
    return now - quiet_since >= timedelta(hours=limits.on_hours)
