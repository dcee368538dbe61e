"""Fulfils what was approved, step by step. Copies share the work.

A step is said to the database before the desktop cloud is told. A process that dies in between
leaves it `sending`: it is never told again by itself. Whoever takes the request over looks whether
things are as the step wants them; what is not found within a quarter of an hour is `unknown`, and a
person decides. Before anything is told it is looked whether it is so already, so that nothing is
made twice even when a person has it tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.acts import ActObject
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.errors import Invalid, Refused, SourceError, SourceRefused
from yunwei.base.core.ids import SourceId
from yunwei.base.core.readings import LoginState
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.gate import ask_gate, say_refusal
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.collect.queries import sources as source_queries
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.selfservice.actions.acts import PART
from yunwei.operate.selfservice.facts.acts import ActState
from yunwei.operate.selfservice.facts.requests import (
    KEEP_DAYS,
    EventKind,
    RequestKind,
    RequestRow,
    RequestState,
    Step,
    StepKind,
    StepState,
    WholeRequest,
)
from yunwei.operate.selfservice.queries.requests import access_rule
from yunwei.operate.selfservice.rules.catalogue import CATALOGUE, build_gate_act
from yunwei.operate.selfservice.rules.requests import (
    FOLLOWED_FOR,
    LOOKED_FOR,
    judge_steps,
    next_step,
)
from yunwei.operate.selfservice.rules.telling_requests import tell_asker, tell_stuck
from yunwei.operate.selfservice.store import acts as act_store
from yunwei.operate.selfservice.store import requests as store
from yunwei.operate.selfservice.store.telling import add_untold
from yunwei.plugins.sdk.contract import (
    ChangeOrder,
    ChangesDesktops,
    DesktopChange,
    FarState,
    SourceContext,
)
from yunwei.plugins.sdk.http import AnswerNotFound, AnswerRejected
from yunwei.plugins.sdk.manifest import CONNECTORS, load

_LEASE = timedelta(seconds=60)
_AGAIN = timedelta(seconds=3)
_AGAIN_AFTER_TROUBLE = timedelta(seconds=15)
_HELD_FOR = timedelta(minutes=5)
_BY_HAND = timedelta(days=1)
_LIES_FOR = timedelta(minutes=10)
_PACE_S, _IDLE_S = 0.2, 2.0
_NOT_TAKEN = (Refused, Invalid, SourceRefused, AnswerNotFound, AnswerRejected)
_S = StepState
FROZEN = "frozen: nothing is begun at this time"
SERVICED = "the desktop is being serviced"
IN_USE = "somebody works on this desktop"
SIGNED_IN = "somebody is signed in to this desktop"
_ON_IT = (LoginState.CONNECTED, LoginState.DISCONNECTED)

_ENDED_ACTS = {
    ActState.SUCCEEDED: _S.DONE,
    ActState.FAILED: _S.FAILED,
    ActState.REFUSED: _S.REFUSED,
    ActState.UNKNOWN: _S.UNKNOWN,
}


class Door(ChangesDesktops, Protocol):
    """A connector with the act `change_desktops`."""

    async def close(self) -> None: ...


type Open = Callable[[SourceId], Awaitable[Door]]
type Moved = tuple[Step, timedelta]
"""A step as it stands now, and when to look at it again."""


class Fulfilment:
    """One copy's share of the work. open_source: tests bring their own."""

    def __init__(self, clock: Clock, *, time_zone: str, open_source: Open | None = None) -> None:
        self._clock = clock
        self._time_zone = time_zone
        self._open = open_source or self._open_source

    async def step(self) -> float:
        """Move one request on; returns when to come again. Raises EngineAway."""
        await asyncio.to_thread(self._expire)
        whole = await asyncio.to_thread(self._claim)
        if whole is None:
            return _IDLE_S
        if whole.request.state is RequestState.APPROVED:
            await asyncio.to_thread(self._begin, whole.request)
            return _PACE_S
        step = next_step(whole.steps)
        if step is not None and step.kind is StepKind.WAIT:
            moved, wait = self._lie(whole.request, step)
            await asyncio.to_thread(self._note, whole, moved, wait)
            return _PACE_S
        if step is None or step.kind is StepKind.MANUAL:
            wait = _BY_HAND if step else _AGAIN
            await asyncio.to_thread(self._note, whole, step, wait)
            return _PACE_S
        moved, wait = await self._move(whole, step)
        await asyncio.to_thread(self._note, whole, moved, wait)
        return _PACE_S

    def _claim(self) -> WholeRequest | None:
        now = self._clock.now()
        with transaction() as conn:
            return store.claim_request(conn, now, now + _LEASE)

    def _expire(self) -> None:
        now = self._clock.now()
        with transaction() as conn:
            expired = store.claim_expired(conn, now)
            for whole in expired:
                ended = replace(whole.request, state=RequestState.EXPIRED, ended_at=now)
                store.note_request(conn, ended, None)
                store.add_event(conn, ended.id, EventKind.EXPIRED, by="", now=now)
                _tell(conn, ended, now)
        for whole in expired:
            announce_live(PART, whole.request.tenant)

    def _begin(self, request: RequestRow) -> None:
        """Let it be fulfilled, unless the time is frozen or the gate says no."""
        now = self._clock.now()
        held_by = self._why_not(request, now)
        with transaction() as conn:
            known = store.lock_request(conn, request.id, (request.tenant,))
            if known is None or known.request.state is not RequestState.APPROVED:
                return
            if held_by:
                if held_by != known.request.held_by:
                    store.add_event(conn, request.id, EventKind.HELD, by="", now=now, text=held_by)
                store.note_request(conn, replace(known.request, held_by=held_by), now + _HELD_FOR)
            else:
                store.add_event(conn, request.id, EventKind.BEGUN, by="", now=now)
                begun = replace(known.request, state=RequestState.FULFILLING, held_by="")
                store.note_request(conn, begun, None)
        announce_live(PART, request.tenant)

    def _why_not(self, request: RequestRow, now: datetime) -> str:
        rule = access_rule(request.tenant, request.kind)
        if rule.frozen:
            with transaction() as conn:
                calendar = system_calendars(conn).of(request.tenant)
            times = parse_times_text(rule.frozen, time_zone=self._time_zone)
            # on a day whose kind nobody has published it is not known; then nothing is begun
            if times.holds(now, calendar) is not False:
                return FROZEN
        return self._refusal(request, now)

    def _refusal(self, request: RequestRow, now: datetime) -> str:
        """Return why nothing may be done about a request now, "" when it may."""
        known = inventory.system_desktop(request.desktop) if request.desktop else None
        if known is not None and (why := _why_wait(request.kind, known)):
            return why
        name = ActObject(name=request.desktop_name) if request.desktop_name else None
        wanted = build_gate_act(
            request.kind,
            request.tenant,
            known.act_object if known else name,
            title=f"{request.code} {request.kind.value}",
            is_again=True,
        )
        permit = ask_gate(wanted, by=request.asked_by, now=now)
        return "" if permit.is_allowed else say_refusal(permit)

    def _note(self, whole: WholeRequest, moved: Step | None, wait: timedelta) -> None:
        """Write how a step and with it its request stand, unless a person has moved it on."""
        now, request = self._clock.now(), whole.request
        with transaction() as conn:
            known = store.lock_request(conn, request.id, (request.tenant,))
            if known is None or known.request.state is not RequestState.FULFILLING:
                return
            steps = known.steps
            if moved is not None and _is_news(known, moved):
                steps = tuple(moved if each.id == moved.id else each for each in steps)
                _note_step(conn, known, moved, now)
            state = judge_steps(steps)
            ended_at = None if state.is_open else now
            stands = replace(known.request, state=state, ended_at=ended_at)
            store.note_request(conn, stands, now + wait)
            if state is RequestState.FULFILLED:
                store.add_event(conn, request.id, EventKind.FULFILLED, by="", now=now)
            if state is RequestState.STUCK:
                add_untold(conn, tell_stuck(stands, len(known.events)), now)
            _tell(conn, stands, now)
        announce_live(PART, request.tenant)

    async def _move(self, whole: WholeRequest, step: Step) -> Moved:
        if step.state is _S.TODO:
            now = self._clock.now()
            if why := await asyncio.to_thread(self._refusal, whole.request, now):
                return replace(step, reason=why), _HELD_FOR
        if step.kind is StepKind.OWN:
            return self._over(step, _S.DONE)
        if step.kind is StepKind.ACT:
            return await asyncio.to_thread(self._move_act, whole.request, step)
        if step.source is None:
            return self._over(step, _S.REFUSED, "the desktop has no desktop cloud any more")
        try:
            door = await self._open(step.source)
        except (Refused, SourceError) as error:
            return replace(step, reason=error.message), _AGAIN_AFTER_TROUBLE
        try:
            if step.state is _S.TODO:
                return await self._send(whole, step, door)
            return await self._follow(whole.request, step, door)
        finally:
            await door.close()

    async def _send(self, whole: WholeRequest, step: Step, door: Door) -> Moved:
        order = _order(whole.request, step)
        try:
            found = await door.look_up_change(order)
        except (Refused, SourceError, TimeoutError) as error:
            return replace(step, reason=str(error)), _AGAIN_AFTER_TROUBLE
        if found.is_so:
            return self._over(replace(step, desktop=found.desktop or step.desktop), _S.DONE)
        if found.is_in_use and order.change.ends_work:
            return replace(step, reason=SIGNED_IN), _HELD_FOR
        # from here on it counts as told, whatever becomes of this process
        told = replace(step, state=_S.SENDING, sending_at=self._clock.now(), reason="")
        if not await asyncio.to_thread(self._say_sending, whole.request, told):
            return step, _AGAIN
        try:
            number = await door.begin_change(order)
        except _NOT_TAKEN as error:
            return self._over(told, _S.REFUSED, error.message)
        except (SourceError, TimeoutError) as error:
            # it may have arrived
            return replace(told, reason=str(error)), _AGAIN_AFTER_TROUBLE
        return replace(told, state=_S.SENT, number=number), _AGAIN

    def _say_sending(self, request: RequestRow, told: Step) -> bool:
        """Say that the cloud is about to be told; False when somebody else has come before."""
        now = self._clock.now()
        with transaction() as conn:
            known = store.lock_request(conn, request.id, (request.tenant,))
            if known is None or not _is_todo(known, told):
                return False
            store.note_step(conn, told)
            store.note_request(conn, known.request, now + _LEASE)
        return True

    async def _follow(self, request: RequestRow, step: Step, door: Door) -> Moved:
        """See whether things are as the step wants them; believe a job only when it failed."""
        now, order = self._clock.now(), _order(request, step)
        since = now - (step.sending_at or now)
        try:
            found = await door.look_up_change(order)
            if found.is_so:
                done = replace(step, desktop=found.desktop or step.desktop, reason="")
                return self._over(done, _S.DONE)
            if step.state is _S.SENT and step.number:
                told = await door.read_change(order, step.number)
                if told.state.is_over and told.state is not FarState.SUCCEEDED:
                    return self._over(step, _S.FAILED, told.reason or told.said)
        except (Refused, SourceError, TimeoutError) as error:
            step = replace(step, reason=str(error))
            if since > FOLLOWED_FOR:
                return self._over(step, _S.UNKNOWN, step.reason)
            return step, _AGAIN_AFTER_TROUBLE
        is_lost = step.state is _S.SENDING
        if since > (LOOKED_FOR if is_lost else FOLLOWED_FOR):
            return self._over(step, _S.UNKNOWN, step.reason)
        return step, _AGAIN_AFTER_TROUBLE if is_lost else _AGAIN

    def _lie(self, request: RequestRow, step: Step) -> Moved:
        """Let time pass, for as many days as the request names."""
        now = self._clock.now()
        if step.state is _S.TODO:
            return replace(step, state=_S.SENT, sending_at=now), _AGAIN
        until = (step.sending_at or now) + timedelta(days=int(request.details[KEEP_DAYS]))
        return self._over(step, _S.DONE) if now >= until else (step, min(until - now, _LIES_FOR))

    def _move_act(self, request: RequestRow, step: Step) -> Moved:
        """Have an act done to the desktop, in the transaction that says so, and follow it."""
        with transaction() as conn:
            if step.act is not None:
                act = act_store.fetch_act(conn, step.act)
                ended = _ENDED_ACTS.get(act.state)
                return (step, _AGAIN) if ended is None else self._over(step, ended, act.reason)
            known = store.lock_request(conn, request.id, (request.tenant,))
            if known is None or request.desktop is None:
                return self._over(step, _S.REFUSED, "there is no such desktop")
            if not _is_todo(known, step):
                return step, _AGAIN
            values = {
                "tenant": request.tenant,
                "desktop": request.desktop,
                "diagnosis": None,
                "act": step.what,
                "by": request.asked_by,
                "now": self._clock.now(),
                "note": request.code,
                "is_repair": False,
            }
            made = act_store.add_act(conn, values)
            if made is None:
                return replace(step, reason="something else is being done to it"), _AGAIN
            begun = replace(step, state=_S.SENT, act=made, sending_at=self._clock.now(), reason="")
            store.note_step(conn, begun)
        return begun, _AGAIN

    def _over(self, step: Step, state: StepState, why: str = "") -> Moved:
        return replace(step, state=state, reason=why[:500], done_at=self._clock.now()), _AGAIN

    async def _open_source(self, source: SourceId) -> Door:
        config = await asyncio.to_thread(source_queries.system_source, source)
        context = SourceContext(
            tenant=config.tenant, source=config.id, settings=config.settings, clock=self._clock
        )
        built: Door = load(CONNECTORS, config.connector)(context)
        return built


