"""Which object a fault hits, and so which desktops and people it touches. Pure."""

from dataclasses import dataclass

import numpy as np

from yunwei_sim.world.connections import Model
from yunwei_sim.world.faults import FaultKind, Target
from yunwei_sim.world.fleet import NOBODY
from yunwei_sim.world.places import Kind, Place, Places
from yunwei_sim.world.rows import Mask
from yunwei_sim.world.sessions import Snapshot


class UnknownTargetError(LookupError):
    """The world has no such object for this fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One chosen object and what depends on it."""

    id: str
    name: str
    desktops: Mask
    people: Mask


def _all(count: int) -> Mask:
    return np.ones(count, dtype=bool)


def _of_place(model: Model, kind: Kind, place: Place) -> tuple[Mask, Mask]:
    people, fleet = model.people, model.fleet
    desktops, everyone = _all(fleet.count), _all(people.count)
    match kind:
        case Kind.HOST:
            return fleet.host == place.index, everyone
        case Kind.DATASTORE:
            return fleet.datastore == place.index, everyone
        case Kind.SWITCH:
            return fleet.switch == place.index, everyone
        case Kind.GATEWAY:
            return desktops, people.gateway == place.index
        case Kind.BROKER:
            return desktops, people.broker == place.index
        case _:
            return desktops, everyone


def _place_scope(
    model: Model, places: Places, kind: FaultKind, target: str | None, luck: float
) -> Scope:
    place_kind = Kind(kind.target.value)
    candidates = places.of(place_kind)
    place = candidates[int(luck * len(candidates))]
    if target is not None:
        found = places.find(place_kind, target)
        if found is None:
            raise UnknownTargetError(f"no {place_kind} named {target!r}")
        place = found
    desktops, people = _of_place(model, place_kind, place)
    return Scope(id=place.id, name=place.name, desktops=desktops, people=people)


def _desktop_scope(model: Model, now: Snapshot, target: str | None, luck: float) -> Scope:
    fleet = model.fleet
    number: int | None
    if target is None:
        # Somebody should feel it: prefer a desktop in use, else one that belongs to somebody.
        used = np.flatnonzero(now.connected != NOBODY)
        pool = used if len(used) else np.flatnonzero(fleet.owner != NOBODY)
        number = int(pool[int(luck * len(pool))])
    else:
        number = fleet.find(target)
    if number is None:
        raise UnknownTargetError(f"no desktop named {target!r}")
    return Scope(
        id=fleet.ids[number],
        name=fleet.names[number],
        desktops=fleet.index == number,
        people=_all(model.people.count),
    )


def _person_scope(model: Model, target: str | None, luck: float) -> Scope:
    people = model.people
    number = int(luck * people.count) if target is None else people.find(target)
    if number is None:
        raise UnknownTargetError(f"no person named {target!r}")
    return Scope(
        id=people.ids[number],
        name=people.logins[number],
        desktops=_all(model.fleet.count),
        people=people.index == number,
    )


def _pool_scope(model: Model, target: str | None, luck: float) -> Scope:
    pools = model.fleet.pools
    pool = pools[int(luck * len(pools))]
    if target is not None:
        matching = [each for each in pools if target in {each.id, each.name}]
        if not matching:
            raise UnknownTargetError(f"no pool named {target!r}")
        pool = matching[0]
    return Scope(
        id=pool.id,
        name=pool.name,
        desktops=model.fleet.pool == pool.index,
        people=_all(model.people.count),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Chooses the object of a fault in one world."""

    model: Model
    places: Places

    def choose(self, kind: FaultKind, now: Snapshot, target: str | None, luck: float) -> Scope:
        """Return the named object, or one that `luck` in [0, 1) picks.

        Raises UnknownTargetError.
        """
        match kind.target:
            case Target.DESKTOP:
                return _desktop_scope(self.model, now, target, luck)
            case Target.POOL:
                return _pool_scope(self.model, target, luck)
            case Target.PERSON:
                return _person_scope(self.model, target, luck)
            case Target.QUOTA:
                nobody = np.zeros(self.model.fleet.count, dtype=bool)
                everyone = _all(self.model.people.count)
                return Scope(
                    id=kind.effect.quota, name=kind.effect.quota, desktops=nobody, people=everyone
                )
            case _:
                return _place_scope(self.model, self.places, kind, target, luck)
