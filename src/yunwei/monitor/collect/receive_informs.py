"""Answers to informs: each once it is durable, and again when it comes again. On one socket."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Hashable
from functools import partial

from yunwei.monitor.collect.receive_tally import InformState, RecentInforms

type SocketAddress = tuple[str, int]
type InformKey = tuple[SocketAddress, Hashable]
# for the moment at which it is sent, by the event loop's clock
type MakeAnswer = Callable[[float], bytes]


class Informs:
    """Knows the informs that came lately. answered, repeated: how many."""

    def __init__(self, receiving: socket.socket, *, memory_s: float) -> None:
        self._socket = receiving
        self._known = RecentInforms(memory_s=memory_s)
        self._waiting: list[Callable[[], None]] = []
        self.answered = 0
        self.repeated = 0

    def is_new(self, key: InformKey, answer: MakeAnswer) -> bool:
        """Arrange for the answer to a new inform; answer one again that is stored already."""
        now_s = asyncio.get_running_loop().time()
        state = self._known.remember(key, now_s)
        if state is InformState.NEW:
            self._waiting.append(partial(self._answer_first, key, answer))
            return True
        self.repeated += 1
        if state is InformState.STORED:
            self._answer(answer(now_s), key[0])
        return False

    def take_waiting(self) -> list[Callable[[], None]]:
        """Return what to call when everything that came so far is durable."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def send(self, data: bytes, sender: SocketAddress) -> bool:
        """Send at once. One that can not be sent is not lost: the sender asks again."""
        with contextlib.suppress(OSError):
            self._socket.sendto(data, sender)
            return True
        return False

    def _answer_first(self, key: InformKey, answer: MakeAnswer) -> None:
        now_s = asyncio.get_running_loop().time()
        self._known.mark_stored(key, now_s)
        self._answer(answer(now_s), key[0])

    def _answer(self, answer: bytes, sender: SocketAddress) -> None:
        self.answered += self.send(answer, sender)
