"""`yunwei agent …`."""

import re
import sysconfig
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Bug, Misconfigured
from yunwei.base.infra.agent_keys import open_agent_keys
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.engines.agent_nats import server_lines
from yunwei.base.infra.settings import load_settings
from yunwei.operate.agents.actions import agents as actions
from yunwei.operate.agents.actions import releases
from yunwei.operate.agents.facts.agents import TokenDraft
from yunwei.run.commands.people import find_administrator, find_tenant
from yunwei.run.commands.stores import open_database

_PACKAGES = ("yunwei_agent", "yunwei_wire", "nats", "msgpack")
_VERSION = re.compile(r'^VERSION = "([^"]*)"$', re.MULTILINE)
_ENTRY = "import sys\nfrom yunwei_agent.__main__ import main\nsys.exit(main(sys.argv[1:]))\n"


def create_token(
    data_dir: Path | None, *, name: str, tenant: str | None, days: int, uses: int
) -> dict[str, Any]:
    """Make an enrolment token: {"id", "name", "token", "uses", "expires_at"}."""
    now = SystemClock().now()
    draft = TokenDraft(name=name, expires_at=now + timedelta(days=days), uses=uses)
    with open_database(data_dir):
        viewer, owner = find_administrator(), find_tenant(tenant).id
        made, text = actions.create_token(viewer, owner, draft, now=now)
    told = {"id": made.id, "name": made.name, "token": text, "uses": made.uses}
    return {**told, "expires_at": made.expires_at}


def write_bundle(file: Path) -> dict[str, Any]:
    """Write the agent as one file that any Python from 3.12 on runs, on Linux and on Windows:
    plain Python only. Raises Misconfigured when it can not be written."""
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("__main__.py", _ENTRY)
            for package in _PACKAGES:
                for path, name in _sources(package):
                    bundle.write(path, name)
    except OSError as error:
        raise Misconfigured(f"{file}: {error.strerror}") from error
    return {"file": str(file), "size_bytes": file.stat().st_size}


def offer_release(data_dir: Path | None, file: Path, *, share: int) -> dict[str, Any]:
    """Offer a bundle to agents. Raises Misconfigured when it is none; Refused, Invalid."""
    try:
        data = file.read_bytes()
        with zipfile.ZipFile(file) as bundle:
            told = bundle.read("yunwei_agent/__init__.py").decode()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Misconfigured(f"{file} is no bundle of the agent: {error}") from error
    found = _VERSION.search(told)
    if found is None:
        raise Misconfigured(f"{file} does not say which version it is")
    version, now = found.group(1), SystemClock().now()
    with open_database(data_dir):
        releases.offer_release(find_administrator(), version, data, share=share, now=now)
    return {"version": version, "size_bytes": len(data), "share": share}


def withdraw_release(data_dir: Path | None) -> dict[str, Any]:
    """Offer no release any more: {"was_offered"}."""
    with open_database(data_dir):
        was = releases.withdraw_release(find_administrator(), now=SystemClock().now())
    return {"was_offered": was}


def _sources(package: str) -> Iterator[tuple[Path, str]]:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise Bug(f"the package {package} is not installed in {sysconfig.get_path('purelib')}")
    root = Path(found.submodule_search_locations[0])
    for path in sorted(root.rglob("*.py")):
        yield path, f"{package}/{path.relative_to(root).as_posix()}"


def render_server_config(data_dir: Path | None) -> str:
    """Return what the configuration of a NATS server of one's own needs to take this
    installation's agents; nothing of it is secret."""
    keys = open_agent_keys(load_settings(data_dir))
    files = {name: Path(f"/etc/nats/{name}") for name in ("server.pem", "server-key.pem")}
    lines = server_lines(
        keys,
        certificate=files["server.pem"],
        private=files["server-key.pem"],
        accounts=Path("/var/lib/nats/accounts"),
    )
    return "\n".join(lines)
