"""REST of routes: the ordered table of who is told of what."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.ids import PolicyId, RouteId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.targets import TargetsBody
from yunwei.monitor.notify.actions import routes
from yunwei.monitor.notify.facts.routes import Route, RouteDraft
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.monitor.notify.queries.figures import fetch_route_figures

router = Router()
_clock = SystemClock()


class RouteOut(Schema):
    id: int
    tenant: int
    position: int
    name: str
    condition: dict[str, Any]
    channels: list[int]
    people: list[int]
    roles: list[str]
    schedules: list[int]
    duty_role: str | None
    owners: list[str]
    policy: int | None
    min_severity: str | None
    on_screen: bool
    tells_clear: bool
    goes_on: bool
    is_enabled: bool
    is_catch_all: bool = Field(
        description="The last of every table: it matches everything, and can not be removed."
    )
    changed_at: datetime


class RouteIn(TargetsBody):
    name: str
    condition: dict[str, Any] = Field(
        default={"field": "*", "op": "always"}, description="Which alarms; default: every one."
    )
    policy: int | None = Field(
        None, description="An escalation policy, instead of people and channels."
    )
    on_screen: bool = Field(True, description='Also under "my messages".')
    tells_clear: bool = True
    min_severity: Severity | None = Field(
        None, description="Lesser alarms match, but are not worth telling."
    )
    goes_on: bool = Field(False, description="Later routes are asked too.")
    is_enabled: bool = True

    def draft(self) -> RouteDraft:
        whom = self.build_targets()
        return RouteDraft(
            name=self.name,
            condition=self.condition,
            channels=whom.channels,
            people=whom.people,
            roles=whom.roles,
            schedules=whom.schedules,
            duty_role=whom.duty_role,
            owners=whom.owners,
            min_severity=self.min_severity,
            policy=PolicyId(self.policy) if self.policy is not None else None,
            on_screen=self.on_screen,
            tells_clear=self.tells_clear,
            goes_on=self.goes_on,
            is_enabled=self.is_enabled,
        )


class NewRouteIn(RouteIn):
    tenant: int | None = Field(None, description="Absent: one's own.")


class RouteQuery(ListQuery):
    is_enabled: bool | None = None
    search: str | None = None


class RouteFiguresOut(Schema):
    route: int
    messages: int
    last_at: datetime | None


class OrderIn(Body):
    tenant: int | None = None
    order: list[int] = Field(description="Every route of the tenant, first asked first.")


@router.get("", response=Listed[RouteOut], summary="List routes in the order they are asked")
def list_routes(request: HttpRequest, query: Query[RouteQuery]) -> Any:
    check_parameters(request, query)
    page = route_queries.fetch_routes(
        viewer_of_request(request), filters=query.filters(), page=query.page_request()
    )
    return as_listed(page) | {"items": [_out(route) for route in page.items]}


@router.get("/figures", response=list[RouteFiguresOut], summary="What routes led to")
def list_route_figures(request: HttpRequest) -> Any:
    """Of the last 30 days; a route that is not there led to no message."""
    found = fetch_route_figures(viewer_of_request(request), now=_clock.now())
    return [
        {"route": route, "messages": each.messages, "last_at": each.last_at}
        for route, each in found.items()
    ]


@router.post("", response={201: RouteOut}, summary="Add a route before the catch-all")
def add_route(request: HttpRequest, data: NewRouteIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    made = routes.add_route(viewer, tenant, data.draft(), now=_clock.now())
    return Status(201, _get(request, made))


@router.post("/order", response={204: None}, summary="Give routes a new order")
def reorder_routes(request: HttpRequest, data: OrderIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    routes.reorder_routes(viewer, tenant, tuple(map(RouteId, data.order)), now=_clock.now())
    return Status(204, None)


@router.get("/{int:route_id}", response=RouteOut, summary="Get a route")
def get_route(request: HttpRequest, route_id: int) -> Any:
    return _get(request, route_id)


@router.put("/{int:route_id}", response=RouteOut, summary="Change a route")
def change_route(request: HttpRequest, route_id: int, data: RouteIn) -> Any:
    viewer = viewer_of_request(request)
    routes.change_route(viewer, RouteId(route_id), data.draft(), now=_clock.now())
    return _get(request, route_id)


@router.delete("/{int:route_id}", response={204: None}, summary="Delete a route")
def remove_route(request: HttpRequest, route_id: int) -> Any:
    routes.remove_route(viewer_of_request(request), RouteId(route_id), now=_clock.now())
    return Status(204, None)


def _get(request: HttpRequest, route_id: int) -> dict[str, Any]:
    return _out(route_queries.access_route(viewer_of_request(request), RouteId(route_id)))


def _out(route: Route) -> dict[str, Any]:
    shown = {name: getattr(route, name) for name in RouteOut.model_fields}
    return shown | {"condition": condition_to_json(route.condition)}
