"""The demo's work of these days: visits, a standard change half done, a great event ahead."""

from datetime import datetime, timedelta

from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import ContractId, TenantId, TicketId, UserId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Viewer
from yunwei.operate.assurance.actions import add_plan
from yunwei.operate.assurance.facts import PlanDraft, PlanKind
from yunwei.operate.changes.actions import planning, stepping, templates, working
from yunwei.operate.changes.facts import ChangeDraft, NewTicket
from yunwei.operate.changes.queries.changes import access_change
from yunwei.operate.changes.rules import next_step
from yunwei.operate.service.actions import authorisations, tickets, visits
from yunwei.operate.service.facts.authorisations import AuthorisationDraft
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractState, ServiceType
from yunwei.operate.service.facts.tickets import TicketDraft
from yunwei.operate.service.facts.visits import SignDraft, VisitDraft, Work
from yunwei.operate.service.queries import contracts
from yunwei.operate.service.queries import tickets as ticket_queries
from yunwei.operate.service.queries import visits as visit_queries

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PAPER = "档案柜 3 / Safe 3"
_PLACE = "总部 7 号机房 / Room 7"
_STROKES = "120,220 260,120 330,300 420,140 520,280;560,200 700,180 820,240"
_TEMPLATE = """
title = { zh = "更换网关证书", en = "Replace the gateway's certificate" }
purpose = { zh = "证书到期前更换，避免用户无法登录。", en = "Before it runs out." }
risk = "low"
[[step]]
name = "spare"
title = { zh = "更换备用网关的证书", en = "Replace it on the spare gateway" }
how = { zh = "导入新证书并重新加载服务。", en = "Import the new one and reload the service." }
minutes = 15
[[step]]
name = "main"
title = { zh = "更换主网关的证书", en = "Replace it on the main gateway" }
how = { zh = "备用网关验证通过后再更换。", en = "Only once the spare one was seen to work." }
minutes = 15
[[verify]]
name = "log_on"
title = { zh = "登录验证", en = "Log on" }
how = { zh = "请两位用户登录，检查证书有效期。", en = "Two users log on; look at its last day." }
[[rollback]]
name = "old_one"
title = { zh = "恢复旧证书", en = "Bring back the old one" }
how = { zh = "重新导入备份的旧证书。", en = "Import the old one from its backup." }
"""


def add_demo_work(admin: Viewer, customer: TenantId, box: SecretBox, clock: Clock) -> None:
    """Add it; nothing when there is some."""
    now = clock.now()
    if admin.user_id is None or visit_queries.fetch_visits(admin).total:
        return
    in_force = {"state": ContractState.IN_FORCE.value, "tenant": customer}
    found = contracts.fetch_contracts(admin, in_force, now=now).items
    if not found:
        return
    contract = found[0][0].id
    _add_visits(admin, admin.user_id, contract, now)
    _add_change(admin, customer, contract, box, now)
    _add_event(admin, customer, now)


def _add_visits(admin: Viewer, engineer: UserId, contract: ContractId, now: datetime) -> None:
    """One in two days at the open ticket for work on site, and one that was signed last week."""
    filters = {"contract": contract, "type": ServiceType.ON_SITE.value, "is_open": True}
    for each in ticket_queries.fetch_tickets(admin, filters).items[:1]:
        _plan(admin, engineer, each.id, now + 2 * _DAY, now)
    ago = now - 7 * _DAY
    asked = TicketDraft(
        contract=contract,
        type=ServiceType.ON_SITE,
        priority=Priority.P3,
        title="会议室瘦终端无画面 / No picture on a thin client",
        details={"place": "总部 3 楼会议室"},
        reported_at=ago,
    )
    ticket = tickets.open_ticket(admin, asked, now=ago)
    visit = _plan(admin, engineer, ticket, ago + 2 * _HOUR, ago)
    visits.arrive(admin, visit, now=ago + 2 * _HOUR)
    work = Work(result="视频线松动，已更换并测试。/ A cable was loose.", minutes=40, is_solved=True)
    visits.finish_visit(admin, visit, work, now=ago + 3 * _HOUR)
    signed = SignDraft(name="李主任", role="信息中心", strokes=_STROKES)
    visits.sign_visit(admin, visit, signed, now=ago + 3 * _HOUR)


def _plan(admin: Viewer, engineer: UserId, ticket: TicketId, at: datetime, now: datetime) -> int:
    draft = VisitDraft(
        starts_at=at,
        ends_at=at + 2 * _HOUR,
        engineer=engineer,
        address=_PLACE,
        contact="李主任 139 0013 9000",
        bring="备用电源、笔记本 / A spare power supply, a notebook",
    )
    return visits.plan_visit(admin, ticket, draft, now=now)


def _add_change(
    admin: Viewer, customer: TenantId, contract: ContractId, box: SecretBox, now: datetime
) -> None:
    """Its first step was done an hour ago, in the window that the customer had authorised."""
    began = now - _HOUR
    window = AuthorisationDraft(
        operations=(Operation.CONFIGURE,),
        starts_at=began - timedelta(minutes=5),
        ends_at=began + timedelta(minutes=30),
        note="更换网关证书的窗口 / A window for the gateway's certificate",
    )
    asked = authorisations.ask_authorisation(admin, contract, window, now=began - _DAY)
    authorisations.grant_authorisation(admin, asked, now=began - _DAY, paper=_PAPER)
    template = templates.add_template(admin, customer, _TEMPLATE, now=began - _DAY)
    draft = ChangeDraft(template=template, starts_at=began, ends_at=now + 4 * _HOUR)
    new = NewTicket(contract=contract, language="zh-hans")
    change = planning.ask_change(admin, new, draft, now=began - _DAY)
    working.start_change(admin, change, now=began)
    step = next_step(access_change(admin, change))
    if step is not None:
        stepping.start_step(admin, change, step.id, box=box, now=began)
        said = "已导入，服务正常。/ Imported, the service runs."
        done_at = began + timedelta(minutes=12)
        stepping.finish_step(admin, change, step.id, is_done=True, result=said, now=done_at)


def _add_event(admin: Viewer, customer: TenantId, now: datetime) -> None:
    """A great event in nine days, which still lacks the inspection that is its gate."""
    starts = now + 9 * _DAY
    plan = PlanDraft(
        tenant=customer,
        kind=PlanKind.EVENT,
        name="年度经营大会保障 / The yearly conference",
        covers="",
        starts_at=starts,
        ends_at=starts + _DAY,
        frozen_from=starts - 2 * _DAY,
        frozen_until=starts + _DAY,
        people="总指挥：王工\n现场：李工\n客户接口：李主任",
        duty="会前一天 18:00 起 7×24 值守 / On duty day and night from the eve",
        note="会前完成专项巡检。/ Inspected before it begins.",
    )
    add_plan(admin, plan, now=now)
