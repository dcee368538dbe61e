"""Who can be told of what at the moment: routes, people, channels, duty; built anew on changes.

Routes and channels are fetched when a small question says that they differ; people and names every
few seconds; duty when its own question says so, and every few minutes because time goes on.
"""

from datetime import datetime, timedelta

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.duty.facts.shifts import Snapshot as DutySnapshot
from yunwei.monitor.duty.queries import snapshots as duty_queries
from yunwei.monitor.notify.facts.routes import Snapshot
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.monitor.notify.rules.routing import Router, build_router

_FRESH = timedelta(seconds=2)
_DUTY_FRESH = timedelta(minutes=10)


class ContactBook:
    """Not safe for several threads at once."""

    router: Router

    def __init__(self, *, public_url: str, time_zone: str) -> None:
        self._public_url = public_url
        self._time_zone = time_zone
        self._signature: object = None
        self._duty: DutySnapshot | None = None
        self._fetched_at: datetime | None = None
        self._heard = 0
        self._fetched = -1

    @property
    def snapshot(self) -> Snapshot:
        return self.router.snapshot

    def mark_stale(self) -> None:
        """Somebody announced a change: fetch again at the next round. From any thread."""
        self._heard += 1

    def refresh(self, conn: Connection, now: datetime) -> None:
        """Bring the book up to date with the database."""
        signature = (
            route_queries.system_signature(conn),
            duty_queries.system_signature(conn),
        )
        heard = self._heard
        is_fresh = self._fetched_at is not None and now - self._fetched_at < _FRESH
        if is_fresh and heard == self._fetched and signature == self._signature:
            return
        snapshot = route_queries.system_snapshot(
            conn,
            public_url=self._public_url,
            time_zone=self._time_zone,
            duty=self._refresh_duty(conn, signature, now),
        )
        if self._fetched_at is None or snapshot != self.router.snapshot:
            self.router = build_router(snapshot)
        self._signature, self._fetched_at, self._fetched = signature, now, heard

    def _refresh_duty(self, conn: Connection, signature: object, now: datetime) -> DutySnapshot:
        known = self._duty
        is_fresh = known is not None and now - known.as_of < _DUTY_FRESH
        if known is None or not is_fresh or signature != self._signature:
            self._duty = duty_queries.system_snapshot(conn, now=now)
        assert self._duty is not None  # noqa: S101  set above
        return self._duty
