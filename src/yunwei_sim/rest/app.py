"""The REST face: the gateway's checks in the gateway's order, then the right answer.

request id → mischief → signature → project → throttle → path → answer.
"""

import asyncio
import re
import uuid
from collections.abc import Callable, Mapping
from functools import partial

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from yunwei_sim import clock
from yunwei_sim.rest import (
    alarms,
    desktops,
    errors,
    events,
    inventory,
    jobs,
    metrics,
    orders,
    people,
    pool_users,
    quotas,
    records,
    scripts,
    sizes,
    stages,
    statistics,
    trends,
)
from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.disturbance import Disturbance, Mischief, spoil
from yunwei_sim.rest.errors import ApiError
from yunwei_sim.rest.parameters import Query
from yunwei_sim.rest.signature import Arrived, check_signature
from yunwei_sim.rest.throttle import Throttle

type Handler = Callable[[Cloud, Query, dict[str, str]], object]
type Writer = Callable[[Cloud, Mapping[str, object], dict[str, str]], object]

# In the order in which they are tried: fixed words before the places for ids.
ROUTES: tuple[tuple[str, Handler], ...] = (
    ("desktops/detail", desktops.list_details),
    ("desktops/statistics/login-state", statistics.show_login_state),
    ("desktops/statistics/run-state", statistics.show_run_state),
    ("desktops/{desktop_id}/actions", desktops.list_actions),
    ("desktops/{desktop_id}", desktops.show_detail),
    ("connect-desktops", desktops.list_connect_states),
    ("desktop-monitor/{desktop_id}", metrics.show_desktop_monitor),
    ("statistics", statistics.show_statistics),
    ("statistics/alarms", alarms.show_statistics),
    ("statistics/metrics", trends.list_metrics),
    ("statistics/metrics/access-stages", stages.show_access_stages),
    ("statistics/metrics/desktops", metrics.list_desktop_usage),
    ("statistics/metrics/trend", trends.list_trend),
    ("statistics/metrics/users", metrics.list_user_usage),
    ("connections/desktops", records.list_login_records),
    ("connections/online-users", records.list_online_counts),
    ("connections/status", statistics.list_instances_status),
    ("user-events", events.list_user_events),
    ("alarms", alarms.list_alarms),
    ("quotas", quotas.show_quotas),
    ("quotas/detail", quotas.show_quota_details),
    ("users", people.list_users),
    ("groups", people.list_groups),
    ("desktop-pools", inventory.list_pools),
    ("desktop-pools/statistics/by-users", pool_users.list_by_users),
    ("desktop-pools/{pool_id}/users", pool_users.list_users),
    ("products", sizes.list_products),
    ("hosts", inventory.list_hosts),
    ("workspaces", inventory.show_workspace),
    ("sites", inventory.list_sites),
    ("policy-groups", inventory.list_policy_groups),
    ("scripts", scripts.list_scripts),
    ("scripts/{script_id}", scripts.show_script),
    ("script-execution-tasks", scripts.list_orders),
    ("script-execution-records", scripts.list_records),
    ("script-execution-records/{record_id}", scripts.show_record),
    ("workspace-jobs/{job_id}", jobs.show_job),
    ("workspace-sub-jobs", jobs.list_sub_jobs),
    ("snapshots", jobs.list_snapshots),
)
WRITES: tuple[tuple[str, str, Writer], ...] = (
    ("POST", "scripts", scripts.create_script),
    ("PUT", "scripts/{script_id}", scripts.update_script),
    ("DELETE", "scripts/{script_id}", scripts.delete_script),
    ("POST", "script-executions", scripts.execute),
    ("POST", "script-executions/stop", scripts.stop),
    ("POST", "script-executions/retry", scripts.retry),
    ("POST", "desktop-pools/{pool_id}/script-executions", scripts.execute_in_pool),
    ("POST", "desktops", orders.create),
    ("DELETE", "desktops/{desktop_id}", orders.delete),
    ("POST", "desktops/resize", sizes.resize),
    ("POST", "volumes/expand", sizes.expand),
    ("POST", "desktop-pools/{pool_id}/users", pool_users.change),
    ("POST", "desktops/attach", orders.attach),
    ("POST", "desktops/batch-detach", orders.detach),
    ("POST", "desktops/action", jobs.act),
    ("POST", "desktops/logoff", jobs.log_off),
    ("POST", "desktops/rebuild", jobs.rebuild),
    ("POST", "snapshots/batch-create", jobs.create_snapshots),
    ("POST", "snapshots/batch-restore", jobs.restore_snapshots),
    ("POST", "users/{user_id}/actions", people.act),
)
_PATH = re.compile(r"/v2/(?P<project_id>[^/]+)/(?P<rest>.+?)/?")


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))


