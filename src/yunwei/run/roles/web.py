"""The role `web`: pages, REST, live updates. In embedded mode also the owner of ClickHouse."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from yunwei.base.infra import memory
from yunwei.run.agent_gate import letting_agents_in
from yunwei.run.desks import making_inspections, making_reports
from yunwei.run.doors import Doors, need_urls
from yunwei.run.posts import receiving_posts
from yunwei.run.roles.receive import append_intake
from yunwei.run.serve import serve
from yunwei.run.sockets import address_of, open_http_socket

logger = logging.getLogger(__name__)


async def run(doors: Doors) -> None:
    application, _ = await asyncio.gather(_build_application(doors), doors.clickhouse())
    from yunwei.faces.web.shared import live  # it needs Django set up

    settings, option = doors.settings, "--port or YUNWEI_PORT"
    listening = doors.handed.http_socket or open_http_socket(
        settings.host, settings.port, option=option
    )
    await live.follow_bus(doors.bus)
    memory.settle()
    doors.say_address("web", address_of(listening))
    async with (
        receiving_posts(doors, partial(append_intake, doors.bus)),
        letting_agents_in(doors),
        making_reports(doors),
        making_inspections(doors),
    ):
        await serve(application, listening, on_stop=live.hub.close)


async def _build_application(doors: Doors) -> Any:
    from yunwei.run.django_process import build_application, set_up_django
    from yunwei.run.schema import wait_for_schema

    # Django's modules take a second to import: the loop goes on meanwhile
    await asyncio.to_thread(set_up_django)
    if doors.handed.has_to_migrate:
        await asyncio.to_thread(_fill_database, doors)
    else:
        await wait_for_schema()
    return await asyncio.to_thread(build_application)


def _fill_database(doors: Doors) -> None:
    from yunwei.run.migrations import prepare_postgres

    database_url, _ = need_urls(doors.settings)
    applied = prepare_postgres(database_url, fill=_demo_filler(doors))
    if applied:
        logger.info("applied %d migrations, the last is %s", len(applied), applied[-1])


def _demo_filler(doors: Doors) -> Callable[[], None] | None:
    if not doors.handed.has_demo:
        return None
    from yunwei.run.demo_content import fill_demo

    return partial(fill_demo, doors.settings, doors.clock)
