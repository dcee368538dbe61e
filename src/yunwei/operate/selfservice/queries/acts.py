"""Questions about acts on desktops, messages to support, and a desktop user's own of both."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import DesktopId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.diagnosis.facts.verdicts import DiagnosisRow
from yunwei.operate.diagnosis.queries import diagnoses
from yunwei.operate.selfservice.facts.acts import ActRow, SupportMessage
from yunwei.operate.selfservice.store import acts as store

_SEE = Permission.SEE_MONITORING

type Filters = Mapping[str, Any]


def fetch_acts(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[ActRow]:
    """Return acts on desktops of the viewer's tenants, the newest first."""
    require(viewer, _SEE)
    return _acts(viewer, filters or {}, page)


def access_act(viewer: Viewer, act: int) -> ActRow:
    """Return one act; raises Refused."""
    found = fetch_acts(viewer, {"id": act}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_messages(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[SupportMessage]:
    """Return messages to support of the viewer's tenants, the newest first."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.MESSAGES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_message, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_message(viewer: Viewer, message: int) -> SupportMessage:
    """Return one message to support; raises Refused."""
    found = fetch_messages(viewer, {"id": message}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def find_my_desktop(viewer: Viewer, desktop: int) -> DesktopRow | None:
    """Return one of the viewer's own desktops; None when it is not theirs, or no longer: in a
    dynamic pool a desktop goes on to somebody else when its session ends."""
    mine = inventory.fetch_my_desktops(viewer)
    return next((each for each in mine if each.id == desktop), None)


def access_my_desktop(viewer: Viewer, desktop: DesktopId) -> DesktopRow:
    """Return one of the desktops that are the viewer's own; raises Refused."""
    found = find_my_desktop(viewer, desktop)
    if found is None:
        raise Refused()
    return found


def access_my_act(viewer: Viewer, act: int) -> ActRow:
    """Return an act that the viewer asked for in the portal; raises Refused."""
    require(viewer, Permission.USE_PORTAL)
    wanted = {"id": act, "by": viewer.name, "is_repair": True}
    found = _acts(at_home(viewer), wanted, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_my_open_acts(viewer: Viewer) -> Mapping[DesktopId, ActRow]:
    """Return the viewer's repairs that are under way, by desktop."""
    require(viewer, Permission.USE_PORTAL)
    wanted = {"by": viewer.name, "is_repair": True, "is_open": True}
    found = _acts(at_home(viewer), wanted, PageRequest(limit=50)).items
    return {each.desktop: each for each in found}


def fetch_acts_of_desktop(viewer: Viewer, desktop: DesktopId) -> tuple[ActRow, ...]:
    """Return the last acts on one desktop, the newest first."""
    return fetch_acts(viewer, {"desktop": desktop}, PageRequest(limit=5)).items


def access_message_of_act(viewer: Viewer, act: int) -> SupportMessage | None:
    """Return what was written to support when a repair of the viewer's did not succeed."""
    access_my_act(viewer, act)
    with transaction() as conn:
        return store.fetch_message_of_act(conn, act)


def access_my_diagnosis(viewer: Viewer, diagnosis: int) -> DiagnosisRow:
    """Return a diagnosis that the viewer asked for of a desktop that was theirs then; raises
    Refused."""
    require(viewer, Permission.USE_PORTAL)
    found = diagnoses.access_diagnosis(at_home(viewer), diagnosis)
    if found.by != viewer.name:
        raise Refused()
    return found


def at_home(viewer: Viewer) -> Viewer:
    """Return the eyes that the platform lends a desktop user: on their own tenant, for one look."""
    seeing = viewer.permissions | {Permission.SEE_MONITORING}
    return replace(viewer, tenants=(viewer.tenant,), permissions=seeing)


def _acts(viewer: Viewer, filters: Filters, page: PageRequest | None) -> Page[ActRow]:
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.ACTS,
            tenants=viewer.tenants,
            filters=filters,
            request=page or PageRequest(),
        )
    return Page(items=tuple(map(store.build_act, found.items)), next=found.next, total=found.total)


def fetch_acts_after(viewer: Viewer, diagnoses: Sequence[int]) -> tuple[ActRow, ...]:
    """Return what was done because of some diagnoses, the newest first."""
    if not diagnoses:
        return ()
    return fetch_acts(viewer, {"diagnoses": list(diagnoses)}, PageRequest(limit=200)).items
