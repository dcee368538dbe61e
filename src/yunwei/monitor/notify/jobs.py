"""Entry point of the workers that deliver messages."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt_async
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.notify.actions import claiming, sending
from yunwei.monitor.notify.facts.messages import DueMessage, MessageKind
from yunwei.monitor.notify.rules.drafts import build_link
from yunwei.monitor.notify.rules.words import words_of
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.monitor.notify.store import sending as sending_store
from yunwei.plugins.sdk.contract import Channel, OutgoingMessage, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, load

logger = logging.getLogger(__name__)

IDLE_S = 1.0
_AT_ONCE = 32
_PER_CHANNEL = 4
_TIMEOUT_S = 30.0
_FAREWELL_S = 5.0

type OnDead = Callable[[DueMessage, str], Awaitable[None]]
"""What to do when a message is given up: raise an alarm on ourselves. May be called again for
the same message when that did not get through."""


type FindLink = Callable[[DueMessage], str]
"""The address by which the reader of a message acknowledges it, "" when there is none."""


class Sender:
    """Delivers due messages. Many may run: each message is claimed by one.

    A slow channel holds up nobody else: it has a few messages under way, the others go on.
    """

    def __init__(
        self,
        *,
        box: SecretBox,
        clock: Clock,
        public_url: str,
        on_dead: OnDead,
        find_link: FindLink = lambda message: "",
    ) -> None:
        self._box = box
        self._find_link = find_link
        self._clock = clock
        self._public_url = public_url
        self._on_dead = on_dead
        self._channels: dict[int, tuple[datetime, Channel]] = {}
        self._under_way: dict[asyncio.Task[None], int] = {}

    async def step(self) -> float:
        """Start what is due; returns the seconds until there may be more. Raises what went wrong
        beside the sending itself; the message is then tried again after its lease."""
        self._reap()
        due, wait_s = await asyncio.to_thread(self._claim)
        for message in due:
            task = asyncio.create_task(self._deliver(message))
            self._under_way[task] = message.channel
        if due and len(self._under_way) < _AT_ONCE:
            return 0.0
        if self._under_way:
            await asyncio.wait(
                self._under_way, timeout=wait_s or IDLE_S, return_when=asyncio.FIRST_COMPLETED
            )
            return 0.0
        return wait_s

    def _reap(self) -> None:
        done = [task for task in self._under_way if task.done()]
        for task in done:
            del self._under_way[task]
        for task in done:
            task.result()

    def _claim(self) -> tuple[tuple[DueMessage, ...], float]:
        """Take what is due: a few of each channel that has room, so that none waits for another."""
        now = self._clock.now()
        counts = Counter(self._under_way.values())
        busy = [channel for channel, count in counts.items() if count >= _PER_CHANNEL]
        due: list[DueMessage] = []
        with transaction() as conn:
            channels = claiming.find_due_channels(conn, now=now, busy=busy)
        for channel in channels:
            room = min(_PER_CHANNEL - counts[channel], _AT_ONCE - len(self._under_way) - len(due))
            if room > 0:
                with transaction() as conn:
                    due.extend(claiming.claim_messages(conn, channel, now=now, room=room))
        if due:
            return tuple(due), 0.0
        with transaction() as conn:
            wait_s = sending_store.seconds_until_due(conn, now)
        return (), IDLE_S if wait_s is None else min(IDLE_S, max(0.1, wait_s))

    async def _deliver(self, message: DueMessage) -> None:
        started_s = self._clock.monotonic_s()
        detail, failure = await attempt_async(lambda: self._send(message))
        duration_s = self._clock.monotonic_s() - started_s
        error = _as_send_error(failure) if failure else None
        if error is not None and await asyncio.to_thread(self._is_last, message, error):
            # said first: whoever dies between the two says it again, rather than never
            await self._on_dead(message, error.message)
        await asyncio.to_thread(self._finish, message, error, detail or "", duration_s)

    def _is_last(self, message: DueMessage, error: SendError) -> bool:
        with transaction() as conn:
            return sending.is_last_attempt(conn, message, error, now=self._clock.now())

    async def _send(self, message: DueMessage) -> str:
        channel = await self._open(message)
        outgoing = OutgoingMessage(
            key=message.dedupe,
            subject=message.content.subject,
            body=_mark_doubtful(message) if message.is_doubtful else message.content.body,
            severity=Severity(message.severity) if message.severity else None,
            is_clear=message.kind in {MessageKind.CLEAR, MessageKind.SETTLED},
            link=build_link(self._public_url, message.alarm, path=message.link),
            facts=message.content.facts,
            data=message.data,
            acknowledge_link=await asyncio.to_thread(self._find_link, message),
            may_be_repeat=message.is_doubtful,
        )
        recipient = Recipient(name=message.recipient, address=message.address)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                receipt = await channel.send(outgoing, recipient)
        except TimeoutError as error:
            text = f"no answer within {_TIMEOUT_S:.0f} s"
            raise SendError(text, is_doubtful=True) from error
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
            return channel_store.channel_access(conn, channel)

    def _finish(
        self, message: DueMessage, error: SendError | None, detail: str, duration_s: float
    ) -> None:
        with transaction() as conn:
            sending.finish_message(
                conn,
                message,
                error=error,
                detail=detail,
                duration_s=duration_s,
                now=self._clock.now(),
            )

    async def close(self) -> None:
        """Let what is under way arrive, for a few seconds; the rest is sent after its lease."""
        if self._under_way:
            _, left = await asyncio.wait(self._under_way, timeout=_FAREWELL_S)
            for task in left:
                task.cancel()
        for _, channel in self._channels.values():
            await channel.close()
        self._channels.clear()


def _mark_doubtful(message: DueMessage) -> str:
    return f"{message.content.body}\n\n{words_of(message.language)['may_be_repeat']}"


def _as_send_error(failure: Exception) -> SendError:
    """A defect of a channel is a failed attempt like any other: recorded, retried, given up."""
    if isinstance(failure, SendError):
        return failure
    logger.error("a channel failed in a way it does not declare", exc_info=failure)
    return SendError(f"{type(failure).__name__}: {failure}")
