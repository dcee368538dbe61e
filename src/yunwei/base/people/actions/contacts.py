"""Changes of where people may be written to, and when they are not to be disturbed.

An address is used once somebody vouches for it: the person by a code, or an administrator.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import UserId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people import queries, store
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import (
    AddressKind,
    ContactMethod,
    Permission,
    Person,
    QuietHours,
    Viewer,
    Vouched,
)
from yunwei.base.people.rules import (
    check_address,
    check_code,
    check_quiet_hours,
    count_code,
    may,
)

_DIGITS = 6
_MOST = 20


def add_contact(viewer: Viewer, user: int, kind: AddressKind, typed: str, *, now: datetime) -> int:
    """Add an address; for somebody else an administrator vouches for it by adding it. Raises
    Refused, Invalid."""
    if kind is AddressKind.EMAIL:
        raise Invalid("kind", "the e-mail address stands in the profile")
    address = check_address(kind, typed)
    with transaction() as conn:
        person = _find(conn, viewer, user)
        is_own = person.id == viewer.user_id
        if len(store.fetch_contacts(conn, person.id)) >= _MOST:
            raise Invalid("address", f"at most {_MOST} addresses")
        values = {
            "user": person.id,
            "kind": kind.value,
            "address": address,
            "vouched": "" if is_own else Vouched.ADMINISTRATOR.value,
            "vouched_at": None if is_own else now,
        }
        made = store.add_contact(conn, values)
        if made is None:
            raise Invalid("address", "this address is here already")
        told = {"kind": kind.value, "address": address}
        _record(conn, viewer, "people.add_contact", person, after=told)
    return made


def vouch_for_contact(viewer: Viewer, user: int, contact: int, *, now: datetime) -> None:
    """Say as an administrator that an address is somebody else's. Raises Refused."""
    with transaction() as conn:
        person = _find(conn, viewer, user)
        if person.id == viewer.user_id:
            raise Refused()
        known = _lock(conn, person, contact)
        store.vouch_contact(conn, known.id, Vouched.ADMINISTRATOR, now)
        _record(conn, viewer, "people.vouch_for_contact", person, after={"address": known.address})


def remove_contact(viewer: Viewer, user: int, contact: int) -> None:
    """Write to an address no more. Raises Refused."""
    with transaction() as conn:
        person = _find(conn, viewer, user)
        known = _lock(conn, person, contact)
        store.remove_contact(conn, known.id)
        told = {"kind": known.kind.value, "address": known.address}
        _record(conn, viewer, "people.remove_contact", person, before=told)


def order_contacts(viewer: Viewer, user: int, order: Sequence[int]) -> None:
    """Give a person's addresses the order in which they prefer them. Raises Refused, Invalid."""
    with transaction() as conn:
        person = _find(conn, viewer, user)
        known = [each.id for each in store.fetch_contacts(conn, person.id)]
        if sorted(known) != sorted(order):
            raise Invalid("order", "name every address once")
        store.place_contacts(conn, person.id, order)
        _record(conn, viewer, "people.order_contacts", person, after={"order": list(order)})


def begin_code(viewer: Viewer, contact: int, *, now: datetime) -> tuple[ContactMethod, str]:
    """Return one's own address and the code that is to be sent to it; it is kept nowhere else.

    Raises Refused; Conflict when one was sent a moment ago, or too many today.
    """
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    with transaction() as conn:
        person = _find_oneself(conn, viewer)
        known = _lock(conn, person, contact)
        sent = count_code(store.fetch_code(conn, known.id), now=now)
        store.save_code(conn, known.id, _digest(known.id, code), sent=sent, now=now)
    return known, code


def confirm_code(viewer: Viewer, contact: int, typed: str, *, now: datetime) -> None:
    """Take an address as one's own. Raises Refused, Invalid (the code is wrong), Conflict (none
    waits, or too many were wrong)."""
    with transaction() as conn:
        person = _find_oneself(conn, viewer)
        known = _lock(conn, person, contact)
        digest = _digest(known.id, typed.strip())
        is_right = check_code(store.fetch_code(conn, known.id), digest, now=now)
        if is_right:
            store.vouch_contact(conn, known.id, Vouched.CODE, now)
            told = {"kind": known.kind.value, "address": known.address}
            _record(conn, viewer, "people.confirm_contact", person, after=told)
        else:
            store.miss_code(conn, known.id)
    if not is_right:
        raise Invalid("code", "this is not the code that was sent")


def set_quiet_hours(viewer: Viewer, user: int, quiet: QuietHours | None) -> None:
    """Say when a person is not to be disturbed, None for never. Raises Refused, Invalid."""
    if quiet is not None:
        check_quiet_hours(quiet)
    with transaction() as conn:
        person = _find(conn, viewer, user)
        before = store.fetch_quiet_hours(conn, person.id)
        store.save_quiet_hours(conn, person.id, quiet)
        _record(
            conn,
            viewer,
            "people.set_quiet_hours",
            person,
            before=_describe(before),
            after=_describe(quiet),
        )


def _describe(quiet: QuietHours | None) -> dict[str, Any]:
    if quiet is None:
        return {}
    names = ("starts_minute", "ends_minute", "time_zone", "lets_critical")
    return {name: getattr(quiet, name) for name in names}


def _digest(contact: int, code: str) -> bytes:
    return hashlib.sha256(f"{contact}:{code}".encode()).digest()


def _find(conn: Connection, viewer: Viewer, user: int) -> Person:
    """Return oneself, or somebody whom the viewer manages; the person is locked."""
    person = queries.find_person(conn, viewer, user)
    if person.id != viewer.user_id and not may(viewer, Permission.MANAGE_PEOPLE, person.tenant):
        raise Refused()
    store.lock_user(conn, person.id)
    return person


def _find_oneself(conn: Connection, viewer: Viewer) -> Person:
    return _find(conn, viewer, viewer.user_id or UserId(0))


def _lock(conn: Connection, person: Person, contact: int) -> ContactMethod:
    known = store.lock_contact(conn, contact, person.id)
    if known is None:
        raise Refused()
    return known


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    person: Person,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="user",
        object_id=person.id,
        object_name=person.username,
        tenant=person.tenant,
        before=before,
        after=after,
    )
    announce_config("people")
