"""Keys of the User-based Security Model: a password to the key of one user at one engine. Pure.

A password becomes a key by hashing 1 MiB of it, once per password (`derive_key`, milliseconds);
the key becomes an engine's by one short hash (`localise_key`, microseconds). So an engine id that
nobody has seen before costs next to nothing, whoever invents it.
Source: RFC 3414 2.6 and A.2 (MD5, SHA-1), RFC 7860 (SHA-2), RFC 3826 (AES),
draft-blumenthal-aes-usm-04 3.1.2.1 and draft-reeder-snmpv3-usm-3desede-00 2.1 (longer keys).
"""

import hashlib
from enum import StrEnum
from functools import lru_cache

_PASSWORD_BYTES = 1_048_576
# RFC 3414 11.2: passwords shorter than this are refused by every implementation
SHORTEST_PASSWORD = 8
_KNOWN_PASSWORDS = 2048


class AuthProtocol(StrEnum):
    """How a message proves who sent it, by the names of hashlib."""

    MD5 = "md5"
    SHA = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"

    @property
    def mac_bytes(self) -> int:
        """How much of the HMAC travels. Source: RFC 3414 6.3.1, 7.3.1; RFC 7860 4.2.1."""
        return _MAC_BYTES[self]


_MAC_BYTES = {
    AuthProtocol.MD5: 12,
    AuthProtocol.SHA: 12,
    AuthProtocol.SHA224: 16,
    AuthProtocol.SHA256: 24,
    AuthProtocol.SHA384: 32,
    AuthProtocol.SHA512: 48,
}


class PrivacyProtocol(StrEnum):
    """How a message is encrypted. `-c` are the Cisco forms: they lengthen keys as Reeder's draft
    does, the others as Blumenthal's, which net-snmp and most agents follow."""

    DES = "des"
    AES128 = "aes"
    AES192 = "aes192"
    AES256 = "aes256"
    AES192_CISCO = "aes192-c"
    AES256_CISCO = "aes256-c"

    @property
    def key_bytes(self) -> int:
        return _KEY_BYTES[self]

    @property
    def is_reeder(self) -> bool:
        return self in (PrivacyProtocol.AES192_CISCO, PrivacyProtocol.AES256_CISCO)


_KEY_BYTES = {
    PrivacyProtocol.DES: 16,
    PrivacyProtocol.AES128: 16,
    PrivacyProtocol.AES192: 24,
    PrivacyProtocol.AES256: 32,
    PrivacyProtocol.AES192_CISCO: 24,
    PrivacyProtocol.AES256_CISCO: 32,
}


@lru_cache(maxsize=_KNOWN_PASSWORDS)
def derive_key(protocol: AuthProtocol, password: bytes) -> bytes:
    """Return the user's key Ku. Raises ValueError for an empty password.

    Cost: 1 MiB of hashing, some milliseconds; remembered.
    """
    if not password:
        raise ValueError("an empty password")
    times = _PASSWORD_BYTES // len(password) + 1
    return hashlib.new(protocol, (password * times)[:_PASSWORD_BYTES]).digest()


def localise_key(protocol: AuthProtocol, key: bytes, engine_id: bytes) -> bytes:
    """Return the user's key at one engine, Kul."""
    return hashlib.new(protocol, key + engine_id + key).digest()


def localise_privacy_key(
    auth: AuthProtocol, privacy: PrivacyProtocol, key: bytes, engine_id: bytes
) -> bytes:
    """Return the localised key as long as `privacy` wants it.

    Cost: microseconds, but milliseconds for the Cisco forms with a hash that is shorter than the
    key; ask only once the message is known to be authentic.
    """
    local = localise_key(auth, key, engine_id)
    while len(local) < privacy.key_bytes:
        if privacy.is_reeder:
            longer = localise_key(auth, derive_key(auth, local), engine_id)
        else:
            longer = hashlib.new(auth, local).digest()
        local += longer
    return local[: privacy.key_bytes]
