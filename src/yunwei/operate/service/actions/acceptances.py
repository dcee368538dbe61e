"""What is done about accepting: papers made and sealed, signed by both sides, or refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AcceptanceId, CaseId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Language, Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.operate.service.actions.cases import lock, move, take_back
from yunwei.operate.service.actions.contracts import PART, check_note, check_speaks_for
from yunwei.operate.service.actions.papers.making import make_data_files, make_papers
from yunwei.operate.service.facts.acceptances import (
    AcceptanceState,
    CheckResult,
    Feedback,
    Method,
    PaperKind,
    Signature,
    WholeAcceptance,
)
from yunwei.operate.service.facts.cases import CaseStep, TaskDone
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.matrix import TaskKey
from yunwei.operate.service.queries.acceptances import (
    system_acceptance,
    system_collect,
    write_data,
)
from yunwei.operate.service.queries.cases import WholeCase
from yunwei.operate.service.rules.acceptances import (
    check_checks,
    check_feedback,
    check_may_ask,
    check_open,
    check_seal,
    check_text,
    digest_of,
    seal_signed,
)
from yunwei.operate.service.rules.seals import seal_of, sha256_of_bytes
from yunwei.operate.service.rules.uploads import Upload
from yunwei.operate.service.store import acceptances as store
from yunwei.operate.service.store import cases as case_store

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceDraft:
    """What the provider says with an acceptance. note: of what is not met. name: who signs."""

    language: Language = Language.CHINESE
    checks: tuple[CheckResult, ...] = ()
    note: str = ""
    name: str = ""


def ask_acceptance(
    viewer: Viewer, case: CaseId, draft: AcceptanceDraft, *, now: datetime
) -> AcceptanceId:
    """Make and seal the papers, sign them for the provider, and ask the customer to accept.

    Whoever calls this has made sure that the viewer is at the keyboard themselves. Raises Refused,
    Invalid; Conflict at another step than the last, and while another waits for the customer.
    """
    with transaction() as conn:
        whole = lock(conn, viewer, case, now, Permission.MANAGE_SERVICE)
        if whole.case.step is not CaseStep.ACCEPTANCE:
            raise Conflict("the case is not at its acceptance")
        known = store.fetch_acceptances(conn, case)
        if any(each.state is AcceptanceState.ASKED for each in known):
            raise Conflict("the customer is being asked about it")
        number = len(known) + 1
        made, seal = _make(conn, viewer, whole, draft, (number, now))
        name = draft.name.strip() or viewer.name
        signature = _sign(viewer, ContractSide.PROVIDER, (seal, check_name(name)), now)
        store.add_signature(conn, made, signature)
        after = {"case": case, "round": number, "seal": seal}
        _tell(conn, viewer, "service.ask_acceptance", made, whole, after=after)
    return made


def _make(
    conn: Connection,
    viewer: Viewer,
    whole: WholeCase,
    draft: AcceptanceDraft,
    turn: tuple[int, datetime],
) -> tuple[AcceptanceId, str]:
    """Return the id of a new acceptance with its files, and its seal."""
    number, now = turn
    plan = whole.agreed_plan
    checks = check_checks(plan.plan.criteria.checks if plan else (), draft.checks)
    note = check_text("note", draft.note)
    data = system_collect(conn, whole, as_of=now, checks=checks, number=number, note=note)
    check_may_ask(data.criteria, note)
    text = write_data(data)
    data_sha256 = sha256_of_bytes(text.encode())
    files = [
        *make_papers(data, data_sha256, draft.language.value, version=1),
        *make_data_files(data, text),
    ]
    seal = seal_of(data_sha256, {each.name: sha256_of_bytes(each.data) for _k, each in files})
    values = {
        "number": number,
        "language": draft.language.value,
        "content_text": text,
        "data_sha256": data_sha256,
        "seal": seal,
        "by": viewer.name,
        "now": now,
    }
    made = store.add_acceptance(conn, whole.case.id, values)
    _keep(conn, made, files, version=1, now=now)
    return made, seal


def check_may_begin(viewer: Viewer, case: CaseId, *, now: datetime) -> None:
    """Raise Refused for whoever may not ask the customer to accept this case."""
    with transaction() as conn:
        lock(conn, viewer, case, now, Permission.MANAGE_SERVICE)


def sign_acceptance(
    viewer: Viewer,
    acceptance: AcceptanceId,
    feedback: Feedback,
    *,
    name: str = "",
    remark: str = "",
    seal: str = "",
    now: datetime,
) -> None:
    """Sign for the customer on screen; the case is done and the contract fulfilled. seal: of what
    was read.

    Whoever calls this has made sure that the viewer is at the keyboard themselves. Raises Refused,
    Invalid, Conflict.
    """
    checked = check_feedback(feedback)
    said = check_text("remark", remark)
    with transaction() as conn:
        whole, known = _lock(conn, viewer, acceptance, now, Permission.USE_SERVICE)
        check_speaks_for(viewer, known.acceptance.tenant)
        check_seal(known.acceptance.seal, seal)
        who = known.acceptance.seal, check_name(name.strip() or viewer.name)
        signature = _sign(viewer, ContractSide.CUSTOMER, who, now, remark=said, feedback=checked)
        _complete(conn, viewer, whole, known, signature, now=now)


def sign_on_paper(
    viewer: Viewer,
    acceptance: AcceptanceId,
    scan: Upload,
    *,
    name: str,
    feedback: Feedback | None = None,
    remark: str = "",
    now: datetime,
) -> None:
    """Put in the scan of what the customer signed and stamped on paper, by either side; the case is
    done and the contract fulfilled. name: who signed. Raises Refused, Invalid, Conflict."""
    signer, said = check_name(name.strip()), check_text("remark", remark)
    checked = check_feedback(feedback) if feedback else None
    with transaction() as conn:
        allowed = (Permission.MANAGE_SERVICE, Permission.USE_SERVICE)
        whole, known = _lock(conn, viewer, acceptance, now, *allowed)
        if not may(viewer, Permission.MANAGE_SERVICE, known.acceptance.tenant):
            check_speaks_for(viewer, known.acceptance.tenant)
        named = replace(scan, name=f"scan-{scan.name}")
        digest = store.add_file(conn, acceptance, PaperKind.SCAN, named, version=2, now=now)
        who = known.acceptance.seal, signer
        signature = _sign(
            viewer, ContractSide.CUSTOMER, who, now, remark=said, feedback=checked, scan=digest
        )
        _complete(conn, viewer, whole, known, signature, now=now)


def refuse_acceptance(
    viewer: Viewer, acceptance: AcceptanceId, *, note: str, now: datetime
) -> None:
    """Do not accept, for the customer, and say why: the case is back at its delivery. Raises
    Refused, Invalid, Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        whole, known = _lock(conn, viewer, acceptance, now, Permission.USE_SERVICE)
        check_speaks_for(viewer, known.acceptance.tenant)
        _judge(conn, acceptance, AcceptanceState.REFUSED, (reason, ""), (viewer, now))
        take_back(conn, viewer, whole, CaseStep.DELIVERY, note=reason, now=now)
        verb = "service.refuse_acceptance"
        _tell(conn, viewer, verb, acceptance, whole, detail=reason)


