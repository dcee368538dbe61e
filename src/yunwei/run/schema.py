"""Is the database at the schema of this code? Without Django, so that every role can ask."""

import asyncio
import logging
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from yunwei.base.core.errors import EngineAway, Refused
from yunwei.base.infra.postgres import cursor, is_open, transaction
from yunwei.monitor.collect.queries import sources as queries

logger = logging.getLogger(__name__)

_APPLIED = "SELECT app, name FROM django_migrations"
_IS_THERE = "SELECT to_regclass('django_migrations') IS NOT NULL AS is_there"


def our_migrations() -> Iterator[tuple[str, str]]:
    """Yield (app, name) of each PostgreSQL migration of ours; an app's label is its folder."""
    root = Path(str(files("yunwei")))
    for path in sorted(root.glob("*/*/migrations/[0-9]*.py")):
        app = path.parent.parent
        if app.name != "telemetry":  # ClickHouse's, applied by whoever writes there
            yield app.name, path.stem


def fetch_missing() -> list[str]:
    """Return our migrations that the database lacks, as `app/name`. Raises EngineAway."""
    with transaction() as conn, cursor(conn) as opened:
        there = opened.execute(_IS_THERE).fetchone()
        rows = opened.execute(_APPLIED).fetchall() if there and there["is_there"] else []
    applied = {(row["app"], row["name"]) for row in rows}
    return [f"{app}/{name}" for app, name in our_migrations() if (app, name) not in applied]


def fetch_lacking() -> list[str]:
    """Return what the database lacks before roles can work: migrations, else the sources that
    every installation has, which are made right after them. Raises EngineAway."""
    missing = fetch_missing()
    if missing:
        return missing
    try:
        with transaction() as conn:
            queries.system_internal_source(conn)
    except Refused:
        return ["the platform's own source"]
    return []


async def wait_for_schema() -> None:
    """Return once the database has all that this code needs; says once why it waits.

    In a process in which another role sets Django up, it waits for that first.
    """
    told = ""
    while True:
        if is_open():
            reason, lacks = await _why_not()
            if not reason:
                return
            if reason != told:
                logger.info("%s%s", reason, lacks)
                told = reason
        await asyncio.sleep(0.25)


async def _why_not() -> tuple[str, str]:
    """Return why roles can not work yet, "" when they can, and what the database lacks."""
    try:
        missing = await asyncio.to_thread(fetch_lacking)
    except EngineAway:
        return "PostgreSQL is away", ""
    if not missing:
        return "", ""
    return "waits for `yunwei migrate`", f"; the database lacks {missing[0]}"
