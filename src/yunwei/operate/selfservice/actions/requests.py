"""Requests are made, approved, declined and taken back; their rules are changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.selfservice.actions.acts import PART
from yunwei.operate.selfservice.facts.requests import (
    EventKind,
    RequestDraft,
    RequestKind,
    RequestRow,
    RequestRule,
    RequestState,
    StepDraft,
    WholeRequest,
)
from yunwei.operate.selfservice.queries.acts import access_my_desktop
from yunwei.operate.selfservice.queries.askers import (
    check_asked,
    find_abilities,
    find_department,
    find_like,
    find_named,
    find_pools,
)
from yunwei.operate.selfservice.queries.requests import access_rule
from yunwei.operate.selfservice.rules.acts import clean_text
from yunwei.operate.selfservice.rules.catalogue import (
    WITHIN,
    build_gate_act,
    check_draft,
)
from yunwei.operate.selfservice.rules.planning import plan_pools, plan_steps
from yunwei.operate.selfservice.rules.requests import (
    after_approval,
    check_cancellable,
    check_decidable,
    check_quota,
    check_rule,
    first_state,
    made_name,
)
from yunwei.operate.selfservice.rules.telling_requests import tell_approvers, tell_asker
from yunwei.operate.selfservice.store import requests as store
from yunwei.operate.selfservice.store.telling import add_untold

_S = RequestState


def ask_request(viewer: Viewer, draft: RequestDraft, *, now: datetime) -> int:
    """Ask for something in the portal, and return its number. Raises Refused, Invalid; Conflict
    when it is not offered, a quota is used up, or the customer's authorisations refuse it."""
    require(viewer, Permission.USE_PORTAL)
    checked = check_draft(draft, today=now.astimezone(ZoneInfo(viewer.time_zone)).date())
    desktop = access_my_desktop(viewer, checked.desktop) if checked.desktop else None
    rule = access_rule(viewer.tenant, checked.kind)
    check_asked(viewer, checked, desktop)
    with transaction() as conn:
        _check_quota(conn, viewer, rule, now)
    _pass_gate(viewer, checked.kind, desktop, now)
    with transaction() as conn:
        _check_quota(conn, viewer, rule, now)
        about = desktop or find_like(viewer, rule)
        made = _add(conn, viewer, checked, (rule, find_department(viewer, about)), now)
        steps = _plan(viewer, checked, about, name=made_name(made))
        store.add_steps(conn, made, steps)
        store.add_event(conn, made, EventKind.ASKED, by=viewer.name, now=now)
        whole = store.fetch_whole(conn, made)
        _tell_next(conn, whole.request, now)
        _record(conn, viewer, "selfservice.ask_request", whole.request)
    announce_live(PART, viewer.tenant)
    return made


def cancel_request(viewer: Viewer, request: int, *, now: datetime) -> None:
    """Take back a request of one's own that nothing was done about. Raises Refused, Conflict."""
    require(viewer, Permission.USE_PORTAL)
    with transaction() as conn:
        whole = store.lock_request(conn, request, (viewer.tenant,))
        if whole is None or whole.request.asked_by != viewer.name:
            raise Refused()
        check_cancellable(whole.request)
        _end(conn, viewer, whole.request, _S.CANCELLED, now=now)
    announce_live(PART, viewer.tenant)


def decide_first(
    viewer: Viewer, request: int, *, is_approved: bool, note: str, now: datetime
) -> None:
    """Approve or decline in the portal, as one of those whom the tenant's rule names. Raises
    Refused, Conflict; Invalid when it is declined without a reason."""
    require(viewer, Permission.USE_PORTAL)
    with transaction() as conn:
        whole = store.lock_request(conn, request, (viewer.tenant,))
        if whole is None or viewer.name not in whole.request.approvers:
            raise Refused()
        if whole.request.state is not _S.LINE:
            raise Conflict("this request waits for no approval")
        _decide(conn, viewer, whole.request, is_approved=is_approved, note=note, now=now)
    announce_live(PART, viewer.tenant)


def decide_for_provider(
    viewer: Viewer, request: int, *, is_approved: bool, note: str, now: datetime
) -> None:
    """Approve or decline for the provider. Raises Refused, Conflict, Invalid."""
    require(viewer, Permission.OPERATE_DESKTOPS)
    with transaction() as conn:
        whole = _lock(conn, viewer, request)
        if whole.request.state is not _S.PROVIDER:
            raise Conflict("this request waits for no approval")
        _decide(conn, viewer, whole.request, is_approved=is_approved, note=note, now=now)
    announce_live(PART, whole.request.tenant)


