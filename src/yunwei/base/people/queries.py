"""Questions about people, tenants, tokens and the audit log. Lists hold the viewer's tenants."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId, UserId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.listing import Listing, fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people import store
from yunwei.base.people.facts import (
    AddressKind,
    ApiToken,
    AuditEntry,
    ContactMethod,
    Permission,
    Person,
    QuietHours,
    Reachable,
    Tenant,
    Viewer,
)
from yunwei.base.people.rules import may, require, sees_tenant

TOKEN_PREFIX = "yw_"  # noqa: S105  how tokens begin, so that scanners for leaks know them


def viewer_of(user: int, *, address: str = "") -> Viewer | None:
    """Return who a signed-in user is; None when locked out since, or the tenant is."""
    with transaction() as conn:
        return store.fetch_viewer(conn, user, address=address)


def viewer_of_token(text: str, *, address: str = "", clock: Clock | None = None) -> Viewer | None:
    """Return whose bearer token this is; None when it is not one, revoked or expired."""
    if not text.startswith(TOKEN_PREFIX) or len(text) > 200:
        return None
    now = (clock or SystemClock()).now()
    with transaction() as conn:
        user = store.fetch_token_user(conn, hash_token(text), now)
        return store.fetch_viewer(conn, user, address=address) if user else None


def viewer_by_name(username: str, *, address: str = "") -> Viewer:
    """Return who has this sign-in name or e-mail address; raises Refused.

    For commands run on the machine, and for saying who tried to sign in.
    """
    with transaction() as conn:
        user = store.fetch_user_id(conn, username)
        viewer = store.fetch_viewer(conn, user, address=address) if user else None
    if viewer is None:
        raise Refused()
    return viewer


def system_is_of(username: str, tenant: TenantId) -> bool:
    """Say whether somebody is one of a tenant's own people; who is not there any more is not."""
    try:
        return viewer_by_name(username).tenant == tenant
    except Refused:
        return False


def hash_token(text: str) -> bytes:
    """Return what is stored of a token. It is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(text.encode()).digest()


def fetch_tenants(viewer: Viewer, filters: Mapping[str, Any], request: PageRequest) -> Page[Tenant]:
    """Return tenants the viewer sees. Filters: search, is_active. Sorts: name, slug, created_at.

    Whoever sees monitoring, people or rules of several tenants needs their names.
    """
    if not viewer.is_system and not viewer.permissions - {Permission.USE_PORTAL}:
        raise Refused()
    found = _fetch(store.TENANTS, viewer, filters, request)
    return _page(found, tuple(store.build_tenant(row) for row in found.items))


def access_tenant(viewer: Viewer, tenant: int) -> Tenant:
    found = fetch_tenants(viewer, {"id": tenant}, PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]


def fetch_people(viewer: Viewer, filters: Mapping[str, Any], request: PageRequest) -> Page[Person]:
    """Return people of the viewer's tenants.

    Filters: search, tenant, role, is_active. Sorts: username, display_name, role, tenant_name,
    last_login_at, created_at.
    """
    require(viewer, Permission.SEE_PEOPLE)
    found = _fetch(store.PEOPLE, viewer, filters, request)
    return _page(found, tuple(store.build_person(row) for row in found.items))


def access_person(viewer: Viewer, user: int) -> Person:
    """Return one person the viewer may see; everybody may see oneself. Raises Refused."""
    if user != viewer.user_id:
        require(viewer, Permission.SEE_PEOPLE)
    with transaction() as conn:
        return find_person(conn, viewer, user)


def find_person(conn: Connection, viewer: Viewer, user: int) -> Person:
    """Return one person of the viewer's tenants, or oneself, within a transaction."""
    is_self = user == viewer.user_id
    return store.fetch_person(conn, (viewer.tenant,) if is_self else _tenants(conn, viewer), user)


def fetch_tokens(
    viewer: Viewer, filters: Mapping[str, Any], request: PageRequest
) -> Page[ApiToken]:
    """Return the viewer's own tokens; who manages people sees those of all (filter user).

    Filters: user, is_revoked. Sorts: created_at, name, last_used_at.
    """
    require(viewer, Permission.USE_API_TOKENS)
    if not may(viewer, Permission.MANAGE_PEOPLE):
        filters = {**filters, "user": viewer.user_id}
    found = _fetch(store.TOKENS, viewer, filters, request)
    return _page(found, tuple(store.build_token(row) for row in found.items))


