"""Who may use which pool. GET, POST /desktop-pools/{pool_id}/users; GET
/desktop-pools/statistics/by-users.

A pool lets in its department until somebody changes that. Changed entitlements are kept and told;
the habits by which people come to work do not follow them.
"""

from collections.abc import Mapping
from typing import cast

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.desktop_record import DOMAIN
from yunwei_sim.rest.errors import invalid, not_found
from yunwei_sim.rest.orders import items_of
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import calendar
from yunwei_sim.world.fleet import CREATED_FROM_S, NOBODY, Pool

type Answer = dict[str, object]
type Body = Mapping[str, object]
type Path = dict[str, str]

MOST_USERS_ASKED = 10


def list_users(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /desktop-pools/{pool_id}/users (ListDesktopPoolAuthorizedObjects): limit 0 to 100."""
    offset, limit = query.page(default=10, most=100)
    mine = users_of_pool(cloud, _pool(cloud, path))
    page = [_object(cloud, each) for each in mine[offset : offset + limit]]
    return {"objects": page, "total_count": len(mine)}


def change(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /desktop-pools/{pool_id}/users (CreateDesktopPoolAuthorizedObjects): answers nothing."""
    pool, word = _pool(cloud, path), body.get("action")
    if word not in {"ADD", "REMOVE", "CHANGE_PRIVILEGE"}:
        raise invalid("action", "not one of ADD, REMOVE, CHANGE_PRIVILEGE")
    people = [_person(cloud, each) for each in items_of(body, "objects")]
    before = users_of_pool(cloud, pool)
    kept = [each for each in before if word != "REMOVE" or each not in people]
    added = [each for each in people if word == "ADD" and each not in before]
    cloud.holdings.pool_users[pool.id] = kept + added
    return {}


def list_by_users(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /desktop-pools/statistics/by-users (ListDesktopPoolsByUsers)."""
    people = cloud.world.people
    asked = query.many("user_ids", at_most=MOST_USERS_ASKED)
    numbers = {each: people.find(each) for each in asked}
    return {
        "users": [
            _pools_of(cloud, each, number) for each, number in numbers.items() if number is not None
        ]
    }


def users_of_pool(cloud: Cloud, pool: Pool) -> list[int]:
    """Return who may use a pool, by number of the person."""
    kept = cloud.holdings.pool_users.get(pool.id)
    if kept is not None:
        return kept
    found = np.flatnonzero(cloud.world.people.department == pool.department)
    return [int(each) for each in found]


def _pools_of(cloud: Cloud, identity: str, number: int) -> Answer:
    fleet = cloud.world.fleet
    mine = [each for each in fleet.pools if number in users_of_pool(cloud, each)]
    desktop = int(fleet.desktop_of[number])
    held = int(fleet.pool[desktop]) if desktop != NOBODY else NOBODY
    pools = [
        {
            "desktop_pool_id": each.id,
            "desktop_pool_name": each.name,
            "is_attached": each.index == held,
        }
        for each in mine
    ]
    return {"user_id": identity, "desktop_pool_count": len(pools), "desktop_pools": pools}


def _pool(cloud: Cloud, path: Path) -> Pool:
    found = [each for each in cloud.world.fleet.pools if each.id == path["pool_id"]]
    if not found:
        raise not_found("desktop pool", path["pool_id"])
    return found[0]


def _person(cloud: Cloud, item: Body) -> int:
    kind, identity = item.get("object_type"), cast("str", item.get("object_id"))
    if kind != "USER":
        raise invalid("object_type", "only users are let in here")
    number = cloud.world.people.find(identity)
    if number is None:
        raise not_found("user", identity)
    return number


def _object(cloud: Cloud, user: int) -> Answer:
    people = cloud.world.people
    return {
        "object_type": "USER",
        "object_id": people.ids[user],
        "object_name": people.logins[user],
        "domain": DOMAIN,
        "user_group": "users",
        "created_at": calendar.iso_utc(CREATED_FROM_S),
    }
