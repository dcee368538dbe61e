"""The socket on which traps come in. Who reads it is receive.py."""

import socket
import struct

RECEIVE_BUFFER_BYTES = 256 * 1024**2
"""Some 200,000 traps with what the kernel adds to each; memory is taken only while they wait."""
_SO_RCVBUFFORCE = getattr(socket, "SO_RCVBUFFORCE", 33)
# Linux: struct sk_meminfo, nine numbers of 32 bits, of which the last counts dropped datagrams
_SO_MEMINFO = 55
_MEMINFO = struct.Struct("9I")


def open_trap_socket(host: str, port: int) -> socket.socket:
    """Return a bound, non-blocking UDP socket whose buffer holds a burst of traps.

    With CAP_NET_ADMIN it is as large as we want, else as net.core.rmem_max grants. host `::` takes
    IPv4 too. Raises OSError when it can not be bound.
    """
    if host == "::" and not socket.has_dualstack_ipv6():
        host = "0.0.0.0"  # noqa: S104 - what `::` means where there is no IPv6
    found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        _widen_buffer(bound)
        bound.setblocking(False)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _widen_buffer(bound: socket.socket) -> None:
    try:
        bound.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    except OSError:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)


def count_dropped(receiving: socket.socket) -> int:
    """Return how many datagrams found no room in the kernel so far; 0 where that is not told."""
    try:
        answer = receiving.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        return int(_MEMINFO.unpack(answer)[-1])
    except (OSError, struct.error):
        return 0
