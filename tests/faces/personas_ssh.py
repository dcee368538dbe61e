"""Who may pass the doors of connections over SSH: part of the table in `personas`."""

from typing import Any

import asyncssh

from tests.faces.doors import Door, World, door
from tests.support.people import Standing
from yunwei.base.core.ids import DesktopId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.operate.ssh.actions import profiles
from yunwei.operate.ssh.facts import Met, ProfileDraft
from yunwei.operate.ssh.queries import access_host_key, system_note_met

SEERS = "root olga mia audrey"
SEERS_ANY = f"{SEERS} chen"
AT = {"profile": "ssh_profile"}
REST_AT = {"profile_id": "ssh_profile"}
KEY = {"desktop": "run_desktop"}
REST_KEY = {"desktop_id": "run_desktop"}


def _form(world: World) -> dict[str, Any]:
    return {"name": "another", "user": "ops", "password": "x"}


def _body(world: World) -> dict[str, Any]:
    return _form(world) | {"tenant": world["a"]}


def _nobody(world: World) -> dict[str, Any]:
    return {"desktop": "there is none"}


def _set(world: World) -> dict[str, Any]:
    return {"desktop": world["run_desktop_name"], "key": _key(), "tenant": world["a"]}


def _accept(world: World) -> dict[str, Any]:
    return {"fingerprint": world["ssh_fingerprint"]}


def _key() -> str:
    return asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()


PAGES: dict[str, Door] = {
    "ssh_profiles": door(SEERS_ANY),
    "ssh_profile_new": door("root"),
    "ssh_profile": door(SEERS, at=AT),
    "ssh_profile_try": door("root", 422, method="post", at=AT, data=_nobody),
    "ssh_profile_remove": door("root", 303, method="post", at=AT, data={}),
    "host_keys": door(SEERS_ANY),
    "host_key": door(SEERS, at=KEY),
    "host_key_decide": door("root", 303, method="post", at=KEY, data={"decision": "decline"}),
}

REST: dict[str, Door] = {
    "GET /api/v1/ssh-profiles": door(SEERS_ANY),
    "POST /api/v1/ssh-profiles": door("root", 201, data=_body),
    "GET /api/v1/ssh-profiles/{profile_id}": door(SEERS, at=REST_AT),
    "PUT /api/v1/ssh-profiles/{profile_id}": door("root", at=REST_AT, data=_form),
    "DELETE /api/v1/ssh-profiles/{profile_id}": door("root", 204, at=REST_AT),
    "POST /api/v1/ssh-profiles/{profile_id}/try": door("root", 422, at=REST_AT, data=_nobody),
    "GET /api/v1/host-keys": door(SEERS_ANY),
    "PUT /api/v1/host-keys": door("root", data=_set),
    "GET /api/v1/host-keys/{desktop_id}": door(SEERS, at=REST_KEY),
    "POST /api/v1/host-keys/{desktop_id}/accept": door("root", at=REST_KEY, data=_accept),
    "POST /api/v1/host-keys/{desktop_id}/decline": door("root", 204, at=REST_KEY),
    "DELETE /api/v1/host-keys/{desktop_id}": door("root", 204, at=REST_KEY),
}


def build(world: World, standing: Standing) -> None:
    """A profile of customer A, and a desktop of A that showed another key than the trusted one."""
    now, box = SystemClock().now(), open_secret_box(load_settings())
    draft = ProfileDraft(name="p", user="ops", password="x")
    root, tenant = standing["root"], standing.a.id
    world["ssh_profile"] = profiles.add_profile(root, tenant, draft, box=box, now=now)
    desktop = DesktopId(int(world["run_desktop"]))
    other = asyncssh.generate_private_key("ssh-ed25519")
    system_note_met(
        [
            Met(
                desktop=desktop,
                address="192.0.2.7",
                key=" ".join(other.export_public_key().decode().split()[:2]),
                fingerprint=other.get_fingerprint(),
                is_believed=False,
            )
        ],
        now,
    )
    world["ssh_fingerprint"] = other.get_fingerprint()
    world["run_desktop_name"] = access_host_key(root, desktop).desktop_name
