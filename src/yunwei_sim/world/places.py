"""What the desktops stand on: sites, hosts, datastores, gateways, brokers. Built once from a seed.

The numbers follow the number of desktops: 60 to a host, 250 to a datastore, 700 to a gateway.
"""

import math
import uuid
from dataclasses import dataclass
from enum import StrEnum

from yunwei_sim.world.noise import Noise


class Kind(StrEnum):
    """What sort of thing a place is; also the first word of a fault target."""

    SITE = "site"
    HOST = "host"
    DATASTORE = "datastore"
    GATEWAY = "gateway"
    BROKER = "broker"
    SWITCH = "switch"
    LICENCE_SERVER = "licence_server"
    PROFILE_STORE = "profile_store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One piece of infrastructure. `index` counts within its kind, in the order of creation."""

    kind: Kind
    index: int
    id: str
    name: str
    ip: str
    site: int
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site: the centre, or an edge site with its own hosts."""

    id: str
    name: str
    type: str
    zones: tuple[str, ...]


SITES = (
    ("总部数据中心", "CENTER", ("cn-north-4a", "cn-north-4b")),
    ("深圳边缘站点", "IES", ("cn-south-edge-1a",)),
)
CENTRE, EDGE = 0, 1
HOSTS_PER_SWITCH = 16
DESKTOPS_PER_HOST = 60


def make_id(noise: Noise, purpose: str, index: int) -> str:
    """Return a UUID that depends on the seed, the purpose and the index alone."""
    high, low = (int(noise.bits(purpose, part, index)) for part in (1, 2))
    return str(uuid.UUID(int=(high << 64) | low, version=4))


def _row(
    noise: Noise, kind: Kind, *, names: list[tuple[str, int]], net: int, model: str
) -> list[Place]:
    return [
        Place(
            kind=kind,
            index=index,
            id=make_id(noise, f"place-{kind}", index),
            name=name,
            ip=f"10.{40 + 20 * site}.{net}.{10 + index}",
            site=site,
            model=model,
        )
        for index, (name, site) in enumerate(names)
    ]


def _numbered(pattern: str, centre: int, edge: int = 0) -> list[tuple[str, int]]:
    sites = [CENTRE] * centre + [EDGE] * edge
    return [(pattern.format(number), site) for number, site in enumerate(sites, start=1)]


class Places:
    """All places of one world, by kind, and found by name or id."""

    def __init__(self, noise: Noise, *, desktops: int, edge_desktops: int) -> None:
        centre_hosts = max(3, math.ceil((desktops - edge_desktops) / DESKTOPS_PER_HOST))
        edge_hosts = max(1, math.ceil(edge_desktops / DESKTOPS_PER_HOST))
        datastores = max(2, math.ceil(desktops / 250))
        switches = max(2, math.ceil((centre_hosts + edge_hosts) / HOSTS_PER_SWITCH))
        self.sites = [
            Site(id=make_id(noise, "site", index), name=name, type=kind, zones=zones)
            for index, (name, kind, zones) in enumerate(SITES)
        ]
        self.by_kind: dict[Kind, list[Place]] = {
            Kind.HOST: _row(
                noise, Kind.HOST, names=_numbered("CNA-{:02d}", centre_hosts, edge_hosts),
                net=10, model="FusionServer 2288H V6",
            ),
            Kind.DATASTORE: _row(
                noise, Kind.DATASTORE, names=_numbered("DS-SSD-{:02d}", datastores - 1, 1),
                net=20, model="OceanStor Dorado 5000",
            ),
            Kind.GATEWAY: _row(
                noise, Kind.GATEWAY,
                names=_numbered("vAG-{:02d}", max(2, math.ceil(desktops / 700))),
                net=30, model="vAG",
            ),
            Kind.BROKER: _row(
                noise, Kind.BROKER, names=_numbered("HDC-{:02d}", 2), net=31, model="HDC",
            ),
            Kind.SWITCH: _row(
                noise, Kind.SWITCH, names=_numbered("TOR-{:02d}", switches), net=40,
                model="CloudEngine 6881",
            ),
            Kind.LICENCE_SERVER: _row(
                noise, Kind.LICENCE_SERVER, names=_numbered("LIC-{:02d}", 1), net=32,
                model="License Server",
            ),
            Kind.PROFILE_STORE: _row(
                noise, Kind.PROFILE_STORE, names=_numbered("PROFILE-NAS-{:02d}", 1), net=21,
                model="OceanStor Pacific",
            ),
        }  # fmt: skip

    def of(self, kind: Kind) -> list[Place]:
        """Return the places of one kind, in order of their index."""
        return self.by_kind[kind]

    def get(self, kind: Kind, identity: str) -> Place:
        """Return the place of that kind with that id. Raises KeyError."""
        return {place.id: place for place in self.by_kind[kind]}[identity]

    def find(self, kind: Kind, text: str) -> Place | None:
        """Return the place of that kind with that name, id or IP address."""
        wanted = text.casefold()
        for place in self.by_kind.get(kind, []):
            if wanted in {place.name.casefold(), place.id, place.ip}:
                return place
        return None
