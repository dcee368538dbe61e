"""Changes to the inventory: pages of readings come in. Nothing else ever changes it."""

from collections.abc import Iterator

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.core.readings import Observation, Reading, ReadingPage, SeenKind
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import rules
from yunwei.monitor.inventory.store import seen as store

# One METRICS round asks for so many desktops at most; the others have their turn next time.
MEASURED_AT_ONCE = 600
# Sessions and assignments refer to what stands before them.
_ORDER = (
    SeenKind.DESKTOP_USER,
    SeenKind.POOL,
    SeenKind.HOST,
    SeenKind.DESKTOP,
    SeenKind.SESSION,
    SeenKind.LICENCE,
)


def apply_page(conn: Connection, poll: Poll, page: ReadingPage) -> tuple[Reading, ...]:
    """Bring the inventory in line with a page, in the caller's transaction.

    Returns what follows: the counts of sessions and desktops by state, per pool and (where the
    connector did not give them) for the source; alarms for licences that expired. Raises
    SourceBabbled when the page says that all of many desktops (users, pools…) vanished at once;
    nothing is changed then. Cost: a few statements per kind, whatever the page's size.
    """
    seen = rules.sort_seen(page.readings)
    for kind in _ORDER:
        if kind in seen:
            store.write_seen(conn, poll, kind, seen[kind], page.read_at)
    for kind in _ORDER:
        if kind in page.completes:
            _complete(conn, poll, kind, page)
    return (*_counts(conn, poll, page), *_alarms(conn, poll, page))


def _complete(conn: Connection, poll: Poll, kind: SeenKind, page: ReadingPage) -> None:
    if kind is SeenKind.SESSION:
        store.end_unseen(conn, poll, kind, page.read_at)
        store.follow_sessions(conn, poll.source)
        return
    known, seen = store.count_seen(conn, poll, kind)
    rules.check_completeness(kind, known=known, seen=seen)
    store.end_unseen(conn, poll, kind, page.read_at)


def _counts(conn: Connection, poll: Poll, page: ReadingPage) -> Iterator[Observation]:
    given = poll.gives(page)
    if SeenKind.SESSION in page.completes:
        rows = store.count_sessions(conn, poll.source)
        yield from rules.count_observations(SeenKind.SESSION, rows, given=given, at=page.read_at)
    if SeenKind.DESKTOP in page.completes:
        rows = store.count_desktops(conn, poll.source)
        yield from rules.count_observations(SeenKind.DESKTOP, rows, given=given, at=page.read_at)


def _alarms(conn: Connection, poll: Poll, page: ReadingPage) -> Iterator[RawAlarm]:
    if SeenKind.LICENCE in page.completes:
        rows = store.note_expired(conn, poll.source, page.read_at)
        yield from rules.licence_alarms(poll, rows, at=page.read_at)


def system_choose_desktops(
    source: SourceId, *, limit: int = MEASURED_AT_ONCE, clock: Clock | None = None
) -> tuple[str, ...]:
    """Return native ids of running desktops to measure now, those in use first; all have a turn."""
    at = (clock or SystemClock()).now()
    with transaction() as conn:
        return store.choose_desktops(conn, source, limit=limit, at=at)
