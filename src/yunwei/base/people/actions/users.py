"""Changes of people: making them, changing them, their passwords and second factors."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId, UserId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people import queries, store
from yunwei.base.people.actions.audit import changed, record
from yunwei.base.people.actions.passwords import hash_password
from yunwei.base.people.facts import (
    Language,
    Permission,
    Person,
    PersonChange,
    PersonDraft,
    Role,
    Tenant,
    Theme,
    Viewer,
)
from yunwei.base.people.rules import check_person, may, require

_OWN_FIELDS = {"display_name", "email", "phone", "language", "theme", "time_zone"}


def create_user(viewer: Viewer, draft: PersonDraft, *, password: str) -> Person:
    """Return the new person, who can sign in at once.

    Raises Refused, Invalid (username, email, password and other fields of the draft). Only in a
    process with Django, whose password policy holds.
    """
    require(viewer, Permission.MANAGE_PEOPLE, draft.tenant)
    with transaction() as conn:
        home = _home(conn, draft.tenant)
        person = check_person(_build_person(draft, home), home=home)
        _check_customers(viewer, person.customers)
        values = {
            "username": person.username,
            "password": hash_password(password, person),
            "display_name": person.display_name,
            "email": person.email,
            "phone": person.phone,
            "tenant": home.id,
            "role": person.role.value,
            "language": person.language.value,
            "time_zone": person.time_zone,
            "desktop_login": person.desktop_login,
        }
        user = store.add_user(conn, values)
        if user is None:
            raise _taken(conn, person)
        store.save_customers(conn, user, person.customers)
        made = store.fetch_person(conn, (home.id,), user)
        told = {**values, "customers": person.customers}
        del told["password"]
        _record(conn, viewer, "people.create_user", made, after=told)
    return made


def change_user(viewer: Viewer, user: int, change: PersonChange) -> Person:
    """Return the person as they are now.

    Oneself one may change in language, theme, time zone, name and addresses; everything of
    others needs the right to manage people. Raises Refused, Invalid, Conflict (nobody locks out
    oneself or the last platform administrator).
    """
    wanted = {name: getattr(change, name) for name in change.__dataclass_fields__}
    wanted = {
        name: value.strip() if type(value) is str else value
        for name, value in wanted.items()
        if value is not None
    }
    if "email" in wanted:
        wanted["email"] = wanted["email"].lower()
    with transaction() as conn:
        before = _lock(conn, viewer, user, is_own=set(wanted) <= _OWN_FIELDS)
        home = _home(conn, before.tenant)
        after = check_person(replace(before, **wanted), home=home)
        old, new = changed(before, after)
        if not new:
            return before
        _check_lockout(conn, viewer, before, after)
        if "customers" in new:
            _check_customers(viewer, after.customers)
            store.save_customers(conn, before.id, after.customers)
        if "email" in new and store.is_email_taken(conn, after.email, by_other_than=after.id):
            raise Invalid("email", "somebody else has this address")
        store.save_person(conn, after)
        _record(conn, viewer, _verb(new), after, before=old, after=new)
    return after


def set_password(viewer: Viewer, user: int, password: str) -> None:
    """Give somebody a new password; their sessions end. Raises Refused, Invalid (password)."""
    with transaction() as conn:
        person = _lock(conn, viewer, user, is_own=False)
        store.save_password(conn, person.id, hash_password(password, person))
        _record(conn, viewer, "people.set_password", person)


def reset_second_factor(viewer: Viewer, user: int) -> None:
    """Let somebody who lost their second factor sign in with the password alone."""
    with transaction() as conn:
        person = _lock(conn, viewer, user, is_own=False)
        store.drop_second_factors(conn, person.id)
        _record(conn, viewer, "people.reset_second_factor", person)


def _lock(conn: Connection, viewer: Viewer, user: int, *, is_own: bool) -> Person:
    person = queries.find_person(conn, viewer, user)
    is_self = is_own and person.id == viewer.user_id
    if not is_self and not may(viewer, Permission.MANAGE_PEOPLE, person.tenant):
        raise Refused()
    store.lock_user(conn, person.id)
    return queries.find_person(conn, viewer, user)


def _home(conn: Connection, tenant: TenantId) -> Tenant:
    home = store.lock_tenant(conn, tenant)
    if home is None:
        raise Refused()
    return home


def _build_person(draft: PersonDraft, home: Tenant) -> Person:
    if draft.language and draft.language not in set(Language):
        raise Invalid("language", "there is no such language")
    return Person(
        id=UserId(0),
        username=draft.username.strip(),
        display_name=draft.display_name.strip() or draft.username.strip(),
        email=draft.email.strip().lower(),
        phone=draft.phone.strip(),
        tenant=home.id,
        tenant_name=home.name,
        role=draft.role,
        language=Language(draft.language or Language.CHINESE),
        theme=Theme.AUTO,
        time_zone=draft.time_zone or home.time_zone,
        desktop_login=draft.desktop_login.strip(),
        is_active=True,
        has_totp=False,
        created_at=datetime.min.replace(tzinfo=UTC),
        last_login_at=None,
        customers=draft.customers,
    )


def _taken(conn: Connection, person: Person) -> Invalid:
    if store.fetch_user_id(conn, person.username):
        return Invalid("username", "somebody else has this name")
    return Invalid("email", "somebody else has this address")


def _check_customers(viewer: Viewer, customers: tuple[TenantId, ...]) -> None:
    if not viewer.is_system and not set(customers) <= set(viewer.tenants):
        raise Invalid("customers", "there is no such tenant")


def _check_lockout(conn: Connection, viewer: Viewer, before: Person, after: Person) -> None:
    if before.id == viewer.user_id and not after.is_active:
        raise Conflict("nobody can lock out oneself")
    keeps = after.is_active and after.role is Role.PLATFORM_ADMINISTRATOR
    was = before.is_active and before.role is Role.PLATFORM_ADMINISTRATOR
    if was and not keeps and not store.has_other_administrator(conn, before.id):
        raise Conflict("the last platform administrator must stay")


def _verb(new: dict[str, Any]) -> str:
    if "is_active" in new:
        return "people.activate_user" if new["is_active"] else "people.deactivate_user"
    return "people.change_user"


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
