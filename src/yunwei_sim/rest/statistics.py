"""Counts of desktops by state. Paths /desktops/statistics, /statistics, /connections/status."""

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world.departments import DEPARTMENTS
from yunwei_sim.world.fleet import NO_POOL, NOBODY
from yunwei_sim.world.power import DesktopStates, Login, Status
from yunwei_sim.world.rows import Mask

type Counts = dict[str, object]
type Path = dict[str, str]


def show_login_state(cloud: Cloud, query: Query, path: Path) -> Counts:
    """GET /desktops/statistics/login-state (ListLoginState)."""
    return _login_counts(cloud.states(), _everything(cloud))


def show_run_state(cloud: Cloud, query: Query, path: Path) -> Counts:
    """GET /desktops/statistics/run-state (ListRunState)."""
    return _run_counts(cloud.states(), _everything(cloud))


def show_statistics(cloud: Cloud, query: Query, path: Path) -> Counts:
    """GET /statistics (ListDesktopsStatistics)."""
    types = query.choices("desktop_type", ["DEDICATED", "POOLED", "POOL", "SHARED"])
    asked = query.choices("statistics_type", ["attach-state", "login-state", "run-state"])
    wanted_pools = query.many("desktop_pool_ids")
    fleet, states = cloud.world.fleet, cloud.states()
    pooled = fleet.pool != NO_POOL
    mask = _everything(cloud)
    if types:
        mask = (pooled & bool({"POOLED", "POOL"} & set(types))) | (~pooled & ("DEDICATED" in types))
    pools = [pool for pool in fleet.pools if not wanted_pools or pool.id in wanted_pools]
    if wanted_pools:
        mask &= np.isin(fleet.pool, [pool.index for pool in pools])
    answer = _figures(cloud, states, mask, asked)
    if {"POOLED", "POOL"} & set(types):
        answer["desktop_pool_statistics"] = [
            {
                "desktop_pool_id": pool.id,
                "desktop_pool_name": pool.name,
                **_figures(cloud, states, fleet.pool == pool.index, asked),
            }
            for pool in pools
        ]
    return answer


def list_instances_status(cloud: Cloud, query: Query, path: Path) -> Counts:
    """GET /connections/status (ListInstancesStatus): one entry per department."""
    states, fleet = cloud.states(), cloud.world.fleet
    found = []
    for number, department in enumerate(DEPARTMENTS):
        mask = fleet.department == number
        run, login = _run_counts(states, mask), _login_counts(states, mask)
        attached = _attached(cloud, states, mask)
        found.append(
            {
                "static_name": department.name,
                "running_num": run["active_num"],
                "stop_num": run["stop_num"],
                "hibernate_num": run["hibernated_num"],
                "other_num": run["error_num"],
                "attached_num": attached,
                "unattached_num": int(mask.sum()) - attached,
                "cannot_attach_num": 0,
                "in_process_num": 0,
                "in_use_num": login["in_use_num"],
                "unregistered_num": login["unregistered_num"],
                "ready_num": login["ready_num"],
                "disconnected_num": login["disconnected_num"],
                "unknown_num": 0,
            }
        )
    return {"statics": found}


def _everything(cloud: Cloud) -> Mask:
    return np.ones(cloud.world.fleet.count, dtype=bool)


def _login_counts(states: DesktopStates, mask: Mask) -> Counts:
    login = states.login[mask]
    return {
        "in_use_num": int((login == Login.CONNECTED).sum()),
        "unregistered_num": int((login == Login.UNREGISTER).sum()),
        "unable_to_connect_num": int(states.unreachable[mask].sum()),
        "ready_num": int((login == Login.REGISTERED).sum()),
        "disconnected_num": int((login == Login.DISCONNECTED).sum()),
    }


def _run_counts(states: DesktopStates, mask: Mask) -> Counts:
    status = states.status[mask]
    return {
        "stop_num": int((status == Status.SHUTOFF).sum()),
        "active_num": int((status == Status.ACTIVE).sum()),
        "error_num": int((status == Status.ERROR).sum()),
        "hibernated_num": int((status == Status.HIBERNATED).sum()),
    }


def _attached(cloud: Cloud, states: DesktopStates, mask: Mask) -> int:
    attached = (cloud.world.fleet.owner != NOBODY) | (states.holder != NOBODY)
    return int((attached & mask).sum())


def _figures(cloud: Cloud, states: DesktopStates, mask: Mask, asked: list[str]) -> Counts:
    total, answer = int(mask.sum()), dict[str, object]()
    answer["total_num"] = total
    if "attach-state" in asked:
        attached = _attached(cloud, states, mask)
        answer["attach_statistics"] = {
            "attached_num": attached,
            "unattached_num": total - attached,
            "attaching_num": 0,
            "attach_error_num": 0,
        }
    if "run-state" in asked:
        answer["run_state_statistics"] = _run_counts(states, mask)
    if "login-state" in asked:
        answer["login_state_statistics"] = _login_counts(states, mask)
    return answer
