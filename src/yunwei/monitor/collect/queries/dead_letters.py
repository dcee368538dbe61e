"""Questions about dead letters."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.facts import DeadLetter, DeadLetterRow
from yunwei.monitor.collect.store import dead_letters as store

FILTERS = tuple(name for name in store.LETTERS.filters if name != "id")


def fetch_dead_letters(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[DeadLetterRow]:
    """Return what could not be understood, newest first. filters: names in `FILTERS`."""
    require(viewer, Permission.SEE_SOURCES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.LETTERS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    letters = tuple(store.build_letter_row(row) for row in found.items)
    return Page(items=letters, next=found.next, total=found.total)


def access_dead_letter(viewer: Viewer, letter: int) -> DeadLetter:
    """Return one letter; raises Refused when it is not there or not the viewer's."""
    require(viewer, Permission.SEE_SOURCES)
    with transaction() as conn:
        found = store.fetch_letter(conn, letter, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def count_open_letters(viewer: Viewer) -> int:
    """Return how many letters wait for a person."""
    require(viewer, Permission.SEE_SOURCES)
    with transaction() as conn:
        return sum(store.count_open(conn, viewer.tenants).values())


def system_sources_with_letters(conn: Connection) -> frozenset[SourceId]:
    """Return the sources of which letters wait for a person."""
    return store.sources_with_letters(conn)
