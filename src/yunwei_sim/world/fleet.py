"""The desktops and their pools, as columns: owner, host, datastore, size, image, power policy."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from yunwei_sim.world.catalogue import IMAGES, PRODUCTS
from yunwei_sim.world.departments import DEPARTMENTS, Assignment
from yunwei_sim.world.noise import Longs, Noise
from yunwei_sim.world.people import People, desktops_by_department
from yunwei_sim.world.places import CENTRE, EDGE, HOSTS_PER_SWITCH, Kind, Places, make_id

NOBODY = -1
NO_POOL = -1
CREATED_FROM_S = 1_704_067_200  # 2024-01-01, when this customer began
CREATED_SPAN_S = 500 * 86_400


class Power(IntEnum):
    """What a desktop does when nobody uses it."""

    ALWAYS_ON = 0
    STOPS_AT_NIGHT = 1
    HIBERNATES = 2
    KEPT_OFF = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One desktop pool; its desktops are `first` up to, not including, `first + size`."""

    index: int
    id: str
    name: str
    department: int
    is_dynamic: bool
    first: int
    size: int


class Fleet:
    """All desktops of one world. Every column has one element per desktop."""

    def __init__(self, noise: Noise, people: People, places: Places, *, desktops: int) -> None:
        self.count = desktops
        self.index = np.arange(desktops)
        sizes = desktops_by_department(desktops)
        self.department: Longs = np.repeat(np.arange(len(DEPARTMENTS)), sizes)
        edge = np.array([department.edge for department in DEPARTMENTS])[self.department]
        self.site = np.where(edge, EDGE, CENTRE)
        self.pools: list[Pool] = []
        self.pool: Longs = np.full(desktops, NO_POOL)
        self.owner: Longs = np.full(desktops, NOBODY)
        self._assign(noise, people)
        self._place_on(places)
        self._draw_make(noise)
        self._draw_power(noise)
        self.ids = [make_id(noise, "desktop", number) for number in range(desktops)]
        self.number_of = {identity: number for number, identity in enumerate(self.ids)}
        self.names = _names(self.department)
        self.number_named = {name.casefold(): number for number, name in enumerate(self.names)}

    def _assign(self, noise: Noise, people: People) -> None:
        for number, department in enumerate(DEPARTMENTS):
            mine = np.flatnonzero(self.department == number)
            theirs = np.flatnonzero(people.department == number)
            if not len(mine):
                continue
            if department.assignment != Assignment.DYNAMIC:
                self.owner[mine[: len(theirs)]] = theirs
            if department.assignment != Assignment.DEDICATED:
                pool = Pool(
                    index=len(self.pools),
                    id=make_id(noise, "pool", number),
                    name=f"{department.name}桌面池",
                    department=number,
                    is_dynamic=department.assignment == Assignment.DYNAMIC,
                    first=int(mine[0]),
                    size=len(mine),
                )
                self.pools.append(pool)
                self.pool[mine] = pool.index
        self.desktop_of: Longs = np.full(people.count, NOBODY)
        owned = np.flatnonzero(self.owner != NOBODY)
        self.desktop_of[self.owner[owned]] = owned

    def _place_on(self, places: Places) -> None:
        self.host: Longs = np.zeros(self.count, dtype=np.int64)
        self.datastore: Longs = np.zeros(self.count, dtype=np.int64)
        for site in (CENTRE, EDGE):
            mine = np.flatnonzero(self.site == site)
            hosts = [place.index for place in places.of(Kind.HOST) if place.site == site]
            stores = [place.index for place in places.of(Kind.DATASTORE) if place.site == site]
            # Neighbours in a department land on different hosts, as schedulers do.
            self.host[mine] = np.array(hosts)[np.arange(len(mine)) % len(hosts)]
            self.datastore[mine] = np.array(stores)[
                np.arange(len(mine)) // len(hosts) % len(stores)
            ]
        self.switch = self.host // HOSTS_PER_SWITCH

    def _draw_make(self, noise: Noise) -> None:
        by_product = {product.key: number for number, product in enumerate(PRODUCTS)}
        by_image = {image.key: number for number, image in enumerate(IMAGES)}
        product = [by_product[department.product] for department in DEPARTMENTS]
        image = [by_image[department.image] for department in DEPARTMENTS]
        self.product: Longs = np.array(product)[self.department]
        self.image: Longs = np.array(image)[self.department]
        self.created_s = CREATED_FROM_S + (
            noise.uniform("created", self.index) * CREATED_SPAN_S
        ).astype(np.int64)
        # A handful missed the last roll-out; that is what agent version reports are for.
        self.has_old_agent = noise.uniform("old agent", self.index) < 0.025
        self.left_domain = noise.uniform("left domain", self.index) < 0.003
        self.in_maintenance = noise.uniform("maintenance", self.index) < 0.004
        self.disk_base = 42.0 + 44.0 * noise.uniform("disk fill", self.index)

    def _draw_power(self, noise: Noise) -> None:
        draw = noise.uniform("power policy", self.index)
        self.power: Longs = np.full(self.count, int(Power.ALWAYS_ON))
        pooled = self.pool != NO_POOL
        self.power[(draw < 0.30) & ~pooled] = Power.STOPS_AT_NIGHT
        self.power[(draw >= 0.30) & (draw < 0.42) & ~pooled] = Power.HIBERNATES
        unowned = (self.owner == NOBODY) & ~self._in_dynamic_pool()
        self.power[unowned] = Power.KEPT_OFF

    def _in_dynamic_pool(self) -> np.ndarray:
        dynamic = np.array([pool.is_dynamic for pool in self.pools] + [False])
        return np.asarray(dynamic[self.pool])

    def ip(self, desktop: int) -> str:
        """Return the desktop's address."""
        third, fourth = divmod(desktop, 250)
        return f"172.{20 + int(self.site[desktop])}.{third}.{fourth + 4}"

    def mac(self, desktop: int) -> str:
        """Return the desktop's hardware address."""
        return f"fa:16:3e:{desktop >> 16 & 255:02x}:{desktop >> 8 & 255:02x}:{desktop & 255:02x}"

    def sid(self, desktop: int) -> str:
        """Return the desktop's security identifier."""
        return f"S-1-5-21-2847190563-1184035772-3390182241-{200_000 + desktop}"

    def find(self, text: str) -> int | None:
        """Return the number of the desktop with that id or computer name."""
        number = self.number_of.get(text)
        return self.number_named.get(text.casefold()) if number is None else number


def _names(department: Longs) -> list[str]:
    counters = dict.fromkeys(range(len(DEPARTMENTS)), 0)
    names = []
    for number in department.tolist():
        counters[number] += 1
        names.append(f"YW-{DEPARTMENTS[number].code}-{counters[number]:04d}")
    return names
