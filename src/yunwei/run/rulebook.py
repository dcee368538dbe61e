"""The rules that `govern` goes by at the moment: pipeline and router, built anew when they change.

Before each batch one small question tells whether rules or routes changed, so that a rule saved
before a trap came holds for that trap. People and names of sources are fetched every few seconds
and at once when somebody announces a change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.governance.facts.decisions import Pipeline
from yunwei.monitor.governance.facts.decisions import Snapshot as Rules
from yunwei.monitor.governance.pipeline import build_pipeline
from yunwei.monitor.governance.queries import judgements as governance_queries
from yunwei.monitor.governance.rules.noise_book import NoiseBook
from yunwei.monitor.notify.facts.routes import Snapshot as Contacts
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.monitor.notify.rules.routing import Router, build_router

_FRESH = timedelta(seconds=2)
_TIDY = timedelta(seconds=30)


type Active = frozenset[tuple[int, int]]
"""(id, version) of the rules that hold at a moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconsideration:
    """Whose open alarms are judged anew (None: everybody's), and the rules that then hold."""

    tenants: tuple[TenantId, ...] | None
    holding: dict[TenantId, Active]


class Rulebook:
    """Not safe for several threads at once; `govern` uses it from one."""

    pipeline: Pipeline
    router: Router
    contacts: Contacts
    source_names: dict[int, str]
    noise: NoiseBook

    def __init__(self, *, public_url: str, time_zone: str) -> None:
        self._public_url = public_url
        self._time_zone = time_zone
        self._rules: Rules | None = None
        self._signature: object = None
        self._fetched_at: datetime | None = None
        self._tidied_at: datetime | None = None
        self._considered: dict[TenantId, Active] | None = None
        self._heard = 0
        self._fetched = -1

    def mark_stale(self) -> None:
        """Somebody announced a change: fetch again at the next round. From any thread."""
        self._heard += 1

    def refresh(self, conn: Connection, now: datetime) -> None:
        """Bring the rules up to date with the database."""
        signature = (
            governance_queries.system_signature(conn),
            route_queries.system_signature(conn),
        )
        heard = self._heard
        is_fresh = self._fetched_at is not None and now - self._fetched_at < _FRESH
        if is_fresh and heard == self._fetched and signature == self._signature:
            return
        rules = governance_queries.system_snapshot(conn, now=now)
        contacts = route_queries.system_snapshot(
            conn, public_url=self._public_url, time_zone=self._time_zone
        )
        if rules != self._rules:
            self.pipeline = build_pipeline(rules)
            self.source_names = rules.source_names
            self.noise = NoiseBook(rules.noise_rules, rules.provider)
        if self._fetched_at is None or contacts != self.contacts:
            self.router = build_router(contacts)
        self._rules, self.contacts, self._signature = rules, contacts, signature
        self._fetched_at, self._fetched = now, heard

    def what_to_reconsider(self, now: datetime) -> Reconsideration | None:
        """Return whose open alarms must be judged anew, because the rules that hold changed;
        None when nothing did. Say `confirm` once that is done and committed."""
        active: dict[TenantId, set[tuple[int, int]]] = {}
        for rule in self._rules.mask_rules if self._rules else ():
            if rule.is_active(now):
                active.setdefault(rule.tenant, set()).add((rule.id, rule.version))
        holding = {tenant: frozenset(rules) for tenant, rules in active.items()}
        if self._considered is None:
            return Reconsideration(tenants=None, holding=holding)
        changed = {
            tenant
            for tenant in holding.keys() | self._considered.keys()
            if holding.get(tenant) != self._considered.get(tenant)
        }
        return Reconsideration(tenants=tuple(changed), holding=holding) if changed else None

    def confirm(self, done: Reconsideration) -> None:
        self._considered = done.holding

    def is_time_to_tidy(self, now: datetime) -> bool:
        if self._tidied_at is not None and now - self._tidied_at < _TIDY:
            return False
        self._tidied_at = now
        return True
