"""The filters of the desktop list, one function each: who passes, or None when not asked."""

from collections.abc import Callable, Iterable

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.desktop_record import DEPARTMENT_KEYS, zone_of
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world.catalogue import IMAGES
from yunwei_sim.world.fleet import NO_POOL, NOBODY
from yunwei_sim.world.power import DesktopStates, Status
from yunwei_sim.world.rows import Mask

type Filter = Callable[[Cloud, Query, DesktopStates], Mask | None]


def matching(cloud: Cloud, query: Query, states: DesktopStates) -> Mask:
    """Return which desktops pass all filters of the query. Raises ApiError 400."""
    mask = present(cloud)
    for each in FILTERS:
        passing = each(cloud, query, states)
        if passing is not None:
            mask = mask & passing
    return mask


def present(cloud: Cloud) -> Mask:
    """Return which desktops of the fleet were not given back."""
    mask: Mask = np.ones(cloud.world.fleet.count, dtype=bool)
    for identity in cloud.holdings.removed & cloud.world.fleet.number_of.keys():
        mask[cloud.world.fleet.number_of[identity]] = False
    return mask


def used_by(cloud: Cloud, states: DesktopStates, names: Iterable[str]) -> Mask:
    """Return the desktops that belong to, or are used by, one of these people."""
    people = cloud.world.people
    wanted = {name.casefold() for name in names}
    users = [people.number_of[name] for name in wanted if name in people.number_of]
    holder = np.where(states.holder == NOBODY, cloud.world.fleet.owner, states.holder)
    mask: Mask = np.isin(holder, users)
    return mask


def _status(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted = query.choice("status", Status.__members__)
    return None if wanted is None else states.status == Status[wanted]


def _type(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted = query.choice("desktop_type", ["DEDICATED", "POOLED", "SHARED"])
    pooled = cloud.world.fleet.pool != NO_POOL
    return {None: None, "DEDICATED": ~pooled, "POOLED": pooled, "SHARED": pooled & False}[wanted]


def _pool(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted, fleet = query.many("pool_id"), cloud.world.fleet
    numbers = [pool.index for pool in fleet.pools if pool.id in wanted]
    return np.isin(fleet.pool, numbers) if wanted else None


def _image(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted = query.text("image_id")
    numbers = [number for number, image in enumerate(IMAGES) if image.id == wanted]
    return None if wanted is None else np.isin(cloud.world.fleet.image, numbers)


def _tag(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted = query.many("tag")
    if not wanted:
        return None
    tags = {f"department={key}" for key in DEPARTMENT_KEYS if set(wanted) == {f"department={key}"}}
    has = np.array([f"department={key}" in tags for key in DEPARTMENT_KEYS])
    return np.asarray(has[cloud.world.fleet.department])


def _domain(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    if query.text("domain_status") is None:
        return None
    wanted = query.number("domain_status", 1, low=1, high=3)
    return np.where(cloud.world.fleet.left_domain, 2, 1) == wanted


def _maintenance(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted = query.flag("in_maintenance_mode")
    return None if wanted is None else cloud.world.fleet.in_maintenance == wanted


def _attached(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted = query.flag("user_attached")
    attached = (cloud.world.fleet.owner != NOBODY) | (states.holder != NOBODY)
    return None if wanted is None else attached == wanted


def _without_tag(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    # Every desktop here carries its department as a tag.
    nothing = np.zeros(cloud.world.fleet.count, dtype=bool)
    return nothing if query.flag("without_any_tag") else None


def _id(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted, fleet = query.many("desktop_id", at_most=500), cloud.world.fleet
    numbers = [fleet.number_of.get(identity, NOBODY) for identity in wanted]
    return np.isin(fleet.index, numbers) if wanted else None


def _name(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    fleet, one = cloud.world.fleet, query.text("computer_name")
    wanted = query.many("computer_names") or ([one] if one else [])
    numbers = [fleet.number_named.get(name.casefold(), NOBODY) for name in wanted]
    return np.isin(fleet.index, numbers) if wanted else None


def _user(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    one, identity = query.text("user_name"), query.text("user_id")
    wanted = query.many("user_names", at_most=100) or ([one] if one else [])
    if identity is not None:
        number = cloud.world.people.find(identity)
        wanted = [*wanted, "" if number is None else cloud.world.people.logins[number]]
    return used_by(cloud, states, wanted) if wanted else None


def _address(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted, fleet = query.text("desktop_ip"), cloud.world.fleet
    if wanted is None:
        return None
    return np.array([fleet.ip(desktop) == wanted for desktop in range(fleet.count)])


def _zone(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted, fleet = query.text("availability_zone"), cloud.world.fleet
    if wanted is None:
        return None
    return np.array([zone_of(cloud, desktop) == wanted for desktop in range(fleet.count)])


def _agent(cloud: Cloud, query: Query, states: DesktopStates) -> Mask | None:
    wanted = query.text("agent_version")
    if wanted is None:
        return None
    newest = np.array([image.agent == wanted for image in IMAGES])
    before = np.array([image.agent_before == wanted for image in IMAGES])
    image = cloud.world.fleet.image
    return np.where(states.old_agent, before[image], newest[image])


FILTERS: tuple[Filter, ...] = (
    _status, _type, _pool, _image, _tag, _domain, _maintenance, _attached, _without_tag, _id,
    _name, _user, _address, _zone, _agent,
)  # fmt: skip
