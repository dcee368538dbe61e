"""The root of all addresses: pages, REST, health. Each face keeps its own list."""

from django.urls import include, path

from yunwei.faces.api import health
from yunwei.faces.api.root import api

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", api.urls),
    path("", include("yunwei.faces.web.urls")),
]

handler404 = "yunwei.faces.web.middleware.page_not_found"
handler500 = "yunwei.faces.web.middleware.server_error"
