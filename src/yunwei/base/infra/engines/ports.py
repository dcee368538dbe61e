"""Free TCP ports on loopback that stay ours between two starts."""

import random
import socket

from yunwei.base.core.errors import Misconfigured

HOST = "127.0.0.1"
# Below what systems give to outgoing connections (Linux: from 32768): such a port could be taken
# by any client while its server restarts, even by a client that tries to reach that very server.
_FIRST, _LAST = 20_000, 29_999
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Say whether a server could listen on the port now."""
    with socket.socket() as probe:
        # As servers do: connections of the last run that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """Return a port that is free now; raises Misconfigured when there seems to be none."""
    for _ in range(_ATTEMPTS):
        port = random.randint(_FIRST, _LAST)  # noqa: S311  nothing secret about it
        if is_free(port):
            return port
    raise Misconfigured(f"no free TCP port between {_FIRST} and {_LAST}")
