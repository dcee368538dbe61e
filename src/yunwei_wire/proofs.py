"""That a message is one of many, shown without the others: a tree of hashes whose root is signed.

A message and an inner node never hash alike (RFC 6962), so that neither passes for the other.
"""

import hashlib
from collections.abc import Sequence

from yunwei_wire.errors import WireError

_MESSAGE = b"\0"
_NODE = b"\1"
HASH_BYTES = 32
_DEEPEST = 20


class Tree:
    """Of at least one message. Of an odd row the last hash stands alone with itself."""

    def __init__(self, messages: Sequence[bytes]) -> None:
        row = [hashlib.sha256(_MESSAGE + each).digest() for each in messages]
        self._rows: list[list[bytes]] = []
        while len(row) > 1:
            if len(row) % 2:
                row.append(row[-1])
            self._rows.append(row)
            row = [
                hashlib.sha256(_NODE + row[place] + row[place + 1]).digest()
                for place in range(0, len(row), 2)
            ]
        self.root = row[0]

    def proof(self, place: int) -> bytes:
        """Return the hashes beside the way from a message to the root, one after another."""
        proof = []
        for row in self._rows:
            proof.append(row[place ^ 1])
            place >>= 1
        return b"".join(proof)


def root_of(message: bytes, place: int, proof: bytes) -> bytes:
    """Return the root that a message at a place leads to; raises WireError."""
    depth, rest = divmod(len(proof), HASH_BYTES)
    if rest or depth > _DEEPEST or not 0 <= place < 1 << depth:
        raise WireError("this is no proof")
    reached = hashlib.sha256(_MESSAGE + message).digest()
    for start in range(0, len(proof), HASH_BYTES):
        beside = proof[start : start + HASH_BYTES]
        pair = beside + reached if place & 1 else reached + beside
        reached = hashlib.sha256(_NODE + pair).digest()
        place >>= 1
    return reached
