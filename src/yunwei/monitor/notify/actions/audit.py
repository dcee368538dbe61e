"""One round of the auditor: what is overdue, told by a way of its own, and written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.audit import Audit, Finding, Overdue
from yunwei.monitor.notify.facts.routes import Snapshot
from yunwei.monitor.notify.rules.audit import build_notice
from yunwei.monitor.notify.store import audit as audit_store

EVERY = timedelta(minutes=1)
GRACE = timedelta(minutes=2)


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


def save_audit(conn: Connection, audit: Audit) -> None:
    audit_store.save_audit(conn, audit)
