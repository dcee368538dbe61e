"""Whose trap is it: a sender's address and community to a source. A search, no sockets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yunwei.base.core.ids import SourceId, TenantId

# of a source whose form was left empty; doc.md and the connection test advise against it
DEFAULT_COMMUNITY = "public"

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapSource:
    """A source that sends traps. networks: where it may send from, () for anywhere."""

    source: SourceId
    tenant: TenantId
    communities: frozenset[bytes] = field(repr=False)
    networks: tuple[Network, ...] = ()


class TrapSources:
    """An unchanging snapshot of all sources that send traps."""

    def __init__(self, sources: Iterable[TrapSource] = ()) -> None:
        self._by_community: dict[bytes, list[TrapSource]] = {}
        for each in sorted(sources, key=lambda source: source.source):
            for community in each.communities:
                self._by_community.setdefault(community, []).append(each)

    def find(self, address: Address, community: bytes) -> TrapSource | None:
        """Return the source that `address` speaks for, None when there is none.

        Of several, the one with the most specific network wins, then the oldest. Cost: one step
        per network of the sources with this community.
        """
        best: TrapSource | None = None
        best_length = -2
        for candidate in self._by_community.get(community, ()):
            length = _matched_length(candidate, address)
            if length is not None and length > best_length:
                best, best_length = candidate, length
        return best


def _matched_length(source: TrapSource, address: Address) -> int | None:
    """Return the length of the longest network that holds `address`, -1 for anywhere."""
    if not source.networks:
        return -1
    return max((each.prefixlen for each in source.networks if address in each), default=None)


def build_trap_source(
    source: SourceId, tenant: TenantId, settings: Mapping[str, str]
) -> TrapSource:
    """Return what the settings `communities` and `addresses` of a trap connector's form mean.

    Both are as `plugins.sdk.settings.check_settings` let them through: communities separated by
    commas, networks by commas or spaces.
    """
    written = (each.strip() for each in settings.get("communities", "").split(","))
    communities = frozenset(each.encode() for each in written if each)
    networks = settings.get("addresses", "").replace(",", " ").split()
    return TrapSource(
        source=source,
        tenant=tenant,
        communities=communities or frozenset((DEFAULT_COMMUNITY.encode(),)),
        networks=tuple(ip_network(each, strict=False) for each in networks),
    )


def parse_sender(host: str) -> Address:
    """Return the address a socket names; IPv4 behind a dual-stack socket is IPv4 again."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
