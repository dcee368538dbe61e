"""Desktops are made, given back, and given to people. POST /desktops, /desktops/attach,
/desktops/batch-detach; DELETE /desktops/{desktop_id}. All are jobs that take time."""

from collections.abc import Mapping
from typing import cast

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.errors import invalid, not_found
from yunwei_sim.world.catalogue import IMAGES, PRODUCTS
from yunwei_sim.world.fleet import NOBODY
from yunwei_sim.world.holdings import Made
from yunwei_sim.world.jobs import Kind
from yunwei_sim.world.places import make_id

type Answer = dict[str, object]
type Body = Mapping[str, object]
type Path = dict[str, str]

_LONGEST_NAME = 15


def create(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktops (CreateDesktop): one desktop for each of `desktops`."""
    like = _like(cloud, body)
    if not isinstance(body.get("root_volume"), dict):
        raise invalid("root_volume", "is needed")
    wanted = items_of(body, "desktops")
    named = [(_new_name(cloud, each), _people(cloud, each)) for each in wanted]
    first = None
    for name, people in named:
        identity = make_id(cloud.world.noise, f"made {name}", 0)
        cloud.holdings.making[identity] = name

        def finish(
            at_s: int,
            *,
            has_failed: bool,
            identity: str = identity,
            people: list[int] = people,
        ) -> None:
            name = cloud.holdings.making.pop(identity)
            if not has_failed:
                made = Made(id=identity, name=name, like=like, at_s=at_s)
                cloud.holdings.made[identity] = made
                cloud.holdings.users[identity] = people

        job = cloud.jobs.begin_order(Kind.CREATE, identity, name, finish)
        first = first or job
    return {"job_id": first.id if first else None}


def delete(cloud: Cloud, body: Body, path: Path) -> Answer:
    """DELETE /desktops/{desktop_id} (DeleteDesktop): answers nothing."""
    identity, name = find_desktop(cloud, path["desktop_id"])

    def finish(at_s: int, *, has_failed: bool) -> None:
        if not has_failed:
            cloud.holdings.remove(identity)

    cloud.jobs.begin_order(Kind.DELETE, identity, name, finish)
    return {}


def attach(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktops/attach (AttachInstances): people are added to those a desktop has."""
    found = [
        (find_desktop(cloud, str(each.get("desktop_id"))), _people(cloud, each))
        for each in items_of(body, "desktops")
    ]
    return _assign(cloud, Kind.ATTACH, found)


def detach(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktops/batch-detach (BatchDetachInstances)."""
    found = []
    for each in items_of(body, "desktops"):
        target = find_desktop(cloud, str(each.get("desktop_id")))
        whole = users_of(cloud, target[0]) if each.get("is_detach_all_users") else []
        named = cast("list[Body]", each.get("detach_user_infos") or [])
        people = whole or [person_of(cloud, str(one.get("user_name"))) for one in named]
        found.append((target, people))
    return {"failed_operation_list": [], **_assign(cloud, Kind.DETACH, found)}


def users_of(cloud: Cloud, identity: str) -> list[int]:
    """Return whose a desktop is, by numbers of people."""
    kept = cloud.holdings.users.get(identity)
    if kept is not None:
        return kept
    owner = int(cloud.world.fleet.owner[cloud.world.fleet.number_of[identity]])
    return [] if owner == NOBODY else [owner]


def _assign(cloud: Cloud, kind: Kind, found: list[tuple[tuple[str, str], list[int]]]) -> Answer:
    first = None
    for (identity, name), people in found:

        def finish(
            at_s: int,
            *,
            has_failed: bool,
            identity: str = identity,
            people: list[int] = people,
        ) -> None:
            if has_failed:
                return
            before = users_of(cloud, identity)
            kept = [each for each in before if each not in people]
            cloud.holdings.users[identity] = kept + (people if kind is Kind.ATTACH else [])

        job = cloud.jobs.begin_order(kind, identity, name, finish)
        first = first or job
    return {"job_id": first.id if first else None}


def items_of(body: Body, name: str) -> list[Body]:
    """Return a list of the body, between 1 and 100 of them. Raises ApiError 400."""
    items = body.get(name)
    if not isinstance(items, list) or not 1 <= len(items) <= 100:
        raise invalid(name, "between 1 and 100")
    return cast("list[Body]", items)


def _like(cloud: Cloud, body: Body) -> int:
    """Return a desktop of the fleet that has the product and the image that are asked for."""
    product, image = body.get("product_id"), body.get("image_id")
    products = [number for number, each in enumerate(PRODUCTS) if each.product_id == product]
    images = [number for number, each in enumerate(IMAGES) if each.id == image]
    if not products:
        raise invalid("product_id", "there is no such product")
    if not images:
        raise invalid("image_id", "there is no such image")
    fleet = cloud.world.fleet
    fitting = ((fleet.product == products[0]) & (fleet.image == images[0])).nonzero()[0]
    return int(fitting[0]) if len(fitting) else 0


def _new_name(cloud: Cloud, each: Body) -> str:
    name = str(each.get("computer_name") or "")
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise invalid("computer_name", f"between 1 and {_LONGEST_NAME} characters")
    if cloud.world.fleet.find(name) is not None or cloud.holdings.has_name(name):
        raise invalid("computer_name", "there is a desktop of this name")
    return name


def _people(cloud: Cloud, each: Body) -> list[int]:
    name = each.get("user_name")
    infos = cast("list[Body]", each.get("attach_user_infos") or [])
    names = [str(name)] if name else [str(one.get("user_name")) for one in infos]
    return [person_of(cloud, one) for one in names]


def person_of(cloud: Cloud, name: str) -> int:
    """Return the number of the person of a login name. Raises ApiError 400."""
    number = cloud.world.people.number_of.get(name.casefold())
    if number is None:
        raise invalid("user_name", f"there is no user {name}")
    return number


def find_desktop(cloud: Cloud, identity: str) -> tuple[str, str]:
    """Return the id and the name of a desktop. Raises ApiError 404."""
    if identity in cloud.holdings.made:
        return identity, cloud.holdings.made[identity].name
    number = cloud.world.fleet.number_of.get(identity)
    if number is None or identity in cloud.holdings.removed:
        raise not_found("desktop", identity)
    return identity, cloud.world.fleet.names[number]
