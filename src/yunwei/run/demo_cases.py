"""The demo's two services: one that was accepted months ago, with its sealed papers and what its
customer said of it, and one that is being delivered."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import CaseId, ContractId, TenantId, TicketId
from yunwei.base.infra.documents.docx import render_docx
from yunwei.base.infra.documents.facts import Document, Heading, Paragraph
from yunwei.base.infra.signing import Signer
from yunwei.base.people.facts import Viewer
from yunwei.operate.service.actions import (
    acceptances,
    authorisations,
    cases,
    contracts,
    improvements,
    people,
    plans,
    surveys,
    tickets,
)
from yunwei.operate.service.facts.acceptances import SCORES, CheckResult, Feedback
from yunwei.operate.service.facts.authorisations import AuthorisationDraft
from yunwei.operate.service.facts.cases import (
    CaseDraft,
    Criteria,
    DocumentKind,
    Plan,
    PlanTask,
)
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    ContractSide,
    PersonDraft,
    ServiceType,
    Terms,
)
from yunwei.operate.service.facts.improvements import ImprovementDraft, ImprovementState
from yunwei.operate.service.facts.matrix import MATRIX
from yunwei.operate.service.facts.surveys import Answer, PeriodDraft, Survey
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.service.queries import improvements as register
from yunwei.operate.service.queries import surveys as survey_queries
from yunwei.operate.service.queries import tickets as workers
from yunwei.operate.service.rules.surveys import PURPOSE
from yunwei.operate.service.rules.uploads import Upload

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ZONE = ZoneInfo("Asia/Shanghai")
_CHECKS = (
    "试点用户均可登录，登录不超过 60 秒 / All pilot users log on within 60 s",
    "打印与外设可用 / Printers and devices work",
)
_WORK = (
    (1, "为 50 名试点用户部署桌面 / Desktops for 50 pilot users", 210, Answer(csat=5, nps=9)),
    (
        4,
        "迁移试点用户资料 / Move the pilot users' files",
        340,
        Answer(csat=4, nps=8, comment="迁移顺利，通知可以再早一点。", name="王敏"),
    ),
    (
        8,
        "试点用户登录缓慢 / Slow logons of pilot users",
        95,
        Answer(csat=2, nps=5, comment="打了两次电话才有人回复。", name="赵强"),
    ),
)
"""Days after work began, what was done, minutes of work, and what its customer said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Who acts: the provider's manager, and the customer's contact."""

    admin: Viewer
    contact: Viewer
    customer: TenantId


def add_finished_case(sides: Sides, terms: Terms, now: datetime) -> None:
    """A pilot that went through all six steps, five months to four months ago."""
    begun = _morning(now - timedelta(days=150))
    draft = CaseDraft(
        title="云桌面试点：50 名用户 / A pilot of 50 desktops",
        need="为市场部 50 名用户提供云桌面试点，一个月内投入使用。\n"
        "Desktops for 50 people of marketing, in use within a month.",
    )
    case = cases.open_case(sides.contact, sides.customer, draft, now=begun)
    _enquire(sides, case, begun + timedelta(hours=2))
    at = begun + timedelta(days=3)
    contract = _agree(sides, terms, at)
    cases.change_case(sides.admin, case, replace(draft, contract=contract), now=at)
    _finish(sides.admin, case, at, "form_team")
    _plan(sides, case, begun + timedelta(days=5), days=25)
    at = begun + timedelta(days=7)
    _authorise(sides, contract, at)
    closed = [
        _carry_out(sides, contract, at + timedelta(days=days), (title, minutes))
        for days, title, minutes, _said in _WORK
    ]
    _finish(sides.admin, case, at + timedelta(days=1), "design", "prepare")
    at = begun + timedelta(days=20)
    for kind, name in ((DocumentKind.RECORD, "服务记录"), (DocumentKind.TEST, "测试记录")):
        cases.add_document(sides.admin, case, _paper(name, at), kind, now=at)
    _finish(sides.admin, case, at, "deliver", "monitor")
    for ticket, (days, _title, _minutes, said) in zip(closed, _WORK, strict=True):
        answered = begun + timedelta(days=8 + days)
        found = survey_queries.find_survey_of(sides.admin, ticket, now=answered)
        if found is not None:
            _answer(found, said, answered)
    _accept(sides, case, begun + timedelta(days=24))
    _ask_each_month(sides, contract, now)
    _see_to_improvements(sides, contract, now)


def add_running_case(sides: Sides, contract: ContractId, now: datetime) -> None:
    """The service of the contract that is in force, in its fifth step: its plan is confirmed, its
    tickets are open."""
    begun = _morning(now - timedelta(days=20))
    draft = CaseDraft(
        title="全公司云桌面运维与财务部扩容 / Operation, and 100 more desktops for finance",
        need="全公司云桌面的日常运维；财务部新增 100 台桌面。\n"
        "Daily operation of all desktops, and 100 more for finance.",
        contract=contract,
    )
    case = cases.open_case(sides.admin, sides.customer, draft, now=begun)
    _enquire(sides, case, begun + timedelta(hours=3))
    _finish(sides.admin, case, begun + timedelta(days=2), "form_team")
    _plan(sides, case, begun + timedelta(days=4), days=45)
    at = begun + timedelta(days=9)
    design = _paper("扩容方案", at)
    cases.add_document(sides.admin, case, design, DocumentKind.DESIGN, now=at)
    for key in ("design", "prepare"):
        cases.finish_task(sides.admin, case, key, on=None, note="", now=at)
    cases.advance_case(sides.admin, case, now=now)


def _morning(at: datetime) -> datetime:
    """Return half past nine of a day, or of the Monday after a weekend."""
    local = at.astimezone(_ZONE)
    local += timedelta(days=(7 - local.weekday()) % 7 if local.weekday() > 4 else 0)
    return local.replace(hour=9, minute=30, second=0, microsecond=0).astimezone(UTC)


def _enquire(sides: Sides, case: CaseId, at: datetime) -> None:
    cases.finish_task(sides.contact, case, "define_needs", on=None, note="", now=at)
    minutes = _paper("需求沟通纪要", at)
    cases.add_document(sides.admin, case, minutes, DocumentKind.MINUTES, now=at)
    _finish(sides.admin, case, at, "gather_information", "analyse_needs")


def _finish(viewer: Viewer, case: CaseId, at: datetime, *keys: str) -> None:
    for key in keys:
        cases.finish_task(viewer, case, key, on=None, note="", now=at)
    cases.advance_case(viewer, case, now=at)


def _agree(sides: Sides, terms: Terms, at: datetime) -> ContractId:
    first = at.date() - timedelta(days=1)
    said = replace(terms, starts_on=first, ends_on=first + timedelta(days=364))
    draft = ContractDraft(number="YW-SD-001", name="云桌面试点服务合同", terms=said)
    made = contracts.add_contract(sides.admin, sides.customer, draft, now=at)
    contracts.offer_terms(sides.admin, made, now=at)
    contracts.agree_to_terms(sides.contact, made, now=at)
    for side, name in ((ContractSide.PROVIDER, "王工"), (ContractSide.CUSTOMER, "李主任")):
        person = PersonDraft(side=side, name=name, phone="138 0013 8000")
        people.add_person(sides.admin, made, person, now=at)
    return made


def _plan(sides: Sides, case: CaseId, at: datetime, *, days: int) -> None:
    first, last = at.date(), at.date() + timedelta(days=days)
    plan = Plan(
        goal="按期投入使用，用户满意。/ In use in time, and people are content.",
        starts_on=first,
        ends_on=last,
        work=tuple(
            PlanTask(key=row.key, planned_on=_planned(row.key, first, last), who="王工")
            for row in MATRIX
        ),
        criteria=Criteria(
            satisfaction=3.5,
            documents=(DocumentKind.RECORD, DocumentKind.TEST),
            checks=_CHECKS,
        ),
        risks="机房网络割接窗口可能推迟。/ The network's window may be put off.",
        communication="每周五邮件通报进展。/ A mail each Friday.",
    )
    plans.write_plan(sides.admin, case, plan, now=at)
    plans.offer_plan(sides.admin, case, now=at)
    later = at + timedelta(hours=5)
    plans.confirm_plan(sides.contact, case, now=later)
    _finish(sides.admin, case, later, "plan_project", "plan_acceptance")


def _planned(key: str, first: date, last: date) -> date:
    return last if key in ("deliver", "monitor", "accept") else first + timedelta(days=10)


def _authorise(sides: Sides, contract: ContractId, at: datetime) -> None:
    draft = AuthorisationDraft(
        operations=(Operation.READ, Operation.POWER, Operation.SCRIPT),
        starts_at=at,
        ends_at=at + timedelta(days=60),
        note="试点期间 / During the pilot",
    )
    authorisations.ask_authorisation(sides.contact, contract, draft, now=at)


def _carry_out(sides: Sides, contract: ContractId, at: datetime, what: tuple[str, int]) -> TicketId:
    """what: the title, and minutes of work."""
    title, minutes = what
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P3, title=title
    )
    made = tickets.open_ticket(sides.contact, draft, now=at)
    for viewer, kind, text, after in (
        (sides.admin, EntryKind.REPLIED, "已受理。", 25),
        (sides.admin, EntryKind.STARTED, "", 30),
        (sides.admin, EntryKind.RESOLVED, "已完成并验证。", 30 + minutes),
        (sides.contact, EntryKind.CLOSED, "确认。", 40 + minutes),
    ):
        worked = minutes if kind is EntryKind.RESOLVED else 0
        entry = EntryDraft(kind=kind, text=text, minutes=worked)
        tickets.write_entry(viewer, made, entry, now=at + timedelta(minutes=after))
    return made


def _accept(sides: Sides, case: CaseId, at: datetime) -> None:
    checks = tuple(CheckResult(text=text, is_met=True, note="抽查 10 人") for text in _CHECKS)
    draft = acceptances.AcceptanceDraft(checks=checks, name="王工")
    made = acceptances.ask_acceptance(sides.admin, case, draft, now=at)
    scores = {**dict.fromkeys(SCORES, 5), "speed": 4}
    said = Feedback(scores=scores, text="试点达到预期，同意验收。")
    signed_at = at + timedelta(hours=4)
    acceptances.sign_acceptance(sides.contact, made, said, name="李主任", now=signed_at)


def _ask_each_month(sides: Sides, contract: ContractId, now: datetime) -> None:
    """What the customer said of the months since then."""
    for months, csat, nps in ((3, 4, 8), (2, 5, 9), (1, 5, 10)):
        at = _morning(now - timedelta(days=30 * months))
        first, last = at.date() - timedelta(days=30), at.date() - timedelta(days=1)
        draft = PeriodDraft(contract=contract, first_on=first, last_on=last)
        made = surveys.ask_about_period(sides.admin, draft, now=at)
        asked = survey_queries.access_survey(sides.admin, made, now=at)
        _answer(asked, Answer(csat=csat, nps=nps, name="李主任"), at + timedelta(hours=3))


def _see_to_improvements(sides: Sides, contract: ContractId, now: datetime) -> None:
    """The low score has an owner and a day; what was written by hand is done."""
    able = workers.fetch_workers(sides.admin, sides.customer)
    worker = next((each for each in able if each.username == "operator"), None)
    for known in register.fetch_improvements(sides.admin, {"contract": contract}).items:
        draft = ImprovementDraft(
            title=known.title,
            text=f"{known.text}\n电话 30 秒内接听；接听率列入月报。",
            contract=contract,
            owner=worker.id if worker else None,
            due_on=now.date() + timedelta(days=14),
        )
        improvements.change_improvement(sides.admin, known.id, draft, now=now)
    at = now - timedelta(days=40)
    draft = ImprovementDraft(
        title="迁移前三天通知用户 / Tell people three days before a move", contract=contract
    )
    made = improvements.add_improvement(sides.admin, sides.customer, draft, now=at)
    done, result = ImprovementState.DONE, "已写入迁移模板；此后两次迁移无投诉。"
    at += timedelta(days=25)
    improvements.end_improvement(sides.admin, made, done, result=result, now=at)


def _answer(asked: Survey, said: Answer, at: datetime) -> None:
    signer = Signer((secrets.token_hex(16),), PURPOSE)
    token = survey_queries.make_token(signer, asked)
    surveys.answer_by_link(signer, token, said, address="", now=at)


def _paper(name: str, at: datetime) -> Upload:
    document = Document(
        title=name,
        subtitle=at.date().isoformat(),
        language="zh",
        cover=(("云桌面 / Desktops", name),),
        blocks=(Heading(text=name), Paragraph(text="演示文档。/ A document of the demo.")),
        footer=name,
        made_at=at,
        is_sheet=True,
    )
    return Upload(name=f"{name}.docx", content_type=_DOCX, data=render_docx(document))
