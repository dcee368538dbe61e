"""The rules that `govern` goes by at the moment: pipeline and router, built anew when they change.

Before each batch one small question tells whether rules or routes changed, so that a rule saved
before a trap came holds for that trap. People and names of sources are fetched every few seconds
and at once when somebody announces a change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.damage import DamagedRule
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.base.named_sets.facts import Mark
from yunwei.monitor.governance.facts.decisions import Pipeline
from yunwei.monitor.governance.facts.decisions import Snapshot as Rules
from yunwei.monitor.governance.facts.masks import Holding
from yunwei.monitor.governance.facts.noise import NoiseKind, NoiseRule
from yunwei.monitor.governance.pipeline import build_pipeline
from yunwei.monitor.governance.queries import judgements as governance_queries
from yunwei.monitor.governance.rules.holding import build_holding
from yunwei.monitor.governance.rules.noise_book import NoiseBook
from yunwei.monitor.governance.stages.masks import MaskIndexes, build_mask_indexes
from yunwei.monitor.notify.facts.routes import Snapshot as Contacts
from yunwei.monitor.notify.rules.routing import Router
from yunwei.run.contact_book import ContactBook

_FRESH = timedelta(seconds=2)
_TIDY = timedelta(seconds=30)


type Active = frozenset[tuple[str, int, int, str]]
"""(what, id, version, state) of the rules that hold, of what is in maintenance, and of the named
sets by which the rules were read"""
type Maintained = Mapping[TenantId, frozenset[int]]
"""The ids of the desktops in maintenance, by tenant"""

_EVERYBODY = TenantId(0)
"""Under whom stands what concerns the alarms of every tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconsideration:
    """Whose open alarms are judged anew (None: everybody's), and the rules that then hold."""

    tenants: tuple[TenantId, ...] | None
    holding: dict[TenantId, Active]
    state: tuple[object, ...]


class Rulebook:
    """Not safe for several threads at once; `govern` uses it from one."""

    pipeline: Pipeline
    source_names: dict[int, str]
    noise: NoiseBook

    def __init__(self, *, public_url: str, time_zone: str) -> None:
        self._book = ContactBook(public_url=public_url, time_zone=time_zone)
        self._rules: Rules | None = None
        self._signature: object = None
        self._mask_indexes: MaskIndexes | None = None
        self._fetched_at: datetime | None = None
        self._tidied_at: datetime | None = None
        self._holding_at = build_holding((), Calendars())
        self._first_end: datetime | None = None
        self._considered: dict[TenantId, Active] | None = None
        self._confirmed: tuple[object, ...] = (None, None, None)
        self._heard = 0
        self._fetched = -1

    def mark_stale(self) -> None:
        """Somebody announced a change: fetch again at the next round. From any thread."""
        self._heard += 1
        self._book.mark_stale()

    @property
    def router(self) -> Router:
        return self._book.router

    @property
    def damaged(self) -> tuple[DamagedRule, ...]:
        """Rules and routes that can not be understood and do nothing."""
        return (*(self._rules.damaged if self._rules else ()), *self._book.snapshot.damaged)

    @property
    def contacts(self) -> Contacts:
        return self._book.snapshot

    def refresh(self, conn: Connection, now: datetime) -> None:
        """Bring the rules up to date with the database."""
        self._book.refresh(conn, now)
        signature = governance_queries.system_signature(conn)
        heard = self._heard
        is_fresh = self._fetched_at is not None and now - self._fetched_at < _FRESH
        if is_fresh and heard == self._fetched and signature == self._signature:
            return
        rules = self._fetch_rules(conn, signature, heard)
        if rules != self._rules:
            self._mask_indexes = build_mask_indexes(rules.mask_rules, self._mask_indexes)
            self.pipeline = build_pipeline(rules, self._mask_indexes)
            self._holding_at = build_holding(rules.mask_rules, rules.calendars)
            ends = (rule.expires_at for rule in rules.mask_rules)
            self._first_end = min(ends, default=None)
            self.source_names = rules.source_names
            self._keep_noise(rules)
        self._rules, self._signature = rules, signature
        self._fetched_at, self._fetched = now, heard

    def _keep_noise(self, rules: Rules) -> None:
        """Keep the book as long as it says the same: what is counted by it goes on."""
        known = self._rules
        if known is None or (known.noise_rules, known.provider, known.noise_marks) != (
            rules.noise_rules,
            rules.provider,
            rules.noise_marks,
        ):
            self.noise = NoiseBook(rules.noise_rules, rules.provider, rules.sets)

    def _fetch_rules(self, conn: Connection, signature: object, heard: int) -> Rules:
        """Return the rules; those that are known, when only names may have changed."""
        known = self._rules
        if known is None or heard != self._fetched or signature != self._signature:
            return governance_queries.system_snapshot(conn)
        return replace(known, source_names=governance_queries.system_source_names(conn))

    def what_to_reconsider(self, now: datetime, maintained: Maintained) -> Reconsideration | None:
        """Return whose open alarms must be judged anew, because the rules that hold changed, or
        what is in maintenance; None when nothing did. Say `confirm` once that is done and
        committed."""
        rules = self._rules
        held, noise = self._holding_at(now), rules.noise_rules if rules else ()
        state = (held, noise, maintained)
        if all(each is known for each, known in zip(state, self._confirmed, strict=True)):
            return None
        holding = _active_of(held, noise, maintained, rules)
        if self._considered is None:
            return Reconsideration(tenants=None, holding=holding, state=state)
        changed = {
            tenant
            for tenant in holding.keys() | self._considered.keys()
            if holding.get(tenant) != self._considered.get(tenant)
        }
        if not changed:
            self._confirmed = state
            return None
        tenants = None if _EVERYBODY in changed else tuple(changed)
        return Reconsideration(tenants=tenants, holding=holding, state=state)

    def confirm(self, done: Reconsideration) -> None:
        self._considered, self._confirmed = done.holding, done.state

    def has_rule_that_is_over(self, now: datetime) -> bool:
        """Say whether a rule that was live is over and not marked so yet."""
        return self._first_end is not None and now >= self._first_end

    def is_time_to_tidy(self, now: datetime) -> bool:
        if self._tidied_at is not None and now - self._tidied_at < _TIDY:
            return False
        self._tidied_at = now
        return True


def _active_of(
    held: Holding, noise: Iterable[NoiseRule], maintained: Maintained, known: Rules | None
) -> dict[TenantId, Active]:
    active: dict[TenantId, set[tuple[str, int, int, str]]] = {}
    for by_tenant in (held.by_tenant, held.shadow_by_tenant):
        for tenant, rules in by_tenant.items():
            told = {("mask", rule.id, rule.version, rule.state.value) for rule in rules}
            active.setdefault(tenant, set()).update(told)
    for rule in noise:
        if rule.kind is NoiseKind.INHIBITION:
            active.setdefault(_EVERYBODY, set()).add(("noise", rule.id, rule.version, ""))
    for tenant, desktops in maintained.items():
        active.setdefault(tenant, set()).update(("desktop", id, 0, "") for id in desktops)
    for tenant, marks in known.mask_marks.items() if known else ():
        active.setdefault(tenant, set()).update(_of_sets(marks))
    if known is not None and known.noise_marks:
        active.setdefault(_EVERYBODY, set()).update(_of_sets(known.noise_marks))
    return {tenant: frozenset(found) for tenant, found in active.items()}


def _of_sets(marks: Iterable[Mark]) -> set[tuple[str, int, int, str]]:
    return {("set", id, version, name) for name, id, version in marks}
