"""What a script prints, made harmless in size and secrets: its beginning goes on as it comes, then
only its end is kept, and values of secret parameters are not shown."""

import hashlib
import re
import time
from collections.abc import Callable, Iterable

PIECE_BYTES = 16 * 1024
_HIDDEN = b"******"
_FLUSH_S = 0.5
_SHARE_OF_AGE = 100
_NOTE_BYTES = 64
_NUMBERS = re.compile(rb"\d+")
_SHORTEST_SECRET = 4


class Masker:
    """Replaces secrets, also where one is cut in two by the way it is read."""

    def __init__(self, secrets: Iterable[str]) -> None:
        values = sorted(
            {value.encode() for value in secrets if len(value) >= _SHORTEST_SECRET},
            key=len,
            reverse=True,
        )
        self._pattern = re.compile(b"|".join(re.escape(value) for value in values))
        self._held_back = max((len(value) for value in values), default=1) - 1
        self._has_any = bool(values)
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Return what can be shown by now."""
        if not self._has_any:
            return data
        whole = self._pattern.sub(_HIDDEN, self._rest + data)
        cut = len(whole) - self._held_back
        if cut <= 0:
            self._rest = whole
            return b""
        self._rest = whole[cut:]
        return whole[:cut]

    def finish(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest


class Bounded:
    """Keeps at most `limit` bytes: half of them the beginning, half the end. What is printed slowly
    goes on less often the longer it lasts: a day's output is still less than a thousand pieces."""

    def __init__(
        self,
        limit: int,
        secrets: Iterable[str] = (),
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._masker = Masker(secrets)
        self._head_left = max(0, limit - _NOTE_BYTES) // 2
        self._tail_limit = max(0, limit - _NOTE_BYTES) // 2
        self._ready = bytearray()
        self._tail = bytearray()
        self._left_out = 0
        self._clock_s = clock_s
        self._began_s = self._flushed_s = clock_s()
        self._digest = hashlib.sha256()
        self._ends_in_number = False
        self.size_bytes = 0

    @property
    def is_cut(self) -> bool:
        return self._left_out > 0

    @property
    def digest(self) -> str:
        """Alike for outputs that differ in numbers only; final after `finish`."""
        return self._digest.hexdigest()[:16]

    def feed(self, data: bytes) -> list[bytes]:
        """Take what was printed, nothing to look at what waits; return what is to go on now."""
        self.size_bytes += len(data)
        self._take(self._masker.feed(data))
        now_s = self._clock_s()
        wait_s = max(_FLUSH_S, (now_s - self._began_s) / _SHARE_OF_AGE)
        return self._cut_pieces(whole=now_s - self._flushed_s > wait_s)

    def _take(self, data: bytes) -> None:
        head = data[: self._head_left]
        self._head_left -= len(head)
        self._ready += head
        self._tail += data[len(head) :]
        over = len(self._tail) - self._tail_limit
        if over > 0:
            del self._tail[:over]
            self._left_out += over

    def finish(self) -> list[bytes]:
        """Return the last pieces."""
        self._take(self._masker.finish())
        if self._left_out:
            self._ready += f"\n[… {self._left_out} bytes left out …]\n".encode()
        self._ready += self._tail
        self._tail.clear()
        return self._cut_pieces(whole=True)

    def _cut_pieces(self, *, whole: bool) -> list[bytes]:
        pieces: list[bytes] = []
        while len(self._ready) >= PIECE_BYTES or (whole and self._ready):
            piece = bytes(self._ready[:PIECE_BYTES])
            del self._ready[:PIECE_BYTES]
            pieces.append(piece)
            self._digest_of(piece)
        if pieces:
            self._flushed_s = self._clock_s()
        return pieces

    def _digest_of(self, piece: bytes) -> None:
        """A number that two pieces share is one, wherever they were cut."""
        alike = _NUMBERS.sub(b"0", piece)
        self._digest.update(alike[1:] if self._ends_in_number and alike[:1] == b"0" else alike)
        self._ends_in_number = alike[-1:] == b"0"
