"""What is said between an agent and the platform, as bytes (msgpack) and back.

Whoever reads checks: a message that is too large, or not what it should be, is a WireError.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from yunwei_wire.errors import WireError

LARGEST_BYTES = 512 * 1024
_LONGEST_TEXT = 4000
_MOST_ENTRIES = 200
_DEEPEST = 4


def pack(value: Mapping[str, Any]) -> bytes:
    """Return a message as bytes."""
    data: bytes = msgpack.packb(dict(value), use_bin_type=True)
    return data


def unpack(data: bytes) -> dict[str, Any]:
    """Return a message that came; raises WireError."""
    if len(data) > LARGEST_BYTES:
        raise WireError("this is too large")
    try:
        value = msgpack.unpackb(data, raw=False, strict_map_key=True)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise WireError("this is not msgpack") from error
    if not isinstance(value, dict):
        raise WireError("a message is a map")
    return value


def read_text(message: Mapping[str, Any], name: str, *, longest: int = _LONGEST_TEXT) -> str:
    """Return a text of a message, "" when it has none; raises WireError."""
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise WireError(f"{name} is not a text")
    return value


def read_number(message: Mapping[str, Any], name: str) -> int:
    """Return a whole number of a message, 0 when it has none; raises WireError."""
    value = message.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise WireError(f"{name} is not a number")
    return value


def read_bytes(message: Mapping[str, Any], name: str) -> bytes:
    """Return bytes of a message, none when it has none; raises WireError."""
    value = message.get(name, b"")
    if not isinstance(value, bytes):
        raise WireError(f"{name} is not bytes")
    return value


@dataclass(frozen=True, kw_only=True)
class SignOfLife:
    """machine: what tells it from others. boot: from its other starts. told: facts of the machine,
    {} when they were told lately. sample: figures of now."""

    machine: str
    version: str
    boot: str
    told: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)

    def pack(self) -> bytes:
        return pack(
            {
                "machine": self.machine,
                "version": self.version,
                "boot": self.boot,
                "told": dict(self.told),
                "sample": dict(self.sample),
            }
        )


def read_sign_of_life(data: bytes) -> SignOfLife:
    """Raises WireError."""
    message = unpack(data)
    return SignOfLife(
        machine=read_text(message, "machine", longest=200),
        version=read_text(message, "version", longest=100),
        boot=read_text(message, "boot", longest=200),
        told=_read_plain(message.get("told", {})),
        sample=_read_plain(message.get("sample", {})),
    )


def _read_plain(value: object) -> dict[str, Any]:
    """Return a map of plain values of a bounded size; raises WireError."""
    checked = _plain(value, 0)
    if not isinstance(checked, dict):
        raise WireError("this is not a map")
    return checked


def _plain(value: object, depth: int) -> Any:
    if depth > _DEEPEST:
        raise WireError("this is too deep")
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 2**63:
            return value
        case float() if math.isfinite(value):
            return value
        case str() if len(value) <= _LONGEST_TEXT:
            return value
        case list() if len(value) <= _MOST_ENTRIES:
            return [_plain(each, depth + 1) for each in value]
        case dict() if len(value) <= _MOST_ENTRIES:
            return {
                key: _plain(each, depth + 1)
                for key, each in value.items()
                if isinstance(key, str) and len(key) <= 100
            }
        case _:
            raise WireError("this is not a plain value")
