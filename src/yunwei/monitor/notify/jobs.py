"""Entry point of the workers that deliver messages."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.notify import store
from yunwei.monitor.notify.actions import outbox
from yunwei.monitor.notify.facts import DueMessage, MessageKind, MessageState
from yunwei.plugins.sdk.contract import Channel, OutgoingMessage, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, load

IDLE_S = 5.0
_AT_ONCE = 16
_TIMEOUT_S = 30.0

type OnDead = Callable[[DueMessage, str], Awaitable[None]]
"""What to do when a message was given up: raise an alarm on ourselves."""


class Sender:
    """Delivers due messages. Many may run: each message is claimed by one."""

    def __init__(self, *, box: SecretBox, clock: Clock, public_url: str, on_dead: OnDead) -> None:
        self._box = box
        self._clock = clock
        self._public_url = public_url
        self._on_dead = on_dead
        self._channels: dict[int, tuple[datetime, Channel]] = {}

    async def step(self) -> float:
        """Deliver what is due; returns the seconds until there may be more."""
        due, wait_s = await asyncio.to_thread(self._claim)
        if not due:
            return wait_s
        await asyncio.gather(*(self._deliver(message) for message in due))
        return 0.0

    def _claim(self) -> tuple[tuple[DueMessage, ...], float]:
        now = self._clock.now()
        with transaction() as conn:
            due = outbox.claim_messages(conn, now=now, limit=_AT_ONCE)
            wait_s = None if due else store.seconds_until_due(conn, now)
        return due, IDLE_S if wait_s is None else min(IDLE_S, max(0.1, wait_s))

    async def _deliver(self, message: DueMessage) -> None:
        if message.is_suppressed:
            await asyncio.to_thread(self._cancel, message)
            return
        started_s = self._clock.monotonic_s()
        error: SendError | None = None
        detail = ""
        try:
            detail = await self._send(message)
        except SendError as failure:
            error = failure
        duration_s = self._clock.monotonic_s() - started_s
        verdict = await asyncio.to_thread(self._finish, message, error, detail, duration_s)
        if verdict is MessageState.DEAD:
            await self._on_dead(message, error.message if error else "")

    async def _send(self, message: DueMessage) -> str:
        channel = await self._open(message)
        outgoing = OutgoingMessage(
            key=message.dedupe,
            subject=message.content.subject,
            body=message.content.body,
            severity=Severity(message.severity) if message.severity else None,
            is_clear=message.kind is MessageKind.CLEAR,
            link=outbox.build_link(self._public_url, message.alarm),
            facts=message.content.facts,
            data=message.data,
        )
        recipient = Recipient(name=message.recipient, address=message.address)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                receipt = await channel.send(outgoing, recipient)
        except TimeoutError as error:
            raise SendError(f"no answer within {_TIMEOUT_S:.0f} s") from error
        return receipt.detail

    async def _open(self, message: DueMessage) -> Channel:
        access = await asyncio.to_thread(self._access, message.channel)
        if access is None or not access["is_enabled"]:
            raise SendError("the channel is not in use any more", permanent=True)
        changed_at: datetime = access["changed_at"]
        known = self._channels.get(message.channel)
        if known is not None and known[0] == changed_at:
            return known[1]
        if known is not None:
            await known[1].close()
        settings = {**access["settings"], **self._box.open(access["secrets"])}
        opened: Channel = load(CHANNELS, access["kind"])(settings)
        self._channels[message.channel] = (changed_at, opened)
        return opened

    def _access(self, channel: int) -> dict[str, Any] | None:
        with transaction() as conn:
            return store.channel_access(conn, channel)

    def _cancel(self, message: DueMessage) -> None:
        with transaction() as conn:
            outbox.cancel_message(
                conn, message, reason="suppressed before it was sent", now=self._clock.now()
            )

    def _finish(
        self, message: DueMessage, error: SendError | None, detail: str, duration_s: float
    ) -> MessageState:
        with transaction() as conn:
            verdict = outbox.finish_message(
                conn,
                message,
                error=error,
                detail=detail,
                duration_s=duration_s,
                now=self._clock.now(),
            )
        return verdict.state

    async def close(self) -> None:
        for _, channel in self._channels.values():
            await channel.close()
        self._channels.clear()
