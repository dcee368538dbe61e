"""REST of ownership: who looks after which object or pool."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import OwnershipId, ScheduleId, TenantId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.targets import PersonTargets
from yunwei.monitor.notify.actions import ownerships
from yunwei.monitor.notify.facts.reaching import OwnershipDraft, OwnershipRow, Scope
from yunwei.monitor.notify.queries import ownerships as ownership_queries

router = Router()
_clock = SystemClock()


class OwnershipOut(Schema):
    id: int
    tenant: int
    scope: Scope
    path: str
    pool: int | None
    pool_name: str
    people: list[int]
    roles: list[str]
    schedules: list[int]
    note: str
    changed_at: datetime


class OwnersIn(PersonTargets):
    note: str = ""

    def draft(self, *, scope: Scope, path: str = "", pool: int | None = None) -> OwnershipDraft:
        return OwnershipDraft(
            scope=scope,
            path=path,
            pool=pool,
            people=tuple(map(UserId, self.people)),
            roles=tuple(role.value for role in self.roles),
            schedules=tuple(map(ScheduleId, self.schedules)),
            note=self.note,
        )


class NewOwnershipIn(OwnersIn):
    tenant: int | None = Field(None, description="In whose table; absent: one's own.")
    scope: Scope
    path: str = Field("", description="Of the object; what lies beneath it counts as well.")
    pool: int | None = Field(None, description="Of our pools, by id.")


class OwnershipQuery(ListQuery):
    scope: Scope | None = None
    search: str | None = None


@router.get("", response=Listed[OwnershipOut], summary="List who owns what")
def list_ownerships(request: HttpRequest, query: Query[OwnershipQuery]) -> Any:
    check_parameters(request, query)
    page = ownership_queries.fetch_ownerships(
        viewer_of_request(request), filters=query.filters(), page=query.page_request()
    )
    return as_listed(page) | {"items": [_out(row) for row in page.items]}


@router.post("", response={201: OwnershipOut}, summary="Say who owns an object or a pool")
def add_ownership(request: HttpRequest, data: NewOwnershipIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    draft = data.draft(scope=data.scope, path=data.path, pool=data.pool)
    made = ownerships.add_ownership(viewer, tenant, draft, now=_clock.now())
    return Status(201, _get(request, made))


@router.get("/{int:ownership_id}", response=OwnershipOut, summary="Get who owns something")
def get_ownership(request: HttpRequest, ownership_id: int) -> Any:
    return _get(request, ownership_id)


@router.put(
    "/{int:ownership_id}", response=OwnershipOut, summary="Change who owns it; what stays the same"
)
def change_ownership(request: HttpRequest, ownership_id: int, data: OwnersIn) -> Any:
    viewer, id = viewer_of_request(request), OwnershipId(ownership_id)
    known = ownership_queries.access_ownership(viewer, id).ownership
    ownerships.change_ownership(viewer, id, data.draft(scope=known.scope), now=_clock.now())
    return _get(request, ownership_id)


@router.delete("/{int:ownership_id}", response={204: None}, summary="Let nobody own it")
def remove_ownership(request: HttpRequest, ownership_id: int) -> Any:
    ownerships.remove_ownership(viewer_of_request(request), OwnershipId(ownership_id))
    return Status(204, None)


def _get(request: HttpRequest, ownership_id: int) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    return _out(ownership_queries.access_ownership(viewer, OwnershipId(ownership_id)))


def _out(row: OwnershipRow) -> dict[str, Any]:
    names = [name for name in OwnershipOut.model_fields if name != "pool_name"]
    shown = {name: getattr(row.ownership, name) for name in names}
    return shown | {"pool_name": row.pool_name}
