"""REST of saved views: one's own and those shared in one's tenant."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import SavedViewId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.saved_views import actions, queries
from yunwei.base.saved_views.facts import SavedPage, SavedView, SavedViewChange, SavedViewDraft
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request

router = Router()
_clock = SystemClock()


class SavedViewOut(Schema):
    id: int
    page: SavedPage
    name: str
    query: str = Field(description="The page's parameters, as in its address.")
    is_shared: bool
    is_default: bool = Field(description="Whether the page opens with it, for who asks.")
    owner: int
    owner_name: str
    changed_at: datetime
    address: str = Field(description="Of the page that shows it.")


class SavedViewIn(Body):
    page: SavedPage
    name: str
    query: str = ""
    is_shared: bool = Field(False, description="With everybody of one's tenant.")


class SavedViewPatch(Body):
    name: str | None = None
    query: str | None = None
    is_shared: bool | None = None


class SavedViewQuery(ListQuery):
    page: SavedPage | None = None


@router.get("", response=Listed[SavedViewOut], summary="List saved views")
def list_views(request: HttpRequest, query: Query[SavedViewQuery]) -> Any:
    check_parameters(request, query)
    page = queries.fetch_views(viewer_of_request(request), query.filters(), query.page_request())
    return as_listed(page) | {"items": [_out(row) for row in page.items]}


@router.post("", response={201: SavedViewOut}, summary="Save a view of a page")
def save_view(request: HttpRequest, data: SavedViewIn) -> Any:
    draft = SavedViewDraft(
        page=data.page, name=data.name, query=data.query, is_shared=data.is_shared
    )
    made = actions.save_view(viewer_of_request(request), draft, now=_clock.now())
    return Status(201, _get(request, made))


@router.get("/{int:view_id}", response=SavedViewOut, summary="Get a saved view")
def get_view(request: HttpRequest, view_id: int) -> Any:
    return _get(request, view_id)


@router.patch("/{int:view_id}", response=SavedViewOut, summary="Rename, overwrite or share a view")
def change_view(request: HttpRequest, view_id: int, data: SavedViewPatch) -> Any:
    change = SavedViewChange(name=data.name, query=data.query, is_shared=data.is_shared)
    actions.change_view(viewer_of_request(request), SavedViewId(view_id), change, now=_clock.now())
    return _get(request, view_id)


@router.delete("/{int:view_id}", response={204: None}, summary="Remove a saved view")
def remove_view(request: HttpRequest, view_id: int) -> Any:
    actions.remove_view(viewer_of_request(request), SavedViewId(view_id))
    return Status(204, None)


@router.put("/{int:view_id}/default", response=SavedViewOut, summary="Open the page with a view")
def set_default(request: HttpRequest, view_id: int) -> Any:
    actions.set_default(viewer_of_request(request), SavedViewId(view_id))
    return _get(request, view_id)


@router.delete("/{int:view_id}/default", response=SavedViewOut, summary="Open the page as it comes")
def drop_default(request: HttpRequest, view_id: int) -> Any:
    viewer = viewer_of_request(request)
    actions.drop_default(viewer, queries.access_view(viewer, SavedViewId(view_id)).page)
    return _get(request, view_id)


def _get(request: HttpRequest, view_id: int) -> dict[str, Any]:
    return _out(queries.access_view(viewer_of_request(request), SavedViewId(view_id)))


def _out(view: SavedView) -> dict[str, Any]:
    names = [name for name in SavedViewOut.model_fields if name != "address"]
    address = reverse(view.page.value) + (f"?{view.query}" if view.query else "")
    return {name: getattr(view, name) for name in names} | {"address": address}
