"""The rules that `govern` goes by at the moment: pipeline and router, built anew when they change.

Before each batch one small question tells whether rules or routes changed, so that a rule saved
before a trap came holds for that trap. People and names of sources are fetched every few seconds
and at once when somebody announces a change.
"""

from datetime import datetime, timedelta

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.governance import queries as governance_queries
from yunwei.monitor.governance.facts import Pipeline
from yunwei.monitor.governance.facts import Snapshot as Rules
from yunwei.monitor.governance.pipeline import build_pipeline
from yunwei.monitor.notify import queries as notify_queries
from yunwei.monitor.notify.facts import Snapshot as Contacts
from yunwei.monitor.notify.rules.routing import Router, build_router

_FRESH = timedelta(seconds=2)
_TIDY = timedelta(seconds=30)


class Rulebook:
    """Not safe for several threads at once; `govern` uses it from one."""

    pipeline: Pipeline
    router: Router
    contacts: Contacts
    source_names: dict[int, str]

    def __init__(self, *, public_url: str, time_zone: str) -> None:
        self._public_url = public_url
        self._time_zone = time_zone
        self._rules: Rules | None = None
        self._signature: object = None
        self._fetched_at: datetime | None = None
        self._tidied_at: datetime | None = None
        self._considered: frozenset[tuple[int, int]] | None = None
        self._is_stale = True

    def mark_stale(self) -> None:
        """Somebody announced a change: fetch and reconsider at the next round."""
        self._is_stale = True

    def refresh(self, conn: Connection, now: datetime) -> None:
        """Bring the rules up to date with the database."""
        signature = (
            governance_queries.system_signature(conn),
            notify_queries.system_signature(conn),
        )
        is_fresh = self._fetched_at is not None and now - self._fetched_at < _FRESH
        if is_fresh and not self._is_stale and signature == self._signature:
            return
        rules = governance_queries.system_snapshot(conn, now=now)
        contacts = notify_queries.system_snapshot(
            conn, public_url=self._public_url, time_zone=self._time_zone
        )
        if rules != self._rules:
            self.pipeline = build_pipeline(rules)
            self.source_names = rules.source_names
        if self._fetched_at is None or contacts != self.contacts:
            self.router = build_router(contacts)
        if self._is_stale:
            self._considered = None
        self._rules, self.contacts, self._signature = rules, contacts, signature
        self._fetched_at, self._is_stale = now, False

    def has_to_reconsider(self, conn: Connection, now: datetime) -> bool:
        """Say whether open alarms must be judged anew; True is said once per reason."""
        rules = self._rules.mask_rules if self._rules else ()
        active = frozenset((rule.id, rule.version) for rule in rules if rule.is_active(now))
        if active != self._considered:
            self._considered = active
            return True
        return alarm_queries.system_has_due_shelves(conn, now=now)

    def is_time_to_tidy(self, now: datetime) -> bool:
        if self._tidied_at is not None and now - self._tidied_at < _TIDY:
            return False
        self._tidied_at = now
        return True
