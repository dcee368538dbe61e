"""What the customer may use and how much of it is used: quotas, licences, what expires. Pure."""

from dataclasses import dataclass

from yunwei_sim.world import calendar
from yunwei_sim.world.catalogue import PRODUCTS
from yunwei_sim.world.places import CENTRE, EDGE, Kind
from yunwei_sim.world.world import World

EXPIRES_AFTER_DAYS = 19
NOTICE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One line of the quota list; `type` and `unit` are Huawei's words."""

    type: str
    limit: int
    used: int
    unit: str


def licence_expires_s(world: World) -> int:
    """Return the instant at which the gateway certificate and the access licence run out."""
    if world.renewed_until_s is not None:
        return world.renewed_until_s
    first = calendar.day_of(world.started_s)
    return calendar.start_of(first + EXPIRES_AFTER_DAYS)


def quotas(world: World, *, site: int | None = None) -> list[Quota]:
    """Return the quotas of the project, or of one site.

    Disk capacity is the one that runs low: it grows by about a thousandth a day and is at 96 %.
    """
    used = _used(world, site)
    limits = _limits(world, used, site) | (world.bought if site is None else {})
    exhausted = {fault.effect.quota for fault in world.troubles.active}
    return [
        Quota(
            type=kind,
            limit=min(limits[kind], amount) if kind in exhausted else limits[kind],
            used=amount,
            unit=unit,
        )
        for kind, (amount, unit) in used.items()
    ]


def _used(world: World, site: int | None) -> dict[str, tuple[int, str]]:
    fleet = world.fleet
    mine = fleet.index[fleet.site == site] if site is not None else fleet.index
    products = [PRODUCTS[number] for number in fleet.product[mine].tolist()]
    sites = (CENTRE, EDGE) if site is None else (site,)
    days = (world.at_s - world.started_s) / calendar.DAY_S
    capacity_gb = sum(product.system_disk_gb + product.data_disk_gb for product in products)
    grown_gb = world.grown_gb if site is None else 0
    return {
        "general_instances": (sum(not product.gpu for product in products), "count"),
        "gpu_instances": (sum(product.gpu for product in products), "count"),
        "Memory": (sum(product.memory_mib for product in products), "MB"),
        "cores": (sum(product.cores for product in products), "count"),
        "volumes": (sum(1 + (product.data_disk_gb > 0) for product in products), "count"),
        "volume_gigabytes": (int(capacity_gb * (1.0 + 0.0011 * days)) + grown_gb, "GB"),
        "deh": (sum(host.site in sites for host in world.places.of(Kind.HOST)), "count"),
        "users": (world.people.count if site is None else len(mine), "count"),
        "policy_groups": (6 if site is None else 2, "count"),
    }


def _limits(world: World, used: dict[str, tuple[int, str]], site: int | None) -> dict[str, int]:
    # Round numbers as contracts have them; the factor is how generous each was.
    factors = {
        "general_instances": 1.04, "gpu_instances": 1.06, "Memory": 1.25, "cores": 1.2,
        "volumes": 1.3, "volume_gigabytes": 1.042, "deh": 1.1, "users": 1.12,
        "policy_groups": 8.0,
    }  # fmt: skip
    at_start = dict(used)
    days = (world.at_s - world.started_s) / calendar.DAY_S
    grown, unit = used["volume_gigabytes"]
    first = grown - world.grown_gb if site is None else grown
    at_start["volume_gigabytes"] = (int(first / (1.0 + 0.0011 * days)), unit)
    return {kind: _round_up(at_start[kind][0] * factor) for kind, factor in factors.items()}


def _round_up(value: float) -> int:
    step = 10 ** max(0, len(str(int(value))) - 3)
    return -(-int(value) // step) * step
