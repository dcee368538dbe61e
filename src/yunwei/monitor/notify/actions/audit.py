"""One round of the auditor: what is overdue, told by a way of its own, and written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from yunwei.base.core.errors import Invalid
from yunwei.base.infra.announce import held_back
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.audit import Audit, Finding, Overdue
from yunwei.monitor.notify.facts.routes import Snapshot
from yunwei.monitor.notify.rules.audit import build_notice
from yunwei.monitor.notify.store import audit as audit_store

EVERY = timedelta(minutes=1)
GRACE = timedelta(minutes=2)
_LONGEST_URL = 500


def claim_audit(conn: Connection, *, now: datetime) -> Audit | None:
    """Return the last round when a minute is over; of several workers one gets it."""
    return audit_store.claim_audit(conn, now=now, next_at=now + EVERY)


def find_overdue(
    conn: Connection, last: Audit, *, intake_end: int | None, now: datetime
) -> tuple[Finding, ...]:
    """Return what is overdue. intake_end: the newest report in the intake, None when it can not be
    asked. What was there a round ago and is still not applied does not move."""
    found = audit_store.find_overdue(conn, now, GRACE)
    position = audit_store.intake_position(conn)
    if position is not None and last.intake_end is not None and intake_end is not None:
        applied, moved_at = position
        waiting = last.intake_end - applied
        if waiting > 0 and now - moved_at > GRACE:
            found.append(Finding(kind=Overdue.INTAKE, count=waiting, oldest_at=moved_at))
    return tuple(found)


def tell_overdue(
    conn: Connection, findings: Sequence[Finding], snapshot: Snapshot, *, now: datetime
) -> None:
    """Tell administrators by a notice, which needs neither the intake nor a route."""
    notices = [build_notice(each, snapshot.provider) for each in findings]
    plan_notices(conn, notices, snapshot, now)


def system_heartbeat_url(conn: Connection, box: SecretBox) -> str:
    """Return where people let the heartbeat go, "" for nowhere."""
    return box.open(audit_store.fetch_heartbeat(conn)).get("url", "")


def change_heartbeat(viewer: Viewer, url: str, *, box: SecretBox, now: datetime) -> None:
    """Let the heartbeat go to another address, "" for none; the next one goes within seconds.

    Raises Refused, or Invalid naming `url`.
    """
    require(viewer, Permission.MANAGE_TENANTS)
    typed = url.strip()
    host = _check_address(typed) if typed else ""
    with held_back(), transaction() as conn:
        before = audit_store.fetch_audit(conn) or Audit()
        sealed = box.seal({"url": typed}) if typed else b""
        audit_store.save_heartbeat(conn, sealed=sealed, host=host, now=now)
        record(
            conn,
            viewer,
            "notify.change_heartbeat",
            object_kind="heartbeat",
            object_id="1",
            object_name=host or before.heartbeat_host,
            tenant=viewer.tenant,
            before={"host": before.heartbeat_host},
            after={"host": host},
        )


def _check_address(typed: str) -> str:
    """Return the host; the rest of the address is a secret."""
    try:
        address = urlsplit(typed)
        host = address.hostname or ""
    except ValueError as error:
        raise Invalid("url", "this is not a web address") from error
    if address.scheme not in {"http", "https"} or not host:
        raise Invalid("url", "a web address starts with http:// or https://")
    if address.username or address.password:
        raise Invalid("url", "credentials do not belong into the address")
    if len(typed) > _LONGEST_URL:
        raise Invalid("url", f"at most {_LONGEST_URL} characters")
    return host


def save_audit(conn: Connection, audit: Audit) -> None:
    audit_store.save_audit(conn, audit)
