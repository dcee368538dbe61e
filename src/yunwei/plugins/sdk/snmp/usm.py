"""The User-based Security Model's two acts: is a message authentic, and what does it say. Pure.

Time windows, counters and reports belong to who receives (`monitor.collect`).
Source: RFC 3414 6-8, RFC 7860 4, RFC 3826 3.
"""

import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from yunwei.plugins.sdk.snmp import ber
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.message_v3 import (
    AUTH_FLAG,
    PRIVACY_FLAG,
    MessageV3,
    build_message,
    read_message,
)
from yunwei.plugins.sdk.snmp.usm_keys import (
    AuthProtocol,
    PrivacyProtocol,
    derive_key,
    localise_key,
    localise_privacy_key,
)

_DES_BLOCK = 8
_SALT_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class UsmUser:
    """A user of SNMP v3, at no engine yet. Keys are Ku, made by `build_user`: never print."""

    name: bytes
    auth: AuthProtocol | None = None
    privacy: PrivacyProtocol | None = None
    auth_key: bytes = field(default=b"", repr=False)
    privacy_key: bytes = field(default=b"", repr=False)

    @property
    def level(self) -> int:
        """The flags that this user's messages carry, no less and no more."""
        if self.auth is None:
            return 0
        return AUTH_FLAG if self.privacy is None else AUTH_FLAG | PRIVACY_FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalKeys:
    """A user's keys at one engine: never print."""

    auth: AuthProtocol
    auth_key: bytes = field(repr=False)
    privacy: PrivacyProtocol | None = None
    privacy_key: bytes = field(default=b"", repr=False)


def build_user(
    name: str,
    *,
    auth: AuthProtocol | None = None,
    auth_password: str = "",
    privacy: PrivacyProtocol | None = None,
    privacy_password: str = "",
) -> UsmUser:
    """Return a user. Raises ValueError when a protocol has no password, or privacy no
    authentication. Cost: see `derive_key`."""
    if auth is None:
        if privacy is not None:
            raise ValueError("privacy without authentication")
        return UsmUser(name=name.encode())
    return UsmUser(
        name=name.encode(),
        auth=auth,
        privacy=privacy,
        auth_key=derive_key(auth, auth_password.encode()),
        privacy_key=derive_key(auth, privacy_password.encode()) if privacy else b"",
    )


def localise_user(user: UsmUser, engine_id: bytes) -> LocalKeys:
    """Return both keys at an engine; raises ValueError for a user without authentication."""
    if user.auth is None:
        raise ValueError("a user without authentication has no keys")
    local = b""
    if user.privacy is not None:
        local = localise_privacy_key(user.auth, user.privacy, user.privacy_key, engine_id)
    return LocalKeys(
        auth=user.auth,
        auth_key=localise_key(user.auth, user.auth_key, engine_id),
        privacy=user.privacy,
        privacy_key=local,
    )


def is_authentic(data: bytes, message: MessageV3, auth: AuthProtocol, key: bytes) -> bool:
    """Return whether `data` was signed with the localised `key`."""
    start, stop = message.mac_at, message.mac_stop
    length = stop - start
    if length != auth.mac_bytes:
        return False
    signed = b"".join((data[:start], bytes(length), data[stop:]))
    wanted = hmac.digest(key, signed, auth.value)[:length]
    return hmac.compare_digest(wanted, data[start:stop])


def decrypt(encrypted: bytes, message: MessageV3, privacy: PrivacyProtocol, key: bytes) -> bytes:
    """Return the scoped PDU, with what it was padded with. key: localised.

    Raises BadDatagram when it can not be decrypted at all; with a wrong key the result is noise.
    """
    if len(message.salt) != _SALT_BYTES:
        raise BadDatagram("privacy parameters are 8 bytes")
    if privacy is PrivacyProtocol.DES and len(encrypted) % _DES_BLOCK:
        raise BadDatagram("not whole blocks of DES")
    opener = _cipher(privacy, key, message.boots, message.time_s, message.salt).decryptor()
    return opener.update(encrypted) + opener.finalize()


def _encrypt(
    scoped: bytes,
    keys: LocalKeys,
    *,
    boots: int,
    time_s: int,
    salt: bytes,
    privacy: PrivacyProtocol,
) -> bytes:
    if privacy is PrivacyProtocol.DES:
        scoped += bytes(-len(scoped) % _DES_BLOCK)
    sealer = _cipher(privacy, keys.privacy_key, boots, time_s, salt).encryptor()
    return sealer.update(scoped) + sealer.finalize()


def _cipher(
    privacy: PrivacyProtocol, key: bytes, boots: int, time_s: int, salt: bytes
) -> Cipher[CBC] | Cipher[CFB]:
    if privacy is PrivacyProtocol.DES:
        # RFC 3414 8.1.1.1: half of the key is DES's, the other half starts it off
        start = bytes(a ^ b for a, b in zip(key[_DES_BLOCK:], salt, strict=True))
        # three times the same key is plain DES
        return Cipher(TripleDES(key[:_DES_BLOCK] * 3), CBC(start))
    start = (boots & 0xFFFFFFFF).to_bytes(4) + (time_s & 0xFFFFFFFF).to_bytes(4) + salt
    return Cipher(AES(key), CFB(start))


def seal(
    scoped: bytes,
    *,
    keys: LocalKeys | None,
    message_id: int,
    engine_id: bytes,
    boots: int,
    time_s: int,
    user: bytes,
    salt: bytes = b"",
    flags: int = 0,
) -> bytes:
    """Return a message, encrypted and signed as `keys` allow; None: neither.

    flags: beside the level's own. salt: 8 bytes that were never used with these keys before,
    wanted for privacy.
    """
    data, used = scoped, b""
    level = 0 if keys is None else AUTH_FLAG
    if keys is not None and keys.privacy is not None:
        level, used = AUTH_FLAG | PRIVACY_FLAG, salt
        hidden = _encrypt(scoped, keys, boots=boots, time_s=time_s, salt=salt, privacy=keys.privacy)
        data = ber.encode(ber.OCTET_STRING, hidden)
    message = build_message(
        message_id=message_id,
        flags=flags | level,
        engine_id=engine_id,
        boots=boots,
        time_s=time_s,
        user=user,
        data=data,
        mac=b"" if keys is None else bytes(keys.auth.mac_bytes),
        salt=used,
    )
    return message if keys is None else _sign(message, keys)


def _sign(message: bytes, keys: LocalKeys) -> bytes:
    place = read_message(message)
    mac = hmac.digest(keys.auth_key, message, keys.auth.value)[: keys.auth.mac_bytes]
    return message[: place.mac_at] + mac + message[place.mac_stop :]
