"""Small local answers in place of the service, for the connector's tests."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import httpx

from yunwei.plugins.connectors.huawei_workspace import Connector
from yunwei.plugins.sdk.testkit import StillClock, make_context

FIXTURES = Path(__file__).parent.parent / "fixtures" / "v2"
SNAPSHOTS = Path(__file__).parent / "snapshots"
NOW = datetime(2026, 11, 23, 6, 50, tzinfo=UTC)

SETTINGS = {
    "endpoint": "http://workspace.test",
    "project_id": "0000project",
    "ak": "AKTESTTESTTEST",
    "sk": "sk-never-to-be-seen-anywhere",
}

type Query = Mapping[str, list[str]]
type Reply = httpx.Response | Mapping[str, object]
type Handler = Callable[[Query], Reply]

# Which fixture answers which path below /v2/{project_id}.
BY_PATH = {
    "/workspaces": "licences/workspaces.json",
    "/desktops/detail": "inventory/desktops_detail.json",
    "/users": "inventory/users.json",
    "/desktop-pools": "inventory/desktop_pools.json",
    "/hosts": "inventory/hosts.json",
    "/quotas": "licences/quotas.json",
    "/connect-desktops": "sessions/connect_desktops.json",
    "/statistics": "sessions/statistics.json",
    "/connections/desktops": "activity/connections_desktops.json",
    "/user-events": "activity/user_events.json",
    "/statistics/metrics/access-stages": "activity/access_stages.json",
    "/desktop-monitor/D-1": "metrics/desktop_monitor.json",
    "/alarms": "alarms/alarms.json",
}


class Service:
    """Answers from the fixtures; single paths can be answered otherwise. asked: what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Query]] = []
        self.handlers: dict[str, Handler] = {}

    def answer(self, path: str, reply: Reply | Handler) -> None:
        self.handlers[path] = reply if callable(reply) else lambda _query: reply

    def queries(self, path: str) -> list[Query]:
        return [query for asked, query in self.asked if asked == path]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(f"/v2/{SETTINGS['project_id']}")
        query = parse_qs(request.url.query.decode(), keep_blank_values=True)
        self.asked.append((path, query))
        reply = self.handlers.get(path, _from_fixture(path))(query)
        return reply if isinstance(reply, httpx.Response) else httpx.Response(200, json=reply)


def _from_fixture(path: str) -> Handler:
    def reply(query: Query) -> Reply:
        if path == "/statistics" and "desktop_type" in query:
            return _load("sessions/statistics_pools.json")
        if path == "/desktops/detail" and "pool_id" in query:
            return {"total_count": 0, "desktops": []}
        return _load(BY_PATH[path])

    return reply


def _load(name: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((FIXTURES / name).read_text("utf-8"))
    return loaded


def paged(
    key: str, items: Sequence[Mapping[str, object]], *, total_key: str = "total_count"
) -> Handler:
    """Answer `items` by offset and limit, as the service does."""

    def reply(query: Query) -> Reply:
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        return {key: list(items[offset : offset + limit]), total_key: len(items)}

    return reply


def connect(service: Service, clock: StillClock | None = None) -> Connector:
    context = make_context(SETTINGS, clock or StillClock(NOW))
    return Connector(context, transport=httpx.MockTransport(service))


def error(status: int, code: str, message: str, **headers: str) -> httpx.Response:
    """Return an error in the service's shape."""
    return httpx.Response(status, json={"error_code": code, "error_msg": message}, headers=headers)
