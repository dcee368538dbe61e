"""Changes to dead letters: govern keeps and settles them, people repair, replay, discard them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.codec import decode
from yunwei.base.core.errors import Conflict, EngineAway, Invalid, Refused
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, ReceivedPayload
from yunwei.base.core.page import Batch
from yunwei.base.infra.announce import announce_live, held_back
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.facts import DeadLetter, LetterKind, LetterState, NewLetter
from yunwei.monitor.collect.store import dead_letters as store

LARGEST_LETTER_BYTES = 1024 * 1024
_LONGEST_NOTE = 1000
# a replay that nothing came of by then was lost with its stream
_ON_ITS_WAY = timedelta(minutes=2)

type Append = Callable[[IntakeBatch], None]
"""Returns when the batch is durable; raises EngineAway when that is not certain."""


class Way:
    """This process's way into the intake; `run` sets it where people replay letters."""

    append: Append | None = None


def append_here(batch: IntakeBatch) -> None:
    """Store a batch durably by this process's way. Raises EngineAway where there is none."""
    if Way.append is None:
        raise EngineAway("nothing is taken here yet")
    Way.append(batch)


def keep_letters(conn: Connection, letters: Sequence[NewLetter], *, fallback: TenantId) -> None:
    """Keep what could not be understood until a person looks at it, in one statement.

    fallback: whose it is when there is no such tenant; a source that is not there is left out.
    """
    if letters:
        store.add_letters(conn, letters, fallback=fallback)
        for tenant in {each.tenant for each in letters}:
            announce_live("dead_letters", tenant)


def settle_letter(conn: Connection, letter: int, *, error: str | None, now: datetime) -> None:
    """Say what became of a letter that was replayed. error: why it failed again, None: it went."""
    if error is None:
        tenant = store.finish_letter(conn, letter, now)
    else:
        tenant = store.reopen_letter(conn, letter, error)
    if tenant is not None:
        announce_live("dead_letters", tenant)


def system_forget_letters(*, before: datetime) -> None:
    """Forget letters that were dealt with, and samples of refused datagrams, from before then.
    What waits for a person is never forgotten."""
    with transaction() as conn:
        store.drop_old_letters(conn, before)


def repair_letter(viewer: Viewer, letter: int, text: str) -> None:
    """Change what a payload says, so that it can be understood; what came first is kept.

    Raises Refused, Conflict, or Invalid naming `data`.
    """
    body = text.encode()
    if len(body) > LARGEST_LETTER_BYTES:
        raise Invalid("data", f"at most {LARGEST_LETTER_BYTES} characters")
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid("data", "this is not JSON") from error
    with held_back(), transaction() as conn:
        found = _lock_open(conn, viewer, letter)
        if found.kind is not LetterKind.PAYLOAD:
            raise Conflict("only a payload can be changed")
        store.change_letter(conn, letter, body)
        _tell(conn, viewer, "collect.repair_letter", found)


def revert_letter(viewer: Viewer, letter: int) -> None:
    """Take a repair back: the letter holds again what came. Raises Refused, Conflict."""
    with held_back(), transaction() as conn:
        found = _lock_open(conn, viewer, letter)
        if found.original is None:
            raise Conflict("nobody has changed it")
        store.revert_letter(conn, letter)
        _tell(conn, viewer, "collect.revert_letter", found)


def replay_letters(
    viewer: Viewer, letters: Iterable[int], *, append: Append, now: datetime
) -> Batch[int]:
    """Send letters through the intake once more; those that can not are told, not lost.

    Each is one batch of its own under an id that a second try in the same moment shares, so that
    it is applied once. What becomes of it is seen in its state. Raises EngineAway.
    """
    return _each(letters, lambda letter: _replay(viewer, letter, append, now))


def discard_letters(
    viewer: Viewer, letters: Iterable[int], *, reason: str, now: datetime
) -> Batch[int]:
    """Put letters away that nobody needs. They are not deleted. Raises Invalid naming `reason`."""
    said = reason.strip()
    if not said:
        raise Invalid("reason", "this is required")
    if len(said) > _LONGEST_NOTE:
        raise Invalid("reason", f"at most {_LONGEST_NOTE} characters")
    return _each(letters, lambda letter: _discard(viewer, letter, said, now))