def save_rule(viewer: Viewer, tenant: TenantId, rule: RequestRule, *, time_zone: str) -> None:
    """Let a kind of request go so for a tenant from now on. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    checked = check_rule(rule, time_zone=time_zone)
    if checked.like:
        found = find_named(viewer, tenant, checked.like)
        if found is None:
            raise Invalid("like", "there is no such desktop")
    with transaction() as conn:
        store.save_rule(conn, tenant, checked)
        record(
            conn,
            viewer,
            "selfservice.save_rule",
            object_kind="request_rule",
            object_name=checked.kind.value,
            tenant=tenant,
            after={"rule": checked},
        )
    announce_live(PART, tenant)


def _lock(conn: Connection, viewer: Viewer, request: int) -> WholeRequest:
    whole = store.lock_request(conn, request, viewer.tenants)
    if whole is None:
        raise Refused()
    require(viewer, Permission.OPERATE_DESKTOPS, whole.request.tenant)
    return whole


def _decide(
    conn: Connection,
    viewer: Viewer,
    known: RequestRow,
    *,
    is_approved: bool,
    note: str,
    now: datetime,
) -> None:
    kept = clean_text(note, "note")
    check_decidable(known, viewer.name, now=now)
    if not is_approved:
        if not kept:
            raise Invalid("note", "say why")
        _end(conn, viewer, known, _S.DECLINED, now=now, note=kept)
        return
    moved = replace(known, state=after_approval(known))
    store.note_request(conn, moved, None)
    store.add_event(conn, known.id, EventKind.APPROVED, by=viewer.name, now=now, text=kept)
    _tell_next(conn, moved, now)
    _record(conn, viewer, "selfservice.approve_request", known)


_ENDS: Mapping[RequestState, tuple[EventKind, str]] = {
    _S.CANCELLED: (EventKind.CANCELLED, "selfservice.cancel_request"),
    _S.DECLINED: (EventKind.DECLINED, "selfservice.decline_request"),
}


def _end(
    conn: Connection,
    viewer: Viewer,
    known: RequestRow,
    state: RequestState,
    *,
    now: datetime,
    note: str = "",
) -> None:
    event, verb = _ENDS[state]
    ended = replace(known, state=state, ended_at=now, end_note=note, held_by="")
    store.note_request(conn, ended, None)
    store.add_event(conn, known.id, event, by=viewer.name, now=now, text=note)
    _tell_next(conn, ended, now)
    _record(conn, viewer, verb, known, detail=note)


def _tell_next(conn: Connection, request: RequestRow, now: datetime) -> None:
    for untold in (tell_approvers(request), tell_asker(request)):
        if untold is not None:
            add_untold(conn, untold, now)


def _check_quota(conn: Connection, viewer: Viewer, rule: RequestRule, now: datetime) -> None:
    store.lock_tenant(conn, viewer.tenant)
    values = {
        "tenant": viewer.tenant,
        "kind": rule.kind.value,
        "by": viewer.name,
        "since": now - WITHIN,
    }
    check_quota(rule, **store.count_asked(conn, values))


def _add(
    conn: Connection,
    viewer: Viewer,
    draft: RequestDraft,
    goes: tuple[RequestRule, str],
    now: datetime,
) -> int:
    rule, department = goes
    values: dict[str, Any] = {
        "tenant": viewer.tenant,
        "desktop": draft.desktop,
        "kind": draft.kind.value,
        "state": first_state(rule, viewer.name).value,
        "by": viewer.name,
        "login": viewer.desktop_login,
        "reason": draft.reason,
        "details": dict(draft.details),
        "approvers": list(rule.approvers),
        "needs_provider": rule.needs_provider,
        "now": now,
        "expires_at": now + timedelta(days=rule.expires_days),
        "cost": rule.cost,
        "department": department,
    }
    return store.add_request(conn, values)


def _plan(
    viewer: Viewer, draft: RequestDraft, about: DesktopRow | None, *, name: str
) -> tuple[StepDraft, ...]:
    """Return what is to be done about it. name: of a desktop that is made for it."""
    login = viewer.desktop_login
    if draft.kind is RequestKind.CHANGE_POOL:
        joined, left = find_pools(viewer, draft)
        return plan_pools(joined, left, login, can=find_abilities(viewer, joined.source))
    can = find_abilities(viewer, about.source if about else None)
    return plan_steps(draft, login, about, name=name, can=can)


def _pass_gate(
    viewer: Viewer, kind: RequestKind, desktop: DesktopRow | None, now: datetime
) -> None:
    thing = desktop.act_object if desktop else None
    wanted = build_gate_act(kind, viewer.tenant, thing, title=kind.value, is_again=False)
    pass_gate(wanted, by=viewer.name, now=now)


def _record(
    conn: Connection, viewer: Viewer, verb: str, request: RequestRow, *, detail: str = ""
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="request",
        object_id=request.id,
        object_name=f"{request.code} {request.kind.value}",
        tenant=request.tenant,
        detail=detail,
    )
