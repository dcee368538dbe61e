"""Questions about templates of changes, changes with their steps, and the files of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.changes import store
from yunwei.operate.changes.facts import Change, ChangeState, TemplateRow, WholeChange
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.service.rules.uploads import Upload

_SEE, _WORK = Permission.SEE_SERVICE, Permission.WORK_REQUESTS
_ONE = PageRequest(limit=1)
_MOST_WINDOWS = 500

type Filters = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a change may be carried out, for a calendar."""

    id: int
    tenant: TenantId
    tenant_name: str
    title: Said
    state: ChangeState
    starts_at: datetime
    ends_at: datetime


@cache
def example_text() -> str:
    """Return a template to begin with, as it is written."""
    return files("yunwei.operate.changes").joinpath("example.toml").read_text("utf-8")


def fetch_templates(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[TemplateRow]:
    """Return the templates of the viewer's tenants and of the provider. Raises Refused, Invalid."""
    require(viewer, _WORK)
    with transaction() as conn:
        provider = [TenantId(row["id"]) for row in store.rows(conn, "provider", {})]
        found = fetch_page(
            conn,
            store.TEMPLATES,
            tenants=(*viewer.tenants, *provider),
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_template, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_template(viewer: Viewer, template: int) -> TemplateRow:
    """Return one template; raises Refused."""
    found = fetch_templates(viewer, {"id": template}, _ONE).items
    if not found:
        raise Refused()
    return found[0]


def fetch_changes(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Change]:
    """Return changes of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.CHANGES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_change, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_change(viewer: Viewer, change: int) -> WholeChange:
    """Return one change with its steps, files and record; raises Refused."""
    require(viewer, _SEE)
    with transaction() as conn:
        return system_change(conn, change, viewer.tenants)


def system_change(conn: Connection, change: int, tenants: tuple[TenantId, ...]) -> WholeChange:
    """Return a change of some tenants; raises Refused."""
    found = fetch_page(conn, store.CHANGES, tenants=tenants, filters={"id": change}, request=_ONE)
    if not found.items:
        raise Refused()
    return store.fetch_whole(conn, store.build_change(found.items[0]))


def fetch_evidence(viewer: Viewer, change: int, evidence: int) -> Upload:
    """Return one file of a change; raises Refused."""
    access_change(viewer, change)
    with transaction() as conn:
        found = store.rows(conn, "read_evidence", {"id": change, "evidence": evidence})
    if not found:
        raise Refused()
    row = found[0]
    return Upload(name=row["name"], content_type=row["content_type"], data=bytes(row["data"]))


def fetch_windows(viewer: Viewer, since: datetime, until: datetime) -> tuple[Window, ...]:
    """Return the changes whose windows touch a stretch of time, cancelled ones not, at most 500.
    Raises Refused."""
    require(viewer, _SEE)
    values = {
        "tenants": list(viewer.tenants),
        "since": since,
        "until": until,
        "limit": _MOST_WINDOWS,
    }
    with transaction() as conn:
        found = store.rows(conn, "windows_between", values)
    return tuple(msgspec.convert(row, Window) for row in found)
