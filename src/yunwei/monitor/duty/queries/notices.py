"""Questions about what people are to be told now; the telling is notify's."""

from datetime import timedelta

from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.duty.facts.notices import DutyNotice
from yunwei.monitor.duty.facts.shifts import Snapshot
from yunwei.monitor.duty.queries.findings import system_handoffs
from yunwei.monitor.duty.rules.notices import notice_handoff, notice_swap
from yunwei.monitor.duty.store import changes

_JUST_BEGUN = timedelta(minutes=5)
_RECENT = timedelta(days=2)


def system_notices(conn: Connection, snapshot: Snapshot) -> tuple[DutyNotice, ...]:
    """Return what is to be told at the instant of a snapshot. The same is returned again as long
    as it is news: the outbox takes each key once.

    Of a handoff: as long before it as its schedule says, and a little after it, for what changed
    at the last moment. Of a swap: for two days after it was asked or answered.
    """
    now = snapshot.as_of
    found: list[DutyNotice] = []
    for schedule in snapshot.schedules.values():
        if schedule.notice_minutes:
            ahead = timedelta(minutes=schedule.notice_minutes)
            for handoff in system_handoffs(
                snapshot, schedule, Span(now - _JUST_BEGUN, now + ahead)
            ):
                found += notice_handoff(schedule, handoff, snapshot.names)
    for swap in changes.recent_swaps(conn, now - _RECENT):
        schedule_ = snapshot.schedules.get(swap.schedule)
        if schedule_ is not None:
            found += notice_swap(swap, schedule_)
    return tuple(found)
