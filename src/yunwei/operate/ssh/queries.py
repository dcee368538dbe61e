"""Questions about profiles and host keys."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import DesktopId, SshProfileId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.ssh import store
from yunwei.operate.ssh.facts import HostKey, Met, Opened, Profile
from yunwei.operate.ssh.rules import Chooser

_SEE = Permission.SEE_SOURCES

type Filters = Mapping[str, Any]


def fetch_profiles(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Profile]:
    """Return profiles of the viewer's tenants, without their secrets. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.PROFILES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_profile, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_profile(viewer: Viewer, profile: SshProfileId) -> Profile:
    """Return one profile; raises Refused."""
    found = fetch_profiles(viewer, {"id": profile}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_host_keys(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[HostKey]:
    """Return what is known of the host keys of the viewer's desktops, those that a person has to
    look at first. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.HOST_KEYS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_host_key, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_host_key(viewer: Viewer, desktop: DesktopId) -> HostKey:
    """Return what is known of one desktop's key; raises Refused."""
    found = fetch_host_keys(viewer, {"desktop": desktop}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def system_chooser(conn: Connection, tenant: TenantId) -> Chooser:
    """Return what says by which profile a desktop of a tenant is reached."""
    return Chooser(store.profiles_of(conn, tenant))


def system_open_profiles(
    profiles: Iterable[SshProfileId], box: SecretBox
) -> dict[SshProfileId, Opened]:
    """Return those profiles that are there, with what they hold. Raises Misconfigured."""
    with transaction() as conn:
        return store.open_profiles(conn, profiles, box)


def system_trusted_keys(desktops: Iterable[DesktopId]) -> dict[DesktopId, str]:
    with transaction() as conn:
        return store.trusted_keys(conn, desktops)


def system_note_met(met: Sequence[Met], now: datetime) -> None:
    """Keep the keys that desktops showed: believed ones are trusted from now on, others wait for a
    person."""
    with transaction() as conn:
        store.note_met(conn, met, now)
