"""Where an agent keeps what it has, and what its administrator may choose: `agent.json`."""

import json
import os
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

FILE = "agent.json"


class Unusable(Exception):
    """The agent can not work so; the text is for whoever installs it."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """run_as: the user that scripts run as; "" is the agent's own. parallel: tasks at once.

    heartbeat_s, sync_s: how often it says that it lives, and asks what is open. jitter_s: it waits
    up to so long before it comes back after a break, so that not all come at once. trial_s: so long
    a newer release of it has to speak with the platform, or the one before it is started again.
    """

    folder: Path
    run_as: str = ""
    parallel: int = 2
    heartbeat_s: float = 60.0
    sync_s: float = 120.0
    jitter_s: float = 10.0
    trial_s: float = 600.0


def default_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "YunweiAgent"
    if os.geteuid() == 0:
        return Path("/var/lib/yunwei-agent")
    return Path.home() / ".local/share/yunwei-agent"


def load_settings(folder: Path | None) -> Settings:
    """Return the settings in a folder; raises Unusable."""
    settings = Settings(folder=(folder or default_folder()).expanduser().absolute())
    path = settings.folder / FILE
    if not path.exists():
        return settings
    try:
        given: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Unusable(f"{path}: {error}") from error
    kinds = {each.name: type(getattr(settings, each.name)) for each in fields(settings)}
    for name, value in given.items():
        if name not in kinds or name == "folder":
            raise Unusable(f"{path}: there is no setting {name!r}")
        if not isinstance(value, (int, float) if kinds[name] in (int, float) else str):
            raise Unusable(f"{path}: {name} has the wrong kind of value")
    return replace(settings, **given)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