def restore_letters(viewer: Viewer, letters: Iterable[int]) -> Batch[int]:
    """Take back that letters were discarded: they wait again."""
    return _each(letters, lambda letter: _restore(viewer, letter))


def _restore(viewer: Viewer, letter: int) -> None:
    with held_back(), transaction() as conn:
        found = _lock(conn, viewer, letter)
        if found.state is not LetterState.DISCARDED:
            raise Conflict("it was not discarded")
        store.restore_letter(conn, letter)
        _tell(conn, viewer, "collect.restore_letter", found, {"reason": found.note})


def _each(letters: Iterable[int], act: Callable[[int], None]) -> Batch[int]:
    done: list[int] = []
    failed: list[tuple[int, str]] = []
    for letter in letters:
        try:
            act(letter)
            done.append(letter)
        except (Conflict, Refused) as error:
            failed.append((letter, error.message))
    return Batch(done=tuple(done), failed=tuple(failed))


def _replay(viewer: Viewer, letter: int, append: Append, now: datetime) -> None:
    with held_back(), transaction() as conn:
        found = _lock_open(conn, viewer, letter)
        if found.state is LetterState.REPLAYING and _is_fresh(found, now):
            raise Conflict("it is on its way already")
        attempts = found.attempts + 1
        batch = replace(_build_batch(found), batch_id=f"letter-{letter}-{attempts}", letter=letter)
        store.replay_letter(conn, letter, attempts=attempts, by=viewer.name, at=now)
        _tell(conn, viewer, "collect.replay_letter", found)
        # last: when it fails nothing of this happened; when the commit fails after it, the same
        # batch is appended again under the same id, and stored once
        append(batch)


def _discard(viewer: Viewer, letter: int, reason: str, now: datetime) -> None:
    with held_back(), transaction() as conn:
        found = _lock_open(conn, viewer, letter)
        store.discard_letter(conn, letter, note=reason, by=viewer.name, at=now)
        _tell(conn, viewer, "collect.discard_letter", found, {"reason": reason})


def _build_batch(letter: DeadLetter) -> IntakeBatch:
    if not letter.kind.can_be_replayed:
        raise Conflict("what was refused at the door can not be replayed")
    try:
        match letter.kind:
            case LetterKind.BATCH:
                return decode(letter.data, IntakeBatch)
            case LetterKind.REPORT:
                return IntakeBatch(batch_id="", raw_alarms=(decode(letter.data, RawAlarm),))
            case LetterKind.PAYLOAD:
                payload = ReceivedPayload(**_received(letter))
                return IntakeBatch(batch_id="", payloads=(payload,))
            case _:
                datagram = ReceivedDatagram(**_received(letter))
                return IntakeBatch(batch_id="", datagrams=(datagram,))
    except Invalid as error:
        raise Conflict("this version can not read it either") from error


def _received(letter: DeadLetter) -> dict[str, Any]:
    return {
        "tenant": letter.tenant,
        "source": letter.source or SourceId(0),
        "received_at": letter.received_at,
        "address": letter.address,
        "data": letter.data,
    }


def _is_fresh(letter: DeadLetter, now: datetime) -> bool:
    return letter.closed_at is not None and now - letter.closed_at < _ON_ITS_WAY


def _lock(conn: Connection, viewer: Viewer, letter: int) -> DeadLetter:
    require(viewer, Permission.MANAGE_SOURCES)
    found = store.lock_letter(conn, letter, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _lock_open(conn: Connection, viewer: Viewer, letter: int) -> DeadLetter:
    found = _lock(conn, viewer, letter)
    if found.state in (LetterState.DONE, LetterState.DISCARDED):
        raise Conflict("it is dealt with already")
    return found


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    letter: DeadLetter,
    after: dict[str, Any] | None = None,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="dead_letter",
        object_id=str(letter.id),
        object_name=letter.error[:200],
        tenant=letter.tenant,
        after=after or {},
    )
    announce_live("dead_letters", letter.tenant)
