"""Questions about acceptances: what the data say now, one with its papers, whether it is intact."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import AcceptanceId, CaseId, ContractId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.acceptances import (
    Acceptance,
    AcceptanceData,
    AcceptanceFile,
    AcceptanceState,
    CheckResult,
    Criterion,
    DocumentLine,
    Finding,
    PersonLine,
    Proof,
    SurveyLine,
    TaskLine,
    TicketLine,
    WholeAcceptance,
)
from yunwei.operate.service.facts.cases import CaseStep
from yunwei.operate.service.facts.clocks import ClockState, ClockView, Metric, Priority
from yunwei.operate.service.facts.contracts import ServiceType, Terms
from yunwei.operate.service.facts.tickets import EntryKind, TicketState
from yunwei.operate.service.queries.cases import CaseTask, WholeCase, system_case
from yunwei.operate.service.rules.acceptances import (
    comparable,
    digest_of,
    find_differences,
    judge,
    seal_signed,
    state_of_log,
)
from yunwei.operate.service.rules.seals import seal_of, sha256_of_bytes, write_canonical
from yunwei.operate.service.rules.tickets import read_clocks
from yunwei.operate.service.rules.uploads import Upload
from yunwei.operate.service.store import acceptances as store
from yunwei.operate.service.store import contracts as contract_store
from yunwei.operate.service.store import surveys as survey_store

_DONE = (TicketState.RESOLVED, TicketState.CLOSED)


def fetch_acceptances(viewer: Viewer, case: CaseId, *, now: datetime) -> tuple[Acceptance, ...]:
    """Return the acceptances of a case, the newest first. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        system_case(conn, case, viewer.tenants, now=now)
        return store.fetch_acceptances(conn, case)


def preview_criteria(viewer: Viewer, case: CaseId, *, now: datetime) -> tuple[Criterion, ...]:
    """Return what of the plan's criteria the data meet now; checks are people's. Raises Refused;
    Conflict without a contract and a confirmed plan."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        whole = system_case(conn, case, viewer.tenants, now=now)
        return system_collect(conn, whole, as_of=now).criteria


def access_acceptance(viewer: Viewer, acceptance: AcceptanceId) -> WholeAcceptance:
    """Return one acceptance with what it was made from. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        return system_acceptance(conn, acceptance, viewer)


def system_acceptance(
    conn: Connection, acceptance: AcceptanceId, viewer: Viewer
) -> WholeAcceptance:
    """Return one acceptance of the viewer's tenants; raises Refused."""
    rows = fetch_page(
        conn,
        store.ACCEPTANCES,
        tenants=viewer.tenants,
        filters={"id": acceptance},
        request=PageRequest(limit=1),
    ).items
    if not rows:
        raise Refused()
    text = store.read_data(conn, acceptance)
    return WholeAcceptance(
        acceptance=store.build_acceptance(rows[0]),
        data=msgspec.json.decode(text, type=AcceptanceData, strict=False),
        files=store.fetch_files(conn, acceptance),
        signatures=store.fetch_signatures(conn, acceptance),
    )


def fetch_file(viewer: Viewer, acceptance: AcceptanceId, file: int) -> Upload:
    """Return a file of an acceptance. Raises Refused."""
    for known, data in fetch_files(viewer, acceptance):
        if known.id == file:
            return Upload(name=known.name, content_type=known.content_type, data=data)
    raise Refused()


def fetch_files(viewer: Viewer, acceptance: AcceptanceId) -> list[tuple[AcceptanceFile, bytes]]:
    """Return all files of an acceptance with their bytes. Raises Refused."""
    access_acceptance(viewer, acceptance)
    with transaction() as conn:
        return store.read_files(conn, acceptance)


