"""What desktops are made of is changed. GET /products; POST /desktops/resize, /volumes/expand. Both
are jobs that take time."""

from collections.abc import Mapping

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.desktop_record import describe_product, disks_of, product_of
from yunwei_sim.rest.errors import ApiError, invalid, no_quota, not_found, not_on_sale
from yunwei_sim.rest.orders import find_desktop, items_of
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import licences
from yunwei_sim.world.catalogue import PRODUCTS
from yunwei_sim.world.jobs import Kind
from yunwei_sim.world.power import Status

type Answer = dict[str, object]
type Body = Mapping[str, object]
type Path = dict[str, str]

LARGEST_SYSTEM_GB = 1020
LARGEST_DATA_GB = 32_760
HEALED_BY_ROOM = frozenset({"disk_full"})


def list_products(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /products (ListProducts). product_id: those to which it can be changed, which are of its
    kind; no desktop gets or loses a GPU."""
    offset, limit = query.page(default=100, most=100)
    like = query.text("product_id")
    before = next((each for each in PRODUCTS if each.product_id == like), None)
    if like is not None and before is None:
        raise not_found("product", like)
    found = [
        describe_product(each)
        | {"status": "sellout" if each.product_id in cloud.holdings.sold_out else "normal"}
        for each in PRODUCTS
        if before is None or each.gpu == before.gpu
    ]
    return {"products": found[offset : offset + limit], "total_count": len(found)}


def resize(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktops/resize (ResizeDesktop): a desktop that is on is shut down first, and started
    again afterwards."""
    if body.get("mode") != "STOP_DESKTOP":
        raise invalid("mode", "not STOP_DESKTOP")
    wanted = [str(each.get("desktop_id")) for each in items_of(body, "desktops")]
    found = [find_desktop(cloud, each) for each in wanted]
    number = _product(cloud, str(body.get("product_id")))
    for identity, _name in found:
        _check_size(cloud, identity, number)
    jobs = [
        {"desktop_id": identity, "job_id": _resize(cloud, identity, name, number)}
        for identity, name in found
    ]
    return {"jobs": jobs, "job_id": jobs[0]["job_id"]}


def expand(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /volumes/expand (ExpandVolumes): while the desktop runs; no disk ever shrinks."""
    grown = [_grown(cloud, each) for each in items_of(body, "desktop_volumes_expansion")]
    more = sum(size - disks_of(cloud, place, who)[disk] for place, who, disk, size in grown)
    _check_quota(cloud, "volume_gigabytes", more)
    jobs = [_expand(cloud, each) for each in grown]
    return {"job_id": jobs[0]}


def _product(cloud: Cloud, identity: str) -> int:
    found = [number for number, each in enumerate(PRODUCTS) if each.product_id == identity]
    if not found:
        raise invalid("product_id", "there is no such product")
    if identity in cloud.holdings.sold_out:
        raise not_on_sale(identity)
    return found[0]


def _place(cloud: Cloud, identity: str) -> int:
    """Return a desktop's number in the fleet, or that of the one it was made like."""
    made = cloud.holdings.made.get(identity)
    return made.like if made else cloud.world.fleet.number_of[identity]


def _check_size(cloud: Cloud, identity: str, number: int) -> None:
    before = PRODUCTS[product_of(cloud, _place(cloud, identity), identity)]
    after = PRODUCTS[number]
    if before.product_id == after.product_id:
        raise invalid("product_id", "the desktop has it already")
    if before.gpu != after.gpu:
        raise invalid("product_id", "the desktop can not be changed to it")
    _check_quota(cloud, "cores", after.cores - before.cores)
    _check_quota(cloud, "Memory", after.memory_mib - before.memory_mib)


def _check_quota(cloud: Cloud, kind: str, more: int) -> None:
    quota = next(each for each in licences.quotas(cloud.world) if each.type == kind)
    if more > 0 and quota.used + more > quota.limit:
        raise no_quota(kind, max(0, quota.limit - quota.used))


def _resize(cloud: Cloud, identity: str, name: str, number: int) -> str:
    fleet, place = cloud.world.fleet, _place(cloud, identity)
    is_of_fleet = identity in fleet.number_of
    # its disks are its own; another size does not change them
    disks = dict(disks_of(cloud, place, identity))
    ran = int(cloud.states().status[place]) == Status.ACTIVE
    if is_of_fleet and ran:
        cloud.jobs.shut_down(place)

    def finish(at_s: int, *, has_failed: bool) -> None:
        if is_of_fleet and ran:
            cloud.jobs.bring_back(place, at_s)
        if has_failed:
            return
        cloud.holdings.disks.setdefault(identity, disks)
        cloud.holdings.sizes[identity] = number
        if is_of_fleet:
            fleet.product[place] = number

    return cloud.jobs.begin_order(Kind.RESIZE, identity, name, finish).id


def _grown(cloud: Cloud, item: Body) -> tuple[int, str, str, int]:
    """Return what one item asks for: the desktop's place and id, the disk, its new size."""
    identity, _name = find_desktop(cloud, str(item.get("desktop_id")))
    place, disk = _place(cloud, identity), str(item.get("volume_id"))
    disks = disks_of(cloud, place, identity)
    if disk not in disks:
        raise not_found("volume", disk)
    size = item.get("new_size")
    most = LARGEST_SYSTEM_GB if disk == next(iter(disks)) else LARGEST_DATA_GB
    if not isinstance(size, int) or not disks[disk] < size <= most:
        raise _out_of_range(disks[disk], most)
    return place, identity, disk, size


def _out_of_range(size: int, most: int) -> ApiError:
    return invalid("new_size", f"more than {size} and at most {most}")


def _expand(cloud: Cloud, grown: tuple[int, str, str, int]) -> str:
    place, identity, disk, size = grown
    _identity, name = find_desktop(cloud, identity)

    def finish(at_s: int, *, has_failed: bool) -> None:
        if has_failed:
            return
        disks = dict(disks_of(cloud, place, identity))
        cloud.world.grown_gb += size - disks[disk]
        cloud.holdings.disks[identity] = disks | {disk: size}
        if identity in cloud.world.fleet.number_of:
            cloud.jobs.heal(place, HEALED_BY_ROOM)

    job = cloud.jobs.begin_order(Kind.EXPAND, identity, name, finish)
    return job.id
