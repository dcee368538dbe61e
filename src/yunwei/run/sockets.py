"""The sockets that `up` binds and hands to its children, so that a restart refuses nobody.

What comes while a child is away waits in the kernel: requests in the backlog, traps in the
receive buffer.
"""

import errno
import os
import socket

from yunwei.base.core.errors import Misconfigured
from yunwei.base.infra.settings import Settings

BACKLOG = 1024


def open_http_socket(host: str, port: int, *, option: str) -> socket.socket:
    """Bind and listen; raises Misconfigured naming the port and the option that changes it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        raise Misconfigured(_say(f"TCP port {port} on {host}", error, option)) from error
    opened.setblocking(False)
    return opened


def open_traps(settings: Settings) -> socket.socket:
    """Bind the UDP socket for traps; raises Misconfigured as `open_http_socket`."""
    from yunwei.monitor.collect.trap_socket import open_trap_socket

    host, port = settings.trap_host, trap_port(settings)
    try:
        return open_trap_socket(host, port)
    except OSError as error:
        option = "--trap-port or YUNWEI_TRAP_PORT"
        raise Misconfigured(_say(f"UDP port {port} on {host}", error, option)) from error


def trap_port(settings: Settings) -> int:
    """Return the port for traps: as set, else 162 as root, else 1162. 0: any free one."""
    if settings.trap_port is not None:
        return settings.trap_port
    return 162 if os.geteuid() == 0 else 1162


def adopt_socket(descriptor: int) -> socket.socket:
    """Return the socket that the parent handed over."""
    adopted = socket.socket(fileno=descriptor)
    adopted.setblocking(False)
    return adopted


def address_of(opened: socket.socket) -> str:
    """Return `http://H:P` for a listening socket, with a host that can be called."""
    host, port = opened.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _say(what: str, error: OSError, option: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"{what} is taken by another program; choose another with {option}"
        case errno.EACCES | errno.EPERM:
            return f"{what} is not allowed for this user; choose one above 1023 with {option}"
        case _:
            return f"{what} can not be opened ({error.strerror}); choose another with {option}"
