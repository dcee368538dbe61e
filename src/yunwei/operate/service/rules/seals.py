"""What a seal is: SHA-256 over bytes, and over data in one canonical form. Pure."""

import hashlib
from collections.abc import Mapping

import msgspec


def sha256_of(value: object) -> str:
    """Return the SHA-256 of data in canonical form: JSON, keys in order, UTF-8."""
    return hashlib.sha256(write_canonical(value)).hexdigest()


def write_canonical(value: object) -> bytes:
    """Return the one form in which data is hashed."""
    return msgspec.json.encode(value, order="sorted")


def sha256_of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def seal_of(data_sha256: str, files: Mapping[str, str]) -> str:
    """Return the seal over the data and the files made from it. files: SHA-256 by name."""
    return sha256_of({"data": data_sha256, "files": dict(files)})
