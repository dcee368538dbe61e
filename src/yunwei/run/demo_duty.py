"""The demo's schedule: a desk that has been there since before National Day, with its record."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.calendar_times import times_to_json
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people import queries as people_queries
from yunwei.base.people.actions.demo import ON_DUTY
from yunwei.base.people.facts import Viewer
from yunwei.monitor.duty.actions import changes, schedules, swaps
from yunwei.monitor.duty.actions.recording import record_all
from yunwei.monitor.duty.facts.changes import (
    LeaveDraft,
    OverrideDraft,
    OverrideKind,
    SwapDraft,
)
from yunwei.monitor.duty.facts.schedules import (
    DutyRole,
    LayerDraft,
    RotationUnit,
    ScheduleDraft,
)
from yunwei.monitor.duty.queries import people, plans

_ZONE = "Asia/Shanghai"
_NAME = "桌面云运维值班 / Desktop cloud duty"
_DAY = timedelta(days=1)


def add_demo_schedule(admin: Viewer, clock: Clock) -> ScheduleId | None:
    """Add the schedule where there is none, and return it; it began in September, so that National
    Day with its make-up Sunday is in the record."""
    now = clock.now()
    if plans.fetch_schedules(admin, now=now).total:
        return None
    viewers = [people_queries.viewer_by_name(name) for name in ON_DUTY]
    ids = [viewer.user_id or UserId(0) for viewer in viewers]
    began = _last_september(now)
    schedule = schedules.add_schedule(admin, admin.tenant, _build_draft(ids, began), now=began)
    holiday = began.replace(month=9, day=20)
    leave = LeaveDraft(
        user=ids[1], starts_at=holiday, ends_at=holiday + 2 * _DAY, note="婚假 / Wedding"
    )
    changes.add_leave(viewers[1], leave, now=began)
    with transaction() as conn:
        record_all(conn, now=now)
    _add_changes(admin, viewers, schedule, now)
    return schedule


def _last_september(now: datetime) -> datetime:
    """Return the first of September, nine in the morning in Shanghai, that lies a month back."""
    local = now.astimezone(ZoneInfo(_ZONE))
    year = local.year if (local.month, local.day) >= (10, 1) else local.year - 1
    return datetime(year, 9, 1, 9, tzinfo=ZoneInfo(_ZONE)).astimezone(UTC)


def _times(text: str) -> object:
    return times_to_json(parse_times_text(text, time_zone=_ZONE))


def _build_draft(ids: list[UserId], began: datetime) -> ScheduleDraft:
    monday = began.astimezone(ZoneInfo(_ZONE)).date()
    monday -= timedelta(days=monday.weekday())
    first, second, third, fourth = ids
    return ScheduleDraft(
        name=_NAME,
        time_zone=_ZONE,
        note="工作日白班按周轮换，夜间与休息日按天轮换，节假日均摊（示例）",
        layers=(
            LayerDraft(
                name="工作日白班 / Workdays",
                unit=RotationUnit.WEEK,
                starts_on=monday,
                groups=((first, second), (third, fourth)),
                times=_times("workday 09:00-18:00"),
            ),
            LayerDraft(
                name="夜间与休息日 / Nights and rest days",
                unit=RotationUnit.DAY,
                starts_on=monday,
                groups=tuple((user,) for user in ids),
                is_fair=True,
            ),
            LayerDraft(
                name="备班 / Backup",
                role=DutyRole.BACKUP,
                unit=RotationUnit.WEEK,
                starts_on=monday,
                groups=((fourth,), (first,), (second,), (third,)),
            ),
        ),
    )


def _add_changes(admin: Viewer, viewers: list[Viewer], schedule: ScheduleId, now: datetime) -> None:
    """An override, a leave to come, and a request to swap that waits for an answer."""
    first, second, third, _fourth = viewers
    afternoon = _wall(now, days=1, hour=14)
    override = OverrideDraft(
        kind=OverrideKind.ADD,
        stand_in=third.user_id,
        role=DutyRole.BACKUP,
        starts_at=afternoon,
        ends_at=afternoon + timedelta(hours=4),
        note="核心交换机割接 / Core switch cut-over",
    )
    changes.add_override(admin, schedule, override, now=now)
    leave = LeaveDraft(
        user=second.user_id or UserId(0),
        starts_at=_wall(now, days=8, hour=0),
        ends_at=_wall(now, days=11, hour=0),
        note="年假 / Annual leave",
    )
    changes.add_leave(second, leave, now=now)
    coming = Span(now + 3 * _DAY, now + 20 * _DAY)
    for shift in people.fetch_my_shifts(first, coming, now=now):
        if shift.role is DutyRole.PRIMARY and shift.span.start > coming.start:
            draft = SwapDraft(
                schedule=schedule,
                asked=third.user_id or UserId(0),
                starts_at=shift.span.start,
                ends_at=shift.span.end,
                note="孩子家长会 / Parents' evening",
            )
            swaps.ask_swap(first, draft, now=now)
            return


def _wall(now: datetime, *, days: int, hour: int) -> datetime:
    day = now.astimezone(ZoneInfo(_ZONE)) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).astimezone(UTC)
