"""A desktop user's own desktops and how they are."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.page import page, render
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.reclaim import queries as reclaims
from yunwei.operate.selfservice.queries import acts as queries


@page(Permission.USE_PORTAL)
def show_my_desktops(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /portal"""
    under_way = queries.fetch_my_open_acts(viewer)
    mine = [(each, under_way.get(each.id)) for each in inventory.fetch_my_desktops(viewer)]
    known = {each.id for each, _act in mine}
    elsewhere = [act for desktop, act in under_way.items() if desktop not in known]
    return render(
        request,
        "portal/desktops.html",
        parts=("mine",),
        mine=mine,
        elsewhere=elsewhere,
        asked_back=reclaims.fetch_my_reclaims(viewer),
    )


urlpatterns = [path("portal", show_my_desktops, name="portal")]
