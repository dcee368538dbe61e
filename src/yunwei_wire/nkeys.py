"""The textual form of NATS's keys: base32 of a prefix, the key and a checksum."""

import base64
import binascii
import struct
from enum import IntEnum

from yunwei_wire.errors import WireError


class Kind(IntEnum):
    """Whose key; the number decides on the first letter of its text: O, A, U."""

    OPERATOR = 14 << 3
    ACCOUNT = 0
    USER = 20 << 3


def write_public(kind: Kind, key: bytes) -> str:
    """Return a public key's text, e.g. `UABC…`."""
    return _write(bytes([kind]) + key)


def read_public(kind: Kind, text: str) -> bytes:
    """Return the 32 bytes of a public key; raises WireError when it is none of the kind."""
    raw = _read(text)
    if len(raw) != 33 or raw[0] != kind:
        raise WireError("this is not a public key of the kind")
    return raw[1:]


def _write(raw: bytes) -> str:
    checksum = struct.pack("<H", binascii.crc_hqx(raw, 0))
    return base64.b32encode(raw + checksum).decode("ascii").rstrip("=")


def _read(text: str) -> bytes:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise WireError("this is not a key") from error
    body, checksum = raw[:-2], raw[-2:]
    if struct.pack("<H", binascii.crc_hqx(body, 0)) != checksum:
        raise WireError("a key was mistyped")
    return body
