"""REST of tenants: the provider and its customers."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.people import queries
from yunwei.base.people.actions import tenants
from yunwei.base.people.facts import TenantChange
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request

router = Router()


class TenantOut(Schema):
    id: int
    slug: str
    name: str
    is_provider: bool
    is_active: bool
    time_zone: str
    created_at: datetime


class TenantIn(Body):
    slug: str = Field(description="Small letters, digits and -; for ever.")
    name: str
    time_zone: str = "Asia/Shanghai"


class TenantChangeIn(Body):
    name: str | None = None
    time_zone: str | None = None
    is_active: bool | None = Field(None, description="false: its people can not sign in.")


class TenantQuery(ListQuery):
    search: str | None = None
    is_active: bool | None = None


@router.get("", response=Listed[TenantOut], summary="List tenants")
def list_tenants(request: HttpRequest, query: Query[TenantQuery]) -> Any:
    return answer_list(request, query, queries.fetch_tenants)


@router.post("", response={201: TenantOut}, summary="Add a customer")
def create_tenant(request: HttpRequest, data: TenantIn) -> Any:
    made = tenants.create_tenant(viewer_of_request(request), **data.dict())
    return Status(201, made)


@router.get("/{int:tenant_id}", response=TenantOut, summary="Get a tenant")
def get_tenant(request: HttpRequest, tenant_id: int) -> Any:
    return queries.access_tenant(viewer_of_request(request), tenant_id)


@router.patch("/{int:tenant_id}", response=TenantOut, summary="Change a tenant")
def change_tenant(request: HttpRequest, tenant_id: int, data: TenantChangeIn) -> Any:
    change = TenantChange(**data.dict())
    return tenants.change_tenant(viewer_of_request(request), tenant_id, change)
