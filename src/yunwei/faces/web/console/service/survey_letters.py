"""The page on which a customer is sent surveys by mail, or is not."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.operate.letters.actions import surveys as actions
from yunwei.operate.letters.queries import surveys as queries

CHOOSES = (Permission.MANAGE_SERVICE, Permission.USE_SERVICE)


@page(*SEE)
def list_choices(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /surveys/letters"""
    choices = [
        (each, any(may(viewer, known, each.tenant) for known in CHOOSES))
        for each in queries.fetch_choices(viewer)
    ]
    return render(request, "console/service/survey_letters.html", choices=choices)


@action(*CHOOSES)
def choose(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /surveys/letters/choose: tenant, sends (yes, no)"""
    tenant, sends = request.POST.get("tenant", ""), request.POST.get("sends")
    if not (tenant.isascii() and tenant.isdigit() and len(tenant) < 12) or sends not in _SAID:
        raise Refused()
    actions.choose_surveys(viewer, TenantId(int(tenant)), sends=sends == "yes", now=CLOCK.now())
    return done(request, "survey_letters", _SAID[sends])


_SAID = {
    "yes": _("From now on surveys are sent to them."),
    "no": _("From now on no surveys are sent to them."),
}

urlpatterns = [
    path("surveys/letters", list_choices, name="survey_letters"),
    path("surveys/letters/choose", choose, name="survey_letters_choose"),
]
