"""The settings of one installation: `yunwei.toml` in the data folder and `YUNWEI_*` variables.

Order, strongest first: environment (`YUNWEI_PORT`, or `YUNWEI_SECRET_KEY_FILE` naming a file),
`yunwei.toml`, what a running platform wrote about its embedded engines, defaults. Unknown keys
and variables are errors. What people may change while it runs is not here but in the pages.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import msgspec

from yunwei.base.core.errors import Misconfigured

PREFIX = "YUNWEI_"
ENGINES_FILE = "run/engines.json"


def _says(summary: str) -> msgspec.Meta:
    return msgspec.Meta(description=summary)


@dataclass(frozen=True, kw_only=True)
class Settings:
    data_dir: Annotated[Path, _says("Folder that holds all state of embedded engines.")] = Path()
    database_url: Annotated[str | None, _says("PostgreSQL; absent means embedded.")] = None
    clickhouse_url: Annotated[str | None, _says("ClickHouse; absent means embedded (chDB).")] = None
    nats_url: Annotated[
        str | None, _says("NATS servers with JetStream, with commas; absent means embedded.")
    ] = None
    nats_token: Annotated[str | None, _says("Token for NATS, when it asks for one.")] = None
    nats_copies: Annotated[
        int | None, _says("Servers that keep each report; absent: 3 in a cluster, else 1.")
    ] = None
    agent_nats_url: Annotated[
        str | None, _says("NATS servers for agents, with commas; absent means embedded.")
    ] = None
    agent_url: Annotated[
        str | None, _says("Address under which desktops reach those; absent: as they listen.")
    ] = None
    agent_host: Annotated[
        str, _says("Address on which the embedded server takes agents; 0.0.0.0 opens it.")
    ] = "127.0.0.1"
    agent_port: Annotated[int, _says("Its TCP port; 0 keeps one that was free.")] = 0
    agent_ca_file: Annotated[
        Path | None, _says("Authority of the servers for agents; absent: the platform's own.")
    ] = None
    host: Annotated[str, _says("Address that the pages and REST are served on.")] = "127.0.0.1"
    port: Annotated[int, _says("Port that the pages and REST are served on.")] = 8000
    engine_port: Annotated[
        int, _says("Port of the engine's /healthz and /metrics; 0 picks one.")
    ] = 0
    govern_port: Annotated[
        int, _says("The same of the process in which `up` governs; 0 picks one.")
    ] = 0
    public_url: Annotated[str | None, _says("Address under which people reach the pages.")] = None
    allowed_hosts: Annotated[tuple[str, ...], _says("Host names that requests may carry.")] = ()
    trap_host: Annotated[str, _says("Address on which traps are received.")] = "0.0.0.0"  # noqa: S104
    trap_port: Annotated[
        int | None, _says("UDP port for traps; absent: 162 as root, else 1162.")
    ] = None
    secret_key: Annotated[
        str | None, _says("Key of all secrets; absent: made in the data folder.")
    ] = None
    time_zone: Annotated[str, _says("Time zone of new people and of reports.")] = "Asia/Shanghai"
    log_level: Annotated[str, _says("DEBUG, INFO, WARNING or ERROR.")] = "INFO"
    heartbeat_url: Annotated[
        str | None,
        _says("Asked every minute while all is well; an outside monitor that misses it calls."),
    ] = None
    telemetry_retention_days: Annotated[int, _says("Days that raw measurements are kept.")] = 400
    intake_retention_hours: Annotated[
        int, _says("Hours that accepted raw alarms stay on the bus.")
    ] = 72
    dead_letter_retention_days: Annotated[
        int, _says("Days that dead letters are kept after they were dealt with.")
    ] = 90


_NAMES = {each.name for each in fields(Settings)}


def default_data_dir() -> Path:
    """Return `YUNWEI_DATA_DIR`, else `~/.local/share/yunwei`."""
    return Path(os.environ.get("YUNWEI_DATA_DIR") or Path.home() / ".local/share/yunwei")


def load_settings(
    data_dir: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings of the installation in `data_dir`; raises Misconfigured.

    data_dir: None takes `default_data_dir()`.
    """
    folder = (data_dir or default_data_dir()).expanduser().resolve()
    values = _read_engines(folder) | _read_file(folder / "yunwei.toml") | _read_environ(environ)
    values["data_dir"] = folder
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"settings: {error}") from error


def _read_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path}: {error}") from error
    for key in values:
        if key not in _NAMES:
            raise Misconfigured(f"{path}: there is no setting {key!r}")
    return values


def _read_engines(folder: Path) -> dict[str, Any]:
    path = folder / ENGINES_FILE
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError as error:
        raise Misconfigured(f"{path} is damaged; delete it: {error}") from error


def _read_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or text == "":
            continue
        key = variable.removeprefix(PREFIX).lower()
        if key.removesuffix("_file") in _NAMES and key.endswith("_file"):
            key, text = key.removesuffix("_file"), _read_secret_file(variable, text)
        if key not in _NAMES:
            raise Misconfigured(f"there is no setting for the variable {variable}")
        values[key] = text.split(",") if key == "allowed_hosts" else text
    return values


def _read_secret_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise Misconfigured(f"{variable}: {error.strerror}: {path}") from error
