"""Who speaks for the sides of a contract; a change of staff is announced working days ahead."""

from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, TenantId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.operate.service.actions.contracts import (
    calendar_of,
    check_speaks_for,
    lock,
    tell,
)
from yunwei.operate.service.facts.contracts import ContractSide, InterfacePerson, PersonDraft
from yunwei.operate.service.rules.contracts import (
    check_in_time,
    check_no_other_owner,
    check_person,
    notice_until,
)
from yunwei.operate.service.store import contracts as store


def add_person(viewer: Viewer, contract: ContractId, draft: PersonDraft, *, now: datetime) -> int:
    """Name somebody who speaks for a side, or who will instead of somebody else from then on.

    The provider's managers name both sides, the customer's people their own. Raises Refused;
    Invalid, also of a change that is announced too late without a reason; Conflict.
    """
    checked = check_person(draft)
    from_at = checked.from_at or now
    with transaction() as conn:
        head, version = lock(conn, viewer, contract, Permission.SEE_SERVICE)
        tenant = TenantId(head["tenant"])
        _check_may_name(viewer, tenant, checked.side)
        people = store.fetch_people(conn, contract)
        _check_replaced(people, checked, from_at)
        check_no_other_owner(people, checked, from_at)
        until = notice_until(version.terms, calendar_of(conn, tenant), checked, from_at)
        check_in_time(until, checked, now=now)
        if checked.replaces is not None:
            _end(conn, contract, checked.replaces, from_at)
        values = {"from_at": from_at, "notice_until": until, "by": viewer.name, "now": now}
        made = store.add_person(conn, contract, checked, values)
        after = {"side": checked.side, "name": checked.name, "from_at": from_at}
        told = {**after, "replaces": checked.replaces, "late_reason": checked.late_reason}
        tell(conn, viewer, "service.name_person", head, after=told)
    return made


def end_person(viewer: Viewer, contract: ContractId, person: int, *, now: datetime) -> None:
    """Let somebody speak for their side no more, without anybody instead. Raises Refused,
    Conflict."""
    with transaction() as conn:
        head, _version = lock(conn, viewer, contract, Permission.SEE_SERVICE)
        known = _find(store.fetch_people(conn, contract), person)
        _check_may_name(viewer, TenantId(head["tenant"]), known.side)
        _end(conn, contract, person, max(now, known.from_at))
        before = {"side": known.side, "name": known.name}
        tell(conn, viewer, "service.end_person", head, before=before)


def note_seen(viewer: Viewer, contract: ContractId, person: int, *, now: datetime) -> None:
    """Say for the customer that a change of the provider's staff is known. Raises Refused,
    Conflict."""
    with transaction() as conn:
        head, _version = lock(conn, viewer, contract, Permission.USE_SERVICE)
        check_speaks_for(viewer, TenantId(head["tenant"]))
        known = _find(store.fetch_people(conn, contract), person)
        if known.side is not ContractSide.PROVIDER:
            raise Refused()
        if not store.note_seen(conn, contract, person, by=viewer.name, now=now):
            raise Conflict("that is known already")
        tell(conn, viewer, "service.see_person", head, after={"name": known.name})


def _check_may_name(viewer: Viewer, tenant: TenantId, side: ContractSide) -> None:
    if may(viewer, Permission.MANAGE_SERVICE, tenant):
        return
    if side is not ContractSide.CUSTOMER:
        raise Refused()
    check_speaks_for(viewer, tenant)


def _check_replaced(
    people: tuple[InterfacePerson, ...], draft: PersonDraft, from_at: datetime
) -> None:
    if draft.replaces is None:
        return
    known = next((each for each in people if each.id == draft.replaces), None)
    if known is None or known.side is not draft.side or known.is_deputy is not draft.is_deputy:
        raise Invalid("replaces", "there is no such person")
    if from_at <= known.from_at:
        raise Invalid("from_at", "it must be after the other began")


def _find(people: tuple[InterfacePerson, ...], person: int) -> InterfacePerson:
    found = next((each for each in people if each.id == person), None)
    if found is None:
        raise Refused()
    return found


def _end(conn: Connection, contract: ContractId, person: int, at: datetime) -> None:
    if not store.end_person(conn, contract, person, at):
        raise Conflict("it is over already")
