"""Who takes part in a login storm: people who are away and have a desktop of their own."""

from typing import TYPE_CHECKING

import numpy as np

from yunwei_sim.world.connections import Model
from yunwei_sim.world.fleet import NOBODY
from yunwei_sim.world.ledger import Ledger
from yunwei_sim.world.noise import Longs
from yunwei_sim.world.rows import NEVER
from yunwei_sim.world.wishes import Wish

if TYPE_CHECKING:
    from yunwei_sim.world.troubles import Fault

SPREAD_S = 240
MARGIN_S = 180


def _next_start(model: Model, ledger: Ledger, at_s: int) -> Longs:
    soonest = np.full(model.people.count, NEVER)
    for block in ledger.blocks[-2:]:
        ahead = block.rows[block.rows["start"] > at_s]
        np.minimum.at(soonest, ahead["user"], ahead["start"])
    return soonest


def storm_wishes(model: Model, ledger: Ledger, fault: "Fault", at_s: int) -> list[tuple[Wish, int]]:
    """Return who comes in, until when, and the instant of their first click."""
    people, noise = model.people, model.noise
    free = (model.fleet.desktop_of != NOBODY) & fault.people & ~people.is_disabled
    for block in ledger.around(at_s):
        rows = block.begun(at_s)
        free[rows["user"][rows["logoff"] > at_s]] = False
    free &= noise.uniform("storm", fault.serial, people.index) < fault.effect.storm_share
    soonest = _next_start(model, ledger, at_s)
    start = at_s + (noise.uniform("storm at", fault.serial, people.index) * SPREAD_S).astype(int)
    stay = noise.between(1500, 6000, "storm stay", fault.serial, people.index).astype(int)
    until = np.minimum(start + stay, soonest - MARGIN_S)
    found = []
    for user in np.flatnonzero(free & (until - start > 600)).tolist():
        wish = Wish(
            user=user,
            desktop=int(model.fleet.desktop_of[user]),
            until_s=int(until[user]),
            logoff_s=int(until[user]) + 1,
            logon_s=int(people.profile_s[user]),
            rtt_ms=int(people.office_rtt[user]),
            flags=0,
        )
        found.append((wish, int(start[user])))
    return found