def withdraw_acceptance(
    viewer: Viewer, acceptance: AcceptanceId, *, note: str, now: datetime
) -> None:
    """Take back what the customer was asked, and say why. Raises Refused, Invalid, Conflict."""
    reason = check_note(note, is_needed=True)
    with transaction() as conn:
        whole, _known = _lock(conn, viewer, acceptance, now, Permission.MANAGE_SERVICE)
        _judge(conn, acceptance, AcceptanceState.WITHDRAWN, (reason, ""), (viewer, now))
        verb = "service.withdraw_acceptance"
        _tell(conn, viewer, verb, acceptance, whole, detail=reason)


def _complete(
    conn: Connection,
    viewer: Viewer,
    whole: WholeCase,
    known: WholeAcceptance,
    signature: Signature,
    *,
    now: datetime,
) -> None:
    """The customer signed: papers that show it, the last task, the case, the contract."""
    id = known.acceptance.id
    store.add_signature(conn, id, signature)
    signatures = (*known.signatures, signature)
    language, data_sha256 = known.acceptance.language, known.acceptance.data_sha256
    papers = make_papers(known.data, data_sha256, language, signatures, version=2)
    _keep(conn, id, papers, version=2, now=now)
    hashes = {each.name: each.sha256 for each in store.fetch_files(conn, id)}
    signed_seal = seal_signed(known.acceptance.seal, signatures, hashes)
    _judge(conn, id, AcceptanceState.SIGNED, (signature.remark, signed_seal), (viewer, now))
    done = TaskDone(
        key=TaskKey.ACCEPT,
        on=whole.today,
        by=viewer.name,
        side=ContractSide.CUSTOMER,
        at=now,
        note="",
    )
    case_store.note_task(conn, whole.case.id, done)
    move(conn, viewer, whole, CaseStep.DONE, now=now)
    if whole.case.contract is not None:
        note = f"{whole.case.code}-{known.acceptance.number}"
        values = {"by": viewer.name, "note": note, "now": now}
        store.accept_contract(conn, whole.case.contract, values)
    after = {"seal": signed_seal, "signed": signature.seal, "method": signature.method}
    _tell(conn, viewer, "service.sign_acceptance", id, whole, after=after)


