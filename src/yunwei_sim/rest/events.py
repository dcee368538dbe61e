"""User events: what people and the system did with desktops. GET /user-events.

The values of event_type are not published; these are of the service's style. Events are derived
from connections: each attempt is a login, and a connection ends in a disconnect and a logoff.
"""

from collections.abc import Iterator

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.errors import invalid
from yunwei_sim.rest.failures import WORDINGS
from yunwei_sim.rest.parameters import Query, required_window
from yunwei_sim.rest.records import terminal_of, transaction_id
from yunwei_sim.world import calendar
from yunwei_sim.world.happenings import Event, Happened
from yunwei_sim.world.noise import Longs
from yunwei_sim.world.rows import Attempt, Failure, Mask, as_attempts

# In the order of `Event`.
KINDS = ("LOGIN_DESKTOP", "RECONNECT_DESKTOP", "DISCONNECT_DESKTOP", "LOGOFF_DESKTOP")
LONGEST_S = 30 * calendar.DAY_S


def list_user_events(cloud: Cloud, query: Query, path: dict[str, str]) -> dict[str, object]:
    """GET /user-events (ListUserEvents): the last 30 days, limit 0 to 1000, default 100."""
    from_s, to_s = required_window(query)
    now_s = cloud.world.at_s
    if from_s < now_s - LONGEST_S - calendar.DAY_S:
        raise invalid("start_time", "only the last 30 days can be queried")
    offset, limit = query.page(default=100, most=1000)
    total, page = 0, list[dict[str, object]]()
    for day in range(calendar.day_of(min(to_s, now_s)), calendar.day_of(from_s) - 1, -1):
        happened = cloud.happenings.of_day(day)
        low, high = np.searchsorted(happened.at_s, [from_s, min(to_s, now_s) + 1])
        found = np.arange(low, high)[_matching(cloud, query, happened, slice(low, high))]
        skip = max(0, offset - total)
        total += len(found)
        chosen = found[::-1][skip : skip + limit - len(page)]
        page.extend(_describe_all(cloud, happened, chosen))
    return {"count": total, "items": page}


def _matching(cloud: Cloud, query: Query, happened: Happened, part: slice) -> Mask:
    rows, kind = happened.rows[part], happened.kind[part]
    mask = np.ones(len(rows), dtype=bool)
    world = cloud.world
    wanted = query.choices("event_type", KINDS)
    if wanted:
        mask &= np.isin(kind, [KINDS.index(each) for each in wanted])
    user = query.text("username")
    if user is not None:
        mask &= rows["user"] == world.people.number_of.get(user.casefold(), -1)
    identity = query.text("resource_id")
    if identity is not None:
        mask &= rows["desktop"] == world.fleet.number_of.get(identity, -2)
    name = query.text("resource_name")
    if name is not None:
        mask &= rows["desktop"] == world.fleet.number_named.get(name.casefold(), -2)
    return mask


def _describe_all(cloud: Cloud, happened: Happened, chosen: Longs) -> Iterator[dict[str, object]]:
    columns = (happened.at_s[chosen], happened.kind[chosen], happened.block_day[chosen])
    attempts = as_attempts(happened.rows[chosen])
    for attempt, at_s, kind, day in zip(
        attempts, *(column.tolist() for column in columns), strict=True
    ):
        yield _describe(cloud, attempt, transaction_id(cloud, day, attempt.uid), kind) | {
            "event_time": calendar.iso_utc(at_s)
        }


def _describe(cloud: Cloud, attempt: Attempt, trace: str, kind: int) -> dict[str, object]:
    world, desktop, failure = cloud.world, attempt.desktop, Failure(attempt.failure)
    failed = failure != Failure.NONE
    terminal = terminal_of(cloud, attempt)
    return {
        "project_id": cloud.access.project_id,
        "username": world.people.logins[attempt.user],
        "workspace_id": world.places.sites[0].id,
        "event_trace_id": trace,
        "event_type": KINDS[kind],
        "resource_type": "DESKTOP",
        "resource_id": world.fleet.ids[desktop] if desktop >= 0 else None,
        "resource_name": world.fleet.names[desktop] if desktop >= 0 else None,
        "client_type": terminal["terminal_type"],
        "client_ip": terminal["terminal_ip"],
        "client_mac": terminal["terminal_mac"],
        "client_version": terminal["client_version"],
        "source_ip": terminal["public_ip"],
        "is_success": not failed,
        "error_code": WORDINGS[failure].error_code if failed else None,
        "error_msg": WORDINGS[failure].reason if failed else None,
        "action_type": "SYSTEM" if kind == Event.LOGOFF else "USER",
    }
