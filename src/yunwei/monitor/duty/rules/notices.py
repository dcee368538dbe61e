"""Words of what people are told about duty, in both languages. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from yunwei.base.core.ids import UserId
from yunwei.monitor.duty.facts.changes import Swap, SwapState
from yunwei.monitor.duty.facts.notices import DutyNotice
from yunwei.monitor.duty.facts.schedules import DutyRole, Schedule
from yunwei.monitor.duty.facts.shifts import Handoff, Shift
from yunwei.monitor.duty.rules.reasons import say_because

type Names = Mapping[UserId, str]

_ROLES = {DutyRole.PRIMARY: ("值班", "on duty"), DutyRole.BACKUP: ("备班", "on duty as a backup")}
_ANSWERS = {
    SwapState.ACCEPTED: ("{asked} 接受了换班", "{asked} accepted the swap"),
    SwapState.DECLINED: ("{asked} 拒绝了换班", "{asked} declined the swap"),
    SwapState.EXPIRED: (
        "换班申请无人应答，已过期",
        "The request to swap was not answered in time",
    ),
}
MINE = "/duty/mine"


def notice_handoff(schedule: Schedule, handoff: Handoff, names: Names) -> Iterator[DutyNotice]:
    """Yield what those who begin and those who end are told."""
    for shift in handoff.begins:
        yield _begins(schedule, handoff, shift, names)
    for shift in handoff.ends:
        yield _ends(schedule, handoff, shift, names)


def _begins(schedule: Schedule, handoff: Handoff, shift: Shift, names: Names) -> DutyNotice:
    zh, en = _ROLES[shift.role]
    start, end = (_say_time(schedule, at) for at in (handoff.at, shift.span.end))
    before = _say_people(handoff.ends, shift.role, names)
    zh_before = f"交班人：{before}。" if before else ""
    en_before = f" You take over from {before}." if before else ""
    return DutyNotice(
        tenant=schedule.tenant,
        user=shift.user,
        key=_key(schedule, handoff, shift, "begins"),
        subject=(
            f"{start} 起由您{zh}：{schedule.name}",
            f"You are {en} from {start}: {schedule.name}",
        ),
        body=(
            f"至 {end}（{schedule.time_zone}）。{zh_before}"
            f"原因：{say_because(shift.because, names, 'zh')}。",
            f"Until {end} ({schedule.time_zone}).{en_before}"
            f" Why: {say_because(shift.because, names, 'en')}.",
        ),
        link=MINE,
    )


def _ends(schedule: Schedule, handoff: Handoff, shift: Shift, names: Names) -> DutyNotice:
    zh, en = _ROLES[shift.role]
    at = _say_time(schedule, handoff.at)
    after = _say_people(handoff.begins, shift.role, names)
    return DutyNotice(
        tenant=schedule.tenant,
        user=shift.user,
        key=_key(schedule, handoff, shift, "ends"),
        subject=(
            f"您的{zh}于 {at} 结束：{schedule.name}",
            f"You are no longer {en} from {at}: {schedule.name}",
        ),
        body=(
            f"接班人：{after or '无人接班'}（{schedule.time_zone}）。",
            f"{f'{after} takes over' if after else 'Nobody takes over'} ({schedule.time_zone}).",
        ),
        link=MINE,
    )


def notice_swap(swap: Swap, schedule: Schedule) -> Iterator[DutyNotice]:
    """Yield what is told of a request: to the one who was asked, then to the one who asked."""
    start, end = (_say_time(schedule, at) for at in (swap.span.start, swap.span.end))
    zh_time = f"{start} 至 {end}（{schedule.time_zone}）"
    en_time = f"{start} to {end} ({schedule.time_zone})"
    zh_note, en_note = (f"：{swap.note}", f": {swap.note}") if swap.note else ("", "")
    if swap.state is SwapState.ASKED:
        yield DutyNotice(
            tenant=swap.tenant,
            user=swap.asked,
            key=f"swap-{swap.id}-asked",
            subject=(
                f"{swap.asker_name} 申请与您换班：{schedule.name}",
                f"{swap.asker_name} asks you to swap duty: {schedule.name}",
            ),
            body=(f"{zh_time}{zh_note}", f"{en_time}{en_note}"),
            link=MINE,
        )
    if swap.state in _ANSWERS:
        zh, en = (said.format(asked=swap.asked_name) for said in _ANSWERS[swap.state])
        yield DutyNotice(
            tenant=swap.tenant,
            user=swap.asker,
            key=f"swap-{swap.id}-{swap.state.value}",
            subject=(f"{zh}：{schedule.name}", f"{en}: {schedule.name}"),
            body=(zh_time, en_time),
            link=MINE,
        )


def _key(schedule: Schedule, handoff: Handoff, shift: Shift, what: str) -> str:
    at = f"{handoff.at:%Y%m%dT%H%M%SZ}"
    return f"duty-{schedule.id}-{at}-{shift.role.value}-{what}"


def _say_time(schedule: Schedule, at: datetime) -> str:
    return at.astimezone(schedule.zone).strftime("%Y-%m-%d %H:%M")


def _say_people(shifts: Iterable[Shift], role: DutyRole, names: Names) -> str:
    return ", ".join(
        names.get(shift.user, str(shift.user)) for shift in shifts if shift.role is role
    )
