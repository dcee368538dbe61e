"""What people do about requests that are being fulfilled: tick what they did themselves, have what
went wrong tried again, say that it was done by hand, give up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.selfservice.actions.acts import PART
from yunwei.operate.selfservice.facts.requests import (
    EventKind,
    RequestRow,
    RequestState,
    Step,
    StepKind,
    StepState,
    WholeRequest,
)
from yunwei.operate.selfservice.rules.acts import clean_text
from yunwei.operate.selfservice.rules.requests import judge_steps
from yunwei.operate.selfservice.rules.telling_requests import tell_asker
from yunwei.operate.selfservice.store import requests as store
from yunwei.operate.selfservice.store.telling import add_untold

_S = RequestState

type Change = Callable[[Step], Step]


def finish_step(viewer: Viewer, request: int, step: int, *, note: str = "", now: datetime) -> None:
    """Say that a step was done by hand: one that is for people, or one that went wrong. Raises
    Refused, Conflict."""
    kept = clean_text(note, "note")

    def change(known: Step) -> Step:
        if known.kind is not StepKind.MANUAL and not known.state.is_wrong:
            raise Conflict("this is not for people to do")
        return replace(known, state=StepState.DONE, done_at=now, done_by=viewer.name)

    _work(viewer, (request, step), change, (EventKind.DONE_BY_HAND, kept), now)


def retry_step(viewer: Viewer, request: int, step: int, *, now: datetime) -> None:
    """Have a step tried again that went wrong. It is looked first whether it was done after all.
    Raises Refused, Conflict."""

    def change(known: Step) -> Step:
        if known.kind is StepKind.MANUAL or not known.state.is_wrong:
            raise Conflict("this did not go wrong")
        return replace(
            known,
            state=StepState.TODO,
            number="",
            reason="",
            act=None,
            sending_at=None,
            done_at=None,
        )

    _work(viewer, (request, step), change, (EventKind.TRIED_AGAIN, ""), now)


def give_up(viewer: Viewer, request: int, *, note: str, now: datetime) -> None:
    """End a request that is stuck, or that people do not fulfil. Raises Refused, Conflict."""
    kept = clean_text(note, "note")
    with transaction() as conn:
        whole = _lock(conn, viewer, request)
        is_by_hand = all(each.kind is StepKind.MANUAL for each in whole.steps)
        if whole.request.state is not _S.STUCK and not (
            whole.request.state is _S.FULFILLING and is_by_hand
        ):
            raise Conflict("this is not possible in the present state")
        ended = replace(whole.request, state=_S.FAILED, ended_at=now, end_note=kept, held_by="")
        _note(conn, viewer, ended, (EventKind.GIVEN_UP, kept), now)
        _record(conn, viewer, "selfservice.give_up_request", ended)
    announce_live(PART, whole.request.tenant)


def _work(
    viewer: Viewer,
    ids: tuple[int, int],
    change: Change,
    event: tuple[EventKind, str],
    now: datetime,
) -> None:
    request, step = ids
    with transaction() as conn:
        whole = _lock(conn, viewer, request)
        if whole.request.state not in (_S.FULFILLING, _S.STUCK):
            raise Conflict("this is not possible in the present state")
        known = next((each for each in whole.steps if each.id == step), None)
        if known is None:
            raise Refused()
        if known.state is StepState.DONE:
            raise Conflict("this is done already")
        changed = change(known)
        store.note_step(conn, changed)
        steps = [changed if each.id == step else each for each in whole.steps]
        state = judge_steps(steps)
        ended_at = None if state.is_open else now
        moved = replace(whole.request, state=state, ended_at=ended_at)
        _note(conn, viewer, moved, event, now)
        _record(conn, viewer, "selfservice.work_on_request", moved)
    announce_live(PART, whole.request.tenant)


def _lock(conn: Connection, viewer: Viewer, request: int) -> WholeRequest:
    require(viewer, Permission.OPERATE_DESKTOPS)
    whole = store.lock_request(conn, request, viewer.tenants)
    if whole is None:
        raise Refused()
    return whole


def _note(
    conn: Connection,
    viewer: Viewer,
    request: RequestRow,
    event: tuple[EventKind, str],
    now: datetime,
) -> None:
    store.note_request(conn, request, None)
    kind, text = event
    store.add_event(conn, request.id, kind, by=viewer.name, now=now, text=text)
    if request.state is _S.FULFILLED:
        store.add_event(conn, request.id, EventKind.FULFILLED, by="", now=now)
    untold = tell_asker(request)
    if untold is not None:
        add_untold(conn, untold, now)


def _record(conn: Connection, viewer: Viewer, verb: str, request: RequestRow) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="request",
        object_id=request.id,
        object_name=f"{request.code} {request.kind.value}",
        tenant=request.tenant,
        detail=request.end_note,
    )
