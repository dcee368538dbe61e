"""Requests by which the provider takes desktops back, and how such a one is taken back itself.

Whoever asks says when; that the customer's own people approve, and that each step is told once, is
the same as of every request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.collect.queries import sources as source_queries
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.selfservice.facts.requests import (
    EventKind,
    RequestKind,
    RequestRule,
    RequestState,
    StepState,
    WholeRequest,
)
from yunwei.operate.selfservice.rules.planning import plan_reclaim, plan_withdrawal
from yunwei.operate.selfservice.rules.telling_requests import tell_approvers
from yunwei.operate.selfservice.store import requests as store
from yunwei.operate.selfservice.store.telling import add_untold
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest

_UNDER_WAY = (StepState.SENDING, StepState.SENT)
_GOES_ON = (RequestState.FULFILLING, RequestState.STUCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReclaimOrder:
    """A desktop to be taken back. logins: whose it is. can: what its cloud can be told. by: who
    began it, and so may not approve."""

    desktop: DesktopRow
    can: frozenset[str]
    logins: tuple[str, ...]
    by: str
    reason: str
    details: Mapping[str, str]


def system_abilities(source: SourceId) -> frozenset[str]:
    """Return what the cloud of a source can be told. Raises Refused when it is not there."""
    return frozenset(get_manifest(CONNECTORS, source_queries.system_source(source).connector).acts)


def system_ask_reclaim(
    conn: Connection, order: ReclaimOrder, rule: RequestRule, now: datetime
) -> int:
    """Ask those who approve for the customer; return the request. Raises Conflict where nobody is
    named who does."""
    desktop = order.desktop
    approvers = [each for each in rule.approvers if each != order.by]
    if not approvers:
        raise Conflict("nobody is named who approves for the customer")
    values = {
        "tenant": desktop.tenant,
        "desktop": desktop.id,
        "kind": RequestKind.RECLAIM.value,
        "state": RequestState.LINE.value,
        "by": order.by,
        "login": ", ".join(order.logins),
        "reason": order.reason,
        "details": dict(order.details),
        "approvers": approvers,
        "needs_provider": rule.needs_provider,
        "now": now,
        "expires_at": now + timedelta(days=rule.expires_days),
        "cost": rule.cost,
        "department": "",
    }
    made = store.add_request(conn, values)
    store.add_steps(conn, made, plan_reclaim(desktop, order.logins, can=order.can))
    store.add_event(conn, made, EventKind.ASKED, by=order.by, now=now)
    untold = tell_approvers(store.fetch_whole(conn, made).request)
    if untold is not None:
        add_untold(conn, untold, now)
    return made


def system_withdraw(conn: Connection, request: int, tenant: int, *, by: str, now: datetime) -> None:
    """Take back what was not deleted yet: nothing more is done, and whoever had the desktop is
    given it again. by: "" for the platform. Raises Conflict when the cloud is being told something
    now, or was told to delete it."""
    whole = store.lock_request(conn, request, (tenant,))
    if whole is None or whole.request.ended_at is not None:
        raise Conflict("this is over already")
    if whole.request.state not in _GOES_ON:
        ended = replace(whole.request, state=RequestState.CANCELLED, ended_at=now, held_by="")
        store.note_request(conn, ended, None)
        store.add_event(conn, request, EventKind.WITHDRAWN, by=by, now=now)
        return
    _check_undoable(whole)
    given = plan_withdrawal(whole.steps)
    for step in whole.steps:
        if step.state is not StepState.DONE:
            store.note_step(conn, replace(step, state=StepState.DROPPED))
    store.add_steps(conn, request, given, after=len(whole.steps))
    store.add_event(conn, request, EventKind.WITHDRAWN, by=by, now=now)
    state = RequestState.FULFILLING if given else RequestState.CANCELLED
    ended_at = None if given else now
    store.note_request(conn, replace(whole.request, state=state, ended_at=ended_at), None)


def _check_undoable(whole: WholeRequest) -> None:
    last = next(each for each in reversed(whole.steps) if each.what in ("delete", "delete_desktop"))
    if last.state is StepState.DROPPED:
        raise Conflict("this is being taken back already")
    if last.state is not StepState.TODO:
        raise Conflict("the desktop is being deleted, or was: this can not be undone")
    if any(each.state in _UNDER_WAY and each.what != "keep" for each in whole.steps):
        raise Conflict("the desktop cloud is doing a step right now; try again in a minute")
