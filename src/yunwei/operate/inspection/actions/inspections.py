"""What people do about inspections: have one made, answer its items, make tickets of findings,
seal it, take it as a file, remove it."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from yunwei.base.core.acts import Act, Operation
from yunwei.base.core.errors import Conflict, Invalid, Refused, YunweiError
from yunwei.base.core.ids import ContractId, TenantId, TicketId
from yunwei.base.core.own_texts import read_in
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import (
    Answer,
    Found,
    Inspected,
    Inspection,
    InspectionState,
    Result,
    WholeInspection,
)
from yunwei.operate.inspection.facts.templates import Gravity
from yunwei.operate.inspection.queries import inspections as queries
from yunwei.operate.inspection.queries import plans
from yunwei.operate.inspection.rules.scoring import score_inspection
from yunwei.operate.inspection.rules.sealing import check_answer, seal_of
from yunwei.operate.inspection.store import inspections as store
from yunwei.operate.service.actions.tickets import open_ticket
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractState, ServiceType
from yunwei.operate.service.facts.tickets import TicketDraft
from yunwei.operate.service.queries import contracts

PART = "inspection"
_WORK = Permission.WORK_REQUESTS
_PRIORITY = {
    Gravity.CRITICAL: Priority.P1,
    Gravity.MAJOR: Priority.P2,
    Gravity.MINOR: Priority.P3,
    Gravity.NOTICE: Priority.P4,
}


class _Asked(NamedTuple):
    id: int
    tenant: TenantId
    title: Said


def ask_inspection(viewer: Viewer, tenant: TenantId, template: int | None, *, now: datetime) -> int:
    """Have a tenant's things inspected, by a template of its own or (None) the built-in; it is
    worked on in the background. Returns its id. Raises Refused, Invalid; Conflict where the
    customer does not let anything be read now."""
    require(viewer, _WORK, tenant)
    title, text = _template(viewer, tenant, template)
    act = gate_act(tenant, title.zh, is_customers=viewer.tenant == tenant)
    pass_gate(act, by=viewer.name, now=now)
    with transaction() as conn:
        made = system_ask(conn, (tenant, template, None), (title, text), by=viewer.name, now=now)
        _tell(conn, viewer, "inspection.ask", _Asked(made, tenant, title))
    announce_work(PART)
    return made


def gate_act(tenant: TenantId, title: str, *, is_customers: bool, is_again: bool = False) -> Act:
    """Return what the gate is asked about an inspection."""
    return Act(
        operation=Operation.READ,
        tenant=tenant,
        title=title,
        is_customers=is_customers,
        is_again=is_again,
    )


def system_ask(
    conn: Connection,
    about: tuple[TenantId, int | None, int | None],
    template: tuple[Said, str],
    *,
    by: str,
    now: datetime,
) -> int:
    """Write down that an inspection is wanted. about: tenant, template, schedule."""
    tenant, own, schedule = about
    title, text = template
    values = {
        "tenant": tenant,
        "template": own,
        "schedule": schedule,
        "text": text,
        "now": now,
        "by": by,
    }
    return store.add_inspection(conn, values, title)


def _template(viewer: Viewer, tenant: TenantId, template: int | None) -> tuple[Said, str]:
    if template is None:
        return plans.built_in().title, plans.built_in_text()
    try:
        found = plans.access_template(viewer, template)
    except Refused as error:
        raise Invalid("template", "this is not one of the choices") from error
    if found.tenant != tenant:
        raise Invalid("template", "this is not one of the choices")
    return found.title, found.text


def answer_items(
    viewer: Viewer,
    inspection: int,
    answers: dict[str, tuple[str, str]],
    *,
    now: datetime,
) -> None:
    """Say what was seen on site: level and note by item. Items that are not named stay as they
    are. Raises Refused; Invalid at the field; Conflict once it is sealed."""
    with transaction() as conn:
        whole = _lock(conn, viewer, inspection)
        content = _content(whole)
        said = dict(whole.answers)
        for item, (level, note) in answers.items():
            seen, text = check_answer(content, item, level, note)
            answer = Answer(item=item, level=seen, note=text, by=viewer.name, at=now)
            old = said.get(item)
            if old is None or (old.level, old.note) != (seen, text):
                said[item] = answer
        store.note_answers(conn, inspection, said, score_inspection(content, said))
        row = whole.row
        after = {"items": sorted(answers)}
        _tell(conn, viewer, "inspection.answer", row, after=after)


def seal_inspection(viewer: Viewer, inspection: int, *, now: datetime) -> None:
    """Sign an inspection with one's name: nothing of it changes any more, and the customer's
    people see it. Raises Refused; Conflict while an item has no answer, or when it is sealed."""
    with transaction() as conn:
        whole = _lock(conn, viewer, inspection)
        content, row = _content(whole), whole.row
        if any(item.name not in whole.answers for item in content.items):
            raise Conflict("answer every item before it is sealed")
        at = now.astimezone(UTC)
        seal = seal_of(row.sha256, whole.answers, viewer.name, at.strftime(queries.FORMAT))
        values = {"id": row.id, "now": at, "by": viewer.name, "seal": seal}
        if not store.rows(conn, "note_sealed", values):
            raise Conflict("this inspection is sealed already")
        _tell(conn, viewer, "inspection.seal", row, after={"seal": seal})


def remove_inspection(viewer: Viewer, inspection: int) -> None:
    """Remove an inspection that was not sealed and of which no ticket was made. Raises Refused,
    Conflict."""
    row = queries.find_inspection(viewer, inspection)
    require(viewer, Permission.MANAGE_SERVICE, row.tenant)
    with transaction() as conn:
        store.lock_inspection(conn, inspection, viewer.tenants)
        row = queries.find_inspection(viewer, inspection)
        if row.state is InspectionState.SEALED:
            raise Conflict("an inspection that was sealed stays")
        if store.rows(conn, "follow_ups", {"id": inspection}):
            raise Conflict("tickets were made of it: it stays")
        store.change(conn, "forget_before", {"id": inspection})
        store.change(conn, "remove_inspection", {"id": inspection})
        _tell(conn, viewer, "inspection.remove", row)


def make_ticket(
    viewer: Viewer,
    inspection: int,
    about: tuple[str, str],
    *,
    now: datetime,
    contract: ContractId | None = None,
) -> TicketId:
    """Open a ticket about a finding: (check, key of the thing), or (item, ""). contract: None
    takes the customer's one that is in force and has inspections. Once: raises Conflict where
    there is one, also Refused, Invalid."""
    row = queries.find_inspection(viewer, inspection)
    require(viewer, _WORK, row.tenant)
    whole = queries.access_inspection(viewer, inspection)
    draft = _draft(viewer, whole, about, contract or _choose_contract(viewer, row.tenant, now=now))
    with transaction() as conn:
        claim = store.claim_follow_up(conn, inspection, about, by=viewer.name, now=now)
    if claim is None:
        raise Conflict("there is a ticket about it")
    try:
        made = open_ticket(viewer, draft, now=now)
    except YunweiError:
        with transaction() as conn:
            store.change(conn, "drop_follow_up", {"id": claim})
        raise
    with transaction() as conn:
        store.change(conn, "note_follow_up", {"id": claim, "ticket_id": made})
        after = {"ticket": made, "check": about[0], "key": about[1]}
        _tell(conn, viewer, "inspection.make_ticket", row, after=after)
    return made


def _choose_contract(viewer: Viewer, tenant: TenantId, *, now: datetime) -> ContractId:
    for contract, state in contracts.fetch_contracts(viewer, {"tenant": tenant}, now=now).items:
        if state is ContractState.IN_FORCE:
            agreed = contracts.access_contract(viewer, contract.id, now=now).agreed
            if agreed and agreed.terms.service(ServiceType.INSPECTION):
                return contract.id
    raise Conflict("no contract with inspections is in force")


def _draft(
    viewer: Viewer, whole: WholeInspection, about: tuple[str, str], contract: ContractId
) -> TicketDraft:
    found = find_finding(whole, about)
    if found is None:
        raise Invalid("key", "there is no such finding")
    title, gravity, lines = found
    language = viewer.language.value
    return TicketDraft(
        contract=contract,
        type=ServiceType.INSPECTION,
        priority=_PRIORITY[gravity],
        title=title.in_language(language)[:200],
        description="\n".join(
            (f"{whole.row.code}", *(each.in_language(language) for each in lines))
        ),
        details={"scope": title.in_language(language)},
    )


def find_finding(
    whole: WholeInspection, about: tuple[str, str]
) -> tuple[Said, Gravity, tuple[Said, ...]] | None:
    """Return how a finding is called, how grave it is, and what else is to be said of it."""
    content = _content(whole)
    name, key = about
    for result in content.results:
        if result.check.name == name:
            hit = next((each for each in result.found if each.sample.key == key), None)
            return _say_found(result, hit) if hit else None
    item = next((each for each in content.items if each.name == name and not key), None)
    answer = whole.answers.get(name)
    if item is None or answer is None or not answer.level.is_found:
        return None
    return item.title, item.gravity, (Said(zh=answer.note, en=answer.note),)


def _say_found(result: Result, found: Found) -> tuple[Said, Gravity, tuple[Said, ...]]:
    check, sample = result.check, found.sample
    title = Said(zh=f"{check.title.zh}：{sample.name}", en=f"{check.title.en}: {sample.name}")
    number = f"{sample.value:.4g} ({result.unit.value})"
    zh, en = (
        " · ".join(filter(None, (number, read_in(sample.note, sample.note_type, language))))
        for language in ("zh", "en")
    )
    lines = (Said(zh=f"证据：{zh}", en=f"Evidence: {en}"), check.advice)
    return title, check.gravity, lines


def note_taken(viewer: Viewer, inspection: int, kind: str) -> None:
    """Write down who took an inspection as a file."""
    row = queries.find_inspection(viewer, inspection)
    with transaction() as conn:
        after = {"format": kind}
        _tell(conn, viewer, "inspection.take", row, after=after)


def _lock(conn: Connection, viewer: Viewer, inspection: int) -> WholeInspection:
    """Return an inspection that was measured and is not sealed, locked. Raises Refused,
    Conflict."""
    require(viewer, _WORK)
    known = store.lock_inspection(conn, inspection, viewer.tenants)
    if known is None:
        raise Refused()
    require(viewer, _WORK, store.tenant_of(known))
    whole = queries.access_inspection(viewer, inspection)
    if whole.row.state is InspectionState.SEALED:
        raise Conflict("this inspection is sealed already")
    return whole


def _content(whole: WholeInspection) -> Inspected:
    if whole.content is None:
        raise Conflict("this inspection is not made yet")
    return whole.content


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    row: Inspection | _Asked,
    *,
    after: dict[str, Any] | None = None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="inspection",
        object_id=row.id,
        object_name=row.title.zh,
        tenant=row.tenant,
        after=after,
    )
    announce_live(PART, row.tenant)
