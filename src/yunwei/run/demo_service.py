"""The demo's contract with its customer, what they have authorised, and what waits for them."""

from datetime import timedelta

from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import ContractId, TenantId
from yunwei.base.infra.clock import Clock
from yunwei.base.people.facts import Viewer
from yunwei.operate.service.actions import authorisations, contracts, people, tickets
from yunwei.operate.service.facts.authorisations import AuthorisationDraft
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    ContractSide,
    PersonDraft,
    ServiceItem,
    ServiceLevel,
    ServiceType,
    Terms,
)
from yunwei.operate.service.facts.tickets import (
    EntryDraft,
    EntryKind,
    TicketDraft,
    WaitReason,
)
from yunwei.operate.service.queries import contracts as queries
from yunwei.run.demo_cases import Sides, add_finished_case, add_running_case
from yunwei.run.demo_emergency import add_past_emergency

_PAPER = "档案柜 3 / Safe 3"
_CUSTOMER = WaitReason.CUSTOMER
_WORKDAY = "workday 09:00-18:00"


def add_demo_contract(admin: Viewer, contact: Viewer, customer: TenantId, clock: Clock) -> None:
    """Agree on a contract with the customer, who authorises what the demo does; nothing when there
    is one."""
    now = clock.now()
    if queries.fetch_contracts(admin, now=now).total:
        return
    draft = ContractDraft(number="YW-2026-001", name="桌面云运维服务合同", terms=_terms(clock))
    agreed_at = now - timedelta(days=30)
    made = contracts.add_contract(admin, customer, draft, now=agreed_at)
    contracts.offer_terms(admin, made, now=agreed_at)
    # before the contract holds the platform to what is authorised: its sources are read meanwhile
    _authorise(admin, made, clock)
    contracts.agree_to_terms(admin, made, now=agreed_at, paper=_PAPER)
    for side, name, phone in (
        (ContractSide.PROVIDER, "王工", "138 0013 8000"),
        (ContractSide.CUSTOMER, "李主任", "139 0013 9000"),
    ):
        people.add_person(
            admin, made, PersonDraft(side=side, name=name, phone=phone), now=agreed_at
        )
    _open_tickets(admin, made, clock)
    sides = Sides(admin=admin, contact=contact, customer=customer)
    add_finished_case(sides, draft.terms, now)
    add_running_case(sides, made, now)
    add_past_emergency(admin, customer, made, now)


def _open_tickets(admin: Viewer, contract: ContractId, clock: Clock) -> None:
    """One that waits for the customer, and one that nobody has taken up yet."""
    now = clock.now()
    slow = TicketDraft(
        contract=contract,
        type=ServiceType.REMOTE,
        priority=Priority.P2,
        title="财务部多台桌面登录缓慢 / Slow logons of several desktops in finance",
        description="上午 9 点起，登录需要 3 分钟以上。",
        details={"affected": "财务部约 12 人"},
        reported_at=now - timedelta(hours=3),
    )
    made = tickets.open_ticket(admin, slow, now=now - timedelta(hours=3))
    for kind, text, ago, reason in (
        (EntryKind.REPLIED, "已受理，正在检查登录各阶段耗时。", 165, None),
        (EntryKind.STARTED, "", 160, None),
        (EntryKind.WAITED, "请提供一位受影响用户的姓名，以便核对配置文件。", 60, _CUSTOMER),
    ):
        entry = EntryDraft(kind=kind, text=text, reason=reason, minutes=10)
        tickets.write_entry(admin, made, entry, now=now - timedelta(minutes=ago))
    visit = TicketDraft(
        contract=contract,
        type=ServiceType.ON_SITE,
        priority=Priority.P3,
        title="更换 7 号机房网关电源 / A new power supply for the gateway",
        details={"place": "总部 7 号机房", "entry": "前台登记，联系李主任"},
    )
    tickets.open_ticket(admin, visit, now=now)


def _authorise(admin: Viewer, contract: ContractId, clock: Clock) -> None:
    now = clock.now()
    granted = AuthorisationDraft(
        operations=tuple(each for each in Operation if each is not Operation.CONFIGURE),
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=300),
        note="日常运维 / Daily operation",
    )
    made = authorisations.ask_authorisation(admin, contract, granted, now=now)
    authorisations.grant_authorisation(admin, made, now=now, paper=_PAPER)
    asked = AuthorisationDraft(
        operations=(Operation.CONFIGURE,),
        hours="workday 20:00-23:00; rest_day",
        starts_at=now,
        ends_at=now + timedelta(days=90),
        note="非工作时间重建与变更 / Rebuilds and changes outside working hours",
    )
    authorisations.ask_authorisation(admin, contract, asked, now=now)


def _terms(clock: Clock) -> Terms:
    today = clock.now().date()
    minutes = {
        Priority.P1: ("daily", 15, 240, 240),
        Priority.P2: ("daily", 30, 480, None),
        Priority.P3: (_WORKDAY, 120, 1080, None),
        Priority.P4: (_WORKDAY, 240, 2700, None),
    }
    return Terms(
        starts_on=today - timedelta(days=60),
        ends_on=today + timedelta(days=304),
        time_zone="Asia/Shanghai",
        services=(
            ServiceItem(
                type=ServiceType.REMOTE,
                in_scope="桌面云平台、桌面及接入的故障处理",
                out_of_scope="业务软件、外设兼容性、华为 SnS 服务",
            ),
            ServiceItem(type=ServiceType.ON_SITE, in_scope="市区内机房", quota=12),
            ServiceItem(type=ServiceType.INSPECTION, quota=4),
            ServiceItem(type=ServiceType.EMERGENCY),
            ServiceItem(type=ServiceType.EVENT, quota=2),
            ServiceItem(type=ServiceType.CHANGE),
        ),
        levels=tuple(
            ServiceLevel(
                priority=priority,
                hours=hours,
                response_minutes=response,
                resolution_minutes=resolution,
                arrival_minutes=arrival,
            )
            for priority, (hours, response, resolution, arrival) in minutes.items()
        ),
        availability=0.999,
        prices="按年固定费用，见报价单 / A fixed yearly fee, see the offer",
        payment="每季度末 30 日内 / Within 30 days of each quarter's end",
    )
