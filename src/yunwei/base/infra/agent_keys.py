"""The keys of the agents' channel, all drawn from the installation's secret key, and the JWTs that
NATS believes: operator → account → an agent's user.

Nothing of it is stored: every process that has the secret key has the same keys, and what a NATS
server needs of them is public. Formats: NATS's decentralised authentication, nkeys and JWT v2.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yunwei.base.infra.secrets import read_secret_key
from yunwei.base.infra.settings import Settings
from yunwei_wire import subjects
from yunwei_wire.nkeys import Kind, write_public

_UNLIMITED = {"subs": -1, "data": -1, "payload": -1}
_AGENT_LIMITS = {"subs": 20, "data": -1, "payload": 512 * 1024}
# a JWT without its time is taken for a revoked one as soon as anybody is
_LONG_AGO = 1_767_225_600
_NAMED_AGENT = "{{name()}}"


class SigningKey:
    """An Ed25519 key of ours."""

    def __init__(self, seed: bytes, kind: Kind) -> None:
        self.seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.text = write_public(kind, self.public)

    def __repr__(self) -> str:
        return f"SigningKey({self.text})"

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


@dataclass(frozen=True, kw_only=True)
class AgentKeys:
    """operator: whom the NATS servers believe. account: where the agents are. enroller: makes
    agents' JWTs, and can make nothing but agents. insider: makes ours. system: for changing the
    account while servers run. platform: ours on the channel. commands: sign scripts; the first
    signs, all are believed. authority: seed of what certifies the servers.
    """

    operator: SigningKey
    account: SigningKey
    enroller: SigningKey
    insider: SigningKey
    system_account: SigningKey
    system: SigningKey
    platform: SigningKey
    commands: tuple[SigningKey, ...]
    authority: bytes

    def operator_jwt(self) -> str:
        claims = {"nats": {"type": "operator", "version": 2}, "name": "yunwei"}
        return _sign_jwt(self.operator, self.operator, claims)

    def system_account_jwt(self) -> str:
        nats = {"type": "account", "version": 2, "limits": _account_limits()}
        return _sign_jwt(self.operator, self.system_account, {"name": "SYS", "nats": nats})

    def account_jwt(
        self, revoked: Mapping[str, datetime] | None = None, *, now: datetime | None = None
    ) -> str:
        """Return the account of the agents. revoked: agents' public keys, cut off when they were
        let in before that time. now: of two, servers take the one made later."""
        told = {key: int(at.timestamp()) for key, at in (revoked or {}).items()}
        nats = {
            "type": "account",
            "version": 2,
            "limits": _account_limits(),
            "signing_keys": [_agent_scope(self.enroller), self.insider.text],
            "default_permissions": {"pub": {}, "sub": {}},
        }
        if told:
            nats["revocations"] = told
        claims: dict[str, Any] = {"name": "AGENTS", "nats": nats}
        if now is not None:
            claims["iat"] = int(now.timestamp())
        return _sign_jwt(self.operator, self.account, claims)

    def agent_jwt(self, public: bytes, agent: str, *, now: datetime, ends_at: datetime) -> str:
        """Return what lets an agent in under its name until a time; worth nothing without the
        seed of the public key."""
        claims: dict[str, Any] = {
            "name": agent,
            "exp": int(ends_at.timestamp()),
            "iat": int(now.timestamp()),
            "nats": {"type": "user", "version": 2, "issuer_account": self.account.text},
        }
        # what a user of a scoped key may stands with the key; the claim has to be empty
        claims["nats"] |= {"subs": 0, "data": 0, "payload": 0, "pub": {}, "sub": {}}
        return _sign_jwt(self.enroller, write_public(Kind.USER, public), claims)

    def platform_jwt(self) -> str:
        # a user of the account's own key is thrown out with each change of the account
        return self._own_user(self.insider, self.platform, "platform", account=self.account)

    def system_jwt(self) -> str:
        key = self.system_account
        return self._own_user(key, self.system, "system")

    def _own_user(
        self, key: SigningKey, user: SigningKey, name: str, *, account: SigningKey | None = None
    ) -> str:
        nats: dict[str, Any] = {"type": "user", "version": 2, "pub": {}, "sub": {}, **_UNLIMITED}
        if account is not None:
            nats["issuer_account"] = account.text
        return _sign_jwt(key, user, {"name": name, "nats": nats})


def open_agent_keys(settings: Settings) -> AgentKeys:
    """Return the installation's keys."""
    secrets = read_secret_key(settings).split(",")

    def draw(purpose: str, kind: Kind, secret: str = secrets[0]) -> SigningKey:
        return SigningKey(_draw(secret, purpose), kind)

    return AgentKeys(
        operator=draw("operator", Kind.OPERATOR),
        account=draw("account", Kind.ACCOUNT),
        enroller=draw("enroller", Kind.ACCOUNT),
        insider=draw("insider", Kind.ACCOUNT),
        system_account=draw("system account", Kind.ACCOUNT),
        system=draw("system", Kind.USER),
        platform=draw("platform", Kind.USER),
        commands=tuple(draw("commands", Kind.USER, secret) for secret in secrets),
        authority=_draw(secrets[0], "authority"),
    )


def _draw(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"yunwei agents {purpose}".encode(), "sha256")


def _account_limits() -> dict[str, Any]:
    nothing = {"imports": 0, "exports": 0, "wildcards": True}
    return {**_UNLIMITED, "conn": -1, "leaf": 0, **nothing}


def _agent_scope(key: SigningKey) -> dict[str, Any]:
    """What whoever is let in by this key may: speak as itself, and hear what is for itself."""
    template = {
        "pub": {"allow": [subjects.asked(_NAMED_AGENT), subjects.heartbeat(_NAMED_AGENT)]},
        "sub": {"allow": [subjects.command(_NAMED_AGENT), subjects.inbox(_NAMED_AGENT) + ".>"]},
        "allowed_connection_types": ["STANDARD", "WEBSOCKET"],
        **_AGENT_LIMITS,
    }
    return {"kind": "user_scope", "key": key.text, "role": "agent", "template": template}


def _sign_jwt(issuer: SigningKey, subject: SigningKey | str, claims: dict[str, Any]) -> str:
    text = subject if isinstance(subject, str) else subject.text
    body: dict[str, Any] = {"iat": _LONG_AGO, "iss": issuer.text, "sub": text, **claims, "jti": ""}
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    body["jti"] = base64.b32encode(digest).decode().rstrip("=")
    head = _encode({"typ": "JWT", "alg": "ed25519-nkey"})
    signed = f"{head}.{_encode(body)}"
    return f"{signed}.{_text(issuer.sign(signed.encode()))}"


def _encode(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
