"""One process of the platform: runs the roles it is told to, until it is told to end.

    python -m yunwei.run.process --data-dir D [--http-fd N] [--trap-fd N] [--with-parent]
        [--migrate] [--demo] ROLE…

`yunwei up` starts three of them, `yunwei run` is one. Exit code 0: told to end; 2: the
configuration is wrong, so that starting again will not help; 1: anything else.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Misconfigured, YunweiError
from yunwei.base.infra.log import set_up_logging
from yunwei.base.infra.settings import Settings, load_settings
from yunwei.run.doors import Doors, Handed, open_doors
from yunwei.run.names import MISCONFIGURED_EXIT_CODE, ROLES
from yunwei.run.schema import wait_for_schema
from yunwei.run.sockets import adopt_socket
from yunwei.run.watch import watch_engines

logger = logging.getLogger(__name__)

type Role = Callable[[Doors], Coroutine[Any, Any, None]]

# Pages bring Django, and with it Django's connections to PostgreSQL.
_DJANGO_ROLES = frozenset({"web"})
# A process without pages tells of its health on a port of its own.
_OWN_HEALTH = "health"


async def run_roles(settings: Settings, roles: tuple[str, ...], handed: Handed) -> None:
    """Run the roles until a signal or the end of the parent; raises what a role raised."""
    stop = asyncio.Event()
    with _told_to_stop(stop, with_parent=handed.with_parent):
        work = asyncio.create_task(_work(settings, roles, handed))
        told = asyncio.create_task(stop.wait())
        await asyncio.wait([work, told], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def _work(settings: Settings, roles: tuple[str, ...], handed: Handed) -> None:
    has_django = bool(_DJANGO_ROLES & set(roles))
    async with (
        open_doors(settings, handed, has_django=has_django) as doors,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(watch_engines(doors), name="watch")
        if not has_django:
            # pages have it among their addresses; and see to the schema themselves
            group.create_task(_load_role(_OWN_HEALTH)(doors), name=_OWN_HEALTH)
            await wait_for_schema()
        for name in roles:
            group.create_task(_load_role(name)(doors), name=name)


def _load_role(name: str) -> Role:
    # only what runs here is imported: the engine knows no Django
    role: Role = import_module(f"yunwei.run.roles.{name}").run
    return role


@contextlib.contextmanager
def _told_to_stop(stop: asyncio.Event, *, with_parent: bool) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if with_parent:
        # nothing is ever written to it: it becomes readable when the parent is gone
        loop.add_reader(sys.stdin.fileno(), stop.set)
    try:
        yield
    finally:
        if with_parent:
            loop.remove_reader(sys.stdin.fileno())


def run_process(settings: Settings, roles: tuple[str, ...], handed: Handed) -> int:
    """Run the roles in a new event loop; returns the exit code, its reason told in one line."""
    try:
        asyncio.run(run_roles(settings, roles, handed))
    except (YunweiError, BaseExceptionGroup) as raised:
        error = _first(raised)
        if not isinstance(error, YunweiError):
            raise
        logger.error("%s", error)
        return MISCONFIGURED_EXIT_CODE if isinstance(error, Misconfigured) else 1
    return 0


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="yunwei.run.process")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--http-fd", type=int)
    parser.add_argument("--trap-fd", type=int)
    parser.add_argument("--with-parent", action="store_true")
    parser.add_argument("--migrate", action="store_true")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("roles", nargs="+", choices=ROLES)
    told = parser.parse_args(words)
    # what reads the settings later, Django's among them, finds the same installation
    os.environ["YUNWEI_DATA_DIR"] = str(told.data_dir)
    settings = load_settings(told.data_dir)
    set_up_logging("web" if "web" in told.roles else "engine", settings.log_level)
    handed = Handed(
        http_socket=adopt_socket(told.http_fd) if told.http_fd is not None else None,
        trap_socket=adopt_socket(told.trap_fd) if told.trap_fd is not None else None,
        has_to_migrate=told.migrate,
        has_demo=told.demo,
        with_parent=told.with_parent,
    )
    return run_process(settings, tuple(told.roles), handed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
