"""Measured figures: one desktop's performance, daily usage, and the general metric questions."""

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.desktops import desktop_of
from yunwei_sim.rest.errors import invalid
from yunwei_sim.rest.parameters import Query, required_window
from yunwei_sim.world import calendar
from yunwei_sim.world.fleet import NO_POOL, NOBODY
from yunwei_sim.world.noise import Longs
from yunwei_sim.world.performance import METRICS, sessions_of
from yunwei_sim.world.rows import Mask
from yunwei_sim.world.usage import Usage

type Answer = dict[str, object]
type Path = dict[str, str]

SHORTEST_S, LONGEST_S = 3600, 30 * calendar.DAY_S
# Two of the metrics are called otherwise in the answer than in the question.
FIELDS = {"cpu_util": "cpu_info", "mem_util": "memory_info"}
CREDITS = (
    "cpu_credit_usage",
    "cpu_credit_balance",
    "cpu_surplus_credit_balance",
    "cpu_surplus_credit_charged",
)


def show_desktop_monitor(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /desktop-monitor/{desktop_id} (ShowDesktopMonitorData): windows of 1 h to 30 days."""
    desktop = desktop_of(cloud, path)
    from_s, to_s = required_window(query)
    if not SHORTEST_S <= to_s - from_s <= LONGEST_S:
        raise invalid("end_time", "the window must be between 1 hour and 30 days")
    wanted = query.choice("metric_name", (*METRICS, *CREDITS, "user_online_info"))
    until_s = min(to_s, cloud.world.at_s)
    answer: Answer = {}
    if wanted is None or wanted in METRICS:
        measured = cloud.gauge.measure(desktop, from_s, until_s)
        stamps = (measured.at_s * 1000).tolist()
        for name in METRICS if wanted is None else (wanted,):
            answer[FIELDS.get(name, name)] = [
                {"average": average, "timestamp": stamp}
                for average, stamp in zip(
                    np.round(measured.values[name], 2).tolist(), stamps, strict=True
                )
            ]
    if wanted is None or wanted == "user_online_info":
        answer |= _online(cloud, desktop, from_s, until_s)
    return answer


def _online(cloud: Cloud, desktop: int, from_s: int, to_s: int) -> Answer:
    now_s = cloud.world.at_s
    rows = sessions_of(cloud.world.ledger, desktop, from_s, to_s)
    infos = [
        {
            "connection_setup_time": calendar.iso_utc(setup),
            "connection_end_time": calendar.iso_utc(end) if end <= now_s else None,
        }
        for setup, end in zip(rows["setup"].tolist(), rows["end"].tolist(), strict=True)
    ]
    connected = cloud.states().snapshot.connected[desktop] != NOBODY
    return {"user_online_info": infos, "online_status": 2 if connected else 0}


def list_user_usage(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /statistics/metrics/users (ListUserUsageMetric): closed UTC days, limit 1 to 100."""
    days = cloud.usage.closed_days(*required_window(query))
    offset, limit = query.page(default=100, most=100)
    people, usage = cloud.world.people, cloud.usage.total(days)
    mask = (usage.logins > 0) | (usage.failures > 0)
    name = query.text("username")
    if name is not None:
        mask &= np.array([name.casefold() in login for login in people.logins])
    mask &= _within_hours(query, usage.user_s)
    query.choice("sort_field", ["user_usage"])
    order = _ordered(query, np.flatnonzero(mask), usage.user_s)
    return {
        "count": len(order),
        "items": [
            {
                "username": people.logins[user],
                "enterprise_project_id": "0",
                "metric": _user_metrics(usage, user),
            }
            for user in order[offset : offset + limit].tolist()
        ],
    }


def _user_metrics(usage: Usage, user: int) -> list[Answer]:
    logins, failures = int(usage.logins[user]), int(usage.failures[user])
    return _as_metrics(
        user_usage=int(usage.user_s[user]),
        user_login_count=logins + failures,
        user_login_success_count=logins,
        user_login_fail_count=failures,
    )


def list_desktop_usage(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /statistics/metrics/desktops (ListDesktopUsageMetric): closed UTC days, limit ≤ 100."""
    days = cloud.usage.closed_days(*required_window(query))
    offset, limit = query.page(default=100, most=100)
    fleet, usage = cloud.world.fleet, cloud.usage.total(days)
    mask = _within_hours(query, usage.desktop_s) & _within_idle_days(query, usage.idle_s)
    identity, name = query.text("resource_id"), query.text("resource_name")
    if identity is not None:
        mask &= fleet.index == fleet.number_of.get(identity, -1)
    if name is not None:
        mask &= np.array([name.casefold() in each.casefold() for each in fleet.names])
    field = query.choice("sort_field", ["desktop_usage", "desktop_idle_duration"])
    by = usage.idle_s if field == "desktop_idle_duration" else usage.desktop_s
    order = _ordered(query, np.flatnonzero(mask), by)
    page = order[offset : offset + limit].tolist()
    return {"count": len(order), "items": [_desktop_usage(cloud, usage, each) for each in page]}


def _desktop_usage(cloud: Cloud, usage: Usage, desktop: int) -> Answer:
    world, last_user = cloud.world, int(usage.last_user[desktop])
    item: Answer = {
        "resource_id": world.fleet.ids[desktop],
        "resource_name": world.fleet.names[desktop],
        "enterprise_project_id": "0",
        "machine_sid": world.fleet.sid(desktop),
        "latest_connect_username": None if last_user == NOBODY else world.people.logins[last_user],
        "metric": _as_metrics(
            desktop_usage=int(usage.desktop_s[desktop]),
            desktop_idle_duration=int(usage.idle_s[desktop]),
        ),
    }
    if world.fleet.pool[desktop] != NO_POOL:
        pool = world.fleet.pools[int(world.fleet.pool[desktop])]
        item |= {"resource_pool_id": pool.id, "resource_pool_name": pool.name}
    return item


def _as_metrics(**values: float) -> list[Answer]:
    return [{"metric_name": name, "metric_value": float(value)} for name, value in values.items()]


def _within_hours(query: Query, used_s: Longs) -> Mask:
    low, high = query.optional_number("usage_min_hours"), query.optional_number("usage_max_hours")
    mask: Mask = (used_s >= (low or 0) * 3600) & (high is None or used_s <= (high or 0) * 3600)
    return mask


def _within_idle_days(query: Query, idle_s: Longs) -> Mask:
    low, high = query.optional_number("min_idle_days"), query.optional_number("max_idle_days")
    day_s = calendar.DAY_S
    mask: Mask = (idle_s >= (low or 0) * day_s) & (high is None or idle_s <= (high or 0) * day_s)
    return mask


def _ordered(query: Query, found: Longs, by: Longs) -> Longs:
    direction = query.choice("sort_type", ["ASC", "DESC"])
    if query.text("sort_field") is None:
        return found
    order = found[np.argsort(by[found], kind="stable")]
    return order[::-1] if direction == "DESC" else order