def verify(viewer: Viewer, acceptance: AcceptanceId, *, now: datetime) -> tuple[Finding, ...]:
    """Return whether everything that was sealed is what it was: each file, the data, the seals,
    the signatures, the audit log's copy, and what the data were made from. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        rows = fetch_page(
            conn,
            store.ACCEPTANCES,
            tenants=viewer.tenants,
            filters={"id": acceptance},
            request=PageRequest(limit=1),
        ).items
        if not rows:
            raise Refused()
        known = store.build_acceptance(rows[0])
        text = store.read_data(conn, acceptance)
        files = store.read_files(conn, acceptance)
        return (
            *_verify_files(files),
            *_verify_data(conn, known, text, viewer, now),
            *_verify_seals(conn, known, text, files),
        )


def _verify_files(files: Iterable[tuple[AcceptanceFile, bytes]]) -> Iterator[Finding]:
    for known, data in files:
        yield _compare(Proof.FILE, known.name, known.sha256, sha256_of_bytes(data))


def _verify_data(
    conn: Connection, known: Acceptance, text: str, viewer: Viewer, now: datetime
) -> Iterator[Finding]:
    yield _compare(Proof.DATA, "", known.data_sha256, sha256_of_bytes(text.encode()))
    if known.state not in (AcceptanceState.ASKED, AcceptanceState.SIGNED):
        # work went on: what it was made from is no more as it was
        return
    try:
        sealed = msgspec.json.decode(text, type=AcceptanceData, strict=False)
        whole = system_case(conn, known.case, viewer.tenants, now=now)
        made = system_collect(conn, whole, as_of=sealed.as_of)
    except (msgspec.DecodeError, msgspec.ValidationError, Conflict) as error:
        yield Finding(proof=Proof.SOURCE, is_intact=False, details=(str(error),))
        return
    differences = find_differences(comparable(sealed), comparable(made))
    yield Finding(proof=Proof.SOURCE, is_intact=not differences, details=differences)


def _verify_seals(
    conn: Connection,
    known: Acceptance,
    text: str,
    files: list[tuple[AcceptanceFile, bytes]],
) -> Iterator[Finding]:
    data_sha256 = sha256_of_bytes(text.encode())
    hashes = {each.name: sha256_of_bytes(data) for each, data in files}
    first = {each.name: hashes[each.name] for each, _data in files if each.version == 1}
    yield _compare(Proof.SEAL, "", known.seal, seal_of(data_sha256, first))
    signatures = store.fetch_signatures(conn, known.id)
    for each in signatures:
        is_for_it = each.seal == known.seal
        found = digest_of(each) if is_for_it else each.seal
        yield _compare(Proof.SIGNATURE, each.name, each.digest if is_for_it else known.seal, found)
    if known.state is AcceptanceState.SIGNED:
        found = seal_signed(known.seal, signatures, hashes)
        yield _compare(Proof.SEAL, "2", known.signed_seal, found)
    for seal in filter(None, (known.seal, known.signed_seal)):
        is_kept = store.is_audited(conn, known.id, seal)
        yield Finding(proof=Proof.AUDIT, is_intact=is_kept, expected=seal)


def _compare(proof: Proof, what: str, expected: str, found: str) -> Finding:
    is_intact = expected == found
    return Finding(proof=proof, is_intact=is_intact, what=what, expected=expected, found=found)


def system_collect(
    conn: Connection,
    whole: WholeCase,
    *,
    as_of: datetime,
    checks: tuple[CheckResult, ...] = (),
    number: int = 0,
    note: str = "",
) -> AcceptanceData:
    """Return what an acceptance of a case is made from, as it was at an instant: the same rows give
    the same data whenever it is asked. Raises Conflict without a contract and a confirmed plan."""
    contract, terms, plan = whole.contract, whole.terms, whole.agreed_plan
    if contract is None or terms is None or plan is None:
        raise Conflict("an acceptance needs an agreed contract and a confirmed plan")
    versions = contract_store.fetch_versions(conn, contract.id)
    known = {each.number: each.terms for each in versions}
    calendar = system_calendars(conn).of(contract.tenant)
    tickets = tuple(_ticket_lines(conn, whole, known, calendar, as_of))
    tasks = tuple(_task_line(each, as_of) for each in whole.tasks)
    documents = tuple(_document_lines(conn, whole.case.id, as_of))
    surveys = tuple(_survey_lines(conn, contract.id, as_of))
    criteria = plan.plan.criteria
    return AcceptanceData(
        case=whole.case.code,
        title=whole.case.title,
        need=whole.case.need,
        customer=whole.case.tenant_name,
        provider=store.provider_name(conn),
        contract_number=contract.number,
        contract_name=contract.name,
        terms=terms.number,
        terms_sha256=terms.sha256,
        plan=plan.number,
        plan_sha256=plan.sha256,
        goal=plan.plan.goal,
        planned_from=plan.plan.starts_on,
        planned_until=plan.plan.ends_on,
        began_at=whole.begun_at(CaseStep.DELIVERY),
        as_of=as_of,
        time_zone=contract.time_zone,
        round=number,
        people=tuple(_person_lines(whole, as_of)),
        tickets=tickets,
        tasks=tasks,
        documents=documents,
        checks=checks,
        criteria=judge(
            criteria, tickets, tasks, documents, checks, today=whole.today, surveys=surveys
        ),
        note=note,
        surveys=surveys,
    )


def _ticket_lines(
    conn: Connection,
    whole: WholeCase,
    known: Mapping[int, Terms],
    calendar: Calendar,
    as_of: datetime,
) -> Iterator[TicketLine]:
    if whole.case.contract is None:
        return
    for row, entries in store.read_tickets(conn, whole.case.contract, as_of):
        state = state_of_log(entries)
        if state is TicketState.CANCELLED:
            continue
        type, priority = ServiceType(row["type"]), Priority(row["first_priority"])
        about = (type, priority)
        clocks = read_clocks(entries, about, known[row["terms"]], calendar, now=as_of)
        is_merged = state is TicketState.MERGED
        if is_merged and not any(view.is_overdue for view in clocks.values()):
            continue
        solved = [each.at for each in entries if each.kind is EntryKind.RESOLVED]
        changed = [each.priority for each in entries if each.kind is EntryKind.PRIORITISED]
        response, resolution = clocks.get(Metric.RESPONSE), clocks.get(Metric.RESOLUTION)
        yield TicketLine(
            code=f"T-{row['id']:06d}",
            type=type.value,
            priority=str(changed[-1] if changed else priority),
            title=row["title"],
            reported_at=row["reported_at"],
            solved_at=max(solved, default=None) if state in _DONE else None,
            is_done=state in _DONE or is_merged,
            minutes=sum(each.minutes for each in entries),
            response=_state(response),
            response_s=_seconds(response),
            resolution=_state(resolution),
            resolution_s=_seconds(resolution),
        )


def _state(view: ClockView | None) -> str:
    """met, late, or what it is; what is over its time and still runs is late already."""
    if view is None:
        return ""
    is_late = view.state.is_open and view.is_overdue
    return (ClockState.LATE if is_late else view.state).value


def _seconds(view: ClockView | None) -> int | None:
    return None if view is None else int(view.elapsed.total_seconds())


def _task_line(task: CaseTask, as_of: datetime) -> TaskLine:
    done = task.done if task.done and task.done.at <= as_of else None
    return TaskLine(
        key=task.row.key.value,
        planned_on=task.planned_on,
        done_on=done.on if done else None,
        by=done.by if done else "",
        note=done.note if done else "",
    )


def _document_lines(conn: Connection, case: CaseId, as_of: datetime) -> Iterator[DocumentLine]:
    for row in store.read_documents(conn, case, as_of):
        data = bytes(row["data"])
        yield DocumentLine(
            name=row["name"],
            kind=row["kind"],
            sha256=sha256_of_bytes(data),
            size_bytes=len(data),
            by=row["by"],
            at=row["at"],
        )


def _survey_lines(conn: Connection, contract: ContractId, as_of: datetime) -> Iterator[SurveyLine]:
    for row in survey_store.read_answers(conn, contract, as_of):
        is_ticket = row["ticket"] is not None
        about = f"T-{row['ticket']:06d} {row['title']}" if is_ticket else ""
        yield SurveyLine(
            about=about or f"{row['first_on']} – {row['last_on']}",
            at=row["at"],
            csat=row["csat"],
            nps=row["nps"],
            comment=row["comment"],
            name=row["name"],
        )


def _person_lines(whole: WholeCase, as_of: datetime) -> Iterator[PersonLine]:
    for each in whole.people:
        if each.announced_at <= as_of:
            ended = each.until_at if each.until_at and each.until_at <= as_of else None
            yield PersonLine(
                side=each.side.value,
                name=each.name,
                from_at=each.from_at,
                until_at=ended,
                is_deputy=each.is_deputy,
                late=each.late_reason,
            )


def write_data(data: AcceptanceData) -> str:
    """Return the canonical text of the data, which is what is hashed."""
    return write_canonical(msgspec.to_builtins(data)).decode()
