"""Connections over SSH: with which key or password, and whose host keys are believed. No host is
ever talked to that is not known; who may be met for the first time, the caller says."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncssh

from yunwei.base.core.errors import Invalid, MachineUnreached
from yunwei.base.core.far import Offer

logging.getLogger("asyncssh").setLevel(logging.ERROR)  # it would tell of every connection

_ALIVE_EVERY_S = 15
_ALIVE_MISSED = 3
_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_CIPHERS = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
"""First; then whatever else is good. What Python adds to each packet is least with these."""
_PLAIN = ("ssh-ed25519", *(f"ecdsa-sha2-nistp{bits}" for bits in (256, 384, 521)))


@dataclass(frozen=True, kw_only=True)
class Login:
    """As whom. private_key, certificate: in the form of OpenSSH. What is "" is not offered."""

    user: str
    password: str = ""
    private_key: str = ""
    passphrase: str = ""
    certificate: str = ""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whose word is believed. key: the host's, as a line of known_hosts has it; authority: of the
    key that signs those of hosts. takes_first: a host without a key that is known is believed."""

    key: str = ""
    authority: str = ""
    takes_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Machine:
    host: str
    port: int
    login: Login
    trust: Trust


class _Watchman(asyncssh.SSHClient):
    def __init__(self, trust: Trust, offer: Offer) -> None:
        self._trust = trust
        self._offer = offer

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        self._offer.key = _text_of(key)
        self._offer.fingerprint = key.get_fingerprint()
        if self._trust.key:
            return self._trust.key == self._offer.key
        return self._trust.takes_first

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return bool(self._trust.authority) and self._trust.authority == _text_of(key)


def read_public_key(text: str, *, field: str) -> tuple[str, str]:
    """Return a public key in its one form, and its fingerprint; raises Invalid."""
    try:
        key = asyncssh.import_public_key(text.strip())
    except (asyncssh.KeyImportError, UnicodeError, ValueError) as error:
        raise Invalid(field, "this is no public key of SSH") from error
    return _text_of(key), key.get_fingerprint()


def check_login(login: Login) -> None:
    """Raise Invalid naming what can not be read: private_key, certificate."""
    if login.private_key:
        _read_private_key(login)
    if login.certificate:
        _read_certificate(login)


def _text_of(key: asyncssh.SSHKey) -> str:
    kind, data = key.export_public_key("openssh").decode("ascii").split()[:2]
    return f"{kind} {data}"


def _read_private_key(login: Login) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(login.private_key, login.passphrase or None)
    except asyncssh.KeyEncryptionError as error:
        raise Invalid("passphrase", "the passphrase does not open this key") from error
    except (asyncssh.KeyImportError, UnicodeError, ValueError) as error:
        raise Invalid("private_key", "this is no private key of SSH") from error


def _read_certificate(login: Login) -> asyncssh.SSHCertificate:
    try:
        return asyncssh.import_certificate(login.certificate)
    except (asyncssh.KeyImportError, UnicodeError, ValueError) as error:
        raise Invalid("certificate", "this is no certificate of SSH") from error


@asynccontextmanager
async def connected(
    machine: Machine,
    offer: Offer,
    *,
    timeout_s: float,
    through: asyncssh.SSHClientConnection | None,
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Be connected to a machine, signed in; raises MachineUnreached with the reason.

    offer: becomes the key that the host shows, also when it is not believed.
    """
    connection = await connect(machine, offer, timeout_s=timeout_s, through=through)
    try:
        yield connection
    finally:
        connection.close()


async def connect(
    machine: Machine,
    offer: Offer,
    *,
    timeout_s: float,
    through: asyncssh.SSHClientConnection | None = None,
) -> asyncssh.SSHClientConnection:
    """Return a connection that is signed in; whoever calls closes it. Raises as `connected`."""
    login, trust = machine.login, machine.trust
    try:
        async with asyncio.timeout(timeout_s):
            connection, _client = await asyncssh.create_connection(
                lambda: _Watchman(trust, offer),
                machine.host,
                machine.port,
                tunnel=through or (),
                username=login.user,
                password=login.password or None,
                client_keys=_client_keys(login),
                known_hosts=([], [], []),
                server_host_key_algs=_host_key_kinds(trust),
                encryption_algs=_CIPHERS,
                config=[],
                agent_path=None,
                agent_forwarding=False,
                gss_auth=False,
                gss_kex=False,
                kbdint_auth=False,
                host_based_auth=False,
                keepalive_interval=_ALIVE_EVERY_S,
                keepalive_count_max=_ALIVE_MISSED,
                login_timeout=timeout_s,
            )
    except (TimeoutError, OSError, asyncssh.Error) as error:
        raise _failure(error, trust, offer) from error
    return connection


def _host_key_kinds(trust: Trust) -> Sequence[str] | str:
    """Return which kinds of keys a host is asked for: it has several. Signed ones only where there
    is an authority to believe; else that which is known."""
    if trust.authority:
        return "default"
    kind = trust.key.split(" ")[0]
    if kind == "ssh-rsa":
        return _RSA
    return [kind] if kind else (*_PLAIN, *_RSA)


def _client_keys(login: Login) -> list[object] | None:
    if not login.private_key:
        return None
    key = _read_private_key(login)
    return [(key, _read_certificate(login))] if login.certificate else [key]


def _failure(error: Exception, trust: Trust, offer: Offer) -> MachineUnreached:
    said = str(error)[:300]
    match error:
        case asyncssh.HostKeyNotVerifiable() if trust.key or not offer.key:
            return MachineUnreached("ssh_host_key_changed" if offer.key else "ssh_host_key", said)
        case asyncssh.HostKeyNotVerifiable():
            return MachineUnreached("ssh_host_key_unknown", said)
        case asyncssh.KeyExchangeFailed() if trust.key:
            # it has no key any more of the kind that is known
            return MachineUnreached("ssh_host_key_changed", said)
        case asyncssh.PermissionDenied():
            return MachineUnreached("ssh_login", said)
        case TimeoutError():
            return MachineUnreached("ssh_unreachable", "no answer in time")
    return MachineUnreached("ssh_unreachable", said)
