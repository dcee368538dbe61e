"""Desktops: list, one, connection states, power history. Paths under /desktops and the like."""

import numpy as np

from yunwei_sim.rest import desktop_filters, desktop_record
from yunwei_sim.rest.cloud import Cloud, Poll
from yunwei_sim.rest.errors import not_found
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import calendar
from yunwei_sim.world.power import DesktopStates, Login, power_actions

type Answer = dict[str, object]
type Path = dict[str, str]


def list_details(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /desktops/detail (ListDesktopsDetail): limit 0 to 500."""
    offset, limit = query.page(default=500, most=500)
    states = cloud.states()
    order = _sorted(cloud, query, np.flatnonzero(desktop_filters.matching(cloud, query, states)))
    page = [
        desktop_record.describe(cloud, states, desktop)
        for desktop in order[offset : offset + limit].tolist()
    ]
    made = _made(cloud, query, states)
    page += made[max(0, offset - len(order)) :][: limit - len(page)]
    return {"desktops": page, "total_count": len(order) + len(made)}


_ASKED_OF_MADE = {"computer_name": "computer_name", "desktop_id": "desktop_id", "pool_id": ""}


def _made(cloud: Cloud, query: Query, states: DesktopStates) -> list[Answer]:
    """Return the desktops made by hand that pass the filters; those with filters that nobody needs
    of them are left out."""
    found = [
        desktop_record.describe_made(cloud, states, made) for made in cloud.holdings.made.values()
    ]
    for parameter, key in _ASKED_OF_MADE.items():
        wanted = query.many(parameter)
        if wanted:
            found = [each for each in found if key and each[key] in wanted]
    return found


def show_detail(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /desktops/{desktop_id} (ShowDesktopDetail)."""
    made = cloud.holdings.made.get(path["desktop_id"])
    if made is not None:
        return {"desktop": desktop_record.describe_made(cloud, cloud.states(), made)}
    record = desktop_record.describe(cloud, cloud.states(), desktop_of(cloud, path))
    record["security_groups"] = [{"id": cloud.world.places.sites[0].id, "name": "WorkspaceUser"}]
    return {"desktop": record}


def desktop_of(cloud: Cloud, path: Path) -> int:
    """Return the number of the desktop in the path. Raises ApiError 404."""
    number = cloud.world.fleet.number_of.get(path["desktop_id"])
    if number is None or path["desktop_id"] in cloud.holdings.removed:
        raise not_found("desktop", path["desktop_id"])
    return number


def list_actions(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /desktops/{desktop_id}/actions (ListDesktopActions)."""
    desktop = desktop_of(cloud, path)
    offset, limit = query.page(default=100, most=1000)
    world = cloud.world
    days = range(world.ledger.blocks[0].day, world.ledger.last_day + 1)
    actions = power_actions(world.fleet, desktop, world.troubles.log, days)
    done = [action for action in actions if action.done_s <= world.at_s]
    return {
        "desktop_actions": [
            {
                "action": action.action,
                "message": action.message,
                "start_time": calendar.iso_utc(action.at_s),
                "finish_time": calendar.iso_utc(action.done_s),
                "result": "SUCCESS",
                "traceback": None,
            }
            for action in done[offset : offset + limit]
        ],
        "total_count": len(done),
    }


def list_connect_states(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /connect-desktops (ListDesktopsConnectStatus): limit 0 to 2000, default 100.

    The documents bound offset by 2000 as well, which would hide desktops; that is not enforced.
    """
    offset, limit = query.page(default=100, most=2000)
    wanted = query.choice("connect_status", Login.__members__)
    names = query.many("user_names", at_most=100)
    states, world = cloud.states(), cloud.world
    mask = desktop_filters.present(cloud)
    if wanted is not None:
        mask &= states.login == Login[wanted]
    if names:
        mask &= desktop_filters.used_by(cloud, states, names)
    found = np.flatnonzero(mask)
    page = found[offset : offset + limit].tolist()
    is_filtered = wanted is not None or bool(names)
    _log_poll(cloud, states, offset=offset, returned=len(page), filtered=is_filtered)
    made = [] if is_filtered else list(cloud.holdings.made.values())
    more = made[max(0, offset - len(found)) :][: limit - len(page)]
    return {
        "desktops": [
            {
                "desktop_id": world.fleet.ids[desktop],
                "desktop_name": world.fleet.names[desktop],
                "connect_status": Login(int(states.login[desktop])).name,
                "attach_users": desktop_record.attached_users(cloud, states, desktop, short=True),
            }
            for desktop in page
        ]
        + [
            {
                "desktop_id": each.id,
                "desktop_name": each.name,
                "connect_status": Login.REGISTERED.name,
                "attach_users": [],
            }
            for each in more
        ],
        "total_count": len(found) + len(made),
    }


def _log_poll(
    cloud: Cloud, states: DesktopStates, *, offset: int, returned: int, filtered: bool
) -> None:
    now = states.snapshot
    cloud.polls.append(
        Poll(
            at_s=now.at_s,
            offset=offset,
            returned=returned,
            is_filtered=filtered,
            online_users=len(now.online_users),
            connected=now.connected_count,
            disconnected=now.disconnected_count,
        )
    )


def _sorted(cloud: Cloud, query: Query, found: np.ndarray) -> np.ndarray:
    field = query.choice("sort_field", ["created", "computer_name"])
    direction = query.choice("sort_type", ["ASC", "DESC"])
    fleet = cloud.world.fleet
    if field == "created":
        found = found[np.argsort(fleet.created_s[found], kind="stable")]
    elif field == "computer_name":
        found = found[np.argsort(np.array(fleet.names)[found], kind="stable")]
    return found[::-1] if field and direction == "DESC" else found