def access_token(viewer: Viewer, token: int) -> ApiToken:
    found = fetch_tokens(viewer, {"id": token}, PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]


def fetch_audit(
    viewer: Viewer, filters: Mapping[str, Any], request: PageRequest
) -> Page[AuditEntry]:
    """Return lines of the audit log, newest first.

    Filters: search, tenant, user, verb (beginning), object_kind, object_id, since, until (UTC).
    Sorts: at, user_name, verb.
    """
    require(viewer, Permission.SEE_AUDIT)
    found = _fetch(store.AUDIT, viewer, filters, request)
    return _page(found, tuple(store.build_audit_entry(row) for row in found.items))


def access_audit_entry(viewer: Viewer, entry: int) -> AuditEntry:
    found = fetch_audit(viewer, {"id": entry}, PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]


def system_provider() -> Tenant:
    """Return the provider; raises Refused before `bootstrap`."""
    with transaction() as conn:
        provider = store.fetch_provider(conn)
    if provider is None:
        raise Refused()
    return provider


def system_people(conn: Connection) -> tuple[Person, ...]:
    """Return everybody who is active, of all tenants, for routing messages."""
    return store.fetch_active_people(conn)


def system_everybody(conn: Connection) -> tuple[Person, ...]:
    """Return everybody there is, of all tenants, those included who may not sign in any more."""
    return store.fetch_everybody(conn)


def fetch_contacts(viewer: Viewer, user: int) -> tuple[ContactMethod, ...]:
    """Return a person's addresses besides their e-mail, the preferred first; one's own, or those
    of people whom the viewer manages. Raises Refused."""
    with transaction() as conn:
        person = find_person(conn, viewer, user)
        if person.id != viewer.user_id:
            require(viewer, Permission.MANAGE_PEOPLE, person.tenant)
        return store.fetch_contacts(conn, person.id)


def fetch_quiet_hours(viewer: Viewer, user: int) -> QuietHours | None:
    """Return when a person is not to be disturbed; one's own, or of those whom one manages."""
    with transaction() as conn:
        person = find_person(conn, viewer, user)
        if person.id != viewer.user_id:
            require(viewer, Permission.MANAGE_PEOPLE, person.tenant)
        return store.fetch_quiet_hours(conn, person.id)


def system_reachable(conn: Connection) -> Callable[[Person], Reachable]:
    """Return who says where a person may be written to, and when not. Cost: two small
    statements."""
    addresses = store.fetch_usable_addresses(conn)
    quiet = store.fetch_all_quiet_hours(conn)

    def find(person: Person) -> Reachable:
        profile = ((AddressKind.EMAIL.value, person.email),) if person.email else ()
        own = addresses.get(person.id, ())
        return Reachable(addresses=(*profile, *own), quiet=quiet.get(person.id))

    return find


def system_reachable_one(conn: Connection, user: UserId) -> Reachable:
    """Return where one active person may be written to; nowhere when they are not active."""
    person = next((each for each in store.fetch_active_people(conn) if each.id == user), None)
    return system_reachable(conn)(person) if person else Reachable()


def system_sight(conn: Connection) -> Callable[[Person, TenantId], bool]:
    """Return who says whether a person sees a tenant's things."""
    provider = store.fetch_provider(conn)

    def sees(person: Person, tenant: TenantId) -> bool:
        return sees_tenant(person, tenant, provider=provider.id if provider else None)

    return sees


def system_tenant(slug: str) -> Tenant:
    """Return a tenant by its slug; raises Refused."""
    with transaction() as conn:
        tenant = store.fetch_tenant_by_slug(conn, slug)
    if tenant is None:
        raise Refused()
    return tenant


def _fetch(
    listing: Listing, viewer: Viewer, filters: Mapping[str, Any], request: PageRequest
) -> Page[dict[str, Any]]:
    with transaction() as conn:
        return fetch_page(
            conn, listing, tenants=_tenants(conn, viewer), filters=filters, request=request
        )


def _tenants(conn: Connection, viewer: Viewer) -> tuple[TenantId, ...]:
    return store.fetch_tenant_ids(conn) if viewer.is_system else viewer.tenants


def _page[T](found: Page[Any], items: tuple[T, ...]) -> Page[T]:
    return Page(items=items, next=found.next, total=found.total)