class RestFace:
    """The ASGI application that speaks Huawei Cloud Workspace's REST interface."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._keys = {cloud.access.access_key: cloud.access.secret_key}
        self._routes = [(_compile(pattern), handler) for pattern, handler in ROUTES]
        self._writes = [(method, _compile(pattern), writer) for method, pattern, writer in WRITES]
        self.throttle = Throttle(
            cloud.access.requests_per_s, retry_after_s=cloud.access.retry_after_s
        )
        self.disturbance: Disturbance | None = None
        self.wall_s: Callable[[], float] = clock.wall_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        mischief = self._mischief(request.url.path)
        if mischief == Mischief.HANG:
            if not await self._outlast(request):
                return
            mischief = None
        if mischief == Mischief.SLOW and self.disturbance is not None:
            await asyncio.sleep(self.disturbance.delay_s)
        response = await self._respond(request, mischief)
        response.headers["X-Request-Id"] = uuid.uuid4().hex
        await response(scope, receive, send)

    def _mischief(self, path: str) -> Mischief | None:
        disturbance = self.disturbance
        if disturbance is None or not disturbance.applies(path, ticks_s=clock.ticks_s()):
            return None
        return disturbance.mischief

    async def _outlast(self, request: Request) -> bool:
        """Keep the request open until the mischief ends; return whether the caller still waits."""
        try:
            await request.body()
        except ClientDisconnect:
            return False
        while self.disturbance is not None and self.disturbance.mischief == Mischief.HANG:
            if await request.is_disconnected():
                return False
            if self.disturbance.is_late(ticks_s=clock.ticks_s()):
                break
            await asyncio.sleep(0.05)
        return True

    async def _respond(self, request: Request, mischief: Mischief | None) -> Response:
        try:
            _break_down(mischief, self.throttle)
            answer = self._answer(await _arrived(request))
        except ApiError as error:
            return _json(error.body(), status=error.status, headers=error.headers)
        if mischief == Mischief.BAD_GATEWAY:
            return Response(b"Bad Gateway", status_code=502, media_type="text/plain")
        body, content_type = spoil(mischief, answer)
        return Response(body, headers={"Content-Type": content_type})

    def _answer(self, request: Arrived) -> object:
        """Return the answer's data. Raises ApiError."""
        access_key = check_signature(request, self._keys, now_s=self.wall_s())
        match = _PATH.fullmatch(request.raw_path)
        if match is None:
            raise errors.no_such_api()
        answer = self._find(request, match["rest"])
        if match["project_id"] != self._cloud.access.project_id:
            raise errors.wrong_project()
        self.throttle.count(access_key, ticks_s=clock.ticks_s())
        if answer is None:
            raise errors.method_not_allowed()
        self._cloud.advance()
        return answer()

    def _find(self, request: Arrived, rest: str) -> Callable[[], object] | None:
        """Return what answers; None when the path is there but not with this method."""
        is_there = False
        for method, pattern, writer in self._writes:
            match = pattern.fullmatch(rest)
            is_there = is_there or match is not None
            if match is not None and method == request.method:
                body = _parse_body(request.body)
                return partial(writer, self._cloud, body, match.groupdict())
        for pattern, handler in self._routes:
            match = pattern.fullmatch(rest)
            if match is not None:
                query = Query(request.raw_query)
                answer = partial(handler, self._cloud, query, match.groupdict())
                return answer if request.method == "GET" else None
        if is_there:
            return None
        raise errors.no_such_api()


def _break_down(mischief: Mischief | None, throttle: Throttle) -> None:
    if mischief == Mischief.SERVER_ERROR:
        raise errors.internal()
    if mischief == Mischief.THROTTLE:
        raise errors.throttled(throttle.limit, retry_after_s=throttle.retry_after_s)


def _parse_body(body: bytes) -> Mapping[str, object]:
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, object])
    except msgspec.DecodeError as error:
        raise errors.invalid("body", "not a JSON object") from error


async def _arrived(request: Request) -> Arrived:
    return Arrived(
        method=request.method,
        raw_path=bytes(request.scope["raw_path"]).decode("ascii"),
        raw_query=bytes(request.scope["query_string"]).decode("ascii"),
        headers=dict(request.headers.items()),
        body=await request.body(),
    )


def _json(data: object, *, status: int, headers: dict[str, str]) -> Response:
    return Response(
        msgspec.json.encode(data),
        status_code=status,
        headers={**headers, "Content-Type": "application/json;charset=UTF-8"},
    )
