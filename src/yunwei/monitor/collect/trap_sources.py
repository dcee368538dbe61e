"""Whose trap is it: a sender's address and community or user to a source. A search, no sockets."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yunwei.monitor.collect.facts import TrapSource, TrapUser
from yunwei.plugins.sdk.snmp.usm import UsmUser, build_user

# of a source whose form was left empty; doc.md and the connection test advise against it
DEFAULT_COMMUNITY = "public"

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAtSource:
    """A user of SNMP v3 as one source knows it."""

    source: TrapSource
    user: UsmUser


class TrapSources:
    """An unchanging snapshot of all sources that send traps, made for finding one quickly.

    Raises ValueError when a source's network is none, or its user lacks what its protocols
    need; the settings form lets none through. Cost: milliseconds for each password that is new.
    """

    def __init__(self, sources: Iterable[TrapSource] = ()) -> None:
        self._by_community: dict[bytes, list[tuple[TrapSource, tuple[Network, ...]]]] = {}
        self._by_user: dict[bytes, list[tuple[UserAtSource, tuple[Network, ...]]]] = {}
        for source in sorted(sources, key=lambda each: each.source):
            networks = tuple(ip_network(each, strict=False) for each in source.networks)
            # who names a user wants v3; nobody then means to take `public` as well
            default = () if source.users else (DEFAULT_COMMUNITY,)
            for community in source.communities or default:
                known = self._by_community.setdefault(community.encode(), [])
                known.append((source, networks))
            for user in map(_build_user, source.users):
                at = UserAtSource(source=source, user=user)
                self._by_user.setdefault(user.name, []).append((at, networks))

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

    def find_users(self, address: Address, name: bytes) -> tuple[UserAtSource, ...]:
        """Return the users of this name that `address` may speak as, in the order of `find`."""
        matched = (
            (length, at)
            for at, networks in self._by_user.get(name, ())
            if (length := _matched_length(networks, address)) is not None
        )
        return tuple(at for _, at in sorted(matched, key=lambda each: -each[0]))

    def has_users_at(self, address: Address) -> bool:
        """Return whether `address` may speak v3 at all."""
        return any(
            _matched_length(networks, address) is not None
            for known in self._by_user.values()
            for _, networks in known
        )


def _build_user(user: TrapUser) -> UsmUser:
    return build_user(
        user.name,
        auth=user.auth,
        auth_password=user.auth_password,
        privacy=user.privacy,
        privacy_password=user.privacy_password,
    )


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
