"""In which words people are told of reclaims. Pure."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from yunwei.base.people.facts import Role
from yunwei.operate.reclaim.facts import ReclaimRow, ReclaimState
from yunwei.operate.selfservice.facts.telling import Untold

_S = ReclaimState
_ENDS: Mapping[ReclaimState, tuple[str, str]] = {
    _S.RECLAIMED: ("已收回并删除", "was taken back and deleted"),
    _S.USED: ("期间有人使用，不再收回", "was used in between and stays"),
    _S.STOPPED: ("不再收回", "stays after all"),
    _S.UNDONE: ("已归还给您", "was given to you again"),
    _S.DECLINED: ("未获批准，不再收回", "stays: it was not approved"),
    _S.KEPT: ("保留使用", "is kept"),
}


def tell_users(row: ReclaimRow, *, zone: str, is_reminder: bool = False) -> Untold | None:
    """Return what its users are told when it is asked back, and once more before the end; None
    where nobody of them could be asked."""
    if not row.asked:
        return None
    until = row.due_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    kind = "reminder" if is_reminder else "asked"
    zh = "提醒：请答复是否保留云桌面" if is_reminder else "您还需要这台云桌面吗"
    en = "Reminder: do you keep your desktop?" if is_reminder else "Do you still need this desktop?"
    unused_zh = f"已 {row.unused_days} 天无人使用。" if row.unused_days is not None else ""
    unused_en = f"Unused for {row.unused_days} days. " if row.unused_days is not None else ""
    return Untold(
        key=f"reclaim-{row.id}-{kind}",
        tenant=row.tenant,
        subject_zh=f"{zh}：{row.desktop_name}",
        subject_en=f"{en}: {row.desktop_name}",
        body_zh=f"{unused_zh}请在 {until} 前答复保留或归还；未答复则提请贵单位审批收回。",
        body_en=f"{unused_en}Say until {until} whether you keep it or give it back; without an"
        " answer your organisation is asked to let it be taken back.",
        link=f"/portal/reclaims/{row.id}",
        people=row.asked,
    )


def tell_end(row: ReclaimRow) -> Untold | None:
    """Return what its users are told of how it ended; None when there is nobody, or no news."""
    said = _ENDS.get(row.state)
    if said is None or not row.asked:
        return None
    zh, en = said
    return Untold(
        key=f"reclaim-{row.id}-{row.state.value}",
        tenant=row.tenant,
        subject_zh=f"云桌面 {row.desktop_name} {zh}",
        subject_en=f"Desktop {row.desktop_name} {en}",
        body_zh=row.note or f"{row.desktop_name}：{zh}",
        body_en=row.note or f"{row.desktop_name}: {en}",
        link=f"/portal/reclaims/{row.id}",
        people=row.asked,
    )


def tell_taken(row: ReclaimRow, *, until: str) -> Untold | None:
    """Return what its users are told when they have no access any more; None without any."""
    if not row.asked:
        return None
    return Untold(
        key=f"reclaim-{row.id}-taken",
        tenant=row.tenant,
        subject_zh=f"云桌面 {row.desktop_name} 已暂停使用",
        subject_en=f"Desktop {row.desktop_name} can not be used any more",
        body_zh=f"数据保留至 {until}，此前可取回；之后桌面连同快照一并删除，无法恢复。",
        body_en=f"It is kept until {until} and you can have it again until then; afterwards it is"
        " deleted with its snapshot, which can not be undone.",
        link=f"/portal/reclaims/{row.id}",
        people=row.asked,
    )


def tell_answer(row: ReclaimRow) -> Untold:
    """Return what operators are told of a user who keeps a desktop while it is being taken."""
    return Untold(
        key=f"reclaim-{row.id}-kept-late",
        tenant=row.tenant,
        subject_zh=f"用户要求取回云桌面：{row.desktop_name}",
        subject_en=f"A user wants a desktop back: {row.desktop_name}",
        body_zh=f"{row.answered_by}：{row.note}",
        body_en=f"{row.answered_by}: {row.note}",
        link=f"/reclaims/{row.id}",
        roles=(Role.OPERATOR.value,),
    )
