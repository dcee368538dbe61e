"""Ed25519 signatures (RFC 8032): with `cryptography` where it is installed, else in plain Python.

An agent is to need nothing but the standard library for this. The plain way takes some
milliseconds and not always the same time: it is for a desktop's own key, on that desktop.
"""

import hashlib
from functools import lru_cache

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

    HAS_LIBRARY = True
except ImportError:  # an agent's bundle has it not
    HAS_LIBRARY = False

SEED_BYTES = 32
SIGNATURE_BYTES = 64

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

type _Point = tuple[int, int, int, int]

_NEUTRAL: _Point = (0, 1, 1, 0)


def public_key(seed: bytes) -> bytes:
    """Return the 32 bytes of the public key of a 32-byte seed."""
    if HAS_LIBRARY:
        return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return plain_public_key(seed)


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the signature of a message, 64 bytes."""
    if HAS_LIBRARY:
        return Ed25519PrivateKey.from_private_bytes(seed).sign(message)
    return plain_sign(seed, message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature is the key's of the message; never raises."""
    if len(public) != SEED_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    if not HAS_LIBRARY:
        return plain_verify(public, message, signature)
    try:
        _public_key(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=16)
def _public_key(public: bytes) -> "Ed25519PublicKey":
    """Whoever checks signatures knows few keys."""
    return Ed25519PublicKey.from_public_bytes(public)


def plain_public_key(seed: bytes) -> bytes:
    scalar, _ = _expand(seed)
    return _compress(_multiply(scalar, _BASE))


def plain_sign(seed: bytes, message: bytes) -> bytes:
    scalar, prefix = _expand(seed)
    public = _compress(_multiply(scalar, _BASE))
    r = _hash_number(prefix + message)
    point = _compress(_multiply(r, _BASE))
    s = (r + _hash_number(point + public + message) * scalar) % _Q
    return point + s.to_bytes(32, "little")


def plain_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    key, point = _decompress(public), _decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or point is None or s >= _Q:
        return False
    h = _hash_number(signature[:32] + public + message)
    return _is_same(_multiply(s, _BASE), _add(point, _multiply(h, key)))


def _expand(seed: bytes) -> tuple[int, bytes]:
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 32 bytes")
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | (1 << 254), digest[32:]


def _hash_number(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % _Q


def _add(one: _Point, two: _Point) -> _Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c = 2 * one[3] * two[3] * _D % _P
    d = 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _multiply(scalar: int, point: _Point) -> _Point:
    result = _NEUTRAL
    while scalar > 0:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _is_same(one: _Point, two: _Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % _P == 0 and (
        one[1] * two[2] - two[1] * one[2]
    ) % _P == 0


def _compress(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decompress(data: bytes) -> _Point | None:
    y = int.from_bytes(data, "little")
    sign_bit, y = y >> 255, y & ((1 << 255) - 1)
    x = _recover_x(y, sign_bit)
    return None if x is None else (x, y, 1, x * y % _P)


def _recover_x(y: int, sign_bit: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if sign_bit else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P != 0:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P != 0:
        return None
    return _P - x if (x & 1) != sign_bit else x


def _base() -> _Point:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _recover_x(y, 0) or 0
    return (x, y, 1, x * y % _P)


_BASE = _base()
