"""How many rules of a tenant may be such that every alarm has to be asked of them."""

from yunwei.base.core.condition import UNANCHORED_BUDGET, needs_every_row, parse_stored
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.governance.facts.masks import LIVE, MaskRule
from yunwei.monitor.governance.store import mask_rules as store

_WHY = (
    f"{UNANCHORED_BUDGET} live rules already have to be asked about every alarm:"
    " let this one name a type, an object, a text or a network"
)


def check_budget(conn: Connection, rule: MaskRule) -> None:
    """Raise Invalid when a live rule is one too many. Cost: nothing for a rule that can be looked
    up by what it names; else linear in the tenant's live rules."""
    if _is_too_much(conn, rule):
        raise Invalid("condition", _WHY)


def check_budget_of_move(conn: Connection, rule: MaskRule) -> None:
    """The same for a rule that is about to become live; raises Conflict."""
    if _is_too_much(conn, rule):
        raise Conflict(_WHY)


def _is_too_much(conn: Connection, rule: MaskRule) -> bool:
    if rule.state not in LIVE or not needs_every_row(rule.condition):
        return False
    return _count_others(conn, rule) >= UNANCHORED_BUDGET


def _count_others(conn: Connection, rule: MaskRule) -> int:
    count = 0
    for text in store.live_conditions(conn, rule.tenant, but=rule.id):
        try:
            count += needs_every_row(parse_stored(text))
        except Invalid:
            continue  # damaged: it matches nothing and costs nothing
    return count
