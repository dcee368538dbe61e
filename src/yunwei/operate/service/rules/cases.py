"""What the next step of a case waits for, and how a case may move. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.operate.service.facts.cases import (
    STEPS,
    CaseDraft,
    CaseStep,
    DocumentKind,
    Lack,
    Missing,
    Plan,
    PlanTask,
    TaskDone,
    place_of,
)
from yunwei.operate.service.facts.contracts import ContractSide, ContractState, TermsState
from yunwei.operate.service.facts.matrix import MATRIX, TASKS, MatrixRow, Part, TaskKey
from yunwei.operate.service.rules.seals import sha256_of

_LONGEST_TITLE, _LONGEST_TEXT = 200, 4000
_MOST_CHECKS = 50
_PROVIDER, _CUSTOMER = ContractSide.PROVIDER, ContractSide.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """All that the next step depends on. persons: sides for which somebody speaks. plan: state of
    the newest plan, agreed: whether one was confirmed. is_asked: an acceptance waits for the
    customer."""

    step: CaseStep
    need: str
    done: frozenset[str]
    documents: frozenset[DocumentKind]
    contract: ContractState | None
    persons: frozenset[ContractSide]
    plan: TermsState | None
    agreed: Plan | None
    tickets: int
    open_tickets: int
    authorisations: int
    is_asked: bool


def find_missing(facts: CaseFacts) -> tuple[Missing, ...]:
    """Return what the next step waits for, whose turn it is; nothing for a case that has ended."""
    if not facts.step.is_open:
        return ()
    return (*_LACKS[facts.step](facts), *_open_tasks(facts))


def _open_tasks(facts: CaseFacts) -> Iterable[Missing]:
    for row in MATRIX:
        # signing is how the acceptance is carried out
        if row.step is facts.step and row.key not in facts.done and row.key != TaskKey.ACCEPT:
            yield Missing(lack=Lack.TASK, side=row.leader, what=row.key)


def _of_enquiry(facts: CaseFacts) -> Iterable[Missing]:
    if not facts.need.strip():
        yield Missing(lack=Lack.NEED, side=_CUSTOMER)
    yield from _documents(facts, (DocumentKind.MINUTES,))


def _of_order(facts: CaseFacts) -> Iterable[Missing]:
    if facts.contract is None:
        yield Missing(lack=Lack.CONTRACT, side=_PROVIDER)
        return
    if facts.contract is ContractState.DRAFTED:
        yield Missing(lack=Lack.AGREEMENT, side=_PROVIDER)
    elif facts.contract is ContractState.OFFERED:
        yield Missing(lack=Lack.AGREEMENT, side=_CUSTOMER)
    yield from _persons(facts)


def _persons(facts: CaseFacts) -> Iterable[Missing]:
    if _PROVIDER not in facts.persons:
        yield Missing(lack=Lack.PROVIDER_PERSON, side=_PROVIDER)
    if _CUSTOMER not in facts.persons:
        yield Missing(lack=Lack.CUSTOMER_PERSON, side=_CUSTOMER)


def _of_plan(facts: CaseFacts) -> Iterable[Missing]:
    if facts.plan in (None, TermsState.DRAFT, TermsState.RETURNED):
        yield Missing(lack=Lack.PLAN, side=_PROVIDER)
    elif facts.plan is TermsState.OFFERED:
        yield Missing(lack=Lack.CONFIRMATION, side=_CUSTOMER)


def _of_request(facts: CaseFacts) -> Iterable[Missing]:
    if not facts.tickets:
        yield Missing(lack=Lack.TICKET, side=_CUSTOMER)
    if facts.contract is not ContractState.IN_FORCE:
        yield Missing(lack=Lack.IN_FORCE, side=_PROVIDER)
    if not facts.authorisations:
        yield Missing(lack=Lack.AUTHORISATION, side=_CUSTOMER)
    yield from _persons(facts)


def _of_delivery(facts: CaseFacts) -> Iterable[Missing]:
    if facts.open_tickets:
        yield Missing(lack=Lack.OPEN_TICKETS, side=_PROVIDER, count=facts.open_tickets)
    if facts.plan is TermsState.OFFERED:
        yield Missing(lack=Lack.CONFIRMATION, side=_CUSTOMER)
    yield from _documents(facts, facts.agreed.criteria.documents if facts.agreed else ())


def _of_acceptance(facts: CaseFacts) -> Iterable[Missing]:
    lack = Lack.SIGNATURE if facts.is_asked else Lack.ACCEPTANCE
    yield Missing(lack=lack, side=_CUSTOMER if facts.is_asked else _PROVIDER)


def _documents(facts: CaseFacts, needed: Iterable[DocumentKind]) -> Iterable[Missing]:
    for kind in needed:
        if kind not in facts.documents:
            yield Missing(lack=Lack.DOCUMENT, side=_PROVIDER, what=kind)


_LACKS = {
    CaseStep.ENQUIRY: _of_enquiry,
    CaseStep.ORDER: _of_order,
    CaseStep.PLAN: _of_plan,
    CaseStep.REQUEST: _of_request,
    CaseStep.DELIVERY: _of_delivery,
    CaseStep.ACCEPTANCE: _of_acceptance,
}


def next_step(facts: CaseFacts) -> CaseStep:
    """Return the step that follows; raises Conflict while something is missing for it. The last one
    follows from the customer's signature alone."""
    if not facts.step.is_open:
        raise Conflict("this case has ended")
    if find_missing(facts):
        raise Conflict("something is still missing for the next step")
    return STEPS[place_of(facts.step)]


