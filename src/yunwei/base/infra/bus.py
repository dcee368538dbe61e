"""The door to NATS: durable streams for what must not be lost, plain subjects for what is live.

Streams (JetStream, file storage):
    INTAKE     yunwei.intake.>     raw alarms on their way to `govern`
    TELEMETRY  yunwei.telemetry.>  measurements on their way to ClickHouse
Plain subjects:
    yunwei.live.<part>.<tenant>    "look again", for open pages
    yunwei.config.<part>           "your snapshot is old", for engine processes
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamState,
)

from yunwei.base.core.errors import EngineAway

logger = logging.getLogger(__name__)

INTAKE = "INTAKE"
TELEMETRY = "TELEMETRY"
_SUBJECTS = {INTAKE: "yunwei.intake.>", TELEMETRY: "yunwei.telemetry.>"}
_COPIES = 3
_NO_CLUSTER = 10074
_OTHER_SHAPE = 10058
_AWAY = (
    nats.errors.Error,
    nats.js.errors.Error,
    OSError,
    asyncio.TimeoutError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """One message of a durable stream. sequence: its place in the stream, from 1, never reused."""

    subject: str
    data: bytes
    sequence: int
    _msg: Msg

    async def ack(self) -> None:
        with contextlib.suppress(*_AWAY):
            await self._msg.ack()


class Bus:
    """One connection to NATS that finds back by itself for ever."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stream: JetStreamContext = client.jetstream(timeout=5)

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected

    async def append(self, subject: str, data: bytes, *, message_id: str) -> int:
        """Append to the stream that holds `subject`; returns its sequence once it is on disk.

        The same message_id within an hour is stored once. Raises EngineAway when it is not
        certain that it is stored: append the same again.
        """
        try:
            stored = await self._stream.publish(
                subject, data, headers={"Nats-Msg-Id": message_id}, timeout=5
            )
        except _AWAY as error:
            raise EngineAway(f"NATS: {type(error).__name__}") from error
        return stored.seq

    async def follow(self, stream: str, durable: str, *, max_waiting: int = 64) -> "Follower":
        """Return a durable reader of a stream, at most `max_waiting` messages not acknowledged."""
        config = ConsumerConfig(
            durable_name=durable,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            ack_wait=60,
            max_ack_pending=max_waiting,
        )
        try:
            subscription = await self._stream.pull_subscribe(
                _SUBJECTS[stream], durable=durable, stream=stream, config=config
            )
        except _AWAY as error:
            raise EngineAway(f"NATS: {type(error).__name__}") from error
        return Follower(subscription)

    async def prepare_streams(self, *, intake_hours: int, copies: int | None = None) -> None:
        """Make the durable streams, or bring them to the declared shape.

        copies: on so many servers each message stands; None: on 3 in a cluster, else on one.
        Raises EngineAway when the servers do not (yet) make them so.
        """
        shapes = (
            StreamConfig(name=INTAKE, max_age=intake_hours * 3600, max_bytes=4 * 1024**3),
            StreamConfig(name=TELEMETRY, max_age=24 * 3600, max_bytes=4 * 1024**3),
        )
        for shape in shapes:
            config = shape.evolve(
                subjects=[_SUBJECTS[shape.name or ""]],
                storage=StorageType.FILE,
                retention=RetentionPolicy.LIMITS,
                # full means "not stored": the sender waits and tries again, old ones stay
                discard=DiscardPolicy.NEW,
                # an append whose answer was lost is repeated for as long as NATS is away
                duplicate_window=3600,
                num_replicas=copies or _COPIES,
            )
            try:
                await self._declare_stream(config, has_to_copy=copies is not None)
            except _AWAY as error:
                raise EngineAway(f"NATS: {_say(error)}") from error

    async def _declare_stream(self, config: StreamConfig, *, has_to_copy: bool) -> None:
        try:
            await self._stream.add_stream(config)
        except nats.js.errors.APIError as error:
            if error.err_code == _NO_CLUSTER and not has_to_copy:
                await self._declare_stream(config.evolve(num_replicas=1), has_to_copy=True)
            elif error.err_code == _OTHER_SHAPE:
                await self._stream.update_stream(config)
            else:
                raise

    async def read_from(self, stream: str, sequence: int) -> "Reader":
        """Return a reader of a stream that begins at `sequence` and keeps no place of its own:
        the caller knows how far it has come."""
        return Reader(self._stream, stream, sequence)

    async def first_sequence(self, stream: str) -> int:
        """Return the sequence of the oldest message that a stream still holds."""
        return (await self._state_of(stream)).first_seq

    async def last_sequence(self, stream: str) -> int:
        """Return the sequence of the newest message a stream ever held, 0 for a new stream."""
        return (await self._state_of(stream)).last_seq

    async def identity(self, stream: str) -> str:
        """Return what tells this stream from another of the same name: when it was made."""
        try:
            created = (await self._stream.stream_info(stream)).created
        except _AWAY as error:
            raise EngineAway(f"NATS: {type(error).__name__}") from error
        return created.isoformat() if created else ""

    async def _state_of(self, stream: str) -> StreamState:
        try:
            return (await self._stream.stream_info(stream)).state
        except _AWAY as error:
            raise EngineAway(f"NATS: {type(error).__name__}") from error

    async def forget_before(self, stream: str, sequence: int) -> None:
        """Drop the messages of a stream below `sequence`, once nobody needs them."""
        try:
            await self._stream.purge_stream(stream, seq=sequence)
        except _AWAY as error:
            raise EngineAway(f"NATS: {type(error).__name__}") from error

    async def announce(self, subject: str, data: bytes = b"") -> None:
        """Say something that may be missed; never fails, never waits."""
        with contextlib.suppress(*_AWAY):
            await self._client.publish(subject, data)

    async def listen(
        self, subject: str, heard: Callable[[str, bytes], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        """Call `heard(subject, data)` for each announcement; returns how to stop."""

        async def on_message(msg: Msg) -> None:
            await heard(msg.subject, msg.data)

        subscription = await self._client.subscribe(subject, cb=on_message)
        return subscription.unsubscribe

    async def ask(self, subject: str, data: bytes = b"", *, timeout_s: float = 5.0) -> bytes:
        """Return the answer of whoever answers on `subject`; raises EngineAway without one."""
        try:
            return (await self._client.request(subject, data, timeout=timeout_s)).data
        except _AWAY as error:
            raise EngineAway(f"nobody answers on {subject}: {type(error).__name__}") from error

    async def answer(
        self, subject: str, give: Callable[[bytes], Awaitable[bytes]]
    ) -> Callable[[], Awaitable[None]]:
        """Answer questions on `subject` with `give(data)`; returns how to stop."""

        async def on_message(msg: Msg) -> None:
            await msg.respond(await give(msg.data))

        subscription = await self._client.subscribe(subject, cb=on_message)
        return subscription.unsubscribe

    async def close(self) -> None:
        with contextlib.suppress(*_AWAY):
            await self._client.close()


class Follower:
    """A durable reader. After a break it simply goes on with what is not acknowledged."""

    def __init__(self, subscription: JetStreamContext.PullSubscription) -> None:
        self._subscription = subscription

    async def fetch(self, count: int, *, wait_s: float = 5.0) -> list[StoredMessage]:
        """Return up to `count` messages in order, [] when none came in `wait_s`.

        Raises EngineAway when NATS does not answer.
        """
        try:
            messages = await self._subscription.fetch(count, timeout=wait_s)
        except (TimeoutError, nats.errors.TimeoutError):
            return []
        except _AWAY as error:
            raise EngineAway(f"NATS: {type(error).__name__}") from error
        return [_stored(msg) for msg in messages]

    async def close(self) -> None:
        with contextlib.suppress(*_AWAY):
            await self._subscription.unsubscribe()


class Reader:
    """Reads a stream strictly in order from a place that the caller keeps.

    A hole in the sequence makes it start again where the hole is, so that nothing is stepped
    over; only what the stream itself no longer holds is passed by.
    """

    def __init__(self, stream: JetStreamContext, name: str, sequence: int) -> None:
        self._stream = stream
        self._name = name
        self._next = sequence
        self._subscription: JetStreamContext.PullSubscription | None = None

    async def fetch(self, count: int, *, wait_s: float = 5.0) -> list[StoredMessage]:
        """Return the next messages in order, [] when none came in `wait_s`.

        Raises EngineAway when NATS does not answer; the next call goes on where this one was.
        """
        try:
            subscription = await self._open()
            messages = await subscription.fetch(count, timeout=wait_s)
        except (TimeoutError, nats.errors.TimeoutError):
            await self._check_alive()
            return []
        except _AWAY as error:
            await self.close()
            raise EngineAway(f"NATS: {type(error).__name__}") from error
        return await self._in_order([_stored(msg) for msg in messages])

    async def _in_order(self, messages: list[StoredMessage]) -> list[StoredMessage]:
        ordered: list[StoredMessage] = []
        for message in messages:
            if message.sequence > self._next and await self._is_held(self._next):
                await self.close()
                break
            if message.sequence >= self._next:
                ordered.append(message)
                self._next = message.sequence + 1
        return ordered

    async def _is_held(self, sequence: int) -> bool:
        try:
            await self._stream.get_msg(self._name, seq=sequence)
        except nats.js.errors.NotFoundError:
            return False
        except _AWAY as error:
            await self.close()
            raise EngineAway(f"NATS: {type(error).__name__}") from error
        return True

    async def _open(self) -> JetStreamContext.PullSubscription:
        if self._subscription is None:
            config = ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self._next,
                inactive_threshold=300,
                mem_storage=True,
            )
            self._subscription = await self._stream.pull_subscribe(
                _SUBJECTS[self._name], stream=self._name, config=config
            )
        return self._subscription

    async def _check_alive(self) -> None:
        """A quiet stream and a consumer that NATS forgot look alike; ask which it is."""
        if self._subscription is None:
            return
        try:
            await self._subscription.consumer_info()
        except _AWAY:
            await self.close()

    async def close(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with contextlib.suppress(*_AWAY):
                await subscription.unsubscribe()


def _say(error: BaseException) -> str:
    """Return what JetStream says is wrong, else the kind of error."""
    said = error.description if isinstance(error, nats.js.errors.APIError) else ""
    return said or type(error).__name__


def _stored(msg: Msg) -> StoredMessage:
    return StoredMessage(
        subject=msg.subject, data=msg.data, sequence=msg.metadata.sequence.stream, _msg=msg
    )


async def connect_bus(url: str, *, token: str | None, name: str) -> Bus:
    """Connect and keep connected; raises EngineAway when the first attempt fails for 10 s.

    url: of one server, or of several with commas; those of a cluster tell of the others.
    """
    client = Client()
    told = ""

    async def on_break() -> None:
        if not client.is_closed:  # closing breaks the connection too
            logger.warning("NATS is away")

    async def on_return() -> None:
        logger.info("NATS is back")

    async def on_error(error: Exception) -> None:
        nonlocal told
        told = str(error)
        logger.debug("NATS: %s", error)

    options: dict[str, Any] = {"token": token} if token else {}
    try:
        # Its own attempts never end, by our wish: later on it shall find back for ever.
        async with asyncio.timeout(10):
            await client.connect(
                [each.strip() for each in url.split(",") if each.strip()],
                name=name,
                connect_timeout=3,
                max_reconnect_attempts=-1,
                # slept, so a part of a second works
                reconnect_time_wait=0.25,  # type: ignore[arg-type]
                ping_interval=10,
                disconnected_cb=on_break,
                reconnected_cb=on_return,
                error_cb=on_error,
                pending_size=64 * 1024 * 1024,
                **options,
            )
    except _AWAY as error:
        with contextlib.suppress(*_AWAY):
            await client.close()
        raise EngineAway(f"NATS does not let us in: {told or type(error).__name__}") from error
    return Bus(client)
