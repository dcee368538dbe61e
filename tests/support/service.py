"""Service clocks, contracts and authorisations made up for tests."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from yunwei.base.core.acts import Operation
from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.ids import AuthorisationId, CaseId, ContractId, TenantId, TicketId
from yunwei.base.infra.signing import Signer
from yunwei.base.people.facts import Viewer
from yunwei.operate.service.actions import (
    authorisations,
    cases,
    contracts,
    people,
    plans,
    surveys,
    tickets,
)
from yunwei.operate.service.facts.authorisations import AuthorisationDraft
from yunwei.operate.service.facts.cases import (
    CaseDraft,
    Criteria,
    DocumentKind,
    Plan,
    PlanTask,
)
from yunwei.operate.service.facts.clocks import ClockEvent, Goal, Happening, Priority
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    ContractSide,
    PersonDraft,
    ServiceItem,
    ServiceLevel,
    ServiceType,
    Terms,
)
from yunwei.operate.service.facts.matrix import MATRIX
from yunwei.operate.service.facts.surveys import Answer
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.service.queries import surveys as survey_queries
from yunwei.operate.service.rules.surveys import PURPOSE
from yunwei.operate.service.rules.uploads import Upload

ZONES = {"SH": "Asia/Shanghai", "BE": "Europe/Berlin"}
_HOLIDAYS = (
    (date(2026, 2, 15), 9),
    (date(2026, 5, 1), 5),
    (date(2026, 10, 1), 7),
)
_MAKEUP = ((2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
CHINA = Calendar(
    special={
        first + timedelta(days=number): DayKind.STATUTORY_HOLIDAY
        for first, days in _HOLIDAYS
        for number in range(days)
    }
    | {date(2026, month, day): DayKind.MAKEUP_WORKDAY for month, day in _MAKEUP},
    years=frozenset({2026}),
)
_KINDS = {
    "start": Happening.STARTED,
    "pause": Happening.PAUSED,
    "resume": Happening.RESUMED,
    "stop": Happening.STOPPED,
    "reopen": Happening.REOPENED,
    "goal": Happening.RETARGETED,
    "cancel": Happening.CANCELLED,
}


def hours(text: str, zone: str = "Asia/Shanghai") -> CalendarTimes:
    return parse_times_text(text, time_zone=zone)


def length(text: str) -> timedelta:
    """Return the length of `2h30m`."""
    (found,) = re.findall(r"^(?:(\d+)h)?(?:(\d+)m)?$", text)
    return timedelta(hours=int(found[0] or 0), minutes=int(found[1] or 0))


def instant(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """Return the instant of `06-01 09:00` in 2026, on a zone's wall; with Z of UTC."""
    local = datetime.strptime(f"2026-{text.removesuffix('Z')}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    return local.replace(tzinfo=UTC if text.endswith("Z") else ZoneInfo(zone)).astimezone(UTC)


def happened(text: str, goal: Goal, zone: str = "Asia/Shanghai") -> tuple[ClockEvent, ...]:
    """Return the events of `start 06-01 09:00; pause 06-01 10:00 customer; goal 06-01 11:00 2h`."""
    events: list[ClockEvent] = []
    for each in text.split(";"):
        word, day, clock, *rest = each.split()
        said = rest[0] if rest else ""
        asked: Goal | None = None
        if word == "start":
            asked = goal
        elif word == "goal":
            asked = Goal(time=length(said), hours=goal.hours)
        events.append(
            ClockEvent(
                at=instant(f"{day} {clock}", zone),
                kind=_KINDS[word],
                reason=said if word == "pause" else "",
                goal=asked,
            )
        )
    return tuple(events)


def terms(now: datetime, **changes: Any) -> Terms:
    """Return terms that are in force now, for a year and as a provider would offer them."""
    made = Terms(
        starts_on=(now - timedelta(days=30)).date(),
        ends_on=(now + timedelta(days=335)).date(),
        time_zone="Asia/Shanghai",
        services=(
            ServiceItem(type=ServiceType.REMOTE, in_scope="Desktops and their users"),
            ServiceItem(type=ServiceType.ON_SITE, quota=12),
            ServiceItem(type=ServiceType.INSPECTION, quota=4),
            ServiceItem(type=ServiceType.EMERGENCY),
        ),
        levels=tuple(
            ServiceLevel(
                priority=priority,
                hours="daily" if number < 2 else "workday 09:00-18:00",
                response_minutes=15 * 4**number,
                resolution_minutes=240 * (number + 1),
                arrival_minutes=240 if number < 2 else None,
            )
            for number, priority in enumerate(Priority)
        ),
        prices="1,000 a month",
    )
    return replace(made, **changes)


def agreed_contract(
    manager: Viewer, tenant: TenantId, *, now: datetime, number: str = "C-1", **changes: Any
) -> ContractId:
    """Write a contract, offer it and note that it was signed on paper."""
    draft = ContractDraft(number=number, name=f"Desktops {number}", terms=terms(now, **changes))
    made = contracts.add_contract(manager, tenant, draft, now=now)
    contracts.offer_terms(manager, made, now=now)
    contracts.agree_to_terms(manager, made, now=now, paper="Safe 3")
    return made


def authorised(
    manager: Viewer,
    contract: ContractId,
    *operations: Operation,
    now: datetime,
    **changes: Any,
) -> AuthorisationId:
    """Have something authorised on paper, for a day from an hour ago."""
    draft = AuthorisationDraft(
        operations=operations or tuple(Operation),
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
    )
    made = authorisations.ask_authorisation(manager, contract, replace(draft, **changes), now=now)
    authorisations.grant_authorisation(manager, made, now=now, paper="Safe 3")
    return made


def made_plan(today: date, *, days: int = 30, **criteria: Any) -> Plan:
    """Return a plan by which every task is done at the end of some days."""
    ends_on = today + timedelta(days=days)
    return Plan(
        goal="100 desktops for the finance department",
        starts_on=today,
        ends_on=ends_on,
        work=tuple(PlanTask(key=row.key, planned_on=ends_on, who="Wang") for row in MATRIX),
        criteria=replace(Criteria(), **criteria),
        risks="The network in building 3",
        communication="A mail each Friday",
    )


MINUTES = Upload(name="minutes.pdf", content_type="application/pdf", data=b"%PDF-1.7 %%EOF")


def case_at_acceptance(
    manager: Viewer,
    tenant: TenantId,
    *,
    now: datetime,
    number: str = "C-9",
    titles: tuple[str, ...] = ("Set up the desktops",),
    **criteria: Any,
) -> CaseId:
    """Take a case to its last step, the customer's word kept on paper; its tickets are solved an
    hour after they were told."""
    draft = CaseDraft(title=f"New desktops {number}", need="100 desktops")
    case = cases.open_case(manager, tenant, draft, now=now)
    contract = agreed_contract(manager, tenant, now=now, number=number)
    cases.change_case(manager, case, replace(draft, contract=contract), now=now)
    for side in ContractSide:
        person = PersonDraft(side=side, name=f"{side.value} Li", phone="1")
        people.add_person(manager, contract, person, now=now)
    cases.add_document(manager, case, MINUTES, DocumentKind.MINUTES, now=now)
    _take_on(manager, case, "define_needs", "gather_information", "analyse_needs", now=now)
    _take_on(manager, case, "form_team", now=now)
    plans.write_plan(manager, case, made_plan(now.date(), **criteria), now=now)
    plans.offer_plan(manager, case, now=now)
    plans.confirm_plan(manager, case, now=now, paper="Safe 3")
    _take_on(manager, case, "plan_project", "plan_acceptance", now=now)
    authorised(manager, contract, now=now)
    made = [_solved_ticket(manager, contract, title, now) for title in titles]
    assert made
    _take_on(manager, case, "design", "prepare", now=now)
    record = replace(MINUTES, name="record.pdf")
    cases.add_document(manager, case, record, DocumentKind.RECORD, now=now)
    _take_on(manager, case, "deliver", "monitor", now=now)
    return case


def _take_on(manager: Viewer, case: CaseId, *keys: str, now: datetime) -> None:
    for key in keys:
        cases.finish_task(manager, case, key, on=None, note="Safe 3", now=now)
    cases.advance_case(manager, case, now=now)


def _solved_ticket(manager: Viewer, contract: ContractId, title: str, now: datetime) -> int:
    told_at = now - timedelta(hours=1)
    draft = TicketDraft(
        contract=contract,
        type=ServiceType.REMOTE,
        priority=Priority.P3,
        title=title,
        reported_at=told_at,
    )
    made = tickets.open_ticket(manager, draft, now=told_at)
    solved = EntryDraft(kind=EntryKind.RESOLVED, text="done", minutes=30)
    tickets.write_entry(manager, made, solved, now=now)
    return made


def close_and_answer(viewer: Viewer, ticket: TicketId, said: Answer, *, now: datetime) -> None:
    """Close a ticket that is solved, and let its customer answer the survey about it."""
    tickets.write_entry(viewer, ticket, EntryDraft(kind=EntryKind.CLOSED), now=now)
    asked = survey_queries.find_survey_of(viewer, ticket, now=now)
    assert asked is not None
    signer = Signer(("a key of the tests",), PURPOSE)
    token = survey_queries.make_token(signer, asked)
    surveys.answer_by_link(signer, token, said, address="198.51.100.7", now=now)
