"""Gathers the dead letters of batches applied together, to write them in one statement. Decides
nothing."""

from datetime import datetime

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.collect.actions import dead_letters
from yunwei.monitor.collect.facts import NewLetter

# of what strangers send, and was never accepted: a flood is counted, not kept
_SAMPLES_AT_ONCE = 50


class Shelf:
    """The dead letters of the batches that are read now. kept: of all until now.

    What was accepted is kept whole, however much it is. A batch that replays a letter makes no
    new one: that letter is open again.
    """

    def __init__(self, *, fallback: TenantId) -> None:
        self._fallback = fallback
        self._letters: list[NewLetter] = []
        self._samples = 0
        self._replayed: int | None = None
        self.kept = 0

    def begin(self, letter: int | None) -> None:
        """Begin anew. letter: the one that is replayed."""
        self._letters = []
        self._replayed = letter

    def keep(self, letter: NewLetter) -> None:
        self.kept += 1
        self._letters.append(letter)

    def keep_sample(self, letter: NewLetter) -> None:
        self._samples += 1
        if self._samples <= _SAMPLES_AT_ONCE:
            self.keep(letter)

    def finish(self, conn: Connection, *, now: datetime) -> None:
        """Write the letters, or settle the one that was replayed."""
        letters, self._letters = self._letters, []
        if self._replayed is None:
            dead_letters.keep_letters(conn, letters, fallback=self._fallback)
            return
        error = letters[0].error if letters else None
        dead_letters.settle_letter(conn, self._replayed, error=error, now=now)
