"""Questions about situations that others may ask."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import AlarmId, SituationId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.situations import Member, Situation, StoryEntry
from yunwei.monitor.governance.store import situations as store

FILTERS = tuple(name for name in store.SITUATIONS.filters if name != "id")
SORTS = tuple(store.SITUATIONS.sorts)


def fetch_situations(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[Situation]:
    """Return a page of situations, the latest first. filters: names in `FILTERS`; `severity`
    takes a list."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.SITUATIONS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    rows = tuple(map(store.build_situation, found.items))
    return Page(items=rows, next=found.next, total=found.total)


def access_situation(viewer: Viewer, situation: SituationId) -> Situation:
    """Return one situation; raises Refused when it is not there or not the viewer's."""
    found = fetch_situations(viewer, filters={"id": situation}, page=PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]


def fetch_members(
    viewer: Viewer, situation: SituationId, *, limit: int = 1000
) -> tuple[Member, ...]:
    """Return the alarms of a situation: the root first, then what stands, the worst first."""
    access_situation(viewer, situation)
    with transaction() as conn:
        return store.members_of(conn, situation, limit)


def fetch_story(
    viewer: Viewer, situation: SituationId, *, limit: int = 500
) -> tuple[StoryEntry, ...]:
    """Return what happened to a situation, newest first."""
    access_situation(viewer, situation)
    with transaction() as conn:
        return store.story_of(conn, situation, limit)


def fetch_affected(viewer: Viewer, situation: SituationId) -> tuple[str, ...]:
    """Return the names of the desktops that a situation takes away, at most 2,000."""
    access_situation(viewer, situation)
    with transaction() as conn:
        return store.affected_names(conn, situation)


def fetch_situations_of(viewer: Viewer, alarm: AlarmId) -> list[dict[str, Any]]:
    """Return the situations to which an alarm belongs or belonged, newest first: id, title,
    kind, state, severity, root, members, role, since, until (None: still)."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.situations_of_alarm(conn, alarm, viewer.tenants)
