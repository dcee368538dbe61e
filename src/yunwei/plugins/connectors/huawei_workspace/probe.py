"""The connection test: every endpoint asked once, for as little as it can answer."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from yunwei.base.core.errors import SourceBabbled, SourceRefused
from yunwei.plugins.connectors.huawei_workspace.client import Page, WorkspaceClient
from yunwei.plugins.sdk.contract import ProbeResult, Read
from yunwei.plugins.sdk.http import AnswerNotFound

_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """One endpoint, the read that needs it, and the fact that its number answers ("" for none)."""

    read: Read
    endpoint: str
    ask: Callable[[], Awaitable[object]]
    fact: str = ""


async def probe(client: WorkspaceClient, *, now: datetime) -> ProbeResult:
    """Return counts and the service's state; a warning per endpoint that refuses or babbles.

    Raises what the list of desktops raises: without it there is nothing to operate.
    """
    desktops, count = await client.list_desktops(0, limit=1)
    facts = {"desktops": str(len(desktops) if count is None else count)}
    warnings: list[str] = []
    some_desktop = desktops[0].desktop_id if desktops else ""
    for question in _ask_about(client, now, some_desktop):
        try:
            answer = await question.ask()
        except AnswerNotFound as error:
            if question.read != Read.METRICS:  # of a desktop made just now there is no data
                warnings.append(f"{question.read} · {question.endpoint}: {error.message}")
        except (SourceRefused, SourceBabbled) as error:
            warnings.append(f"{question.read} · {question.endpoint}: {error.message}")
        else:
            if question.fact:
                facts[question.fact] = str(answer)
    return ProbeResult(facts=facts, warnings=tuple(warnings))


def _ask_about(client: WorkspaceClient, now: datetime, desktop_id: str) -> Iterator[_Question]:
    start = now - _WINDOW
    inventory, activity = Read.INVENTORY, Read.ACTIVITY
    yield _Question(
        read=inventory,
        endpoint="GET /workspaces",
        ask=lambda: _fetch_status(client),
        fact="workspace_status",
    )
    yield _Question(
        read=inventory,
        endpoint="GET /users",
        ask=lambda: _count(client.list_users(0, limit=1)),
        fact="users",
    )
    yield _Question(
        read=inventory,
        endpoint="GET /desktop-pools",
        ask=lambda: _count(client.list_pools(0, limit=1)),
        fact="pools",
    )
    yield _Question(
        read=inventory,
        endpoint="GET /hosts",
        ask=lambda: _count(client.list_hosts(0, limit=1)),
        fact="hosts",
    )
    yield _Question(read=Read.LICENCES, endpoint="GET /quotas", ask=client.fetch_quotas)
    yield _Question(
        read=Read.SESSIONS,
        endpoint="GET /connect-desktops",
        ask=lambda: client.list_connections(0, limit=1),
    )
    yield _Question(read=Read.SESSIONS, endpoint="GET /statistics", ask=client.fetch_statistics)
    if desktop_id:
        yield _Question(
            read=Read.METRICS,
            endpoint="GET /desktop-monitor/{desktop_id}",
            ask=lambda: client.fetch_monitor_data(desktop_id, start=start, end=now),
        )
    yield _Question(
        read=activity,
        endpoint="GET /connections/desktops",
        ask=lambda: client.list_login_records(0, start=start, end=now, limit=1),
    )
    yield _Question(
        read=activity,
        endpoint="GET /user-events",
        ask=lambda: client.list_user_events(0, start=start, end=now, limit=1),
    )
    yield _Question(
        read=Read.ALARMS,
        endpoint="GET /alarms",
        ask=lambda: _count(client.list_alarms(0, limit=1)),
        fact="alarm_records",
    )


async def _count[T](page: Awaitable[Page[T]]) -> int:
    items, total = await page
    return len(items) if total is None else total


async def _fetch_status(client: WorkspaceClient) -> str:
    return (await client.fetch_workspace()).status or ""
