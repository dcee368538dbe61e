"""The calls of Huawei Cloud Workspace that we make, one method per endpoint. No mapping.

All paths are below `/v2/{project_id}`. Lists are paged by `offset` and `limit`; every method of a
list returns one page, `every_page` walks them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import msgspec

from yunwei.base.core.errors import SourceBabbled, SourceRefused, SourceUnreachable
from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.connectors.huawei_workspace import answers, offers
from yunwei.plugins.connectors.huawei_workspace.signature import (
    Credentials,
    encode_path,
    encode_query,
    sign,
)
from yunwei.plugins.sdk.contract import NowClock
from yunwei.plugins.sdk.http import Answer, HttpClient, HttpLimits, Method, TlsTrust, check_status

PUBLIC_ENDPOINT = "https://workspace.{region}.myhuaweicloud.com"

DESKTOPS_LIMIT = 500
CONNECTIONS_LIMIT = 2000
USERS_LIMIT = 1000
POOLS_LIMIT = 1000
HOSTS_LIMIT = 100
RECORDS_LIMIT = 1000
EVENTS_LIMIT = 1000
ALARMS_LIMIT = 100
SCRIPT_RECORDS_LIMIT = 100
SNAPSHOTS_LIMIT = 100
PRODUCTS_LIMIT = 100

DEFAULT_CONCURRENCY = 4
DEFAULT_REQUESTS_PER_S = 50

# No list of a project needs more; a service that ignores `offset` would never end.
_MAX_PAGES = 2000

type Page[T] = tuple[list[T], int | None]


async def every_page[T](fetch: Callable[[int], Awaitable[Page[T]]]) -> AsyncIterator[Page[T]]:
    """Yield (items, total) page by page until all of `total` were seen.

    fetch: given the offset, returns items and total; total None means that it was not said, and
    an empty page ends the list. Raises SourceBabbled for an empty page before the total.
    """
    offset = 0
    for _ in range(_MAX_PAGES):
        items, total = await fetch(offset)
        if not items and total is not None and offset < total:
            raise SourceBabbled(f"the page at offset {offset} is empty although {total} exist")
        yield items, total
        offset += len(items)
        if not items or (total is not None and offset >= total):
            return
    raise SourceBabbled(f"a list did not end within {_MAX_PAGES} pages")


async def gather_all[T, R](call: Callable[[T], Awaitable[R]], items: Iterable[T]) -> list[R]:
    """Return the results in order, all calls under way at once within the client's limit.

    The first failure cancels the others and is raised as it is.
    """

    async def run(item: T) -> R:
        return await call(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(item)) for item in items]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return [task.result() for task in tasks]


class SignedCalls:
    """Signed requests of one project. Raises SourceErrors only; close it when done."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        clock: NowClock,
        timeout_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._credentials = Credentials(
            access_key=settings["ak"],
            secret_key=settings["sk"],
            project_id=settings["project_id"],
            security_token=settings.get("security_token", ""),
        )
        endpoint = urlsplit(_choose_endpoint(settings))
        self._prefix = f"{endpoint.path.rstrip('/')}/v2/{self._credentials.project_id}"
        self._http = HttpClient(
            f"{endpoint.scheme}://{endpoint.netloc}",
            limits=HttpLimits(
                timeout_s=timeout_s,
                max_concurrency=int(_number(settings, "concurrency", DEFAULT_CONCURRENCY)),
                max_requests_per_s=_number(settings, "requests_per_s", DEFAULT_REQUESTS_PER_S),
            ),
            trust=TlsTrust(settings.get("tls") or "verify", ca=settings.get("ca", "")),
            secrets=(
                self._credentials.secret_key,
                self._credentials.security_token,
                self._credentials.access_key,
            ),
            proxy=settings.get("proxy", ""),
            transport=transport,
        )

    async def close(self) -> None:
        await self._http.close()

    async def _post[T](self, path: str, body: object, shape: type[T]) -> T:
        answer = await self._send("POST", path, msgspec.json.encode(body))
        return replace(answer, body=answer.body or b"{}").decode(shape)

    async def _send(self, method: Method, path: str, content: bytes) -> Answer:
        full_path = self._prefix + path
        headers = sign(
            self._credentials,
            method=method,
            host=self._http.host,
            path=full_path,
            body=content,
            at=self._clock.now(),
        )
        target = encode_path(full_path)
        answer = await self._http.send(method, target, headers=headers, body=content)
        check_status(answer)
        return answer

    async def _list[T](
        self,
        path: str,
        shape: type[T],
        offset: int,
        limit: int,
        query: list[tuple[str, str]] | None = None,
    ) -> T:
        paging = [("offset", str(offset)), ("limit", str(limit))]
        return await self._get(path, shape, [*(query or []), *paging])

    async def _get[T](
        self, path: str, shape: type[T], query: list[tuple[str, str]] | None = None
    ) -> T:
        full_path = self._prefix + path
        headers = sign(
            self._credentials,
            method="GET",
            host=self._http.host,
            path=full_path,
            query=query or [],
            at=self._clock.now(),
        )
        target = encode_path(full_path) + (f"?{encode_query(query)}" if query else "")
        return await self._http.get_json(target, shape, headers)


