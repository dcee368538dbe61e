"""Who is told, before and after a target of a ticket is missed, and in which words. Pure.

Twice for each target: when three quarters of its time are used, and when it is passed. A clock that
is paused warns of nothing; it goes on from where it stood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.ids import TenantId, UserId
from yunwei.operate.service.facts.clocks import ClockState, ClockView, Metric, Priority

WARN_FROM = 0.75
"""So much of a target's time is used when people are warned."""
_TOLD_FOR = timedelta(days=7)
"""So long after it was passed a target is still told of."""

_METRICS: Mapping[Metric, tuple[str, str]] = {
    Metric.RESPONSE: ("首次响应", "first answer"),
    Metric.ARRIVAL: ("到场", "arrival"),
    Metric.RESOLUTION: ("解决", "solution"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An open ticket that is looked after. speakers: who speaks for the provider and signs in."""

    id: int
    tenant: TenantId
    tenant_name: str
    title: str
    priority: Priority
    time_zone: str
    assignee: UserId | None
    speakers: tuple[UserId, ...]

    @property
    def code(self) -> str:
        return f"T-{self.id:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetWarning:
    """One thing to be told, once by its key. people: (), then those whose role it is."""

    key: str
    ticket: Watched
    people: tuple[UserId, ...]
    subject: tuple[str, str]
    body: tuple[str, str]
    is_late: bool


def find_warnings(
    ticket: Watched, clocks: Mapping[Metric, ClockView], *, now: datetime
) -> Iterator[TargetWarning]:
    """Yield what is to be told of a ticket now, whether it was told or not."""
    for metric, view in clocks.items():
        if not view.state.is_open:
            continue
        if view.overdue_at is not None:
            if now - view.overdue_at < _TOLD_FOR:
                yield _late(ticket, metric, view)
        elif view.state is ClockState.RUNNING and view.share >= WARN_FROM:
            yield _soon(ticket, metric, view)


def _soon(ticket: Watched, metric: Metric, view: ClockView) -> TargetWarning:
    zh, en = _METRICS[metric]
    left = _say_length(view.left)
    people = (ticket.assignee,) if ticket.assignee is not None else ticket.speakers
    return TargetWarning(
        key=_key(ticket, metric, view, "soon"),
        ticket=ticket,
        people=people,
        subject=(
            f"【即将超时】{ticket.code} {zh}剩余 {left[0]}",
            f"[Due soon] {ticket.code}: {en}, {left[1]} left",
        ),
        body=_body(ticket, view),
        is_late=False,
    )


def _late(ticket: Watched, metric: Metric, view: ClockView) -> TargetWarning:
    zh, en = _METRICS[metric]
    whole = dict.fromkeys((ticket.assignee, *ticket.speakers))
    return TargetWarning(
        key=_key(ticket, metric, view, "late"),
        ticket=ticket,
        people=tuple(each for each in whole if each is not None),
        subject=(f"【已超时】{ticket.code} {zh}", f"[Too late] {ticket.code}: {en}"),
        body=_body(ticket, view),
        is_late=True,
    )


def _key(ticket: Watched, metric: Metric, view: ClockView, stage: str) -> str:
    goal = int(view.goal.time.total_seconds()) // 60
    return f"ticket-{ticket.id}-{metric.value}-{goal}-{stage}"


def _body(ticket: Watched, view: ClockView) -> tuple[str, str]:
    due_at = view.overdue_at or view.due_at
    at = f"{due_at.astimezone(ZoneInfo(ticket.time_zone)):%Y-%m-%d %H:%M}" if due_at else "–"
    goal, used = _say_length(view.goal.time), _say_length(view.elapsed)
    priority = ticket.priority.value.upper()
    return (
        f"{ticket.tenant_name} · {priority} · {ticket.title}\n"
        f"约定 {goal[0]}（服务时间），已用 {used[0]}，到期 {at}（{ticket.time_zone}）。",
        f"{ticket.tenant_name} · {priority} · {ticket.title}\n"
        f"Agreed: {goal[1]} of service time, used: {used[1]}, due {at} ({ticket.time_zone}).",
    )


def _say_length(length: timedelta) -> tuple[str, str]:
    minutes = max(0, int(length.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} 分钟", f"{rest} min"
    if not rest:
        return f"{hours} 小时", f"{hours} h"
    return f"{hours} 小时 {rest} 分钟", f"{hours} h {rest} min"
