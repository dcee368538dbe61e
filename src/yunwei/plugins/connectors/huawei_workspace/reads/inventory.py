"""Reads what exists: users, pools, hosts, desktops. Who is connected is not here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import (
    DesktopSeen,
    DesktopUserSeen,
    HostSeen,
    PoolSeen,
    ReadingPage,
    SeenKind,
)
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.client import (
    Page,
    WorkspaceClient,
    every_page,
    gather_all,
    unless_refused,
)
from yunwei.plugins.connectors.huawei_workspace.mapping import inventory as mapping
from yunwei.plugins.sdk.contract import SourceContext, Wanted

type _Listed = DesktopSeen | DesktopUserSeen | HostSeen | PoolSeen
type _Pages = AsyncIterator[ReadingPage]


def read_inventory(client: WorkspaceClient, context: SourceContext, _wanted: Wanted) -> _Pages:
    """Yield the inventory, kind after kind; each kind's last page completes it.

    A kind that the credentials may not read is left out; desktops they must be able to read.
    """
    return _InventoryRead(client, context).read()


class _InventoryRead:
    """One reading. It remembers which pool and which host each desktop belongs to."""

    def __init__(self, client: WorkspaceClient, context: SourceContext) -> None:
        self._client = client
        self._clock = context.clock
        self._pool_of: dict[str, str] = {}
        self._host_of: dict[str, str] = {}

    async def read(self) -> _Pages:
        babbled: SourceBabbled | None = None
        try:
            async for page in unless_refused(self._read_users()):
                yield page
        except SourceBabbled as error:
            # Nothing else hangs on users, so it can wait until the rest was read.
            babbled = error
        for read_kind in (self._read_pools, self._read_hosts):
            async for page in unless_refused(read_kind()):
                yield page
        async for page in self._read_desktops():
            yield page
        if babbled is not None:
            raise babbled

    async def _read_users(self) -> _Pages:
        pages = self._read_list(SeenKind.DESKTOP_USER, self._client.list_users, mapping.map_user)
        async for page in pages:
            yield page

    async def _read_pools(self) -> _Pages:
        pool_ids: list[str] = []

        def map_pool(pool: answers.Pool) -> PoolSeen:
            pool_ids.append(pool.id)
            return mapping.map_pool(pool)

        async for page in self._read_list(SeenKind.POOL, self._client.list_pools, map_pool):
            yield page
        await gather_all(self._find_members, pool_ids)

    async def _find_members(self, pool_id: str) -> None:
        # A desktop does not say which pool it belongs to; only this filter does.
        async for desktops, _ in every_page(partial(self._client.list_desktops, pool_id=pool_id)):
            self._pool_of |= dict.fromkeys((each.desktop_id for each in desktops), pool_id)

    async def _read_hosts(self) -> _Pages:
        def map_host(host: answers.Host) -> HostSeen:
            members = host.instance_uuids or []
            self._host_of |= dict.fromkeys(members, host.dedicated_host_id)
            return mapping.map_host(host)

        async for page in self._read_list(SeenKind.HOST, self._client.list_hosts, map_host):
            yield page

    async def _read_desktops(self) -> _Pages:
        def map_desktop(desktop: answers.Desktop) -> DesktopSeen:
            return mapping.map_desktop(
                desktop,
                pool=self._pool_of.get(desktop.desktop_id, ""),
                host=self._host_of.get(desktop.desktop_id, ""),
            )

        pages = self._read_list(SeenKind.DESKTOP, self._client.list_desktops, map_desktop)
        async for page in pages:
            yield page

    async def _read_list[T](
        self,
        kind: SeenKind,
        fetch: Callable[[int], Awaitable[Page[T]]],
        map_item: Callable[[T], _Listed],
    ) -> _Pages:
        """Yield a page per answer; the last one completes the kind when nothing was missed.

        Things that come and go between two pages shift the rest: then fewer distinct ones were
        seen than the service counts, and nothing may be called gone.
        """
        ids: set[str] = set()
        async for items, total in every_page(fetch):
            found = tuple(map_item(item) for item in items)
            ids.update(each.native_id for each in found)
            is_whole = not items if total is None else len(ids) >= total
            yield ReadingPage(
                readings=found,
                read_at=self._clock.now(),
                completes=frozenset({kind}) if is_whole else frozenset(),
            )
