"""Who an agent is: its key, made here and never told, and what the platform gave it."""

import base64
import json
import secrets
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from yunwei_agent import VERSION
from yunwei_agent.clock import now_s
from yunwei_agent.settings import Unusable, write_private
from yunwei_wire import ed25519
from yunwei_wire.commands import key_id
from yunwei_wire.identity import renewal_text
from yunwei_wire.nkeys import Kind, write_public

FILE = "identity.json"
_TIMEOUT_S = 30


class NotLetIn(Exception):
    """The platform does not know this agent, or not any more."""


class PlatformAway(Exception):
    """The platform does not answer now."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """url: of the platform's pages. agent: its name on the wire. urls: of NATS. authority:
    what these servers must be certified by. trusted: id → key that signs commands."""

    url: str
    seed: bytes
    machine: str
    agent: str
    jwt: str
    ends_at_s: int
    urls: tuple[str, ...]
    authority: str
    trusted: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"Identity({self.agent})"

    @property
    def public_key(self) -> str:
        return write_public(Kind.USER, ed25519.public_key(self.seed))

    def sign_nonce(self, nonce: str) -> bytes:
        """Return what shows NATS that the key is ours."""
        return base64.b64encode(ed25519.sign(self.seed, nonce.encode()))

    def take(self, welcome: Mapping[str, Any], ends_at_s: int) -> "Identity":
        """Return it with what the platform said anew."""
        return replace(
            self,
            jwt=str(welcome["jwt"]),
            ends_at_s=ends_at_s,
            urls=tuple(welcome["urls"]),
            authority=str(welcome["authority"]),
            trusted=_trusted(welcome["trusted"]),
        )


def load_identity(folder: Path, machine: str) -> Identity:
    """Return the identity of a folder; raises Unusable when there is none, or it is another
    machine's: a copied disk must not make two agents of one."""
    path = folder / FILE
    try:
        kept = json.loads(path.read_text("utf-8"))
        identity = Identity(
            url=kept["url"],
            seed=bytes.fromhex(kept["seed"]),
            machine=kept["machine"],
            agent=kept["agent"],
            jwt=kept["jwt"],
            ends_at_s=kept["ends_at_s"],
            urls=tuple(kept["urls"]),
            authority=kept["authority"],
            trusted=_trusted(kept["trusted"]),
        )
    except FileNotFoundError as error:
        raise Unusable(f"this machine has not enrolled ({path} is missing)") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{path} is damaged: {error}") from error
    if identity.machine != machine:
        raise Unusable(f"{path} belongs to another machine, of which this is a copy; enrol anew")
    return identity


def save_identity(folder: Path, identity: Identity) -> None:
    kept = {
        "url": identity.url,
        "seed": identity.seed.hex(),
        "machine": identity.machine,
        "agent": identity.agent,
        "jwt": identity.jwt,
        "ends_at_s": identity.ends_at_s,
        "urls": list(identity.urls),
        "authority": identity.authority,
        "trusted": [key.hex() for key in identity.trusted.values()],
    }
    write_private(folder / FILE, json.dumps(kept, indent=1).encode())


def enrol(url: str, token: str, *, name: str, machine: str, system: str) -> Identity:
    """Become an agent; raises NotLetIn, PlatformAway, Unusable."""
    seed = secrets.token_bytes(ed25519.SEED_BYTES)
    public_key = write_public(Kind.USER, ed25519.public_key(seed))
    asked = {"token": token, "name": name, "public_key": public_key, "machine": machine}
    welcome = _post(url, "enrol", {**asked, "system": system, "version": VERSION})
    return Identity(
        url=url.rstrip("/"),
        seed=seed,
        machine=machine,
        agent=str(welcome["agent"]),
        jwt=str(welcome["jwt"]),
        ends_at_s=_seconds(welcome["ends_at"]),
        urls=tuple(welcome["urls"]),
        authority=str(welcome["authority"]),
        trusted=_trusted(welcome["trusted"]),
    )


def renew(identity: Identity) -> Identity:
    """Be let in for longer, over HTTP: for when NATS does not let us in. Raises as `enrol`."""
    at_s = int(now_s())
    told = renewal_text(identity.public_key, identity.machine, at_s)
    signature = base64.b64encode(ed25519.sign(identity.seed, told)).decode()
    asked = {"public_key": identity.public_key, "machine": identity.machine, "at_s": at_s}
    welcome = _post(identity.url, "renew", {**asked, "signature": signature})
    return identity.take(welcome, _seconds(welcome["ends_at"]))


def _post(url: str, act: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if not url.startswith("https://") and not _is_loopback(url):
        raise Unusable("the platform's address must begin with https://")
    request = urllib.request.Request(  # noqa: S310  its scheme is checked above
        f"{url.rstrip('/')}/api/v1/agent-door/{act}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    context = ssl.create_default_context() if url.startswith("https://") else None
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S, context=context) as answer:  # noqa: S310
            welcome: dict[str, Any] = json.load(answer)
            return welcome
    except urllib.error.HTTPError as error:
        if error.code in (404, 409, 422):
            raise NotLetIn(f"the platform says no ({error.code})") from error
        raise PlatformAway(f"the platform answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise PlatformAway(f"the platform does not answer: {error}") from error


def _is_loopback(url: str) -> bool:
    host = url.removeprefix("http://").partition("/")[0].partition(":")[0]
    return url.startswith("http://") and host in ("127.0.0.1", "localhost")


def _trusted(keys: list[str]) -> dict[str, bytes]:
    opened = [bytes.fromhex(key) for key in keys]
    return {key_id(key): key for key in opened}


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
