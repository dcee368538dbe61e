"""Changes of orders and tasks. The ledger is the queue: what stands here will be handed out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import Connection, to_json, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.facts.tasks import (
    Handout,
    Happened,
    OrderDraft,
    OrderRow,
    Refusal,
    TaskState,
)
from yunwei.operate.agents.queries import tasks as queries
from yunwei.operate.agents.rules.events import sort_out
from yunwei.operate.agents.store import tasks as store
from yunwei_wire.commands import LONGEST_SCRIPT, script_digest

PART = "orders"
_RUN = Permission.RUN_SCRIPTS
_LONGEST_WAIT = timedelta(days=31)
_LONGEST_TIMEOUT_S = 24 * 3600
_MOST_OUTPUT_BYTES = 8 * 1024**2
_RETRIED = ("failed", "timed_out", "cancelled", "interrupted", "expired", "refused", "unknown")


def submit_order(
    viewer: Viewer,
    tenant: TenantId,
    draft: OrderDraft,
    agents: Sequence[int],
    *,
    box: SecretBox,
    now: datetime,
) -> int:
    """Order one script on agents of one tenant; return the order's number.

    With a key that was taken before it returns that order and changes nothing. Raises Refused when
    one of the agents is not the tenant's, or is cut off; Invalid.
    """
    require(viewer, _RUN, tenant)
    _check_draft(draft, now)
    chosen = sorted(set(agents))
    if not chosen:
        raise Invalid("agents", "choose at least one")
    key = f"{tenant}:{draft.key}"
    with transaction() as conn:
        columns = _columns(draft, box) | {"tenant": tenant, "key": key, "now": now}
        order = store.add_order(conn, columns | {"created_by": viewer.name})
        if order is None:
            known = store.order_of_key(conn, tenant, key)
            if known is None:
                raise Conflict("this key was taken")
            return known
        if len(store.add_tasks(conn, order, tenant, chosen, now)) != len(chosen):
            raise Refused()
        _tell(conn, viewer, "agents.order", order=order, title=draft.title, tenant=tenant)
    return order


def system_open_order(
    conn: Connection, tenant: TenantId, draft: OrderDraft, *, by: str, box: SecretBox, now: datetime
) -> int:
    """Order a script on nobody yet, in the transaction of what it is for; `system_add_tasks` says
    on whom. Whoever calls has seen to it that it may be. Raises Invalid; Conflict for a key that
    was taken."""
    _check_draft(draft, now)
    columns = _columns(draft, box) | {"tenant": tenant, "key": f"{tenant}:{draft.key}", "now": now}
    order = store.add_order(conn, columns | {"created_by": by})
    if order is None:
        raise Conflict("this key was taken")
    return order


def system_add_tasks(
    conn: Connection, order: int, tenant: TenantId, agents: Sequence[int], now: datetime
) -> dict[int, int]:
    """Have an order carried out on further agents; returns their tasks. Those that are cut off or
    of another tenant get none, nor those that have one already."""
    made = store.add_tasks(conn, order, tenant, sorted(set(agents)), now)
    if made:
        announce_work(PART)
    return made


def system_cancel_order(conn: Connection, order: int, now: datetime) -> None:
    """Have an order carried out no further, in the transaction of what calls it off."""
    if store.cancel_tasks(conn, order, None, now):
        announce_work(PART)


def system_forget_parameters(conn: Connection, order: int) -> None:
    """Let go of what an order gave its script, secrets among it, once no agent will ask for it."""
    store.forget_parameters(conn, order)


def _columns(draft: OrderDraft, box: SecretBox) -> dict[str, object]:
    return {
        "title": draft.title,
        "digest": script_digest(draft.language, draft.body),
        "language": draft.language.value,
        "body": draft.body,
        "parameters": box.seal(dict(draft.parameters)),
        "secret_names": to_json(list(draft.secrets)),
        "deadline_at": draft.deadline_at,
        "timeout_s": draft.timeout_s,
        "output_limit_bytes": draft.output_limit_bytes,
    }


def _check_draft(draft: OrderDraft, now: datetime) -> None:
    if not 1 <= len(draft.key) <= 200:
        raise Invalid("key", "between 1 and 200 characters")
    if not draft.body.strip() or len(draft.body) > LONGEST_SCRIPT or "\0" in draft.body:
        raise Invalid("body", "a script of at most 400,000 characters")
    if not now < draft.deadline_at <= now + _LONGEST_WAIT:
        raise Invalid("deadline_at", "within 31 days from now")
    if not 1 <= draft.timeout_s <= _LONGEST_TIMEOUT_S:
        raise Invalid("timeout_s", "between 1 second and 24 hours")
    if not 0 <= draft.output_limit_bytes <= _MOST_OUTPUT_BYTES:
        raise Invalid("output_limit_bytes", "at most 8 MB")
    _check_parameters(draft)


def _check_parameters(draft: OrderDraft) -> None:
    for name, value in draft.parameters.items():
        if not (name.isascii() and name.isidentifier()) or "\0" in value or len(value) > 32_000:
            raise Invalid("parameters", "names of letters, values without NUL")
    if set(draft.secrets) - set(draft.parameters):
        raise Invalid("secrets", "this is not one of the parameters")


def cancel_order(viewer: Viewer, order: int, *, task: int | None = None, now: datetime) -> int:
    """Have an order, or one task of it, carried out no further; returns how many were open.

    What was not handed out is over at once; agents end what runs, with all that it started.
    Raises Refused.
    """
    known = _access(viewer, order)
    with transaction() as conn:
        count = store.cancel_tasks(conn, order, task, now)
        if count:
            title, tenant = known.title, known.tenant
            _tell(conn, viewer, "agents.cancel_order", order=order, title=title, tenant=tenant)
    return count


def retry_order(
    viewer: Viewer,
    order: int,
    *,
    deadline_at: datetime,
    now: datetime,
    states: Iterable[TaskState] = (),
) -> int:
    """Give those agents another attempt whose last one ended in one of `states` (none: in anything
    but success); returns how many. Raises Refused, Invalid."""
    known = _access(viewer, order)
    chosen = [state.value for state in states] or list(_RETRIED)
    if set(chosen) - set(_RETRIED):
        raise Invalid("states", "only what ended without success can be tried again")
    if not now < deadline_at <= now + _LONGEST_WAIT:
        raise Invalid("deadline_at", "within 31 days from now")
    with transaction() as conn:
        count = store.retry_tasks(conn, order, chosen, deadline_at=deadline_at, now=now)
        if count:
            title, tenant = known.title, known.tenant
            _tell(conn, viewer, "agents.retry_order", order=order, title=title, tenant=tenant)
    return count


def _access(viewer: Viewer, order: int) -> OrderRow:
    known = queries.access_order(viewer, order)
    require(viewer, _RUN, known.tenant)
    return known


def _tell(
    conn: Connection, viewer: Viewer, verb: str, *, order: int, title: str, tenant: TenantId
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="agent_order",
        object_id=order,
        object_name=title,
        tenant=tenant,
    )
    announce_work(PART)
    announce_live(PART, tenant)


def system_hand_out(*, now: datetime, limit: int) -> tuple[Handout, ...]:
    """Take tasks that are due to be told to agents that are there; they are due again later."""
    with transaction() as conn:
        return store.hand_out(conn, now=now, limit=limit)


def system_hand_out_to(agents: Sequence[int], now: datetime) -> tuple[Handout, ...]:
    """Return all that agents are to do, or not to do any more."""
    with transaction() as conn:
        return store.hand_out_to(conn, agents, now)


def system_refuse(refused: Sequence[Refusal], now: datetime) -> set[int]:
    """Let tasks that were to be told not be told; returns the orders. What was told before is
    withdrawn: its agent says whether it had begun."""
    with transaction() as conn:
        return store.refuse(conn, refused, now)


def system_note_events(events: Sequence[Happened]) -> set[int]:
    """Note what agents said became of their tasks; returns the orders. A task of another agent is
    left alone, an end stays what it is, so that what is said again changes nothing."""
    with transaction() as conn:
        return store.note_events(conn, sort_out(events))


def system_close_late(now: datetime) -> set[int]:
    """End what nobody will hear of any more; returns the orders."""
    with transaction() as conn:
        return store.close_late(conn, now)


def system_tell_pages(orders: Iterable[int]) -> None:
    """Let open pages of these orders look again."""
    with transaction() as conn:
        for tenant in store.tenants_of_orders(conn, orders):
            announce_live(PART, tenant)
