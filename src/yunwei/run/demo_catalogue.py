"""The demo's catalogue of requests: what its customer's people may ask for, and what that costs."""

from decimal import Decimal

from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Viewer
from yunwei.operate.selfservice.actions.requests import save_rule
from yunwei.operate.selfservice.facts.requests import Cost, RequestKind, RequestRule
from yunwei.operate.selfservice.queries.requests import fetch_rules
from yunwei.operate.selfservice.rules.catalogue import default_rule

_K = RequestKind
_APPROVER = "contact"
_COSTS = {
    _K.NEW_DESKTOP: Cost(
        monthly=Decimal(180), once=Decimal(60), currency="CNY", note="4 vCPU, 8 GiB, 130 GiB"
    ),
    _K.MORE_POWER: Cost(
        monthly=Decimal("95.50"), currency="CNY", note="每档规格 / for each larger size"
    ),
    _K.MORE_DISK: Cost(monthly=Decimal("3.50"), currency="CNY", note="每 10 GiB / per 10 GiB"),
    _K.SOFTWARE: Cost(once=Decimal(40), currency="CNY", note="不含许可 / without its licence"),
    _K.CHANGE_POOL: Cost(currency="CNY"),
    _K.EXTRA_TIME: Cost(currency="CNY"),
}
_MOST_OF_TENANT = {_K.NEW_DESKTOP: 20, _K.MORE_POWER: 30, _K.MORE_DISK: 30}


def add_demo_catalogue(admin: Viewer, customer: TenantId) -> None:
    """Say what things cost and who approves them, where nobody has said anything yet."""
    if any(rule != default_rule(rule.kind) for rule in fetch_rules(admin, customer)):
        return
    for kind, cost in _COSTS.items():
        rule = RequestRule(
            kind=kind,
            approvers=(_APPROVER,),
            needs_provider=kind is _K.NEW_DESKTOP,
            most_within=3,
            most_of_tenant=_MOST_OF_TENANT.get(kind, 0),
            cost=cost,
        )
        save_rule(admin, customer, rule, time_zone=admin.time_zone)
