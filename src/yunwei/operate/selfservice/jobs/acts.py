"""Sends acts to desktop clouds and follows them to their end. Copies share the work.

What is sent is said to the database first. A process that dies between saying and hearing leaves
the act `sending`: it is never sent again. Whoever takes it over asks the cloud whether it has begun
such an act since; after two minutes without one the act is `unknown`, and a person decides. What
the cloud calls done is believed when the desktop, read again, is as it should be.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.errors import Refused, SourceError, SourceRefused
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.gate import ask_gate, say_refusal
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.queries import system_is_of
from yunwei.monitor.collect.queries import sources as source_queries
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.selfservice.actions.acts import PART
from yunwei.operate.selfservice.facts.acts import ActRow, ActState
from yunwei.operate.selfservice.rules.acts import (
    FOLLOWED_FOR,
    LOOKED_AT_FOR,
    LOOKED_FOR,
    build_gate_act,
    is_as_meant,
)
from yunwei.operate.selfservice.rules.telling import tell_support
from yunwei.operate.selfservice.store import acts as store
from yunwei.operate.selfservice.store.telling import add_untold
from yunwei.plugins.sdk.contract import ControlsDesktops, FarState, SourceContext
from yunwei.plugins.sdk.manifest import CONNECTORS, load

_LEASE = timedelta(seconds=60)
_AGAIN = timedelta(seconds=3)
_AGAIN_AFTER_TROUBLE = timedelta(seconds=10)
_PACE_S, _IDLE_S = 0.2, 2.0
_CLOCKS_DIFFER = timedelta(seconds=5)

type Open = Callable[[SourceId], Awaitable["Opened"]]


_NOT_DONE = (ActState.FAILED, ActState.REFUSED, ActState.UNKNOWN)


def _write_for(conn: Connection, act: ActRow, now: datetime) -> None:
    """Write to support for a desktop user whose repair did not succeed, with the evidence."""
    values = {
        "tenant": act.tenant,
        "desktop": act.desktop,
        "diagnosis": act.diagnosis,
        "act_id": act.id,
        "by": act.asked_by,
        "text": "",
        "is_automatic": True,
        "now": now,
    }
    message = store.fetch_message(conn, store.add_message(conn, values))
    add_untold(conn, tell_support(message), now)


class Opened:
    """A connector that acts, to be closed."""

    def __init__(self, connector: ControlsDesktops, close: Callable[[], Awaitable[None]]) -> None:
        self.connector = connector
        self.close = close


class Acts:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, *, open_source: Open | None = None) -> None:
        self._clock = clock
        self._open = open_source or self._open_source

    async def step(self) -> float:
        """Move one act on; returns when to come again. Raises EngineAway."""
        act = await asyncio.to_thread(self._claim)
        if act is None:
            return _IDLE_S
        if act.state is ActState.ASKED:
            told = replace(act, state=ActState.SENDING)
            why = await asyncio.to_thread(self._refusal, act)
            refused = self._over(told, ActState.REFUSED, why) if why else None
            await self._note(*(refused or await self._send(told)))
        elif act.state is ActState.SENDING:
            await self._note(*await self._look_for(act))
        elif act.state is ActState.CHECKING:
            await self._note(*await self._look_at(act))
        else:
            await self._note(*await self._follow(act))
        return _PACE_S

    def _claim(self) -> ActRow | None:
        """Take an act. One that is asked counts as sent from here on, in the very transaction that
        takes it: whatever becomes of this process, nobody sends it a second time."""
        now = self._clock.now()
        with transaction() as conn:
            act = store.claim_act(conn, now, now + _LEASE)
            if act is None or act.state is not ActState.ASKED:
                return act
            act = replace(act, sending_at=now)
            store.note_act(conn, replace(act, state=ActState.SENDING), now + _LEASE)
            return act

    def _refusal(self, act: ActRow) -> str:
        """Return why an act may not be sent now, though it was allowed when it was asked for: ""
        when it may."""
        desktop = inventory.system_desktop(act.desktop)
        if desktop is None:
            return ""
        wanted = build_gate_act(
            desktop,
            act.act,
            is_repair=act.is_repair,
            is_customers=system_is_of(act.asked_by, act.tenant),
            is_again=True,
        )
        permit = ask_gate(wanted, by=act.asked_by, now=self._clock.now())
        return "" if permit.is_allowed else say_refusal(permit)

    async def _note(self, act: ActRow, again_at: datetime | None) -> None:
        def note() -> None:
            with transaction() as conn:
                store.note_act(conn, act, again_at)
                if act.is_repair and act.state in _NOT_DONE:
                    _write_for(conn, act, self._clock.now())
            announce_live(PART, act.tenant)

        await asyncio.to_thread(note)

    async def _send(self, act: ActRow) -> tuple[ActRow, datetime | None]:
        try:
            opened = await self._open(act.source)
        except (Refused, SourceError) as error:
            return self._over(act, ActState.REFUSED, error.message)
        try:
            number = await opened.connector.begin_act(act.act, act.native_id)
        except (Refused, SourceRefused) as error:
            return self._over(act, ActState.REFUSED, error.message)
        except (SourceError, TimeoutError) as error:
            # it may have arrived
            return replace(act, reason=str(error)), self._clock.now() + _AGAIN_AFTER_TROUBLE
        finally:
            await opened.close()
        return replace(act, state=ActState.SENT, number=number), self._clock.now() + _AGAIN

    async def _look_for(self, act: ActRow) -> tuple[ActRow, datetime | None]:
        now = self._clock.now()
        since = (act.sending_at or act.asked_at) - _CLOCKS_DIFFER
        try:
            opened = await self._open(act.source)
            try:
                number = await opened.connector.find_act(act.act, act.native_id, since)
            finally:
                await opened.close()
        except (Refused, SourceError, TimeoutError) as error:
            number, act = None, replace(act, reason=str(error))
        if number is not None:
            return replace(act, state=ActState.SENT, number=number, reason=""), now + _AGAIN
        if now - (act.sending_at or act.asked_at) > LOOKED_FOR:
            return self._over(act, ActState.UNKNOWN, act.reason)
        return act, now + _AGAIN_AFTER_TROUBLE

    async def _follow(self, act: ActRow) -> tuple[ActRow, datetime | None]:
        try:
            opened = await self._open(act.source)
            try:
                told = await opened.connector.read_act(act.act, act.native_id, act.number)
            finally:
                await opened.close()
        except (Refused, SourceError, TimeoutError) as error:
            return self._wait_longer(replace(act, reason=str(error)), _AGAIN_AFTER_TROUBLE)
        if told.state is FarState.SUCCEEDED:
            done = replace(act, state=ActState.CHECKING, reason="", done_at=self._clock.now())
            return await self._look_at(done)
        if told.state.is_over:
            return self._over(act, ActState.FAILED, told.reason or told.said)
        return self._wait_longer(replace(act, reason=""), _AGAIN)

    async def _look_at(self, act: ActRow) -> tuple[ActRow, datetime | None]:
        """See whether the desktop is as it should be, now that the cloud says that it is done."""
        now, trouble = self._clock.now(), ""
        try:
            opened = await self._open(act.source)
            try:
                seen = await opened.connector.read_desktop(act.native_id)
            finally:
                await opened.close()
        except (Refused, SourceError, TimeoutError) as error:
            trouble = str(error)
        else:
            act = replace(act, seen_state=seen.state.value, seen_login=seen.login_state.value)
            if is_as_meant(act.act, seen):
                return self._over(act, ActState.SUCCEEDED, "")
        if now - (act.done_at or now) < LOOKED_AT_FOR:
            return replace(act, reason=trouble), now + _AGAIN_AFTER_TROUBLE
        return self._over(act, ActState.UNKNOWN if trouble else ActState.FAILED, trouble)

    def _wait_longer(self, act: ActRow, wait: timedelta) -> tuple[ActRow, datetime | None]:
        now = self._clock.now()
        if now - (act.sending_at or act.asked_at) > FOLLOWED_FOR:
            return self._over(act, ActState.UNKNOWN, act.reason)
        return act, now + wait

    def _over(self, act: ActRow, state: ActState, why: str) -> tuple[ActRow, datetime | None]:
        return replace(act, state=state, reason=why[:500], ended_at=self._clock.now()), None

    async def _open_source(self, source: SourceId) -> Opened:
        config = await asyncio.to_thread(source_queries.system_source, source)
        context = SourceContext(
            tenant=config.tenant, source=config.id, settings=config.settings, clock=self._clock
        )
        connector = load(CONNECTORS, config.connector)(context)
        return Opened(connector, connector.close)
