"""Entry point of the workers that deliver messages."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt, attempt_async
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.notify.actions import claiming, sending
from yunwei.monitor.notify.facts.messages import DueMessage, MessageKind
from yunwei.monitor.notify.rules.drafts import build_link
from yunwei.monitor.notify.rules.words import words_of
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.monitor.notify.store import sending as sending_store
from yunwei.plugins.sdk.contract import (
    Attachment,
    Channel,
    OutgoingMessage,
    Receipt,
    Recipient,
)
from yunwei.plugins.sdk.manifest import CHANNELS, load, manifests

logger = logging.getLogger(__name__)

IDLE_S = 1.0
_AT_ONCE = 32
_PER_CHANNEL = 4
_PER_QUICK_CHANNEL = 12
_QUICK_S = 0.5
_GATHER_S = 0.01
_TIMEOUT_S = 30.0
_FAREWELL_S = 5.0
_ATTACHMENTS = "attachments"

type OnDead = Callable[[DueMessage, str], Awaitable[None]]
"""What to do when a message is given up: raise an alarm on ourselves. May be called again for
the same message when that did not get through."""


type FindLink = Callable[[DueMessage], str]
"""The address by which the reader of a message acknowledges it, "" when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What goes with a message. note: what its reader is told besides, such as why nothing does."""

    files: tuple[Attachment, ...] = ()
    note: str = ""


type FindEnclosure = Callable[[DueMessage], Enclosed]
"""The files that a message's data ask for; asked for channels that take files, in a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of one attempt. taken: what the receiver said of it."""

    message: DueMessage
    error: SendError | None
    taken: Receipt
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """What one look at the outbox brought. accesses: of the channels of what is due, by number;
    none where the channel is gone. wait_s: until there may be more."""

    due: tuple[DueMessage, ...] = ()
    accesses: Mapping[int, Mapping[str, Any] | None] = field(default_factory=dict)
    wait_s: float = 0.0


