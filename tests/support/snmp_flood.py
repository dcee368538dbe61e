"""Sends traps over UDP at a steady rate, as a process of its own.

python -m tests.support.snmp_flood HOST PORT PER_SECOND SECONDS [TRAP]; writes how many it sent.
TRAP: the datagram in hex; a v2c trap with twelve variables when it is not given.
"""

import socket
import sys
import time

from tests.support import snmp_packets as packets

_BURSTS_PER_SECOND = 200


def flood(host: str, port: int, trap: bytes, *, per_second: int, seconds: float) -> int:
    """Send bursts 5 ms apart; one that is late is made good at once. Returns the count."""
    burst = max(1, per_second // _BURSTS_PER_SECOND)
    bursts = int(seconds * per_second) // burst
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect((host, port))
        began_s = time.monotonic()
        for number in range(bursts):
            wait_s = began_s + number * burst / per_second - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            for _ in range(burst):
                sender.send(trap)
    return bursts * burst


if __name__ == "__main__":
    host, port, per_second, seconds, *given = sys.argv[1:]
    usual = packets.build_trap_v2c(f"{packets.IMAP}.0.1", packets.imap_pairs()[:12])
    trap = bytes.fromhex(given[0]) if given else usual
    count = flood(host, int(port), trap, per_second=int(per_second), seconds=float(seconds))
    sys.stdout.write(f"{count}\n")
