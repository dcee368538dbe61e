"""`yunwei check`: is this installation in order? One sentence for each thing looked at."""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from yunwei.base.core.errors import YunweiError
from yunwei.base.infra import postgres
from yunwei.base.infra.bus import connect_bus
from yunwei.base.infra.clickhouse import open_clickhouse
from yunwei.base.infra.engines import folder
from yunwei.base.infra.secrets import KEY_FILE, open_secret_box
from yunwei.base.infra.settings import Settings, load_settings
from yunwei.plugins.sdk.manifest import CHANNELS, CONNECTORS, manifests
from yunwei.run.commands.stores import choose_data_dir
from yunwei.run.schema import fetch_missing
from yunwei.run.sockets import open_http_socket, open_traps, trap_port
from yunwei.run.supervise import answers_ok

_OLDEST_POSTGRES = 15
_LEAST_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found. text: one sentence to an administrator."""

    name: str
    is_ok: bool
    text: str


def check_installation(data_dir: Path | None) -> list[Finding]:
    """Look at everything that can be wrong. What runs is asked, nothing is started."""
    chosen = choose_data_dir(data_dir)
    try:
        settings = load_settings(chosen)
    except YunweiError as error:
        return [Finding(name="settings", is_ok=False, text=error.message)]
    is_running = folder.is_folder_held(chosen)
    settings = settings if is_running else _without_dead_engines(settings)
    checks: dict[str, Callable[[], str]] = {
        "data folder": lambda: _check_folder(settings),
        "secret key": lambda: _check_key(settings),
        "plug-ins": _check_plug_ins,
        "PostgreSQL": lambda: _check_postgres(settings),
        "NATS": lambda: _check_nats(settings),
        "ClickHouse": lambda: _check_clickhouse(settings, is_running=is_running),
        "ports": lambda: _check_ports(settings, is_running=is_running),
    }
    found = [Finding(name="settings", is_ok=True, text="every key is known")]
    return found + [_run(name, check) for name, check in checks.items()]


def _without_dead_engines(settings: Settings) -> Settings:
    """Return the settings without the addresses that a platform that was killed left behind."""
    told = folder.read_engines(settings.data_dir)
    if told.get("database_url") == settings.database_url:
        settings = replace(settings, database_url=None)
    if told.get("nats_url") == settings.nats_url:
        settings = replace(settings, nats_url=None)
    return settings


def _run(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, is_ok=True, text=check())
    except (YunweiError, OSError, psycopg.Error) as error:
        text = str(error).strip().splitlines()[0]
        return Finding(name=name, is_ok=False, text=text)


class _Wrong(YunweiError):
    """A check found something wrong."""


def _check_folder(settings: Settings) -> str:
    chosen = settings.data_dir
    if not chosen.exists():
        return f"{chosen} will be made at the first start"
    if not os.access(chosen, os.W_OK):
        raise _Wrong(f"{chosen} can not be written by this user")
    free_bytes = shutil.disk_usage(chosen).free
    if free_bytes < _LEAST_FREE_BYTES:
        raise _Wrong(f"{chosen} has only {free_bytes // 1024**2} MB of free space")
    return f"{chosen}, {free_bytes // 1024**3} GB free"


def _check_key(settings: Settings) -> str:
    path = settings.data_dir / KEY_FILE
    if not settings.secret_key and not path.exists():
        return "will be made at the first start"
    open_secret_box(settings)
    if not settings.secret_key and path.stat().st_mode & 0o077:
        raise _Wrong(f"{path} can be read by others; run chmod 600 on it")
    return "is a key" if settings.secret_key else f"{path} is a key that only its owner reads"


def _check_plug_ins() -> str:
    return f"{len(manifests(CONNECTORS))} connectors, {len(manifests(CHANNELS))} channels"


def _check_postgres(settings: Settings) -> str:
    if settings.database_url is None:
        return "embedded; not running now"
    with psycopg.connect(settings.database_url, connect_timeout=5) as connection:
        version = connection.info.server_version // 10_000
    if version < _OLDEST_POSTGRES:
        raise _Wrong(f"it is version {version}; {_OLDEST_POSTGRES} or newer is needed")
    postgres.open_pool(settings.database_url, size=1)
    try:
        missing = fetch_missing()
    finally:
        postgres.close_pool()
    if missing:
        raise _Wrong(f"its schema lacks {missing[0]}; run `yunwei migrate`")
    return f"version {version}, at the schema of this code"


def _check_nats(settings: Settings) -> str:
    url = settings.nats_url
    if url is None:
        return "embedded; not running now"

    async def ask() -> None:
        bus = await connect_bus(url, token=settings.nats_token, name="check")
        try:
            await bus.prepare_streams(
                intake_hours=settings.intake_retention_hours, copies=settings.nats_copies
            )
        finally:
            await bus.close()

    asyncio.run(ask())
    return "it answers and has JetStream"


def _check_clickhouse(settings: Settings, *, is_running: bool) -> str:
    if settings.clickhouse_url is None:
        return "embedded; the running platform has it open" if is_running else "embedded"
    opened = open_clickhouse(settings)
    version = opened.command("SELECT version()")
    opened.close()
    return f"version {version}"


def _check_ports(settings: Settings, *, is_running: bool) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    told = f"TCP {settings.port} for the pages, UDP {trap_port(settings)} for traps"
    if is_running or answers_ok(f"http://{host}:{settings.port}/healthz"):
        return f"{told}; a platform answers there"
    option = "--port or YUNWEI_PORT"
    open_http_socket(settings.host, settings.port, option=option).close()
    open_traps(settings).close()
    return f"{told}; both are free"