def _sign(
    viewer: Viewer,
    side: ContractSide,
    what: tuple[str, str],
    now: datetime,
    *,
    remark: str = "",
    feedback: Feedback | None = None,
    scan: str = "",
) -> Signature:
    """what: the seal that is signed, and who signs."""
    signature = Signature(
        side=side,
        by=viewer.name,
        name=what[1],
        at=now,
        method=Method.PAPER if scan else Method.SCREEN,
        address=viewer.address,
        seal=what[0],
        remark=remark,
        feedback=feedback,
        scan=scan,
    )
    return replace(signature, digest=digest_of(signature))


def check_name(name: str) -> str:
    if not name:
        raise Invalid("name", "this is required")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid("name", "at most 200 characters")
    return name


def _keep(
    conn: Connection,
    acceptance: AcceptanceId,
    files: Iterable[tuple[PaperKind, Upload]],
    *,
    version: int,
    now: datetime,
) -> None:
    for kind, upload in files:
        store.add_file(conn, acceptance, kind, upload, version=version, now=now)


def _lock(
    conn: Connection,
    viewer: Viewer,
    acceptance: AcceptanceId,
    now: datetime,
    *permissions: Permission,
) -> tuple[WholeCase, WholeAcceptance]:
    """Return an acceptance that waits for the customer, and its case, locked. Raises Refused,
    Conflict."""
    if not any(may(viewer, each) for each in permissions):
        raise Refused()
    case = system_acceptance(conn, acceptance, viewer).acceptance.case
    whole = lock(conn, viewer, case, now, *permissions)
    store.lock_acceptance(conn, acceptance)
    known = system_acceptance(conn, acceptance, viewer)
    check_open(known.acceptance.state)
    return whole, known


def _judge(
    conn: Connection,
    acceptance: AcceptanceId,
    state: AcceptanceState,
    said: tuple[str, str],
    who: tuple[Viewer, datetime],
) -> None:
    """said: a reason or remark, and the seal over what was signed."""
    viewer, now = who
    values = {"by": viewer.name, "now": now, "note": said[0], "signed_seal": said[1]}
    store.judge_acceptance(conn, acceptance, state, values)


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    acceptance: AcceptanceId,
    whole: WholeCase,
    *,
    after: Mapping[str, Any] | None = None,
    detail: str = "",
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="acceptance",
        object_id=acceptance,
        object_name=whole.case.title,
        tenant=whole.case.tenant,
        after=after,
        detail=detail,
    )
    announce_live(PART, whole.case.tenant)
