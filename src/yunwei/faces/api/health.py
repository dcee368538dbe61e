"""GET /healthz and /metrics, answered before everything else: no sign-in, session or host name.

A load balancer asks by address, and the answer must come when PostgreSQL does not.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from yunwei.base.infra import health

type GetResponse = Callable[[HttpRequest], HttpResponseBase]


class HealthMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD"}:
            if request.path == "/healthz":
                return healthz()
            if request.path == "/metrics":
                return metrics()
        return self._get_response(request)


def healthz() -> HttpResponse:
    """Answer 200 while all is well, else 503; the body says what is not."""
    is_ok, body = health.report()
    return JsonResponse(body, status=200 if is_ok else 503, headers=_FRESH)


def metrics() -> HttpResponse:
    return HttpResponse(health.metrics(), content_type=health.METRICS_TYPE, headers=_FRESH)


_FRESH = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