def step_back(now: CaseStep, to: CaseStep) -> tuple[TaskKey, ...]:
    """Return the tasks that are to be done again after a step back; raises Conflict when it is
    none."""
    if not now.is_open:
        raise Conflict("this case has ended")
    if not to.is_open or place_of(to) >= place_of(now):
        raise Conflict("this is no step back")
    first, last = place_of(to), place_of(now)
    return tuple(row.key for row in MATRIX if first <= place_of(row.step) <= last)


def check_may_cancel(step: CaseStep) -> None:
    if not step.is_open:
        raise Conflict("this case has ended")
    if place_of(step) >= place_of(CaseStep.DELIVERY):
        raise Conflict("work has begun: end it by an acceptance")


def check_case(draft: CaseDraft) -> CaseDraft:
    """Return a case that can be so; raises Invalid at the field."""
    title = draft.title.strip()
    if not title:
        raise Invalid("title", "this is required")
    if len(title) > _LONGEST_TITLE or not title.isprintable():
        raise Invalid("title", "at most 200 characters")
    return replace(draft, title=title, need=_check_text("need", draft.need))


def check_task(
    key: str, done: TaskDone, planned_on: date | None, *, today: date, step: CaseStep
) -> MatrixRow:
    """Return a task that can be done so. Raises Refused for none of the matrix; Invalid at `on` or
    `note`; Conflict before its step."""
    try:
        row = TASKS[TaskKey(key)]
    except ValueError as error:
        raise Refused() from error
    if done.side is ContractSide.CUSTOMER and row.customer is not Part.LEADS:
        raise Refused()
    if row.key is TaskKey.ACCEPT:
        raise Conflict("this task is done by signing")
    if place_of(row.step) > place_of(step) or not step.is_open:
        raise Conflict("its step has not begun, or the case has ended")
    if done.on > today:
        raise Invalid("on", "it must not be in the future")
    _check_text("note", done.note)
    if row.part(done.side) is not Part.LEADS and not done.note:
        raise Invalid("note", "the other side leads this task: say where their word is kept")
    if planned_on is not None and done.on > planned_on and not done.note:
        raise Invalid("note", "it is later than planned: say why")
    return row


def check_plan(plan: Plan) -> Plan:
    """Return a plan that can be so; raises Invalid at the field, of a task `on.<key>`."""
    goal = _check_text("goal", plan.goal)
    if not goal:
        raise Invalid("goal", "this is required")
    if plan.ends_on < plan.starts_on:
        raise Invalid("ends_on", "it must not be before the beginning")
    for each in plan.work:
        _check_work(each)
    _check_criteria(plan)
    return replace(
        plan,
        goal=goal,
        risks=_check_text("risks", plan.risks),
        communication=_check_text("communication", plan.communication),
    )


def _check_work(each: PlanTask) -> None:
    if each.key not in set(TaskKey):
        raise Refused()
    if len(each.who) > _LONGEST_TITLE or not each.who.isprintable():
        raise Invalid(f"who.{each.key}", "at most 200 characters")


def _check_criteria(plan: Plan) -> None:
    criteria = plan.criteria
    if not 0 <= criteria.timely_ratio <= 1:
        raise Invalid("timely_ratio", "between 0 and 100 percent")
    if criteria.satisfaction is not None and not 1 <= criteria.satisfaction <= 5:
        raise Invalid("satisfaction", "between 1 and 5")
    if len(criteria.checks) > _MOST_CHECKS:
        raise Invalid("checks", "at most 50 lines")
    for line in criteria.checks:
        if len(line) > _LONGEST_TITLE or not line.isprintable():
            raise Invalid("checks", "at most 200 characters")


def _check_text(field: str, text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise Invalid(field, "at most 4000 characters")
    if "\0" in text:
        raise Invalid(field, "no line breaks or control characters")
    return text.strip()


def hash_plan(case: int, number: int, plan: Plan) -> str:
    """Return the SHA-256 by which both sides know that they confirm the same."""
    return sha256_of({"case": case, "number": number, "plan": msgspec.to_builtins(plan)})


def is_late(planned_on: date | None, done: TaskDone | None, today: date) -> bool:
    return planned_on is not None and (done.on if done else today) > planned_on


def whose_turn(missing: Iterable[Missing]) -> Mapping[ContractSide, int]:
    """Return how many things each side owes."""
    turns = dict.fromkeys(ContractSide, 0)
    for each in missing:
        turns[each.side] += 1
    return turns
