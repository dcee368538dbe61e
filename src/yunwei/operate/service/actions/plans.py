"""The plan of a case: written, offered to the customer, confirmed or returned by them."""

from datetime import datetime

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import CaseId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.operate.service.actions.cases import lock, tell
from yunwei.operate.service.actions.contracts import check_note, check_paper, check_speaks_for
from yunwei.operate.service.facts.cases import CaseStep, Plan, PlanVersion, place_of
from yunwei.operate.service.facts.contracts import TermsState
from yunwei.operate.service.queries.cases import WholeCase
from yunwei.operate.service.rules.cases import check_plan, hash_plan
from yunwei.operate.service.rules.contracts import check_may_judge
from yunwei.operate.service.store import cases as store


def write_plan(viewer: Viewer, case: CaseId, plan: Plan, *, now: datetime, latest: int = 0) -> int:
    """Write a plan, and return the number of its version: the draft that is there, else a new one.
    latest: the version that was looked at, 0 for whichever. Raises Refused, Invalid, Conflict."""
    checked = check_plan(plan)
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, Permission.MANAGE_SERVICE)
        newest = next(iter(whole.plans), None)
        if latest and newest and latest != newest.number:
            raise Conflict("somebody changed it in the meantime")
        if place_of(whole.case.step) not in range(1, place_of(CaseStep.ACCEPTANCE)):
            raise Conflict("the plan can be changed no more")
        number = _number(newest)
        digest = hash_plan(case, number, checked)
        values = {"by": viewer.name, "now": now}
        store.write_plan(conn, case, number, (checked, digest), values)
        _note(conn, viewer, whole, ("service.write_plan", number, digest), now=now)
    return number


def _number(newest: PlanVersion | None) -> int:
    if newest is None:
        return 1
    if newest.state is TermsState.OFFERED:
        raise Conflict("the customer is being asked about it")
    return newest.number if newest.state is TermsState.DRAFT else newest.number + 1


def offer_plan(viewer: Viewer, case: CaseId, *, now: datetime) -> None:
    """Ask the customer to confirm the newest plan. Raises Refused, Conflict."""
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, Permission.MANAGE_SERVICE)
        newest = next(iter(whole.plans), None)
        if newest is None or newest.state is not TermsState.DRAFT:
            raise Conflict("only a draft can be offered")
        store.offer_plan(conn, case, newest.number, by=viewer.name, now=now)
        said = "service.offer_plan", newest.number, newest.sha256
        _note(conn, viewer, whole, said, now=now)


def confirm_plan(
    viewer: Viewer, case: CaseId, *, now: datetime, sha256: str = "", paper: str = ""
) -> None:
    """Confirm the plan for the customer. sha256: of what was read. paper: where the customer's word
    is kept; then whoever manages service may say so. Raises Refused, Conflict, Invalid."""
    if paper:
        check_paper(paper)
    with transaction() as conn:
        whole, newest = _lock_judged(conn, viewer, case, now, sha256, is_on_paper=bool(paper))
        values = {"by": viewer.name, "now": now, "paper": paper.strip(), "note": ""}
        store.judge_plan(conn, case, newest.number, TermsState.AGREED, values)
        said = "service.confirm_plan", newest.number, newest.sha256
        _note(conn, viewer, whole, said, now=now)


def return_plan(
    viewer: Viewer, case: CaseId, *, now: datetime, note: str, sha256: str = ""
) -> None:
    """Do not confirm the plan for the customer, and say why. Raises Refused, Invalid, Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        whole, newest = _lock_judged(conn, viewer, case, now, sha256, is_on_paper=False)
        values = {"by": viewer.name, "now": now, "paper": "", "note": reason}
        store.judge_plan(conn, case, newest.number, TermsState.RETURNED, values)
        said = "service.return_plan", newest.number, newest.sha256
        _note(conn, viewer, whole, said, now=now, detail=reason)


def _lock_judged(
    conn: Connection,
    viewer: Viewer,
    case: CaseId,
    now: datetime,
    sha256: str,
    *,
    is_on_paper: bool,
) -> tuple[WholeCase, PlanVersion]:
    permission = Permission.MANAGE_SERVICE if is_on_paper else Permission.USE_SERVICE
    whole = lock(conn, viewer, case, now, permission)
    if not is_on_paper:
        check_speaks_for(viewer, whole.case.tenant)
    newest = next(iter(whole.plans), None)
    if newest is None or newest.state is not TermsState.OFFERED:
        raise Conflict("this plan waits for nobody")
    check_may_judge(newest.state, newest.sha256, sha256)
    return whole, newest


def _note(
    conn: Connection,
    viewer: Viewer,
    whole: WholeCase,
    said: tuple[str, int, str],
    *,
    now: datetime,
    detail: str = "",
) -> None:
    """said: the verb, the plan's number and its hash."""
    verb, number, sha256 = said
    store.touch_case(conn, whole.case.id, by=viewer.name, now=now)
    head = whole.case.id, whole.case.tenant, whole.case.title
    tell(conn, viewer, verb, head, after={"plan": number, "sha256": sha256}, detail=detail)
