"""REST of what a tenant wants of its reports."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.reports import actions, queries
from yunwei.operate.reports.letters import USUAL_BYTES, ReportSettings

router = Router()
_clock = SystemClock()


class ReportSettingsIn(Body):
    version: int = Field(description="Which was read, 0 at first: of a newer one it answers 409.")
    allows_outside: bool = Field(False, description="To mail addresses of people without account.")
    domains: list[str] = Field(default_factory=list, description="Only below these; none: any.")
    most_bytes: int = Field(USUAL_BYTES, description="Larger files are a link instead.")


class ReportSettingsOut(Schema):
    tenant: int
    version: int
    allows_outside: bool
    domains: list[str]
    most_bytes: int


@router.get("/{int:tenant_id}", response=ReportSettingsOut, summary="Get settings of reports")
def get_settings(request: HttpRequest, tenant_id: int) -> Any:
    viewer = viewer_of_request(request)
    _check(viewer.tenants, tenant_id)
    return asdict(queries.fetch_settings(viewer, TenantId(tenant_id)))


@router.put("/{int:tenant_id}", response=ReportSettingsOut, summary="Change settings of reports")
def change_settings(request: HttpRequest, tenant_id: int, body: ReportSettingsIn) -> Any:
    viewer = viewer_of_request(request)
    _check(viewer.tenants, tenant_id)
    settings = ReportSettings(
        tenant=TenantId(tenant_id),
        version=body.version,
        allows_outside=body.allows_outside,
        domains=tuple(body.domains),
        most_bytes=body.most_bytes,
    )
    actions.change_settings(viewer, settings, now=_clock.now())
    return asdict(queries.fetch_settings(viewer, settings.tenant))


def _check(known: tuple[TenantId, ...], tenant: int) -> None:
    if tenant not in known:
        raise Refused()
