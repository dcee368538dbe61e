"""What is known of who asks in the portal: their desktops and pools, their department, their
colleagues, and what the clouds of these can be told. Looked at with the platform's eyes."""

from collections.abc import Mapping
from dataclasses import replace

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.queries import sources as source_queries
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow, PoolRow
from yunwei.operate.selfservice.facts.requests import RequestDraft, RequestKind, RequestRule
from yunwei.operate.selfservice.queries.acts import at_home
from yunwei.operate.selfservice.rules.catalogue import check_growth
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest

_MOST_POOLS = 200


def fetch_my_pools(viewer: Viewer) -> tuple[PoolRow, ...]:
    """Return the pools of the desktop clouds in which the viewer has an account, by name."""
    require(viewer, Permission.USE_PORTAL)
    sources = _accounts(viewer)
    wanted = PageRequest(limit=_MOST_POOLS, sort="name")
    found = inventory.fetch_pools(at_home(viewer), {"gone": "no"}, wanted).items
    return tuple(each for each in found if each.source in sources)


def find_department(viewer: Viewer, desktop: DesktopRow | None) -> str:
    """Return the viewer's department as a desktop cloud has it: that of the desktop, if one is
    meant. "" where none is known."""
    known = _accounts(viewer)
    if desktop is not None and desktop.source in known:
        return known[desktop.source]
    return next((each for each in known.values() if each), "")


def find_pools(viewer: Viewer, draft: RequestDraft) -> tuple[PoolRow, PoolRow | None]:
    """Return the pool that somebody wants to use, and the one they want to leave for it. Raises
    Invalid at the field."""
    mine = fetch_my_pools(viewer)
    joined = _pool_named(mine, "pool", draft.details["pool"])
    left_name = draft.details.get("from_pool", "")
    if not left_name:
        return joined, None
    here = tuple(each for each in mine if each.source == joined.source)
    left = _pool_named(here, "from_pool", left_name)
    if left.id == joined.id:
        raise Invalid("from_pool", "this is the same pool")
    return joined, left


def check_asked(viewer: Viewer, draft: RequestDraft, desktop: DesktopRow | None) -> None:
    """Raise Invalid at the field when the inventory speaks against what is asked for."""
    if draft.details.get("colleague"):
        _check_colleague(viewer, desktop, draft.details["colleague"])
    if desktop is None or draft.kind not in (RequestKind.MORE_POWER, RequestKind.MORE_DISK):
        return
    check_growth(draft, inventory.access_desktop(at_home(viewer), desktop.id))


def find_like(viewer: Viewer, rule: RequestRule) -> DesktopRow | None:
    """Return the desktop that a new one is made like; None when nobody knows any."""
    if rule.kind is not RequestKind.NEW_DESKTOP:
        return None
    if rule.like:
        return find_named(at_home(viewer), viewer.tenant, rule.like)
    return next(iter(inventory.fetch_my_desktops(viewer)), None)


def find_named(viewer: Viewer, tenant: TenantId, name: str) -> DesktopRow | None:
    """Return a tenant's desktop of a name."""
    seeing = replace(viewer, tenants=(tenant,))
    found = inventory.fetch_desktops(seeing, filters={"search": name}, page=PageRequest(limit=50))
    return next((each for each in found.items if each.name.casefold() == name.casefold()), None)


def find_abilities(viewer: Viewer, source: SourceId | None) -> frozenset[str]:
    """Return what the cloud of a source can be told; nothing where there is none."""
    if source is None:
        return frozenset()
    seeing = at_home(viewer)
    eyes = replace(seeing, permissions=seeing.permissions | {Permission.SEE_SOURCES})
    found = source_queries.access_source(eyes, source)
    return frozenset(get_manifest(CONNECTORS, found.connector).acts)


def _accounts(viewer: Viewer) -> Mapping[SourceId, str]:
    """Return the department of the viewer's account in each desktop cloud that has one."""
    if not viewer.desktop_login:
        return {}
    wanted = {"login": viewer.desktop_login, "gone": "no"}
    found = inventory.fetch_desktop_users(at_home(viewer), wanted, PageRequest(limit=50)).items
    return {each.source: each.department for each in found}


def _pool_named(pools: tuple[PoolRow, ...], field: str, name: str) -> PoolRow:
    found = [each for each in pools if each.name == name]
    if not found:
        raise Invalid(field, "there is no such pool")
    if len(found) > 1:
        raise Invalid(field, "more than one pool is called so")
    return found[0]


def _check_colleague(viewer: Viewer, desktop: DesktopRow | None, login: str) -> None:
    if login.casefold() == viewer.desktop_login.casefold():
        raise Invalid("colleague", "this is you")
    if desktop is None:
        return
    try:
        inventory.access_desktop_user_by_login(at_home(viewer), desktop.source, login)
    except Refused as error:
        raise Invalid("colleague", "there is no such person") from error
