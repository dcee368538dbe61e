"""The demo's emergency: it was led, told of, ended, looked back on, and released."""

from datetime import datetime, timedelta

from yunwei.base.core.ids import ContractId, EmergencyId, TenantId, TicketId, UserId
from yunwei.base.people.facts import Viewer
from yunwei.operate.service.actions import emergencies, tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.emergencies import (
    LineKind,
    Postmortem,
    Telling,
    UpdateDraft,
)
from yunwei.operate.service.facts.improvements import ImprovementDraft
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.service.queries import tickets as workers

_MINUTE = timedelta(minutes=1)
_LINES = (
    (5, LineKind.OBSERVED, "接入网关返回证书过期，新登录全部失败；已登录会话不受影响。"),
    (9, LineKind.JUDGED, "网关证书于今晨 9 点到期，未列入证书清单。"),
    (12, LineKind.DECIDED, "立即更换证书，先在备用网关验证，再切换。"),
    (26, LineKind.ACTED, "备用网关更换完成，登录验证通过。"),
    (38, LineKind.RESTORED, "主网关更换完成，登录恢复。"),
)
_FOUND = Postmortem(
    summary="网关证书到期，38 分钟内用户无法新登录。/ The gateway's certificate ran out: nobody "
    "could log on for 38 minutes.",
    impact="总部约 320 人无法登录，已登录的 1,180 人不受影响。",
    causes="直接原因：证书到期。过程原因：更换网关时证书未列入清单，没有到期提醒。",
    went_well="4 分钟内完成第一次通报；先在备用网关验证。",
    went_badly="前 9 分钟按网络故障排查，方向有误。",
)


def add_past_emergency(
    admin: Viewer, customer: TenantId, contract: ContractId, now: datetime
) -> None:
    """Add one of twelve days ago, whose action is still to be done."""
    able = workers.fetch_workers(admin, customer)
    leader = next((each.id for each in able if each.username == "operator"), None)
    leader = leader or admin.user_id or UserId(0)
    begun = now - timedelta(days=12)
    ticket = _open(admin, contract, begun)
    telling = Telling(commander=leader, teller=admin.user_id or leader, update_minutes=30)
    made = emergencies.declare_emergency(
        admin, ticket, telling, reason="总部全部用户无法登录。", now=begun + 3 * _MINUTE
    )
    _work(admin, made, begun)
    ended_at = begun + 45 * _MINUTE
    resolution = "已更换证书，登录恢复正常；观察 7 分钟无异常。"
    emergencies.end_emergency(admin, made, resolution=resolution, now=ended_at)
    _look_back(admin, made, leader, ended_at + timedelta(days=2))
    closed = EntryDraft(kind=EntryKind.CLOSED, text="已恢复，确认。")
    tickets.write_entry(admin, ticket, closed, now=ended_at + timedelta(hours=2))


def _open(admin: Viewer, contract: ContractId, begun: datetime) -> TicketId:
    draft = TicketDraft(
        contract=contract,
        type=ServiceType.EMERGENCY,
        priority=Priority.P1,
        title="总部用户无法登录云桌面 / Nobody at headquarters can log on",
        details={"impact": "新登录全部失败", "affected": "总部约 1,500 人"},
        reported_at=begun,
    )
    return tickets.open_ticket(admin, draft, now=begun)


def _work(admin: Viewer, made: EmergencyId, begun: datetime) -> None:
    for minutes, kind, text in _LINES:
        emergencies.write_line(admin, made, kind, text, now=begun + minutes * _MINUTE)
        if minutes == 5:
            first = UpdateDraft(text="已确认总部无法登录，正在定位，30 分钟内再次通报。")
            emergencies.send_update(admin, made, first, now=begun + 7 * _MINUTE)
    second = UpdateDraft(text="原因为网关证书到期，正在更换，预计 15 分钟内恢复。")
    emergencies.send_update(admin, made, second, now=begun + 27 * _MINUTE)


def _look_back(admin: Viewer, made: EmergencyId, owner: UserId, at: datetime) -> None:
    emergencies.write_postmortem(admin, made, _FOUND, version=0, now=at)
    action = ImprovementDraft(
        title="证书到期前 30 天告警 / An alarm 30 days before a certificate ends",
        text="所有网关与控制面证书列入监测，到期前 30 天与 7 天告警。",
        owner=owner,
        due_on=at.date() + timedelta(days=30),
    )
    emergencies.add_action(admin, made, action, now=at)
    emergencies.release_postmortem(admin, made, now=at + timedelta(hours=1))
