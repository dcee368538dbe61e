"""Questions about what exists that others may ask. Each is limited to the viewer's tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.base.core.metrics import At
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.base.infra.listing import MAX_LIMIT, Listing, fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.inventory.facts import (
    Change,
    DesktopMove,
    DesktopPlace,
    DesktopRow,
    DesktopStart,
    DesktopUserRow,
    HeldDesktop,
    HostRow,
    LicenceChangeRow,
    LicenceRow,
    Measured,
    NamedUser,
    Neighbour,
    NowCounts,
    PlaceChange,
    Placed,
    PlaceName,
    PoolRow,
    SessionRow,
    StartCount,
    TenantCounts,
)
from yunwei.monitor.inventory.store import lists as store
from yunwei.monitor.inventory.store import measured, topology

type Filters = Mapping[str, Any] | None

_INNER = ("id", "native_id", "assigned_to")


def _names(listing: Listing) -> tuple[str, ...]:
    return tuple(name for name in listing.filters if name not in _INNER)


DESKTOP_FILTERS, DESKTOP_SORTS = _names(store.DESKTOPS), tuple(store.DESKTOPS.sorts)
USER_FILTERS, USER_SORTS = _names(store.DESKTOP_USERS), tuple(store.DESKTOP_USERS.sorts)
SESSION_FILTERS, SESSION_SORTS = _names(store.SESSIONS), tuple(store.SESSIONS.sorts)
POOL_FILTERS, POOL_SORTS = _names(store.POOLS), tuple(store.POOLS.sorts)
HOST_FILTERS, HOST_SORTS = _names(store.HOSTS), tuple(store.HOSTS.sorts)
LICENCE_FILTERS, LICENCE_SORTS = _names(store.LICENCES), tuple(store.LICENCES.sorts)
LICENCE_CHANGE_FILTERS = _names(store.LICENCE_CHANGES)


def fetch_desktops(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[DesktopRow]:
    """Return a page of desktops, gone ones left out unless `gone` is "with" or "only".

    filters: names in `DESKTOP_FILTERS`; `state` and `login_state` take one word or a list,
    `pool` and `host` our ids, `user` a login name. Raises Invalid for unknown ones.
    """
    return _fetch(viewer, store.DESKTOPS, DesktopRow, _listed(filters), page)


def fetch_held_desktops(viewer: Viewer, tenants: Sequence[TenantId]) -> tuple[HeldDesktop, ...]:
    """Return all desktops of some of the viewer's tenants that are there, and who holds them. Cost:
    linear in them; 10,000 desktops take some 0.2 s."""
    require(viewer, Permission.SEE_MONITORING)
    own = [each for each in tenants if each in viewer.tenants]
    with transaction() as conn:
        return store.held_desktops(conn, own)


def access_desktop(viewer: Viewer, desktop: DesktopId) -> DesktopRow:
    """Return one desktop with its raw fields; raises Refused when not there or not yours."""
    found = _access(viewer, store.DESKTOPS, DesktopRow, {"id": desktop, "gone": "with"})
    with transaction() as conn:
        return replace(found, raw=store.fetch_raw(conn, "desktop_raw", found.id))


def access_desktop_by_native_id(viewer: Viewer, source: SourceId, native_id: str) -> DesktopRow:
    """Return one desktop by its source's own id; raises Refused."""
    filters = {"source": source, "native_id": native_id, "gone": "with"}
    return _access(viewer, store.DESKTOPS, DesktopRow, filters)


def fetch_desktop_changes(
    viewer: Viewer, desktop: DesktopId, *, limit: int = 100
) -> tuple[Change, ...]:
    """Return what changed about a desktop, newest first."""
    access_desktop(viewer, desktop)
    with transaction() as conn:
        return store.fetch_changes(conn, "desktop_changes", desktop, limit)


def fetch_desktop_sessions(viewer: Viewer, desktop: DesktopId) -> tuple[SessionRow, ...]:
    """Return the live sessions on a desktop."""
    access_desktop(viewer, desktop)
    return _fetch_all(viewer, store.SESSIONS, SessionRow, {"desktop": desktop})


