"""Whom an injected fault hits and who complains of it, in a simulated cloud that knows it all."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from yunwei_sim.serve import Simulation
from yunwei_sim.world.faults import KINDS, Target
from yunwei_sim.world.fleet import NOBODY
from yunwei_sim.world.places import Kind
from yunwei_sim.world.rows import Flag, Rows
from yunwei_sim.world.troubles import Fault

LASTS_S = 17 * 60
"""From the fault to the complaint."""
_ABOUT_ALARM = ("licence_expiring", "quota_exhausted", "login_storm")
_FEEL = {"disk_full", "cpu_hog", "memory_pressure", "agent_gone", "desktop_error"}
_OWN = (Target.PERSON, Target.DESKTOP, Target.POOL)

type Desktops = np.ndarray[Any, Any]
type Subject = tuple[str, str]
"""What is complained of: "person", "desktop" or "alarm", and its name."""


def inject(sim: Simulation, names: Sequence[str]) -> Callable[[Simulation], Subject]:
    """Inject faults, and return who says afterwards who complains. Several faults at once all hit
    the one person who complains: nobody else's trouble could be told from that complaint."""
    if len(names) > 1:
        subject = _hit_one_person(sim, names)
        return lambda _sim: subject
    name, target = names[0], _target(sim, names[0])
    if name == "image_drift":
        number = int(_drift(sim, target, _drifted)[0])
        return lambda later: ("desktop", str(later.cloud.world.fleet.ids[number]))
    fault = sim.cloud.world.inject(name, target=target)
    return lambda later: _complains(later, fault)


def _hit_one_person(sim: Simulation, names: Sequence[str]) -> Subject:
    world = sim.cloud.world
    rows = _soon(sim)
    if any(KINDS[name].target is Target.DESKTOP for name in names):
        # whoever has no desktop of their own and gets to none has no trouble with one
        rows = rows[world.fleet.owner[rows["desktop"]] == rows["user"]]
    if any(KINDS[name].target is Target.POOL for name in names):
        rows = _of_roomiest_pool(sim, rows)
    row = rows[int(world.noise.one("complains", world.at_s) * len(rows))]
    for name in names:
        target = _of(sim, KINDS[name].target, row)
        if name == "image_drift":
            _send_to(sim, row, _drift(sim, target, _drifted_and_unused)[0])
        else:
            world.inject(name, target=target)
    if names[0] in _FEEL:
        return "desktop", str(world.fleet.ids[int(row["desktop"])])
    return "person", str(world.people.logins[int(row["user"])])


def _send_to(sim: Simulation, row: Any, desktop: int) -> None:
    """Let a pool give a person that desktop: it changes places with the one they were to get."""
    world = sim.cloud.world
    for block in world.ledger.blocks[-2:]:
        planned = block.rows["start"] > world.at_s
        theirs = planned & (block.rows["desktop"] == row["desktop"])
        others = planned & (block.rows["desktop"] == desktop)
        block.rows["desktop"][theirs] = desktop
        block.rows["desktop"][others] = row["desktop"]
        block.touch()


def _of(sim: Simulation, target: Target, row: Any) -> str | None:
    """Return what of a kind a person's connection hangs on; None where there is only one."""
    world = sim.cloud.world
    people, fleet = world.people, world.fleet
    user, desktop = int(row["user"]), int(row["desktop"])
    match target:
        case Target.PERSON:
            return str(people.logins[user])
        case Target.DESKTOP:
            return str(fleet.ids[desktop])
        case Target.POOL:
            return str(fleet.pools[int(fleet.pool[desktop])].id)
    places = {
        Target.HOST: fleet.host[desktop],
        Target.DATASTORE: fleet.datastore[desktop],
        Target.SWITCH: fleet.switch[desktop],
        Target.GATEWAY: people.gateway[user],
        Target.BROKER: people.broker[user],
    }
    found = places.get(target)
    return None if found is None else world.places.of(Kind(target.value))[int(found)].id


def _drift(
    sim: Simulation, pool: str | None, whom: Callable[[Simulation, Fault], Desktops]
) -> Desktops:
    """Let the image of a pool drift until it reaches whom it should: by chance it may pass by
    every desktop of a small pool."""
    world = sim.cloud.world
    while not len(reached := whom(sim, fault := world.inject("image_drift", target=pool))):
        world.remove(fault.id)
    return reached


def _drifted(sim: Simulation, fault: Fault) -> Desktops:
    world = sim.cloud.world
    return np.flatnonzero(world.states().old_agent & fault.desktops & ~world.fleet.has_old_agent)


def _drifted_and_unused(sim: Simulation, fault: Fault) -> Desktops:
    return np.intersect1d(_drifted(sim, fault), _unused(sim))


def _unused(sim: Simulation) -> Desktops:
    return np.flatnonzero(sim.cloud.world.states().holder == NOBODY)


def _of_roomiest_pool(sim: Simulation, rows: Rows) -> Rows:
    """Return those of the connections that go to the pool with the most unused desktops."""
    fleet = sim.cloud.world.fleet
    unused = fleet.pool[_unused(sim)]
    counts = np.bincount(unused[unused >= 0], minlength=len(fleet.pools))
    rows = rows[fleet.pool[rows["desktop"]] >= 0]
    room = counts[fleet.pool[rows["desktop"]]]
    return rows[room == room.max()]


def _soon(sim: Simulation) -> Rows:
    """Return the connections that begin soon enough for a fault to be felt in them."""
    world = sim.cloud.world
    rows = np.concatenate([block.rows for block in world.ledger.blocks[-2:]])
    soon = (rows["start"] > world.at_s + 120) & (rows["start"] < world.at_s + LASTS_S - 300)
    soon &= (rows["failure"] == 0) & ((rows["flags"] & int(Flag.RECONNECT)) == 0)
    return rows[soon]


def _target(sim: Simulation, name: str) -> str | None:
    """Return whom it should hit so that somebody feels it soon; None where that is no matter."""
    world = sim.cloud.world
    kind = KINDS[name].target
    if kind not in _OWN:
        return None
    chosen = _soon(sim)
    if kind is Target.POOL:
        chosen = chosen[world.fleet.pool[chosen["desktop"]] >= 0]
    return _of(sim, kind, chosen[int(world.noise.one("complains", world.at_s) * len(chosen))])


def _complains(sim: Simulation, fault: Fault) -> Subject:
    """Return who complains: a person or a desktop that the fault hit, or its alarm."""
    world = sim.cloud.world
    name = fault.kind.name
    if name in _ABOUT_ALARM:
        return "alarm", fault.kind.title
    if name in _FEEL:
        return "desktop", str(world.fleet.ids[int(np.flatnonzero(fault.desktops)[0])])
    world.troubles.flush()
    rows = np.concatenate([block.rows for block in world.ledger.blocks[-2:]])
    since = rows[(rows["start"] > fault.since_s) & (rows["start"] < world.at_s - 120)]
    hit = since[fault.touches(since)]
    felt = (hit["failure"] != 0) | (hit["delay_s"] > 0) | (hit["rtt_add_ms"] > 0)
    hit = hit[felt]
    if not len(hit):
        # a link whose loss nobody notices is told by its alarm alone
        return "alarm", "链路"
    row = hit[int(world.noise.one("who", fault.serial) * len(hit))]
    return "person", str(world.people.logins[int(row["user"])])