class Sender:
    """Delivers due messages. Many may run: each message is claimed by one.

    A slow channel holds up nobody else: it has a few messages under way, the others go on. One
    that answers quickly has more. What was sent is written down with the next look for what is
    due, all of it at once: a round trip for each would cost more than the sending.
    """

    def __init__(
        self,
        *,
        box: SecretBox,
        clock: Clock,
        public_url: str,
        on_dead: OnDead,
        find_link: FindLink = lambda message: "",
        find_receipt_url: FindLink = lambda message: "",
        find_enclosure: FindEnclosure = lambda message: Enclosed(),
    ) -> None:
        self._box = box
        self._find_link = find_link
        self._find_receipt_url = find_receipt_url
        self._find_enclosure = find_enclosure
        self._clock = clock
        self._public_url = public_url
        self._on_dead = on_dead
        self._channels: dict[int, tuple[datetime, Channel]] = {}
        self._under_way: dict[asyncio.Task[_Outcome], int] = {}
        self._outcomes: list[_Outcome] = []
        self._noting = threading.Lock()
        self._quick: set[int] = set()

    async def step(self) -> float:
        """Note what is done and start what is due; returns the seconds until there may be more.
        Raises what went wrong beside the sending itself; the message is then tried again after its
        lease."""
        self._reap()
        turn = await asyncio.to_thread(self._take_turn)
        for message in turn.due:
            task = asyncio.create_task(self._deliver(message, turn.accesses[message.channel]))
            self._under_way[task] = message.channel
        if turn.due and len(self._under_way) < _AT_ONCE:
            return 0.0
        if not self._under_way:
            return turn.wait_s
        await asyncio.wait(
            self._under_way, timeout=turn.wait_s or IDLE_S, return_when=asyncio.FIRST_COMPLETED
        )
        # those that end together are written down together
        await asyncio.sleep(_GATHER_S)
        return 0.0

    def _reap(self) -> None:
        """Take over what ended; one that broke loses nothing of the others."""
        done = [task for task in self._under_way if task.done()]
        for task in done:
            del self._under_way[task]
        failures = [error for task in done if (error := task.exception()) is not None]
        for task in done:
            if task.exception() is None:
                self._take_over(task.result())
        if failures:
            raise failures[0]

    def _take_over(self, outcome: _Outcome) -> None:
        self._outcomes.append(outcome)
        is_quick = outcome.error is None and outcome.duration_s < _QUICK_S
        (self._quick.add if is_quick else self._quick.discard)(outcome.message.channel)

    def _take_turn(self) -> _Turn:
        self._note_outcomes()
        return self._claim()

    def _note_outcomes(self) -> None:
        """Write down what was sent, all in one transaction; when that fails, each in its own, so
        that none is sent again because of another. While PostgreSQL is away they are kept."""
        with self._noting:
            if not self._outcomes:
                return
            _, failure = attempt(lambda: self._finish(self._outcomes))
            if failure is None:
                self._outcomes.clear()
                return
            failures: list[Exception] = []
            while self._outcomes:
                _, failure = attempt(lambda: self._finish(self._outcomes[:1]))
                del self._outcomes[0]
                if failure is not None:
                    failures.append(failure)
            if failures:
                raise failures[0]

    def _claim(self) -> _Turn:
        """Take what is due: a few of each channel that has room, so that none waits for another."""
        now = self._clock.now()
        counts = Counter(self._under_way.values())
        busy = [channel for channel, count in counts.items() if count >= self._room_of(channel)]
        due: list[DueMessage] = []
        accesses: dict[int, Mapping[str, Any] | None] = {}
        with transaction() as conn:
            channels = claiming.find_due_channels(conn, now=now, busy=busy)
        for channel in channels:
            free = _AT_ONCE - len(self._under_way) - len(due)
            room = min(self._room_of(channel) - counts[channel], free)
            if room > 0:
                with transaction() as conn:
                    due.extend(claiming.claim_messages(conn, channel, now=now, room=room))
                    accesses[channel] = channel_store.channel_access(conn, channel)
        if due:
            return _Turn(due=tuple(due), accesses=accesses)
        with transaction() as conn:
            wait_s = sending_store.seconds_until_due(conn, now)
        return _Turn(wait_s=IDLE_S if wait_s is None else min(IDLE_S, max(0.1, wait_s)))

    def _room_of(self, channel: int) -> int:
        return _PER_QUICK_CHANNEL if channel in self._quick else _PER_CHANNEL

    async def _deliver(self, message: DueMessage, access: Mapping[str, Any] | None) -> _Outcome:
        started_s = self._clock.monotonic_s()
        receipt, failure = await attempt_async(lambda: self._send(message, access))
        duration_s = self._clock.monotonic_s() - started_s
        error = _as_send_error(failure) if failure else None
        if error is not None and await asyncio.to_thread(self._is_last, message, error):
            # said first: whoever dies between the two says it again, rather than never
            await self._on_dead(message, error.message)
        taken = receipt or Receipt()
        return _Outcome(message=message, error=error, taken=taken, duration_s=duration_s)

    def _is_last(self, message: DueMessage, error: SendError) -> bool:
        with transaction() as conn:
            return sending.is_last_attempt(conn, message, error, now=self._clock.now())

    async def _send(self, message: DueMessage, access: Mapping[str, Any] | None) -> Receipt:
        channel = await self._open(message.channel, access)
        enclosed = await self._enclose(message, access)
        body = _mark_doubtful(message) if message.is_doubtful else message.content.body
        outgoing = OutgoingMessage(
            key=message.dedupe,
            subject=message.content.subject,
            body=f"{body}\n\n{enclosed.note}" if enclosed.note else body,
            severity=Severity(message.severity) if message.severity else None,
            is_clear=message.kind in {MessageKind.CLEAR, MessageKind.SETTLED},
            link=build_link(self._public_url, message.alarm, path=message.link),
            facts=message.content.facts,
            data=message.data,
            acknowledge_link=await asyncio.to_thread(self._find_link, message),
            may_be_repeat=message.is_doubtful,
            receipt_url=self._find_receipt_url(message),
            attachments=enclosed.files,
            thread=str(message.data.get("thread") or ""),
            reply_to=str(message.data.get("reply_to") or ""),
        )
        recipient = Recipient(name=message.recipient, address=message.address)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await channel.send(outgoing, recipient)
        except TimeoutError as error:
            text = f"no answer within {_TIMEOUT_S:.0f} s"
            raise SendError(text, is_doubtful=True) from error

    async def _enclose(self, message: DueMessage, access: Mapping[str, Any] | None) -> Enclosed:
        if not message.data.get("enclosure") or access is None:
            return Enclosed()
        if _ATTACHMENTS not in manifests(CHANNELS)[access["kind"]].supports:
            return Enclosed()
        return await asyncio.to_thread(self._find_enclosure, message)

    async def _open(self, number: int, access: Mapping[str, Any] | None) -> Channel:
        if access is None or not access["is_enabled"]:
            raise SendError("the channel is not in use any more", permanent=True)
        changed_at: datetime = access["changed_at"]
        known = self._channels.get(number)
        if known is not None and known[0] == changed_at:
            return known[1]
        settings = {**access["settings"], **self._box.open(access["secrets"])}
        opened: Channel = load(CHANNELS, access["kind"])(settings)
        self._channels[number] = (changed_at, opened)
        if known is not None:
            await known[1].close()
        return opened

    def _finish(self, outcomes: Sequence[_Outcome]) -> None:
        with transaction() as conn:
            for outcome in outcomes:
                error, taken = outcome.error, outcome.taken
                sending.finish_message(
                    conn,
                    outcome.message,
                    error=error,
                    detail=taken.detail,
                    duration_s=outcome.duration_s,
                    now=self._clock.now(),
                    native_id="" if error else taken.native_id,
                )

    async def close(self) -> None:
        """Let what is under way arrive, for a few seconds; the rest is sent after its lease."""
        if self._under_way:
            _, left = await asyncio.wait(self._under_way, timeout=_FAREWELL_S)
            for task in left:
                del self._under_way[task]
                task.cancel()
            self._reap()
            await asyncio.to_thread(self._note_outcomes)
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
