"""Looks after the engines of a process, so that /healthz answers at once from what is known."""

import asyncio
from collections.abc import Callable
from functools import partial

import psycopg

from yunwei.base.core.errors import EngineAway
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.health import Health, register
from yunwei.base.infra.loop import LOOPS
from yunwei.base.infra.settings import Settings
from yunwei.run import figures
from yunwei.run.doors import Doors, need_urls

_EVERY_S = 3.0


async def watch_engines(doors: Doors) -> None:
    """Ask the engines every few seconds until cancelled; registers what is known with `health`."""
    known: dict[str, Health] = {}
    figures.show_loops()
    register("nats", lambda: Health(is_ok=doors.bus.is_connected))
    register("loops", _loops)
    while True:
        await _ask("postgresql", partial(_ask_postgres, doors.settings), known)
        opened = doors.opened_clickhouse
        if opened is not None:
            await _ask("clickhouse", partial(_ask_clickhouse, opened), known)
        await asyncio.sleep(_EVERY_S)


async def _ask(name: str, question: Callable[[], None], known: dict[str, Health]) -> None:
    try:
        await asyncio.to_thread(question)
        health = Health(is_ok=True)
    except EngineAway as error:
        health = Health(is_ok=False, text=error.message)
    if name not in known:
        register(name, lambda: known[name])
    known[name] = health


def _ask_postgres(settings: Settings) -> None:
    # not through the parts' door, whose connections may all be busy while the engine is well
    database_url, _ = need_urls(settings)
    try:
        with psycopg.connect(database_url, connect_timeout=3) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise EngineAway("it does not answer") from error


def _ask_clickhouse(opened: ClickHouse) -> None:
    opened.command("SELECT 1")


def _loops() -> Health:
    failing = [state for state in LOOPS.values() if state.failing_since_round is not None]
    return Health(
        is_ok=not failing,
        # not what failed: error texts may name what only people who sign in may know
        text=", ".join(state.name for state in failing),
        figures={"count": len(LOOPS)},
    )
