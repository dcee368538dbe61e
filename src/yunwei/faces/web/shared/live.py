"""Tells open pages that a part of them is old. Names parts, carries no content.

Announcements `yunwei.live.<part>.<tenant>` come from the bus (`run` calls `follow_bus`); each open
page hears of its viewer's tenants and fetches the part again, by the same address as ever.

What is announced between the making of a page and its first listening is not lost: the page bears
a mark of when it was made, and what came after that mark is told at once.
"""

import asyncio
import contextlib
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from yunwei.base.infra.bus import Bus
from yunwei.base.people.facts import Viewer

HEARTBEAT_S = 15.0
LIFE_S = 600.0
"""After this the browser asks again, and who it is and what it may see is looked at anew."""
CALM_S = 0.4
"""Announcements within this time are told once."""
_REMEMBERED = 4000
_SUBJECTS = "yunwei.live.>"
EVERYTHING = "*"
"""The part that means all of them: nobody knows what was missed."""


class Listener:
    """One open page. Belongs to the event loop in which it was made."""

    def __init__(self, tenants: frozenset[int]) -> None:
        self.tenants = tenants
        self.loop = asyncio.get_running_loop()
        self._parts: set[str] = set()
        self._news = asyncio.Event()
        self.is_closed = False

    def add(self, part: str) -> None:
        self._parts.add(part)
        self._news.set()

    def close(self) -> None:
        self.is_closed = True
        self._news.set()

    async def wait(self, timeout_s: float) -> frozenset[str]:
        """Return what is old; nothing when the time is over first."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout_s)
        self._news.clear()
        parts = frozenset(self._parts)
        self._parts.clear()
        return parts


class Hub:
    """All open pages of this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        # marks of another process, or of before a restart, must not be taken for ours
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._recent: deque[tuple[int, int, str]] = deque(maxlen=_REMEMBERED)

    def mark(self) -> str:
        """Return a word for now, to be given to `missed` later."""
        return f"{self._epoch}-{self._count}"

    def missed(self, mark: str, tenants: frozenset[int]) -> frozenset[str]:
        """Return the parts announced since a mark; EVERYTHING when that is no longer known."""
        epoch, _dash, text = mark.partition("-")
        if epoch != self._epoch or not text.isdecimal():
            return frozenset({EVERYTHING})
        with self._lock:
            recent = tuple(self._recent)
        since = int(text)
        if recent and recent[0][0] > since + 1:
            return frozenset({EVERYTHING})
        return frozenset(part for at, tenant, part in recent if at > since and tenant in tenants)

    def publish(self, tenant: int, part: str) -> None:
        """Tell the pages of everybody who sees this tenant. Any thread; never waits."""
        with self._lock:
            self._count += 1
            self._recent.append((self._count, tenant, part))
        for listener in self._snapshot():
            if tenant in listener.tenants:
                self._call(listener, listener.add, part)

    @contextlib.contextmanager
    def listen(self, tenants: frozenset[int]) -> Iterator[Listener]:
        listener = Listener(tenants)
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        for listener in self._snapshot():
            self._call(listener, listener.close)

    @property
    def open_pages(self) -> int:
        return len(self._snapshot())

    def _snapshot(self) -> tuple[Listener, ...]:
        with self._lock:
            return tuple(self._listeners)

    def _call(self, listener: Listener, act: Callable[..., None], *arguments: str) -> None:
        # the loop of a page may be gone already when a process stops
        with contextlib.suppress(RuntimeError):
            listener.loop.call_soon_threadsafe(act, *arguments)


hub = Hub()


async def follow_bus(bus: Bus) -> Callable[[], Awaitable[None]]:
    """Pass the bus's announcements on to the open pages; returns how to stop."""

    async def heard(subject: str, _data: bytes) -> None:
        _prefix, _live, part, tenant = subject.split(".", 3)
        if tenant.isdecimal():
            hub.publish(int(tenant), part)

    return await bus.listen(_SUBJECTS, heard)


async def stream(request: HttpRequest) -> HttpResponseBase:
    """GET /live?since=MARK: the names of parts that are old, as server-sent events."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return HttpResponse(status=401)
    # A page may stay open for hours; it must not keep a database connection for as long.
    await sync_to_async(_give_connections_back)()
    return StreamingHttpResponse(
        _events(frozenset(viewer.tenants), request.GET.get("since", "")),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _give_connections_back() -> None:
    for connection in connections.all(initialized_only=True):
        # within a transaction it is somebody else's, who is not done with it
        if not connection.in_atomic_block:
            connection.close()


async def _events(tenants: frozenset[int], since: str) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LIFE_S
    with hub.listen(tenants) as listener:
        # the mark first, then what was missed: told twice is better than not at all
        mark = hub.mark()
        missed = hub.missed(since, tenants) if since else frozenset[str]()
        yield f"retry: 3000\n\nevent: hello\nid: {mark}\ndata:\n\n".encode()
        if missed:
            yield _tell(missed, mark)
        while not listener.is_closed and loop.time() < ends_at:
            mark = hub.mark()
            parts = await listener.wait(HEARTBEAT_S)
            if not parts:
                yield b": still here\n\n"
                continue
            yield _tell(parts, mark)
            await asyncio.sleep(CALM_S)


def _tell(parts: frozenset[str], mark: str) -> bytes:
    return "".join(f"id: {mark}\ndata: {part}\n\n" for part in sorted(parts)).encode()
