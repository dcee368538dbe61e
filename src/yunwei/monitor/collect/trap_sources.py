"""Whose trap is it: a sender's address and community to a source. A search, no sockets."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yunwei.monitor.collect.facts import TrapSource

# of a source whose form was left empty; doc.md and the connection test advise against it
DEFAULT_COMMUNITY = "public"

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network


class TrapSources:
    """An unchanging snapshot of all sources that send traps, made for finding one quickly.

    Raises ValueError when a source's network is none; the settings form lets none through.
    """

    def __init__(self, sources: Iterable[TrapSource] = ()) -> None:
        self._by_community: dict[bytes, list[tuple[TrapSource, tuple[Network, ...]]]] = {}
        for source in sorted(sources, key=lambda each: each.source):
            networks = tuple(ip_network(each, strict=False) for each in source.networks)
            for community in source.communities or (DEFAULT_COMMUNITY,):
                known = self._by_community.setdefault(community.encode(), [])
                known.append((source, networks))

    def find(self, address: Address, community: bytes) -> TrapSource | None:
        """Return the source that `address` speaks for, None when there is none.

        Of several, the one with the most specific network wins, then the oldest. Cost: one step
        per network of the sources with this community.
        """
        best: TrapSource | None = None
        best_length = -2
        for source, networks in self._by_community.get(community, ()):
            length = _matched_length(networks, address)
            if length is not None and length > best_length:
                best, best_length = source, length
        return best


def _matched_length(networks: tuple[Network, ...], address: Address) -> int | None:
    """Return the length of the longest network that holds `address`, -1 for anywhere."""
    if not networks:
        return -1
    return max((each.prefixlen for each in networks if address in each), default=None)


def parse_sender(host: str) -> Address:
    """Return the address a socket names; IPv4 behind a dual-stack socket is IPv4 again."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
