"""Signed releases of the agent: what a newer one is, and that it is the platform that says so.

The signature is over the very bytes that travel, with a key that signs commands; its words in front
are its own, so that neither passes for the other. The release itself comes in pieces and is known
by its digest.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yunwei_wire import ed25519
from yunwei_wire.errors import WireError
from yunwei_wire.messages import pack, read_bytes, read_number, read_text, unpack

_DOMAIN = b"yunwei agent release 1\n"
_VERSION = re.compile(r"(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){0,3}")
LARGEST_BYTES = 32 * 1024 * 1024
PIECE_BYTES = 256 * 1024

type Verify = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release of the agent. digest: SHA-256 of its bytes."""

    version: str
    digest: bytes
    size_bytes: int


def read_version(text: str) -> tuple[int, ...]:
    """Return a version such as `1.2` to be compared, `1.2.0` being the same; raises WireError."""
    if not _VERSION.fullmatch(text):
        raise WireError("this is no version")
    numbers = [int(each) for each in text.split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def is_newer(version: str, than: str) -> bool:
    """Raises WireError."""
    return read_version(version) > read_version(than)


def describe_release(version: str, data: bytes) -> Release:
    """Return what a release is known by; raises WireError."""
    read_version(version)
    if not 0 < len(data) <= LARGEST_BYTES:
        raise WireError("this is no release: it is empty or too large")
    return Release(version=version, digest=hashlib.sha256(data).digest(), size_bytes=len(data))


def sign_release(release: Release, key: str, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the message. key: the id of what signs."""
    body = pack({"version": release.version, "digest": release.digest, "size": release.size_bytes})
    return pack({"key": key, "body": body, "signature": sign(_DOMAIN + body)})


def believe_release(
    data: bytes, trusted: Mapping[str, bytes], *, verify: Verify = ed25519.verify
) -> Release:
    """Return a release that the platform speaks of; else raises WireError, its reason `malformed`,
    `unknown_key` or `forged`. trusted: id → public key."""
    message = unpack(data)
    body = read_bytes(message, "body")
    public = trusted.get(read_text(message, "key", longest=100))
    if public is None:
        raise WireError("the key is not one that is trusted", reason="unknown_key")
    if not verify(public, _DOMAIN + body, read_bytes(message, "signature")):
        raise WireError("the signature is not the release's", reason="forged")
    told = unpack(body)
    release = Release(
        version=read_text(told, "version", longest=40),
        digest=read_bytes(told, "digest"),
        size_bytes=read_number(told, "size"),
    )
    read_version(release.version)
    if len(release.digest) != hashlib.sha256().digest_size:
        raise WireError("this is no digest")
    if not 0 < release.size_bytes <= LARGEST_BYTES:
        raise WireError("a release is not as large as that")
    return release


def check_release(release: Release, data: bytes) -> None:
    """Raise WireError (`altered`) when these are not the release's bytes."""
    if len(data) != release.size_bytes or hashlib.sha256(data).digest() != release.digest:
        raise WireError("the release is not the one that was signed", reason="altered")
