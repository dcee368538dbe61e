"""Questions about inspections: lists, one with its score, its difference and its tickets."""

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.operate.inspection.facts.inspections import (
    Answer,
    Inspected,
    Inspection,
    InspectionState,
    WholeInspection,
)
from yunwei.operate.inspection.rules.differences import find_differences
from yunwei.operate.inspection.rules.scoring import score_inspection
from yunwei.operate.inspection.rules.sealing import seal_of
from yunwei.operate.inspection.store import inspections as store

FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"


def fetch_inspections(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Inspection]:
    """Return inspections of the viewer's tenants; those of customers see what was sealed. Raises
    Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    asked = dict(filters or {})
    if is_reader(viewer):
        asked["sealed"] = True
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.INSPECTIONS,
            tenants=viewer.tenants,
            filters=asked,
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_inspection, found.items))
    return Page(items=items, next=found.next, total=found.total)


def is_reader(viewer: Viewer) -> bool:
    """Say whether a viewer sees only what was sealed: a customer's person who asks."""
    return may(viewer, Permission.USE_SERVICE) and not may(viewer, Permission.WORK_REQUESTS)


def find_inspection(viewer: Viewer, inspection: int) -> Inspection:
    """Return one inspection without its content; raises Refused."""
    found = fetch_inspections(viewer, {"id": inspection}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def access_inspection(viewer: Viewer, inspection: int) -> WholeInspection:
    """Return one inspection with all that is to be said of it. Raises Refused."""
    row = find_inspection(viewer, inspection)
    with transaction() as conn:
        return system_whole(conn, row, viewer.tenants)


def system_whole(conn: Connection, row: Inspection, tenants: tuple[int, ...]) -> WholeInspection:
    """Return an inspection's content, score, difference and tickets."""
    data, answers = store.fetch_content(conn, row.id)
    if data is None:
        return WholeInspection(row=row, content=None)
    is_intact = _is_intact(row, data, answers)
    content = _read(data)
    if content is None:
        return WholeInspection(row=row, content=None, is_intact=False)
    before, old = _before(conn, row, tenants)
    return WholeInspection(
        row=row,
        content=content,
        answers=answers,
        score=score_inspection(content, answers),
        before=before,
        differences=find_differences(old, content) if old else (),
        follow_ups=store.fetch_follow_ups(conn, "standing_follow_ups", {"tenant": row.tenant}),
        is_intact=is_intact,
    )


def is_kept_as_sealed(viewer: Viewer, inspection: int) -> bool:
    """Say whether what is kept of an inspection is still what was measured and sealed. Raises
    Refused."""
    return access_inspection(viewer, inspection).is_intact


def _read(data: bytes) -> Inspected | None:
    """Return what was measured; None when what is kept is no such thing any more."""
    try:
        return store.unpack(data)
    except (zlib.error, Invalid):
        return None


def _before(
    conn: Connection, row: Inspection, tenants: tuple[int, ...]
) -> tuple[Inspection | None, Inspected | None]:
    if row.before is None:
        return None, None
    found = fetch_page(
        conn,
        store.INSPECTIONS,
        tenants=tenants,
        filters={"id": row.before},
        request=PageRequest(limit=1),
    ).items
    data, _answers = store.fetch_content(conn, row.before)
    return (
        store.build_inspection(found[0]) if found else None,
        None if data is None else _read(data),
    )


def _is_intact(row: Inspection, data: bytes, answers: Mapping[str, Answer]) -> bool:
    """Say whether what is kept is still what was measured, and what was sealed."""
    if hashlib.sha256(data).hexdigest() != row.sha256:
        return False
    if row.sealed_at is None:
        return not row.seal and row.state is not InspectionState.SEALED
    sealed_at = row.sealed_at.strftime(FORMAT)
    return seal_of(row.sha256, answers, row.sealed_by, sealed_at) == row.seal