def _why_wait(kind: RequestKind, desktop: DesktopRow) -> str:
    """Return why what ends the work on a desktop has to wait, "" when it need not."""
    if not CATALOGUE[kind].ends_work:
        return ""
    if desktop.is_in_maintenance:
        return SERVICED
    if kind is RequestKind.RECLAIM:
        # before it is taken from its users; afterwards nobody can be on it
        return IN_USE if desktop.login_state is LoginState.CONNECTED else ""
    # what is not saved in a session that was left behind would be lost, too
    return SIGNED_IN if desktop.login_state in _ON_IT else ""


def _order(request: RequestRow, step: Step) -> ChangeOrder:
    asked = request.details
    return ChangeOrder(
        change=DesktopChange(step.what),
        desktop=step.desktop,
        name=step.name,
        user=step.login,
        cpu=int(asked.get("cpu", 0)),
        memory_gib=int(asked.get("memory_gib", 0)),
        disk_gib=int(asked.get("disk_gib", 0)),
        disk=asked.get("disk", "system"),
    )


def _is_news(known: WholeRequest, moved: Step) -> bool:
    """Say whether a step may stand so now: nothing that was told is ever untold by a late word, and
    what was dropped stays so."""
    before = next(each for each in known.steps if each.id == moved.id)
    if moved.kind is StepKind.MANUAL or before.state is _S.DROPPED:
        return False
    return not (before.state is not _S.TODO and moved.state is _S.TODO)


def _is_todo(known: WholeRequest, step: Step) -> bool:
    """Say whether a step is still to be done, after others may have moved its request on."""
    is_going = known.request.state is RequestState.FULFILLING
    return is_going and any(each.id == step.id and each.state is _S.TODO for each in known.steps)


def _note_step(conn: Connection, known: WholeRequest, moved: Step, now: datetime) -> None:
    before = next(each for each in known.steps if each.id == moved.id)
    store.note_step(conn, moved)
    if before.state is moved.state:
        return
    if moved.state is _S.DONE:
        store.add_event(
            conn, known.request.id, EventKind.STEP_DONE, by="", now=now, text=moved.name
        )
    elif moved.state.is_wrong:
        kind = EventKind.STEP_FAILED
        store.add_event(conn, known.request.id, kind, by="", now=now, text=moved.reason)


def _tell(conn: Connection, request: RequestRow, now: datetime) -> None:
    untold = tell_asker(request)
    if untold is not None:
        add_untold(conn, untold, now)
