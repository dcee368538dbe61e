"""Changes of orders to clouds: claimed by a worker, told to the cloud, followed to their ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import transaction
from yunwei.operate.runs.actions.starting import PART
from yunwei.operate.runs.facts.clouds import Claimed, CloudResult, OrderState
from yunwei.operate.runs.facts.runs import TargetState
from yunwei.operate.runs.rules.clouds import pick_found
from yunwei.operate.runs.store import clouds as store

CLOUDS = "clouds"
LEASE_S = 120.0
"""So long is an order in one worker's hands. Longer than any request takes: whoever has not written
what came of it by then has died."""
_LONGEST_SAID = 500


def system_claim(now: datetime, *, limit: int) -> tuple[Claimed, ...]:
    """Take orders that are due. An intended one is noted as asked: by whom this returns it, the
    cloud is told, once, now."""
    with transaction() as conn:
        return store.claim(conn, now=now, limit=limit, lease_s=LEASE_S)


def system_has_open_orders() -> bool:
    with transaction() as conn:
        return store.count_open(conn) > 0


def system_note_given(order: Claimed, native_id: str, now: datetime) -> None:
    with transaction() as conn:
        due_at = now if order.is_stop_wanted else now + timedelta(seconds=1)
        store.note_given(conn, order.id, native_id, due_at=due_at, now=now)
        _tell(order.tenant)


def system_note_found(order: Claimed, found: Sequence[str], now: datetime) -> bool:
    """Take a lost order for the one that its cloud has, if only one can be it; say whether."""
    with transaction() as conn:
        taken = frozenset(each for each in found if store.is_known(conn, order.source, each))
        native_id = pick_found(found, taken)
        if native_id is None:
            return False
        store.note_given(conn, order.id, native_id, due_at=now, now=now)
        _tell(order.tenant)
    return True


def system_note_later(
    order: Claimed, state: OrderState, *, due_at: datetime, reason: str = ""
) -> None:
    with transaction() as conn:
        said = reason[:_LONGEST_SAID]
        store.note_later(conn, order.id, state, due_at=due_at, reason=said)


def system_note_stopped(order: Claimed) -> None:
    with transaction() as conn:
        store.note_stopped(conn, order.id)


def system_end_order(
    order: Claimed, state: TargetState, now: datetime, *, reason: str, said: str = ""
) -> None:
    """End an order, and what is open of it as `state`. said: what the cloud said of it."""
    with transaction() as conn:
        said = said[:_LONGEST_SAID]
        store.end_order(conn, order.id, state, reason=reason, said=said, now=now)
        _tell(order.tenant)


def system_note_results(order: Claimed, results: Sequence[CloudResult]) -> None:
    """Write what became of targets, each with what it printed, and let the run go on."""
    if results:
        with transaction() as conn:
            store.note_results(conn, results)
            _tell(order.tenant)


def _tell(tenant: TenantId) -> None:
    announce_work(PART)
    announce_live(PART, tenant)
