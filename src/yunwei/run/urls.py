"""The root of all addresses: pages and REST. Each face keeps its own list.

/healthz and /metrics are answered before all this, by `faces.api.health`.
"""

from django.urls import include, path

from yunwei.faces.api.root import api, docs

urlpatterns = [
    path("api/v1/", api.urls),
    path("api/docs", docs, name="api_docs"),
    path("", include("yunwei.faces.web.urls")),
]

handler400 = "yunwei.faces.web.middleware.bad_request"
handler404 = "yunwei.faces.web.middleware.page_not_found"
handler429 = "yunwei.faces.web.middleware.too_many_requests"
handler500 = "yunwei.faces.web.middleware.server_error"
