"""Swaps: one asks, the other accepts, and overrides are made of it."""

from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.actions.changes import save_override
from yunwei.monitor.duty.actions.recording import record_all
from yunwei.monitor.duty.actions.schedules import access_locked
from yunwei.monitor.duty.facts.changes import (
    Override,
    OverrideKind,
    Swap,
    SwapDraft,
    SwapState,
)
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.facts.shifts import Snapshot
from yunwei.monitor.duty.queries.changes import access_swap
from yunwei.monitor.duty.queries.snapshots import system_candidates
from yunwei.monitor.duty.rules.checks import build_span, check_note
from yunwei.monitor.duty.rules.resolve import Resolver
from yunwei.monitor.duty.store import changes as store


def ask_swap(viewer: Viewer, draft: SwapDraft, *, now: datetime) -> int:
    """Ask somebody to take over a time of one's own duty, and offer one of theirs in return.

    Raises Refused, Invalid (that is not one's own duty, or not theirs).
    """
    require(viewer, Permission.SEE_MONITORING)
    user = viewer.user_id
    if user is None:
        raise Refused()
    span = build_span(draft.starts_at, draft.ends_at, now=now)
    in_return = _return_span(draft, now)
    with transaction() as conn:
        tenant = access_locked(conn, viewer, draft.schedule)
        snapshot = record_all(conn, now=now)
        if draft.asked == user:
            raise Invalid("asked", "nobody takes over from oneself")
        if draft.asked not in {each.id for each in system_candidates(conn, tenant)}:
            raise Invalid("asked", "there is no such person")
        _check_on_duty(snapshot, draft.schedule, user, span, "starts_at")
        if in_return is not None and in_return.cut(span):
            raise Invalid("return_starts_at", "the times that are swapped must not overlap")
        if in_return is not None:
            _check_on_duty(snapshot, draft.schedule, draft.asked, in_return, "return_starts_at")
        id = store.add_swap(
            conn,
            draft.schedule,
            (user, draft.asked),
            (span, in_return),
            note=check_note(draft.note),
            now=now,
        )
        _record(
            conn,
            viewer,
            "duty.ask_swap",
            (id, draft.schedule, tenant),
            {"asked": snapshot.names.get(draft.asked, ""), "starts_at": span.start},
        )
    return id


def answer_swap(viewer: Viewer, swap: int, *, accepts: bool, now: datetime) -> None:
    """Accept or decline what one was asked. Accepting makes overrides. Raises Refused, Conflict
    (it was answered, it has begun, or another override is in the way)."""
    found = access_swap(viewer, swap)
    if found.asked != viewer.user_id:
        raise Refused()
    state = SwapState.ACCEPTED if accepts else SwapState.DECLINED
    with transaction() as conn:
        tenant = access_locked(conn, viewer, found.schedule)
        snapshot = record_all(conn, now=now)
        if accepts and _has_begun(found, now):
            raise Conflict("it has begun already")
        _answer(conn, found, state, now)
        if accepts:
            _make_overrides(conn, found, snapshot, now)
        verb = "duty.accept_swap" if accepts else "duty.decline_swap"
        named = {"asker": found.asker_name, "starts_at": found.span.start}
        _record(conn, viewer, verb, (swap, found.schedule, tenant), named)


def withdraw_swap(viewer: Viewer, swap: int, *, now: datetime) -> None:
    """Take back what one asked. Raises Refused, Conflict (it was answered)."""
    found = access_swap(viewer, swap)
    if found.asker != viewer.user_id:
        raise Refused()
    with transaction() as conn:
        tenant = access_locked(conn, viewer, found.schedule)
        _answer(conn, found, SwapState.WITHDRAWN, now)
        _record(conn, viewer, "duty.withdraw_swap", (swap, found.schedule, tenant), {})


def expire_swaps(conn: Connection, *, now: datetime) -> int:
    """Give up requests whose time has begun; returns how many."""
    return store.expire_swaps(conn, now)


def _return_span(draft: SwapDraft, now: datetime) -> Span | None:
    start, end = draft.return_starts_at, draft.return_ends_at
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "return_starts_at" if start is None else "return_ends_at"
        raise Invalid(missing, "this is needed")
    return build_span(start, end, now=now, prefix="return_")


def _check_on_duty(
    snapshot: Snapshot, schedule: ScheduleId, user: UserId, span: Span, field: str
) -> None:
    """Raise Invalid unless somebody is on duty at some time of a span: a swap of nothing is a
    mistake."""
    resolver = Resolver(snapshot.schedules[schedule], snapshot)
    if not any(shift.user == user for shift in resolver.shifts(span)):
        raise Invalid(field, f"{snapshot.names.get(user, '')} is not on duty at that time")


def _has_begun(swap: Swap, now: datetime) -> bool:
    spans = [swap.span, *([swap.in_return] if swap.in_return else [])]
    return any(span.start <= now for span in spans)


def _answer(conn: Connection, swap: Swap, state: SwapState, now: datetime) -> None:
    if not store.answer_swap(conn, swap.id, state, now):
        raise Conflict("it has been answered already")


def _make_overrides(conn: Connection, swap: Swap, snapshot: Snapshot, now: datetime) -> None:
    sides = [(swap.asker, swap.asked, swap.span)]
    if swap.in_return is not None:
        sides.append((swap.asked, swap.asker, swap.in_return))
    for user, stand_in, span in sides:
        override = Override(
            id=0,
            schedule=swap.schedule,
            kind=OverrideKind.REPLACE,
            user=user,
            stand_in=stand_in,
            role=DutyRole.PRIMARY,
            span=span,
            note=swap.note,
            by=swap.asker_name,
            swap=swap.id,
        )
        save_override(conn, override, snapshot, now=now)


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    swap: tuple[int, ScheduleId, Any],
    after: dict[str, Any],
) -> None:
    id, _schedule, tenant = swap
    record(
        conn,
        viewer,
        verb,
        object_kind="swap",
        object_id=id,
        tenant=tenant,
        after=after,
    )
    announce_config("duty")
    announce_live("duty", tenant)
