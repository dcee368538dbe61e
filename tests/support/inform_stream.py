"""A device that reports many faults by informs, steadily, and says each again until it is heard."""

import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.support.platform import wait_until
from tests.support.snmp_packets import IMAP, build_inform, imap_pairs, octets

_AGAIN_S = 1.0


@dataclass
class InformStream:
    """Sends one inform for each of `count` faults, `per_second` new ones a second.

    name: of the managed object that all faults are on. sent: how often each was said, by the
    fault's serial number. Use as a context manager; the block may watch `answered`.
    """

    name: str
    trap_port: int
    count: int
    per_second: int = 200
    sent: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def path(self) -> str:
        return f"/device/{self.name}"

    @property
    def serials(self) -> set[str]:
        return {f"{self.name}-{number}" for number in range(1, self.count + 1)}

    @property
    def said_once(self) -> set[str]:
        """Faults that were said once only, so that they can not have been stored twice."""
        return {serial for serial, times in self.sent.items() if times == 1}

    def wait_answered(self, count: int, *, timeout_s: float = 120.0) -> None:
        """Wait until the platform has accepted `count` faults: it answers when they are durable."""
        wait_until(lambda: len(self.answered) >= count, timeout_s=timeout_s)

    def __enter__(self) -> "InformStream":
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", self.trap_port))
        self._socket.settimeout(0.1)
        self._threads = [threading.Thread(target=work) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _send(self) -> None:
        waiting: dict[int, float] = {}
        began_s = time.monotonic()
        fresh = 0
        while not self._is_over.wait(0.01):
            now_s = time.monotonic()
            due = min(self.count, int((now_s - began_s) * self.per_second))
            again = [number for number, at_s in waiting.items() if now_s - at_s > _AGAIN_S]
            for number in (*range(fresh + 1, due + 1), *again):
                if self._serial(number) not in self.answered:
                    self._say(number)
                    waiting[number] = now_s
                else:
                    waiting.pop(number, None)
            fresh = max(fresh, due)

    def _say(self, number: int) -> None:
        serial = self._serial(number)
        pairs = imap_pairs(csn=serial, v4=octets(self.name))
        self.sent[serial] += 1
        try:
            self._socket.send(build_inform(f"{IMAP}.0.1", pairs, request_id=number))
        except ConnectionRefusedError:
            """Nobody listens: said again in a second, as everything without an answer."""

    def _receive(self) -> None:
        while not self._is_over.is_set():
            try:
                answer = self._socket.recv(65536)
            except (TimeoutError, ConnectionRefusedError):
                continue
            self.answered.add(self._serial(_request_id(answer)))

    def _serial(self, number: int) -> str:
        return f"{self.name}-{number}"


def _request_id(answer: bytes) -> int:
    """Return the request id of a response: SEQUENCE, version, community, PDU, then it."""
    position = _content(answer, 0)
    for _ in range(2):
        position = _content(answer, position) + _length(answer, position)
    position = _content(answer, position)
    start = _content(answer, position)
    return int.from_bytes(answer[start : start + _length(answer, position)], signed=True)


def _length(data: bytes, position: int) -> int:
    first = data[position + 1]
    if first < 0x80:
        return first
    return int.from_bytes(data[position + 2 : position + 2 + (first & 0x7F)])


def _content(data: bytes, position: int) -> int:
    first = data[position + 1]
    return position + 2 + (0 if first < 0x80 else first & 0x7F)
