"""Which noise rule holds for an alarm. Pure."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from yunwei.base.core.condition import Condition, compile_condition, walk_terms
from yunwei.base.core.ids import TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.named_sets.facts import NO_SETS, SetBook
from yunwei.base.named_sets.rules.settling import settle
from yunwei.monitor.alarms.facts import FlapLimits
from yunwei.monitor.governance.facts.gathering import Gathering
from yunwei.monitor.governance.facts.noise import (
    FlapRule,
    HoldDown,
    Inhibition,
    InhibitionRule,
    NoiseRule,
    NoiseRuleOf,
)
from yunwei.monitor.governance.facts.situations import SituationKind
from yunwei.monitor.governance.rules.gathering import build_gatherings
from yunwei.monitor.governance.rules.named_sets import conditions_of

NEVER = FlapLimits(enter=float("inf"))
"""The limits where no rule speaks of flapping."""

type TypeTest = Callable[[str], bool]

_MOST_KNOWN = 50_000


class NoiseBook:
    """The rules of one snapshot, found by tenant and type. Cost: one look-up for what was asked
    before, else linear in the rules of one kind. sets: by which their conditions are read."""

    def __init__(
        self, rules: Iterable[NoiseRule], provider: TenantId, sets: SetBook = NO_SETS
    ) -> None:
        listed = [rule for rule in rules if rule.is_enabled]
        self._hold_down = _build_finder(listed, HoldDown, provider)
        self._flapping = _build_finder(listed, FlapRule, provider)
        self._inhibitions = _build_inhibitions(listed, sets)
        self._gatherings = build_gatherings(
            (rule, _read(rule, sets).get("condition")) for rule in listed
        )
        self._provider = provider
        self._gathered: dict[TenantId, tuple[Gathering, ...]] = {}
        self._known: dict[tuple[TenantId, str], tuple[Inhibition, ...]] = {}

    def hold_down(
        self, tenant: TenantId, alarm_type: str, severity: Severity
    ) -> tuple[NoiseRule | None, int]:
        """Return how many seconds such an alarm must stand, and the rule that says so."""
        rule = self._hold_down(tenant, alarm_type)
        if rule is None or not isinstance(rule.content, HoldDown):
            return None, 0
        return rule, rule.content.wait_s(severity)

    def flapping(self, tenant: TenantId, alarm_type: str) -> NoiseRule | None:
        """Return the rule that says when such an alarm flaps."""
        return self._flapping(tenant, alarm_type)

    def limits(self, tenant: TenantId, alarm_type: str) -> FlapLimits:
        """Return the limits of that rule; none are ever reached where there is no rule."""
        rule = self._flapping(tenant, alarm_type)
        if rule is None or not isinstance(rule.content, FlapRule):
            return NEVER
        content = rule.content
        return FlapLimits(fade_s=content.fade_s, enter=content.enter, leave=content.leave)

    def inhibitions(self, tenant: TenantId, alarm_type: str) -> tuple[Inhibition, ...]:
        """Return the rules that may concern such an alarm, as parent or as child: the tenant's
        own and the provider's."""
        asked = (tenant, alarm_type)
        known = self._known.get(asked)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            owners = dict.fromkeys((tenant, self._provider))
            known = self._known[asked] = tuple(
                each
                for owner in owners
                for each, may_concern in self._inhibitions.get(owner, ())
                if may_concern(alarm_type)
            )
        return known

    def gatherings(self, tenant: TenantId) -> tuple[Gathering, ...]:
        """Return the rules of storms, then those of alike alarms: the tenant's own and the
        provider's."""
        known = self._gathered.get(tenant)
        if known is None:
            owners = dict.fromkeys((tenant, self._provider))
            found = [each for owner in owners for each in self._gatherings.get(owner, ())]
            known = self._gathered[tenant] = tuple(
                sorted(found, key=lambda each: each.kind is not SituationKind.STORM)
            )
        return known


def _read(rule: NoiseRule, sets: SetBook) -> dict[str, Condition]:
    """Return a rule's conditions with plain terms."""
    written = conditions_of(rule.content)
    return {field: settle(each, rule.tenant, sets).condition for field, each in written.items()}


def _build_inhibitions(
    rules: Iterable[NoiseRule], sets: SetBook
) -> dict[TenantId, list[tuple[Inhibition, TypeTest]]]:
    built: dict[TenantId, list[tuple[Inhibition, TypeTest]]] = {}
    for rule in rules:
        content = rule.content
        if not isinstance(content, InhibitionRule):
            continue
        said = _read(rule, sets)
        parents, children = said["parents"], said["children"]
        inhibition = Inhibition(
            rule=rule,
            content=content,
            is_parent=compile_condition(parents),
            is_child=compile_condition(children),
        )
        may_concern = _any_type(_by_type(parents), _by_type(children))
        built.setdefault(rule.tenant, []).append((inhibition, may_concern))
    return built


def _any_type(*asked: TypeTest) -> TypeTest:
    return lambda alarm_type: any(ask(alarm_type) for ask in asked)


def _by_type(condition: Condition) -> TypeTest:
    """Return whether alarms of a type may match; exact where only the type is asked for."""
    if any(term.field != "alarm_type" for term in walk_terms(condition)):
        return lambda alarm_type: True
    matches = compile_condition(condition)
    return lambda alarm_type: matches({"alarm_type": alarm_type})


def _build_finder(
    rules: Iterable[NoiseRule], content: type[HoldDown | FlapRule], provider: TenantId
) -> NoiseRuleOf:
    """A tenant's own rules come before the provider's, a type by its name before a pattern, and
    of two patterns the one that says more."""
    by_tenant: dict[TenantId, list[tuple[str, NoiseRule]]] = {}
    for rule in rules:
        if isinstance(rule.content, content):
            by_tenant.setdefault(rule.tenant, []).append((rule.content.alarm_type, rule))
    for listed in by_tenant.values():
        listed.sort(key=lambda each: (_says_less(each[0]), each[1].id))
    known: dict[tuple[TenantId, str], NoiseRule | None] = {}

    def find(tenant: TenantId, alarm_type: str) -> NoiseRule | None:
        asked = (tenant, alarm_type)
        if asked not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            candidates = (*by_tenant.get(tenant, ()), *by_tenant.get(provider, ()))
            known[asked] = next(
                (rule for pattern, rule in candidates if fnmatchcase(alarm_type, pattern)), None
            )
        return known[asked]

    return find


def _says_less(pattern: str) -> tuple[bool, int]:
    is_pattern = any(sign in pattern for sign in "*?[")
    letters = sum(sign not in "*?[]" for sign in pattern)
    return is_pattern, -letters
