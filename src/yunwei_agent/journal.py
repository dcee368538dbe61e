"""An agent's own record, in one file: what it was given, what it has begun, and what it has still
to tell. That a task begins, and how it ended, is on disk before the next thing happens (SQLite,
synchronous=FULL). What a power cut may take back costs nothing: the platform says again what was
given, and takes again what it has."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yunwei_agent.clock import now_ms, now_s
from yunwei_wire.events import End, Event, What, read_event
from yunwei_wire.messages import pack, unpack

FILE = "journal.db"
_KEPT_S = 40 * 86_400
"""Longer than any command is good for: until then it can be told as replayed."""

_TABLES = """
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY, state TEXT NOT NULL, command BLOB NOT NULL, at_s INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, task INTEGER NOT NULL, event BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS run (task INTEGER NOT NULL, at_ms INTEGER NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An event that the platform does not have yet."""

    id: int
    event: Event


class Journal:
    """state of a task: accepted → started → ended."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / FILE, isolation_level=None)
        (folder / FILE).chmod(0o600)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.executescript(_TABLES)
        before = int(now_s()) - _KEPT_S
        self._db.execute("DELETE FROM task WHERE state = 'ended' AND at_s < ?", (before,))
        self.wipe()

    def wipe(self) -> None:
        """Let nothing of what was deleted stand in the files any more: values of secrets."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _lazily(self) -> Iterator[None]:
        """What is written here survives the process at once, and a power cut with the next change
        that has to."""
        self._db.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            self._db.execute("PRAGMA synchronous=FULL")

    @contextmanager
    def _together(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def accept(self, task: int, command: bytes) -> bool:
        """Write a task down; False when it was known, which ends all replays."""
        at_s = int(now_s())
        with self._lazily():
            done = self._db.execute(
                "INSERT OR IGNORE INTO task VALUES (?, 'accepted', ?, ?)", (task, command, at_s)
            )
        return done.rowcount == 1

    def state_of(self, task: int) -> str:
        """Return a task's state, "" when it is not known."""
        row = self._db.execute("SELECT state FROM task WHERE id = ?", (task,)).fetchone()
        return str(row[0]) if row else ""

    def start(self, task: int, at_ms: int) -> bool:
        """Write down that a task begins; False when it has before: then it must not."""
        with self._together():
            done = self._db.execute(
                "UPDATE task SET state = 'started' WHERE id = ? AND state = 'accepted'", (task,)
            )
            if done.rowcount != 1:
                return False
            self._db.execute("INSERT INTO run VALUES (?, ?)", (task, at_ms))
            self._put(Event(task=task, what=What.STARTED, at_ms=at_ms))
        return True

    def keep_piece(self, event: Event) -> None:
        with self._together():
            self._put(event)

    def end(self, event: Event, pieces: Sequence[Event] = ()) -> None:
        """Write down how a task ended, with the last of its output; a second end is ignored."""
        with self._together():
            done = self._db.execute(
                "UPDATE task SET state = 'ended', command = x'' WHERE id = ? AND state <> 'ended'",
                (event.task,),
            )
            if done.rowcount == 1:
                for piece in pieces:
                    self._put(piece)
                self._put(event)

    def _put(self, event: Event) -> None:
        packed = pack(event.as_message())
        self._db.execute("INSERT INTO outbox (task, event) VALUES (?, ?)", (event.task, packed))

    def outbox(self, *, limit: int, size_bytes: int) -> list[Waiting]:
        """Return the oldest events, as many as fit into one message."""
        rows = self._db.execute("SELECT id, event FROM outbox ORDER BY id LIMIT ?", (limit,))
        found: list[Waiting] = []
        size = 0
        for id, packed in rows:
            size += len(packed)
            if found and size > size_bytes:
                break
            found.append(Waiting(id=id, event=read_event(unpack(packed))))
        return found

    def forget_until(self, id: int) -> None:
        """The platform has these events, this one and those before."""
        with self._lazily():
            self._db.execute("DELETE FROM outbox WHERE id <= ?", (id,))

    def accepted(self) -> list[tuple[int, bytes]]:
        """Return tasks that were not begun, in their order."""
        rows = self._db.execute("SELECT id, command FROM task WHERE state = 'accepted' ORDER BY id")
        return [(id, bytes(command)) for id, command in rows]

    def begun(self) -> list[int]:
        """Return tasks that had begun and did not end."""
        rows = self._db.execute("SELECT id FROM task WHERE state = 'started' ORDER BY id")
        return [id for (id,) in rows]

    def runs(self) -> list[int]:
        """Return every beginning there ever was: a task that stands twice here ran twice."""
        return [task for (task,) in self._db.execute("SELECT task FROM run ORDER BY at_ms")]

    def interrupt(self, task: int, reason: str) -> None:
        """Say of a task that nobody knows how far it came."""
        at_ms = now_ms()
        event = Event(task=task, what=What.ENDED, at_ms=at_ms, end=End.INTERRUPTED, reason=reason)
        self.end(event)