def fetch_my_desktops(viewer: Viewer) -> tuple[DesktopRow, ...]:
    """Return the desktops assigned to the viewer's own login name, for the portal."""
    require(viewer, Permission.USE_PORTAL)
    if not viewer.desktop_login:
        return ()
    filters = {"assigned_to": viewer.desktop_login, "tenant": viewer.tenant, "gone": "no"}
    at_home = replace(viewer, tenants=(viewer.tenant,))
    return _fetch_rows(at_home, store.DESKTOPS, DesktopRow, filters, _all_of_them()).items


def fetch_desktop_users(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[DesktopUserRow]:
    """Return a page of desktop users. filters: names in `USER_FILTERS`."""
    return _fetch(viewer, store.DESKTOP_USERS, DesktopUserRow, _listed(filters), page)


def access_desktop_user(viewer: Viewer, desktop_user: int) -> DesktopUserRow:
    """Return one desktop user with raw fields; raises Refused."""
    filters = {"id": desktop_user, "gone": "with"}
    found = _access(viewer, store.DESKTOP_USERS, DesktopUserRow, filters)
    with transaction() as conn:
        return replace(found, raw=store.fetch_raw(conn, "desktop_user_raw", found.id))


def access_desktop_user_by_login(viewer: Viewer, source: SourceId, login: str) -> DesktopUserRow:
    """Return one desktop user by login name in a source; raises Refused."""
    filters = {"source": source, "login": login, "gone": "with"}
    return _access(viewer, store.DESKTOP_USERS, DesktopUserRow, filters)


def fetch_desktops_of_user(viewer: Viewer, desktop_user: int) -> tuple[DesktopRow, ...]:
    """Return the desktops that a desktop user is assigned to or is on now."""
    user = access_desktop_user(viewer, desktop_user)
    filters = {"user": user.login, "source": user.source, "gone": "no"}
    return _fetch_all(viewer, store.DESKTOPS, DesktopRow, filters)


def fetch_sessions_of_user(viewer: Viewer, desktop_user: int) -> tuple[SessionRow, ...]:
    """Return a desktop user's live sessions."""
    user = access_desktop_user(viewer, desktop_user)
    filters = {"login": user.login, "source": user.source}
    return _fetch_all(viewer, store.SESSIONS, SessionRow, filters)


def name_desktop_users(
    viewer: Viewer, wanted: Sequence[tuple[SourceId, str]]
) -> dict[tuple[SourceId, str], NamedUser]:
    """Return who desktop users are, by source and login name; unknown ones are left out."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = store.name_desktop_users(conn, viewer.tenants, wanted)
    return {(each.source, each.login): each for each in found}


def fetch_neighbours(viewer: Viewer, source: SourceId) -> tuple[Neighbour, ...]:
    """Return all desktops of a source in few words. Cost: linear in them; 10,000 take 0.1 s."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return topology.desktops_of_source(conn, source, viewer.tenants)


def fetch_departments(viewer: Viewer) -> tuple[str, ...]:
    """Return the names of all departments, for a filter."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.list_departments(conn, viewer.tenants)


def fetch_session_clients(viewer: Viewer) -> tuple[str, ...]:
    """Return the kinds of client of the live sessions, for a filter."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.list_clients(conn, viewer.tenants)


def fetch_sessions(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[SessionRow]:
    """Return a page of live sessions. filters: names in `SESSION_FILTERS`."""
    return _fetch(viewer, store.SESSIONS, SessionRow, dict(filters or {}), page)


def fetch_pools(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[PoolRow]:
    """Return a page of pools. filters: names in `POOL_FILTERS`."""
    return _fetch(viewer, store.POOLS, PoolRow, _listed(filters), page)


def fetch_pool_names(viewer: Viewer) -> tuple[PlaceName, ...]:
    """Return what all pools are called, by name, those that are gone included: quick, however
    many desktops there are."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.place_names(conn, "pool_names", viewer.tenants)


def fetch_host_names(viewer: Viewer) -> tuple[PlaceName, ...]:
    """Return what all hosts are called, as `fetch_pool_names`."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.place_names(conn, "host_names", viewer.tenants)


def fetch_desktop_places(viewer: Viewer) -> tuple[DesktopPlace, ...]:
    """Return where all desktops stand, gone ones included. Cost: linear in them; 10,000 take some
    30 ms."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return measured.desktop_places(conn, viewer.tenants)


def fetch_place_changes(
    viewer: Viewer, field: Literal["host", "image"], since: datetime
) -> tuple[PlaceChange, ...]:
    """Return what desktops' host or image was before it changed, since a time, newest first."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return measured.place_changes(conn, viewer.tenants, field, since)


def count_desktop_starts(
    viewer: Viewer,
    tenants: Sequence[TenantId],
    pool: tuple[SourceId, str] | None,
    since: datetime,
    until: datetime,
) -> Mapping[int, int]:
    """Return how many desktops began to run by the beginning of each step of five minutes, in
    seconds since 1970; steps without any are left out. pool: the source and its own id."""
    own = _own(viewer, tenants)
    with transaction() as conn:
        return measured.count_starts(conn, own, pool, since, until)


def fetch_desktop_starts(
    viewer: Viewer,
    tenants: Sequence[TenantId],
    pool: tuple[SourceId, str] | None,
    since: datetime,
    until: datetime,
) -> tuple[DesktopStart, ...]:
    """Return the desktops that began to run in a stretch of time. Cost: linear in them."""
    own = _own(viewer, tenants)
    with transaction() as conn:
        return measured.list_starts(conn, own, pool, since, until)


def _own(viewer: Viewer, tenants: Sequence[TenantId]) -> list[TenantId]:
    require(viewer, Permission.SEE_MONITORING)
    return [each for each in tenants if each in viewer.tenants]


def access_pool(viewer: Viewer, pool: int) -> PoolRow:
    return _access(viewer, store.POOLS, PoolRow, {"id": pool, "gone": "with"})


def fetch_hosts(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[HostRow]:
    """Return a page of hosts. filters: names in `HOST_FILTERS`."""
    return _fetch(viewer, store.HOSTS, HostRow, _listed(filters), page)


def access_host(viewer: Viewer, host: int) -> HostRow:
    return _access(viewer, store.HOSTS, HostRow, {"id": host, "gone": "with"})


def fetch_licences(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[LicenceRow]:
    """Return a page of licences, the fullest first. filters: names in `LICENCE_FILTERS`."""
    return _fetch(viewer, store.LICENCES, LicenceRow, _listed(filters), page)


def access_licence(viewer: Viewer, licence: int) -> LicenceRow:
    return _access(viewer, store.LICENCES, LicenceRow, {"id": licence, "gone": "with"})


def fetch_all_licence_changes(
    viewer: Viewer, filters: Filters = None, page: PageRequest | None = None
) -> Page[LicenceChangeRow]:
    """Return a page of what changed about any licence, newest first.

    filters: names in `LICENCE_CHANGE_FILTERS`.
    """
    return _fetch(viewer, store.LICENCE_CHANGES, LicenceChangeRow, filters or {}, page)


def fetch_licence_changes(viewer: Viewer, licence: int, *, limit: int = 100) -> tuple[Change, ...]:
    """Return what changed about a licence (owned, expiry, edition), newest first."""
    access_licence(viewer, licence)
    with transaction() as conn:
        return store.fetch_changes(conn, "licence_changes", licence, limit)


def fetch_now(viewer: Viewer) -> NowCounts:
    """Return the present over all enabled sources that the viewer may see."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        sessions = store.now_sessions(conn, viewer.tenants)
        desktops = store.now_desktops(conn, viewer.tenants)
        sources = store.now_sources(conn, viewer.tenants)
    told: list[datetime] = [row["last_ok_at"] for row in sources if row["last_ok_at"]]
    by_state = dict.fromkeys(DesktopState, 0)
    by_login_state = dict.fromkeys(LoginState, 0)
    for row in desktops:
        by_state[DesktopState(row["state"])] += row["count"]
        by_login_state[LoginState(row["login_state"])] += row["count"]
    return NowCounts(
        users_online=_sum(sessions, "users_online") if told else None,
        sessions_connected=_sum(sessions, "connected") if told else None,
        sessions_disconnected=_sum(sessions, "disconnected") if told else None,
        sessions_as_of=min(told, default=None),
        stale_sources=tuple(row["name"] for row in sources if row["state"] != "ok"),
        desktops=sum(by_state.values()),
        desktops_by_state=by_state,
        desktops_by_login_state=by_login_state,
        by_tenant=_by_tenant(sessions, desktops),
    )


def _sum(rows: list[dict[str, Any]], column: str) -> int:
    return sum(row[column] for row in rows)


def _by_tenant(
    sessions: list[dict[str, Any]], desktops: list[dict[str, Any]]
) -> tuple[TenantCounts, ...]:
    online = {row["tenant"]: row["users_online"] for row in sessions}
    names = {row["tenant"]: row["tenant_name"] for row in desktops}
    counted = (
        TenantCounts(
            tenant=TenantId(tenant),
            tenant_name=name,
            users_online=online.get(tenant, 0),
            desktops=sum(row["count"] for row in desktops if row["tenant"] == tenant),
        )
        for tenant, name in names.items()
    )
    return tuple(sorted(counted, key=lambda each: -each.desktops))


def _listed(filters: Filters) -> dict[str, Any]:
    wanted = {"gone": "no", **(filters or {})}
    for name in ("state", "login_state"):
        if isinstance(wanted.get(name), str) and wanted[name]:
            wanted[name] = [wanted[name]]
    return wanted


def system_desktop(desktop: DesktopId) -> DesktopRow | None:
    """Return one desktop, gone or not; None when its source was removed."""
    with transaction() as conn:
        return store.desktop_there(conn, desktop)


def system_placed(conn: Connection) -> tuple[Placed, ...]:
    """Return every desktop, host and pool that is there and what it stands on, of all tenants.
    Cost: linear in them; 10,000 desktops take some 50 ms."""
    return topology.placed_things(conn)


def system_placed_signature(conn: Connection) -> object:
    """Return something that differs whenever `system_placed` does."""
    return topology.placed_signature(conn)


def system_measured(conn: Connection, at: At, tenants: Sequence[int]) -> tuple[Measured, ...]:
    """Return all things of a kind that are there and that measurements tell of. Cost: linear in
    them; 10,000 desktops take some 80 ms."""
    return measured.measured_things(conn, at, tenants)


def system_desktop_moves(
    conn: Connection, tenants: Sequence[int], since: datetime
) -> tuple[DesktopMove, ...]:
    """Return what changed since a time about whether desktops are in service, oldest first."""
    return measured.desktop_moves(conn, tenants, since)


def system_starts(
    conn: Connection,
    at: At,
    tenants: Sequence[int],
    spans: Sequence[tuple[float, float]],
    *,
    step_s: int,
) -> tuple[StartCount, ...]:
    """Return how many desktops began to run, by steps of time, for each source, pool or host that
    any did of. spans: stretches of time, in seconds since 1970. Cost: linear in the starts."""
    return measured.starts_by_step(conn, at, tenants, spans, step_s=step_s)


def _all_of_them() -> PageRequest:
    return PageRequest(limit=MAX_LIMIT)


def _fetch[T](
    viewer: Viewer,
    listing: Listing,
    fact: type[T],
    filters: Mapping[str, Any],
    page: PageRequest | None,
) -> Page[T]:
    require(viewer, Permission.SEE_MONITORING)
    return _fetch_rows(viewer, listing, fact, filters, page or PageRequest())


def _fetch_rows[T](
    viewer: Viewer,
    listing: Listing,
    fact: type[T],
    filters: Mapping[str, Any],
    page: PageRequest,
) -> Page[T]:
    with transaction() as conn:
        found = fetch_page(conn, listing, tenants=viewer.tenants, filters=filters, request=page)
    rows = tuple(store.build(row, fact) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def _fetch_all[T](
    viewer: Viewer, listing: Listing, fact: type[T], filters: Mapping[str, Any]
) -> tuple[T, ...]:
    return _fetch(viewer, listing, fact, filters, _all_of_them()).items


def _access[T](viewer: Viewer, listing: Listing, fact: type[T], filters: Mapping[str, Any]) -> T:
    found = _fetch(viewer, listing, fact, filters, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]
