"""`yunwei ssh …`."""

import asyncio
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people.facts import Viewer
from yunwei.operate.ssh import queries
from yunwei.operate.ssh.actions import host_keys
from yunwei.operate.ssh.actions.trying import try_profile
from yunwei.operate.ssh.facts import HostKey
from yunwei.run.commands.people import find_administrator
from yunwei.run.commands.stores import open_database

_ALL = PageRequest(limit=1000)


def list_profiles(data_dir: Path | None) -> list[dict[str, Any]]:
    with open_database(data_dir):
        return [
            {
                "id": each.id,
                "name": each.name,
                "kind": each.kind.value,
                "tenant": each.tenant_name,
                "account": f"{each.user}:{each.port}",
                "host_keys": each.trust.value,
                "jump_host": each.jump_host,
                "is_enabled": each.is_enabled,
            }
            for each in queries.fetch_profiles(find_administrator(), page=_ALL).items
        ]


def try_one(data_dir: Path | None, name: str, desktop: str) -> dict[str, Any]:
    """Reach one desktop by a profile: {"reason", "said", "fingerprint", "told"}."""
    with open_database(data_dir):
        viewer = find_administrator()
        known = queries.fetch_profiles(viewer, page=_ALL).items
        found = [each.id for each in known if name in (str(each.id), each.name)]
        if len(found) != 1:
            raise Invalid("profile", f"there is no connection profile {name!r}, or more than one")
        box = open_secret_box(load_settings(data_dir))
        tried = asyncio.run(
            try_profile(viewer, found[0], desktop, box=box, now=SystemClock().now())
        )
    return {
        "desktop": tried.desktop_name,
        "address": tried.address,
        "reason": tried.reason,
        "said": tried.said,
        "fingerprint": tried.fingerprint,
        "told": tried.told,
    }


def list_keys(data_dir: Path | None) -> list[dict[str, Any]]:
    with open_database(data_dir):
        found = queries.fetch_host_keys(find_administrator(), page=_ALL).items
        return [_told(each) for each in found]


def accept(data_dir: Path | None, desktop: str, fingerprint: str) -> dict[str, Any]:
    """Trust the key that a desktop showed, if it is the one with this fingerprint."""
    with open_database(data_dir):
        viewer = find_administrator()
        known = _find_key(viewer, desktop)
        host_keys.accept_key(viewer, known.desktop, fingerprint, now=SystemClock().now())
        return _told(queries.access_host_key(viewer, known.desktop))


def _find_key(viewer: Viewer, desktop: str) -> HostKey:
    found = queries.fetch_host_keys(viewer, {"search": desktop}, _ALL).items
    named = [each for each in found if each.desktop_name == desktop]
    if len(named) != 1:
        raise Invalid("desktop", f"nothing is known of a host key of {desktop!r}")
    return named[0]


def _told(key: HostKey) -> dict[str, Any]:
    return {
        "desktop": key.desktop_name,
        "tenant": key.tenant_name,
        "state": key.state.value,
        "trusted": key.trusted_fingerprint,
        "offered": key.offered_fingerprint,
    }
