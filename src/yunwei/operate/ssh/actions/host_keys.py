"""What people decide about host keys: a key that was shown is accepted or not, one that is known
otherwise is written down, one that holds no more is forgotten."""

from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.ssh.connection import read_public_key
from yunwei.base.infra.winrm.meeting import is_certificate, read_certificate
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.ssh import queries, store
from yunwei.operate.ssh.actions.profiles import PART
from yunwei.operate.ssh.facts import HostKey

_MANAGE = Permission.MANAGE_SOURCES


def accept_key(viewer: Viewer, desktop: DesktopId, fingerprint: str, *, now: datetime) -> None:
    """Trust the key that a desktop showed from now on. fingerprint: of the key that was looked at.
    Raises Refused; Conflict when it has shown another one meanwhile."""
    known = _access(viewer, desktop)
    with transaction() as conn:
        if not store.accept_key(conn, desktop, fingerprint.strip(), by=viewer.name, now=now):
            raise Conflict("the desktop has shown another key meanwhile; look again")
        _tell(conn, viewer, "ssh.accept_key", known, fingerprint.strip())


def decline_key(viewer: Viewer, desktop: DesktopId) -> None:
    """Do not trust the key that a desktop showed. Raises Refused; Conflict when there is none."""
    known = _access(viewer, desktop)
    with transaction() as conn:
        if not store.decline_key(conn, desktop):
            raise Conflict("no other key waits to be looked at")
        _tell(conn, viewer, "ssh.decline_key", known, known.offered_fingerprint)


def forget_key(viewer: Viewer, desktop: DesktopId) -> None:
    """Know nothing of a desktop's key any more, as after it was rebuilt. Raises Refused."""
    known = _access(viewer, desktop)
    with transaction() as conn:
        store.forget_key(conn, desktop)
        _tell(conn, viewer, "ssh.forget_key", known, known.trusted_fingerprint)


def set_key(viewer: Viewer, tenant: TenantId, name: str, key: str, *, now: datetime) -> HostKey:
    """Trust a key that is known from elsewhere, as its image or its cloud tells. key: a public key
    of SSH, or a certificate as PEM. name: of one of a tenant's desktops. Raises Refused; Invalid
    naming the field."""
    require(viewer, _MANAGE, tenant)
    read = read_certificate if is_certificate(key) else read_public_key
    text, fingerprint = read(key, field="key")
    with transaction() as conn:
        found = store.find_desktop(conn, tenant, name.strip())
        if found is None:
            raise Invalid("desktop", "no desktop, or more than one, is called so")
        store.set_key(conn, found.desktop, text, fingerprint, by=viewer.name, now=now)
    known = queries.access_host_key(viewer, found.desktop)
    with transaction() as conn:
        _tell(conn, viewer, "ssh.set_key", known, fingerprint)
    return known


def _access(viewer: Viewer, desktop: DesktopId) -> HostKey:
    known = queries.access_host_key(viewer, desktop)
    require(viewer, _MANAGE, known.tenant)
    return known


def _tell(conn: Connection, viewer: Viewer, verb: str, known: HostKey, fingerprint: str) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="desktop",
        object_id=known.desktop,
        object_name=known.desktop_name,
        tenant=known.tenant,
        before={"fingerprint": known.trusted_fingerprint},
        after={"fingerprint": fingerprint},
    )
    announce_live(PART, known.tenant)