class WorkspaceClient(SignedCalls):
    """What the service is asked and told, by name."""

    async def fetch_workspace(self) -> answers.Workspace:
        """GET /workspaces: is the service open, and how is it reached?"""
        return await self._get("/workspaces", answers.Workspace)

    async def list_desktops(
        self, offset: int, *, limit: int = DESKTOPS_LIMIT, pool_id: str = ""
    ) -> Page[answers.Desktop]:
        """GET /desktops/detail, 500 at most."""
        query = [("pool_id", pool_id)] if pool_id else []
        page = await self._list("/desktops/detail", answers.DesktopsPage, offset, limit, query)
        return _page(page.desktops, page.total_count)

    async def list_connections(
        self, offset: int, *, limit: int = CONNECTIONS_LIMIT, status: str = ""
    ) -> Page[answers.ConnectedDesktop]:
        """GET /connect-desktops, 2,000 at most: the connection state of each desktop now."""
        query = [("connect_status", status)] if status else []
        shape = answers.ConnectedDesktopsPage
        page = await self._list("/connect-desktops", shape, offset, limit, query)
        return _page(page.desktops, page.total_count)

    async def fetch_statistics(self, *, of_pools: bool = False) -> answers.Statistics:
        """GET /statistics: desktops by run state and login state, in all or by pool."""
        query = [("statistics_type", "login-state"), ("statistics_type", "run-state")]
        if of_pools:
            query.append(("desktop_type", "POOLED"))
        return await self._get("/statistics", answers.Statistics, query)

    async def list_users(self, offset: int, *, limit: int = USERS_LIMIT) -> Page[answers.User]:
        """GET /users."""
        page = await self._list("/users", answers.UsersPage, offset, limit)
        return _page(page.users, page.total_count)

    async def list_pools(self, offset: int, *, limit: int = POOLS_LIMIT) -> Page[answers.Pool]:
        """GET /desktop-pools, 1,000 at most."""
        page = await self._list("/desktop-pools", answers.PoolsPage, offset, limit)
        return _page(page.desktop_pools, page.total_count)

    async def list_hosts(self, offset: int, *, limit: int = HOSTS_LIMIT) -> Page[answers.Host]:
        """GET /hosts."""
        page = await self._list("/hosts", answers.HostsPage, offset, limit)
        return _page(page.dedicated_hosts, page.total)

    async def fetch_quotas(self) -> answers.AllQuotas:
        """GET /quotas: the centre's quotas and those of each further site."""
        return await self._get("/quotas", answers.AllQuotas)

    async def list_login_records(
        self, offset: int, *, start: datetime, end: datetime, limit: int = RECORDS_LIMIT
    ) -> Page[answers.LoginRecord]:
        """GET /connections/desktops, 1,000 at most. The service knows whole minutes only."""
        query = [("start_time", _minute(start)), ("end_time", _minute(end))]
        shape = answers.LoginRecordsPage
        page = await self._list("/connections/desktops", shape, offset, limit, query)
        return _page(page.records, page.total_count)

    async def fetch_access_stages(self, transaction_id: str) -> answers.AccessStages:
        """GET /statistics/metrics/access-stages: where the seconds of one logon went."""
        path = "/statistics/metrics/access-stages"
        return await self._get(path, answers.AccessStages, [("transaction_id", transaction_id)])

    async def list_user_events(
        self, offset: int, *, start: datetime, end: datetime, limit: int = EVENTS_LIMIT
    ) -> Page[answers.UserEvent]:
        """GET /user-events, 1,000 at most, of the last 30 days."""
        query = [("start_time", _second(start)), ("end_time", _second(end))]
        page = await self._list("/user-events", answers.UserEventsPage, offset, limit, query)
        return _page(page.items, page.count)

    async def fetch_monitor_data(
        self, desktop_id: str, *, start: datetime, end: datetime
    ) -> answers.MonitorData:
        """GET /desktop-monitor/{desktop_id}: points of 5 minutes, a window of 1 h to 30 d."""
        query = [("start_time", _second(start)), ("end_time", _second(end))]
        return await self._get(f"/desktop-monitor/{desktop_id}", answers.MonitorData, query)

    async def list_alarms(
        self, offset: int, *, limit: int = ALARMS_LIMIT
    ) -> Page[answers.AlarmItem]:
        """GET /alarms, taken by the service from Cloud Eye (CES)."""
        page = await self._list("/alarms", answers.AlarmsPage, offset, limit)
        return _page(page.alarm_histories, page.count)

    async def execute_script(self, order: answers.ExecuteScript) -> answers.ScriptTask:
        """POST /script-executions: a command on up to 5,000 desktops."""
        return await self._post("/script-executions", order, answers.ScriptTask)

    async def list_script_tasks(
        self, offset: int, *, limit: int = SCRIPT_RECORDS_LIMIT
    ) -> Page[answers.ScriptTaskItem]:
        """GET /script-execution-tasks, 100 at most, the newest first."""
        page = await self._list("/script-execution-tasks", answers.ScriptTasksPage, offset, limit)
        return _page(page.script_tasks, page.count)

    async def list_script_records(
        self, offset: int, *, task_id: str, limit: int = SCRIPT_RECORDS_LIMIT
    ) -> Page[answers.ScriptRecord]:
        """GET /script-execution-records, 100 at most, without outputs."""
        query = [("script_task_id", task_id)]
        shape = answers.ScriptRecordsPage
        page = await self._list("/script-execution-records", shape, offset, limit, query)
        return _page(page.script_records, page.count)

    async def fetch_script_record(self, record_id: str) -> answers.ScriptRecord:
        """GET /script-execution-records/{record_id}: with the output."""
        return await self._get(f"/script-execution-records/{record_id}", answers.ScriptRecord)

    async def stop_script(self, task_id: str) -> None:
        """POST /script-executions/stop: all of a task."""
        await self._post("/script-executions/stop", {"task_id": task_id}, dict[str, object])

    async def act_on_desktops(self, body: answers.ActDesktops) -> answers.ActBegun:
        """POST /desktops/action: power."""
        return await self._post("/desktops/action", body, answers.ActBegun)

    async def log_off_desktops(self, desktop_ids: list[str]) -> None:
        """POST /desktops/logoff: the service answers nothing."""
        await self._post("/desktops/logoff", {"desktop_ids": desktop_ids}, dict[str, object])

    async def rebuild_desktops(self, desktop_ids: list[str]) -> answers.ActBegun:
        """POST /desktops/rebuild: the system disks, from the images they have."""
        return await self._post("/desktops/rebuild", {"desktop_ids": desktop_ids}, answers.ActBegun)

    async def snapshot_desktops(self, desktop_ids: list[str], name: str) -> answers.ActBegun:
        """POST /snapshots/batch-create: of the system disks."""
        body = {
            "desktop_ids": desktop_ids,
            "disk_type": "SYSTEM_DISK",
            "system_disk_snapshot": {"name": name},
        }
        return await self._post("/snapshots/batch-create", body, answers.ActBegun)

    async def newest_snapshot(self, desktop_id: str) -> str | None:
        """GET /snapshots: the id of the newest of its system disk, None without any."""
        query = [("desktop_id", desktop_id)]
        shape = answers.SnapshotsPage
        page = await self._list("/snapshots", shape, 0, SNAPSHOTS_LIMIT, query)
        found = [
            each
            for each in page.desktop_snapshots or []
            if each.desktop_id == desktop_id and each.is_system_disk is not False
        ]
        newest = max(found, key=lambda each: each.create_time or "", default=None)
        return newest.snapshot_id if newest else None

    async def restore_snapshot(self, snapshot_id: str) -> answers.ActBegun:
        """POST /snapshots/batch-restore"""
        body = {"snapshot_ids": [snapshot_id]}
        return await self._post("/snapshots/batch-restore", body, answers.ActBegun)

    async def find_user(self, login: str) -> answers.User | None:
        """GET /users: the one of exactly this login name, whatever its case."""
        query = [("user_name", login)]
        page = await self._list("/users", answers.UsersPage, 0, USERS_LIMIT, query)
        wanted = login.casefold()
        named = [each for each in page.users or [] if each.user_name]
        return next((each for each in named if str(each.user_name).casefold() == wanted), None)

    async def unlock_user(self, user_id: str) -> None:
        """POST /users/{user_id}/actions: the service answers nothing."""
        await self._post(f"/users/{user_id}/actions", {"op_type": "UNLOCK"}, dict[str, object])

    async def change_desktops(self, path: str, body: object) -> answers.ActBegun:
        """POST /desktops, /desktops/attach, /desktops/batch-detach, /desktops/resize,
        /volumes/expand; see `orders`."""
        return await self._post(path, body, answers.ActBegun)

    async def list_products_like(self, product_id: str, zone: str) -> list[answers.Product]:
        """GET /products: those to which a desktop of that product can be changed."""
        query = [("product_id", product_id), *([("availability_zone", zone)] if zone else [])]
        page = await self._list("/products", offers.ProductsPage, 0, PRODUCTS_LIMIT, query)
        return page.products or []

    async def change_pool_users(self, pool_id: str, body: object) -> None:
        """POST /desktop-pools/{pool_id}/users: the service answers nothing."""
        await self._post(f"/desktop-pools/{pool_id}/users", body, dict[str, object])

    async def list_pools_of(self, user_id: str) -> frozenset[str]:
        """GET /desktop-pools/statistics/by-users: the ids of those that one user may use."""
        query = [("user_ids", user_id)]
        path = "/desktop-pools/statistics/by-users"
        found = (await self._get(path, offers.PoolsOfUsers, query)).users or []
        mine = [each for each in found if each.user_id == user_id]
        pools = [pool for each in mine for pool in each.desktop_pools or []]
        return frozenset(each.desktop_pool_id for each in pools if each.desktop_pool_id)

    async def delete_desktop(self, desktop_id: str) -> None:
        """DELETE /desktops/{desktop_id}: the service answers nothing."""
        await self._send("DELETE", f"/desktops/{desktop_id}", b"")

    async def find_desktop(self, computer_name: str) -> answers.Desktop | None:
        """GET /desktops/detail: the one of exactly this name."""
        query = [("computer_name", computer_name)]
        shape = answers.DesktopsPage
        page = await self._list("/desktops/detail", shape, 0, DESKTOPS_LIMIT, query)
        wanted = computer_name.casefold()
        found = [each for each in page.desktops or [] if each.computer_name is not None]
        return next((each for each in found if str(each.computer_name).casefold() == wanted), None)

    async def fetch_job(self, job_id: str) -> answers.Job:
        """GET /workspace-jobs/{job_id}"""
        return await self._get(f"/workspace-jobs/{job_id}", answers.Job)

    async def list_sub_jobs(self, job_type: str, *, limit: int = 100) -> list[answers.SubJob]:
        """GET /workspace-sub-jobs: the newest of a type."""
        query = [("job_type", job_type)]
        page = await self._list("/workspace-sub-jobs", answers.SubJobsPage, 0, limit, query)
        return page.jobs or []

    async def fetch_desktop(self, desktop_id: str) -> answers.Desktop:
        """GET /desktops/{desktop_id}"""
        return (await self._get(f"/desktops/{desktop_id}", answers.OneDesktop)).desktop


def _number(settings: Mapping[str, str], key: str, default: float) -> float:
    return float(settings.get(key) or default)


def _choose_endpoint(settings: Mapping[str, str]) -> str:
    region = settings.get("region", "")
    endpoint = settings.get("endpoint", "") or (region and PUBLIC_ENDPOINT.format(region=region))
    if not endpoint:
        raise SourceUnreachable("neither an endpoint nor a region is set")
    return endpoint


def _page[T](items: list[T] | None, total: int | None) -> Page[T]:
    # An object without both is not an empty list: taking it for one would empty the inventory.
    if items is None and total is None:
        raise SourceBabbled("a list answer holds neither its items nor their number")
    return items or [], total


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def unless_refused(pages: AsyncIterator[ReadingPage]) -> AsyncIterator[ReadingPage]:
    """Yield the pages; when the credentials lack the right, there are simply no more of them."""
    try:
        async for page in pages:
            yield page
    except SourceRefused:
        return
