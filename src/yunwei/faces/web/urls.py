"""The addresses of the pages: one include per page group."""

from django.urls import include, path

from yunwei.faces.web.shared import live

_CONSOLE = "yunwei.faces.web.console"

urlpatterns = [
    path("", include(f"{_CONSOLE}.overview")),
    path("", include(f"{_CONSOLE}.desktops")),
    path("", include(f"{_CONSOLE}.desktop_users")),
    path("", include(f"{_CONSOLE}.sessions")),
    path("", include(f"{_CONSOLE}.pools")),
    path("", include(f"{_CONSOLE}.hosts")),
    path("", include(f"{_CONSOLE}.licences")),
    path("", include(f"{_CONSOLE}.alarm_acts")),
    path("", include(f"{_CONSOLE}.quick_mask")),
    path("", include(f"{_CONSOLE}.alarms")),
    path("", include(f"{_CONSOLE}.situations")),
    path("", include(f"{_CONSOLE}.alarm_types")),
    path("", include(f"{_CONSOLE}.conditions")),
    path("", include(f"{_CONSOLE}.mask_rules")),
    path("", include(f"{_CONSOLE}.simulations")),
    path("", include(f"{_CONSOLE}.maintenance")),
    path("", include(f"{_CONSOLE}.noise")),
    path("", include(f"{_CONSOLE}.noise_rules")),
    path("", include(f"{_CONSOLE}.routes")),
    path("", include(f"{_CONSOLE}.explaining")),
    path("", include(f"{_CONSOLE}.ownerships")),
    path("", include(f"{_CONSOLE}.policies")),
    path("", include(f"{_CONSOLE}.channels")),
    path("", include(f"{_CONSOLE}.messages")),
    path("", include(f"{_CONSOLE}.calendar")),
    path("", include(f"{_CONSOLE}.duty.calendar")),
    path("", include(f"{_CONSOLE}.duty.schedules")),
    path("", include(f"{_CONSOLE}.duty.changes")),
    path("", include(f"{_CONSOLE}.duty.mine")),
    path("", include(f"{_CONSOLE}.duty.record")),
    path("", include(f"{_CONSOLE}.sources")),
    path("", include(f"{_CONSOLE}.source_forms")),
    path("", include(f"{_CONSOLE}.source_heard")),
    path("", include(f"{_CONSOLE}.dead_letters")),
    path("", include(f"{_CONSOLE}.trap_definitions")),
    path("", include(f"{_CONSOLE}.self_check")),
    path("", include(f"{_CONSOLE}.saved_views")),
    path("", include(f"{_CONSOLE}.search")),
    path("", include(f"{_CONSOLE}.figures")),
    path("", include(f"{_CONSOLE}.preferences")),
    path("", include("yunwei.faces.web.acknowledge")),
    path("", include("yunwei.faces.web.portal.desktops")),
    path("", include("yunwei.faces.web.people_urls")),
    path("live", live.stream, name="live"),
]
