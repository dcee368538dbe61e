"""REST of named sets: lists of values that the conditions of many rules share."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.named_sets import actions, queries
from yunwei.base.named_sets.facts import NamedSetDraft, NamedSetRow, SetKind
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request

router = Router()
_clock = SystemClock()


class NamedSetOut(Schema):
    id: int
    tenant: int
    name: str = Field(description='By which conditions name it: `in_set(alarm_type, "name")`.')
    kind: SetKind = Field(description="An object stands for itself and all beneath it.")
    note: str
    is_shared: bool = Field(description="The provider's, and customers' rules may name it.")
    version: int
    changed_at: datetime
    changed_by: str
    size: int = Field(description="How many values it holds; an empty one matches nothing.")
    uses: int = Field(description="How many of your rules name it.")
    may_change: bool


class WholeSetOut(NamedSetOut):
    values: list[str]


class SetUseOut(Schema):
    kind: str = Field(description="mask_rule, noise_rule or route")
    id: int
    tenant: int
    name: str


class NamedSetQuery(ListQuery):
    kind: SetKind | None = None
    tenant: int | None = None
    is_used: bool | None = None
    is_empty: bool | None = None
    search: str | None = Field(None, description="In the name, the note and the values.")


class NewNamedSetIn(Body):
    tenant: int | None = Field(None, description="Absent: one's own.")
    name: str
    kind: SetKind
    values: list[str] = Field(description="At most 10,000.")
    note: str = ""
    is_shared: bool = False


class NamedSetIn(Body):
    name: str | None = Field(None, description="Not while rules use it.")
    kind: SetKind | None = Field(None, description="Not while rules use it.")
    values: list[str] | None = Field(None, description="All that it holds from now on.")
    note: str | None = None
    is_shared: bool | None = None
    version: int | None = Field(None, description="Changed only while it is at this version.")


class ValuesIn(Body):
    add: list[str] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)


@router.get("", response=Listed[NamedSetOut], summary="List named sets")
def list_sets(request: HttpRequest, query: Query[NamedSetQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_sets(viewer, filters=query.filters(), page=query.page_request())
    return as_listed(found) | {"items": [_show(row) for row in found.items]}


@router.post("", response={201: WholeSetOut}, summary="Add a named set")
def add_set(request: HttpRequest, body: NewNamedSetIn) -> Any:
    viewer = viewer_of_request(request)
    draft = NamedSetDraft(
        name=body.name,
        kind=body.kind,
        values=tuple(body.values),
        note=body.note,
        is_shared=body.is_shared,
    )
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.add_set(viewer, tenant, draft, now=_clock.now())
    return Status(201, _show(queries.access_set(viewer, made)))


@router.get("/{int:set_id}", response=WholeSetOut, summary="Get a named set and its values")
def get_set(request: HttpRequest, set_id: int) -> Any:
    return _show(queries.access_set(viewer_of_request(request), set_id))


@router.patch("/{int:set_id}", response=WholeSetOut, summary="Change a named set")
def change_set(request: HttpRequest, set_id: int, body: NamedSetIn) -> Any:
    """Holds at once for every rule that names it."""
    viewer = viewer_of_request(request)
    known = queries.access_set(viewer, set_id).named_set
    draft = NamedSetDraft(
        name=known.name if body.name is None else body.name,
        kind=known.kind if body.kind is None else body.kind,
        values=known.values if body.values is None else tuple(body.values),
        note=known.note if body.note is None else body.note,
        is_shared=known.is_shared if body.is_shared is None else body.is_shared,
    )
    # what was not sent is as it was read here, so that nobody else's change gets lost
    version = known.version if body.version is None else body.version
    actions.change_set(viewer, set_id, draft, now=_clock.now(), version=version)
    return _show(queries.access_set(viewer, set_id))


@router.post("/{int:set_id}/values", response=WholeSetOut, summary="Put values in, take values out")
def edit_values(request: HttpRequest, set_id: int, body: ValuesIn) -> Any:
    viewer = viewer_of_request(request)
    actions.edit_values(viewer, set_id, add=body.add, remove=body.remove, now=_clock.now())
    return _show(queries.access_set(viewer, set_id))


@router.get("/{int:set_id}/uses", response=list[SetUseOut], summary="List the rules that name it")
def list_uses(request: HttpRequest, set_id: int) -> Any:
    return list(queries.fetch_uses(viewer_of_request(request), set_id))


@router.delete("/{int:set_id}", response={204: None}, summary="Remove a named set")
def remove_set(request: HttpRequest, set_id: int) -> Any:
    """Answers 409 and names the rules while any uses it."""
    actions.remove_set(viewer_of_request(request), set_id)
    return Status(204, None)


def _show(row: NamedSetRow) -> dict[str, Any]:
    kept = row.named_set
    return {
        "id": kept.id,
        "tenant": kept.tenant,
        "name": kept.name,
        "kind": kept.kind,
        "values": list(kept.values),
        "note": kept.note,
        "is_shared": kept.is_shared,
        "version": kept.version,
        "changed_at": kept.changed_at,
        "changed_by": kept.changed_by,
        "size": row.size,
        "uses": row.uses,
        "may_change": row.may_change,
    }
