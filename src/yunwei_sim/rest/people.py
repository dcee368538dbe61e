"""The people and their groups. Paths /users and /groups."""

from collections.abc import Mapping

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.desktop_record import DOMAIN
from yunwei_sim.rest.errors import invalid, not_found
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import calendar
from yunwei_sim.world.departments import DEPARTMENTS
from yunwei_sim.world.fleet import CREATED_FROM_S, NOBODY
from yunwei_sim.world.places import make_id
from yunwei_sim.world.rows import Failure, Mask

type Answer = dict[str, object]
type Body = Mapping[str, object]
type Path = dict[str, str]


def list_users(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /users (ListUsers): without limit, all of them."""
    people = cloud.world.people
    offset = query.number("offset", 0)
    limit = query.number("limit", people.count)
    found = np.flatnonzero(_matching_people(cloud, query))
    page = found[offset : offset + (limit or people.count)].tolist()
    return {"total_count": len(found), "users": [_person(cloud, user) for user in page]}


def _matching_people(cloud: Cloud, query: Query) -> Mask:
    people = cloud.world.people
    mask: Mask = np.ones(people.count, dtype=bool)
    names = query.many("user_names")
    if names:
        numbers = [people.number_of.get(name.casefold(), NOBODY) for name in names]
        mask &= np.isin(people.index, numbers)
    part = query.text("user_name")
    if part is not None:
        mask &= np.array([part.casefold() in login for login in people.logins])
    text = query.text("description")
    if text is not None:
        mask &= np.array([text in name for name in people.full_names])
    group = query.text("group_name")
    if group is not None:
        numbers = [number for number, each in enumerate(DEPARTMENTS) if each.name == group]
        mask &= np.isin(people.department, numbers)
    disabled = query.flag("disabled")
    return mask if disabled is None else mask & (people.is_disabled == disabled)


def act(cloud: Cloud, body: Body, path: Path) -> Answer:
    """POST /users/{user_id}/actions (ChangeUserStatus): answers nothing."""
    people, world = cloud.world.people, cloud.world
    kind = str(body.get("op_type"))
    if kind not in {"LOCK", "UNLOCK", "RESET_PWD"}:
        raise invalid("op_type", "not one of LOCK, UNLOCK, RESET_PWD")
    found = [number for number, each in enumerate(people.ids) if each == path["user_id"]]
    if not found:
        raise not_found("user", path["user_id"])
    if kind == "RESET_PWD":
        return {}
    people.is_locked[found[0]] = kind == "LOCK"
    world.troubles.flush()
    for fault in world.troubles.active:
        if kind == "UNLOCK" and fault.effect.failure == Failure.ACCOUNT_LOCKED:
            fault.people[found[0]] = False
    return {}


def _is_locked_out(cloud: Cloud, user: int) -> bool:
    return any(
        fault.effect.failure == Failure.ACCOUNT_LOCKED and bool(fault.people[user])
        for fault in cloud.world.troubles.active
    )


def _person(cloud: Cloud, user: int) -> Answer:
    people, fleet = cloud.world.people, cloud.world.fleet
    login = people.logins[user]
    return {
        "id": people.ids[user],
        "sid": people.sids[user],
        "user_name": login,
        "user_email": f"{login}@{DOMAIN}",
        "total_desktops": int(fleet.desktop_of[user] != NOBODY),
        "user_phone": f"+86138{user:08d}",
        "active_type": "ADMIN_ACTIVATE",
        "is_pre_user": False,
        "account_expires": "0",
        "password_never_expired": False,
        "account_expired": False,
        "enable_change_password": True,
        "next_login_change_password": False,
        "description": people.full_names[user],
        "locked": bool(people.is_locked[user]) or _is_locked_out(cloud, user),
        "disabled": bool(people.is_disabled[user]),
        "share_space_subscription": False,
        "share_space_desktops": 0,
        "group_names": [DEPARTMENTS[int(people.department[user])].name],
        "enterprise_project_id": "0",
        "user_info_map": None,
        "domain": DOMAIN,
        "certificate_status": False,
    }


def list_groups(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /groups (ListUserGroups): one per department; limit 1 to 100."""
    offset, limit = query.page(default=100, most=100)
    query.choices("platform_type", ["AD", "LOCAL", "UOS"])
    keyword, people = query.text("keyword") or "", cloud.world.people
    groups = [
        {
            "id": make_id(cloud.world.noise, "group", number),
            "name": department.name,
            "create_time": calendar.iso_utc(CREATED_FROM_S).replace("Z", ".000Z"),
            "description": department.key,
            "user_quantity": int((people.department == number).sum()),
            "parent": None,
            "realm_id": cloud.world.places.sites[0].id,
            "platform_type": "AD",
            "group_dn": f"CN={department.code},OU=Groups,DC=corp,DC=example,DC=com",
            "domain": DOMAIN,
            "sid": f"S-1-5-21-2847190563-1184035772-3390182241-{600 + number}",
            "total_desktops": int((cloud.world.fleet.department == number).sum()),
        }
        for number, department in enumerate(DEPARTMENTS)
        if keyword in department.name
    ]
    return {"total_count": len(groups), "user_groups": groups[offset : offset + limit]}
