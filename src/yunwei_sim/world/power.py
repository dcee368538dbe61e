"""Which desktops run, sleep, are off or broken, and what the broker says of each. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from yunwei_sim.world import calendar
from yunwei_sim.world.faults import State
from yunwei_sim.world.fleet import NOBODY, Fleet, Power
from yunwei_sim.world.noise import Longs, Noise
from yunwei_sim.world.rows import Mask
from yunwei_sim.world.sessions import Snapshot
from yunwei_sim.world.troubles import Fault

OFF_FROM_S = 22 * 3600
ON_FROM_S = 7 * 3600
SLEEP_FROM_S = 20 * 3600 + 1800
WAKE_FROM_S = 7 * 3600 + 1200


class Status(IntEnum):
    """Run state; the names are Huawei's."""

    ACTIVE = 0
    SHUTOFF = 1
    ERROR = 2
    HIBERNATED = 3


class Login(IntEnum):
    """What the broker says of a desktop; the names are Huawei's."""

    UNREGISTER = 0
    REGISTERED = 1
    CONNECTED = 2
    DISCONNECTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopStates:
    """The states of all desktops at one instant, one element per desktop.

    holder: the person whose session is on it, or NOBODY. old_agent: it runs the agent before the
    newest, for good or because its image drifted.
    """

    snapshot: Snapshot
    status: Longs
    login: Longs
    unreachable: Mask
    holder: Longs
    old_agent: Mask


def policy_runs(power: Longs | int, second: Longs | int, is_workday: Mask | bool) -> Mask:
    """Return whether the power policy alone keeps a desktop running at a second of a local day."""
    by_day = (np.asarray(second) >= ON_FROM_S) & (np.asarray(second) < OFF_FROM_S) & is_workday
    awake = (np.asarray(second) >= WAKE_FROM_S) & (np.asarray(second) < SLEEP_FROM_S) & is_workday
    power = np.asarray(power)
    runs: Mask = np.select(
        [power == Power.ALWAYS_ON, power == Power.STOPS_AT_NIGHT, power == Power.HIBERNATES],
        [True, by_day, awake],
        default=False,
    )
    return runs


def desktop_states(noise: Noise, fleet: Fleet, now: Snapshot, active: list[Fault]) -> DesktopStates:
    """Return what every desktop's record says at the instant of the snapshot."""
    day = calendar.day_of(now.at_s)
    second = now.at_s - calendar.start_of(day)
    connected, waiting = now.connected != NOBODY, now.waiting != NOBODY
    runs = policy_runs(fleet.power, second, calendar.is_workday(day)) | connected | waiting
    resting = np.where(fleet.power == Power.HIBERNATES, Status.HIBERNATED, Status.SHUTOFF)
    status = np.where(runs, int(Status.ACTIVE), resting)
    unreachable = np.zeros(fleet.count, dtype=bool)
    for fault in active:
        if fault.effect.state != State.AS_BEFORE:
            unreachable |= fault.desktops
        if fault.effect.state == State.ERROR:
            status = np.where(fault.desktops, int(Status.ERROR), status)
    login = np.where(status == Status.ACTIVE, int(Login.REGISTERED), int(Login.UNREGISTER))
    login = np.where(waiting, int(Login.DISCONNECTED), login)
    login = np.where(connected, int(Login.CONNECTED), login)
    login = np.where(unreachable, int(Login.UNREGISTER), login)
    return DesktopStates(
        snapshot=now,
        status=status,
        login=login,
        unreachable=unreachable,
        holder=np.maximum(now.connected, now.waiting),
        old_agent=_old_agents(noise, fleet, active),
    )


def _old_agents(noise: Noise, fleet: Fleet, active: list[Fault]) -> Mask:
    old = fleet.has_old_agent
    for fault in active:
        if fault.effect.drift_share:
            draw = noise.uniform("drift", fault.serial, fleet.index)
            old = old | (fault.desktops & (draw < fault.effect.drift_share))
    return np.asarray(old)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerAction:
    """One change of a desktop's power, already done."""

    action: str
    at_s: int
    done_s: int
    message: str


RESTS = {
    Power.STOPS_AT_NIGHT: ("os-stop", OFF_FROM_S, ON_FROM_S),
    Power.HIBERNATES: ("os-hibernate", SLEEP_FROM_S, WAKE_FROM_S),
}


def power_actions(
    fleet: Fleet, desktop: int, faults: Iterable[Fault], days: range
) -> list[PowerAction]:
    """Return what was done to a desktop on those days, newest first."""
    found = [
        _action("reboot", fault.until_s - 40, 40)
        for fault in faults
        if fault.until_s and fault.effect.state != State.AS_BEFORE and fault.desktops[desktop]
    ]
    power = Power(int(fleet.power[desktop]))
    for day in days:
        if power in RESTS and calendar.is_workday(day):
            action, off_s, on_s = RESTS[power]
            midnight, jitter = calendar.start_of(day), desktop % 40
            found.append(_action("os-start", midnight + on_s + jitter, 25))
            found.append(_action(action, midnight + off_s + jitter, 18))
    return sorted(found, key=lambda each: -each.at_s)


def _action(name: str, at_s: int, takes_s: int) -> PowerAction:
    return PowerAction(action=name, at_s=at_s, done_s=at_s + takes_s, message="success")
