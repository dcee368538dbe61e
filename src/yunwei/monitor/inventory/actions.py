"""Changes to the inventory: pages of readings come in. People set thresholds, nothing else."""

from collections.abc import Iterable, Iterator

from yunwei.base.core.acts import Act, Operation
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import DesktopId, SourceId
from yunwei.base.core.readings import Observation, Reading, ReadingPage, SeenKind
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.gate import ask_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import SYSTEM, Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import queries
from yunwei.monitor.inventory.facts import DescribedDesktop, TakenChange
from yunwei.monitor.inventory.rules import licences, polls
from yunwei.monitor.inventory.store import events, lists
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
    connector did not give them) for the source; notices of changed licences, alarms of those that
    end or leave no room. Raises SourceBabbled when the page says that all of many desktops (users,
    pools…) vanished at once; nothing is changed then. Cost: a few statements per kind, whatever the
    page's size.
    """
    seen = polls.sort_seen(page.readings)
    for kind in _ORDER:
        if kind in seen:
            store.write_seen(conn, poll, kind, seen[kind], page.read_at)
    if used := polls.choose_used(page.readings):
        store.write_last_uses(conn, poll, used)
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
    polls.check_completeness(kind, known=known, seen=seen)
    store.end_unseen(conn, poll, kind, page.read_at)


def _counts(conn: Connection, poll: Poll, page: ReadingPage) -> Iterator[Observation]:
    given = poll.gives(page)
    if SeenKind.SESSION in page.completes:
        rows = store.count_sessions(conn, poll.source)
        yield from polls.count_observations(SeenKind.SESSION, rows, given=given, at=page.read_at)
    if SeenKind.DESKTOP in page.completes:
        rows = store.count_desktops(conn, poll.source)
        yield from polls.count_observations(SeenKind.DESKTOP, rows, given=given, at=page.read_at)


def _alarms(conn: Connection, poll: Poll, page: ReadingPage) -> Iterator[RawAlarm]:
    """Yield what is to be told of licences, and remember in the same transaction that it is."""
    if SeenKind.LICENCE not in page.completes:
        return
    yield from licences.tell_changes(poll, store.take_untold_changes(conn, poll.source))
    judged = [
        (each, licences.judge(poll, each, at=page.read_at))
        for each in store.licence_standings(conn, poll.source)
    ]
    store.keep_licence_standings(conn, judged)
    for _, verdict in judged:
        yield from verdict.alarms


def set_licence_thresholds(
    viewer: Viewer, licence: int, *, scarce_at: float, spent_at: float
) -> None:
    """Say from which used shares (0-1) an alarm says that a licence is scarce, and spent.

    What stands is judged anew at the next poll. Raises Refused, Invalid.
    """
    require(viewer, Permission.MANAGE_RULES)
    if not 0 < scarce_at <= 1:
        raise Invalid("scarce_at", "a share above 0 and not above 1")
    if not scarce_at <= spent_at <= 1:
        raise Invalid("spent_at", "not below the first threshold, and not above 1")
    before = queries.access_licence(viewer, licence)
    with transaction() as conn:
        lists.set_licence_thresholds(conn, licence, scarce_at=scarce_at, spent_at=spent_at)
        record(
            conn,
            viewer,
            "inventory.set_licence_thresholds",
            object_kind="licence",
            object_id=licence,
            object_name=before.name,
            tenant=before.tenant,
            before={"scarce_at": before.scarce_at, "spent_at": before.spent_at},
            after={"scarce_at": scarce_at, "spent_at": spent_at},
        )


def system_choose_desktops(
    source: SourceId, *, limit: int = MEASURED_AT_ONCE, clock: Clock | None = None
) -> tuple[str, ...]:
    """Return native ids of running desktops to measure now, those in use first; all have a turn.
    Those that the customer does not let be read are left out."""
    at = (clock or SystemClock()).now()
    with transaction() as conn:
        chosen = store.choose_desktops(conn, source, limit=limit, at=at)
        rows = lists.desktops_of(conn, source, chosen)
    if not rows:
        return chosen
    act = Act(
        operation=Operation.READ,
        tenant=rows[0].tenant,
        things=tuple(row.act_object for row in rows),
        title=rows[0].source_name,
        is_again=True,
    )
    permit = ask_gate(act, by=SYSTEM.name, now=at)
    if not permit.is_allowed and not permit.outside:
        return ()
    outside = frozenset(permit.outside)
    kept = {row.native_id for row in rows if row.name not in outside}
    return tuple(each for each in chosen if each in kept)


def system_take_changes(conn: Connection, limit: int) -> tuple[TakenChange, ...]:
    """Take changes that somebody may act upon, in the caller's transaction: who commits has them,
    and nobody gets them again; who does not leaves them to the next. Copies take others."""
    return events.take_changes(conn, limit)


def system_describe_desktops(
    conn: Connection, desktops: Iterable[DesktopId]
) -> dict[DesktopId, DescribedDesktop]:
    """Return those of some desktops that are there."""
    return events.describe_desktops(conn, desktops)
