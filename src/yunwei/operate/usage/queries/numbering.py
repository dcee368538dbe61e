"""Which part each connection belongs to: numbers for departments, pools, hosts, hours and so on."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopPlace
from yunwei.operate.usage.facts.use import LONGEST, By
from yunwei.operate.usage.queries.ground import Ground, remembered
from yunwei.operate.usage.rules.frames import Frame, Labels, Numbers
from yunwei.operate.usage.rules.places import History, Move, build_history, find_as_of
from yunwei.operate.usage.store import door, frames

_QUARTER_MS = 900_000
"""No zone's clock is off by less than a quarter of an hour, nor set at another instant."""
_TENANTS = PageRequest(limit=1000)

type _Numbered = tuple[Sequence[str], Numbers]


def number_parts(ground: Ground, frame: Frame, by: By) -> Labels:
    """Return the part of each connection; `name_part` says which that is."""
    return _NUMBERED[by](ground, frame)


def name_part(ground: Ground, by: By, number: int) -> str:
    """Return what the source calls a part; of pools and hosts `source:id`, of hours two digits, of
    weekdays 1 to 7 (Monday first), of tenants our id."""
    if by is By.HOUR:
        return f"{number:02d}"
    if by in {By.WEEKDAY, By.TENANT}:
        return str(number)
    named: Mapping[By, Callable[[Ground], Sequence[str]]] = {
        By.DEPARTMENT: lambda ground: number_departments(ground)[0],
        By.POOL: lambda ground: number_pools(ground)[0],
        By.SITE: lambda ground: _sites(ground)[0],
        By.HOST: lambda ground: _hosts(ground).names,
        By.IMAGE: lambda ground: _images(ground).names,
    }
    return named[by](ground)[number] if by in named else frames.text_of(number)


def print_labels(ground: Ground, by: By) -> object | None:
    """Return what differs whenever a connection may belong to another part than it did; None where
    that would take as long as to find its part."""
    if by in {By.NOTHING, By.TENANT, By.CLIENT, By.CLIENT_VERSION}:
        return ()
    of: Mapping[By, Callable[[Ground], _Numbered]] = {
        By.DEPARTMENT: number_departments,
        By.POOL: number_pools,
        By.SITE: _sites,
    }
    if by not in of:
        return None
    names, places = of[by](ground)
    return tuple(names), hashlib.blake2b(places.tobytes(), digest_size=16).digest()


def name_parts(ground: Ground, by: By) -> Mapping[str, str]:
    """Return how people know the parts whose key is not their name, by key."""
    if by is By.POOL:
        return name_pools(ground)
    if by is By.HOST:
        return remembered(ground, "host names", lambda: _name_hosts(ground))
    if by is By.TENANT:
        found = people.fetch_tenants(ground.viewer, {}, _TENANTS).items
        return {str(each.id): each.name for each in found}
    return {}


def name_pools(ground: Ground) -> Mapping[str, str]:
    """Return the names of pools, by `source:id`."""
    found = inventory.fetch_pool_names(ground.viewer)
    return {f"{row.source}:{row.native_id}": row.name for row in found}


def _name_hosts(ground: Ground) -> Mapping[str, str]:
    """Return the names of hosts; one that the source does not list goes by its id."""
    listed = inventory.fetch_host_names(ground.viewer)
    names = {f"{row.source}:{row.native_id}": row.name for row in listed}
    return {key: names.get(key) or key.partition(":")[2] for key in _hosts(ground).names if key}


def number_departments(ground: Ground) -> tuple[list[str], Numbers]:
    """Return the names of departments, "" first, and the place of each login name's in them."""

    def build() -> tuple[list[str], Numbers]:
        told = frames.fetch_departments(ground.tenants)
        names = ["", *sorted({name for _, _, name in told})]
        places = {name: place for place, name in enumerate(names)}
        of_login = np.zeros(len(frames.logins()), dtype=np.int64)
        for source, login, name in told:
            of_login[frames.find_login(source, login)] = places[name]
        of_login[0] = 0
        return names, of_login

    return remembered(ground, ("departments", len(frames.logins())), build)


def number_pools(ground: Ground) -> tuple[list[str], Numbers]:
    """Return `source:pool`, and the place of each desktop's in them."""

    def build() -> tuple[list[str], Numbers]:
        told = frames.fetch_pools(ground.tenants)
        known = {(source, desktop): f"{source}:{pool}" for source, desktop, pool in told}
        keys = [known.get(each, f"{each[0]}:") if each else "" for each in frames.desktops()]
        names = ["", *sorted({*keys} - {""})]
        places = {name: place for place, name in enumerate(names)}
        return names, np.array([places[key] for key in keys], dtype=np.int64)

    return remembered(ground, ("pools", len(frames.desktops())), build)


def _sites(ground: Ground) -> _Numbered:
    """Return the names of sites, and the place of each desktop's in them, as is said now."""

    def build() -> _Numbered:
        now = _said_now(ground, lambda place: place.site)
        history = build_history(now, ())
        return history.names, history.now

    return remembered(ground, ("sites", len(frames.desktops())), build)


def _hosts(ground: Ground) -> History:
    """Return the hosts of desktops over time, by `source:id`."""

    def said(source: int, host: str) -> str:
        return f"{source}:{host}" if host else ""

    def build() -> History:
        now = _said_now(ground, lambda place: said(place.source, place.host))
        return build_history(now, _moves(ground, "host", said))

    return remembered(ground, ("hosts", len(frames.desktops())), build)


def _images(ground: Ground) -> History:
    def build() -> History:
        now = _said_now(ground, lambda place: place.image)
        return build_history(now, _moves(ground, "image", lambda _source, image: image))

    return remembered(ground, ("images", len(frames.desktops())), build)


def _said_now(ground: Ground, told: Callable[[DesktopPlace], str]) -> list[str]:
    """Return what is said now of each desktop that has a number, "" of others."""
    now = [""] * len(frames.desktops())
    for place in inventory.fetch_desktop_places(ground.viewer):
        now[frames.find_desktop(place.source, place.native_id)] = told(place)
    now[0] = ""
    return now


def _moves(
    ground: Ground, field: Literal["host", "image"], said: Callable[[int, str], str]
) -> list[Move]:
    """Return what changed since the earliest connection that may be asked for."""
    changes = inventory.fetch_place_changes(ground.viewer, field, _earliest(ground))
    moves = (
        Move(
            desktop=frames.find_desktop(each.source, each.native_id),
            at_ms=door.to_ms(each.at),
            before=said(each.source, each.before),
        )
        for each in changes
    )
    return [move for move in moves if move.desktop]


def _earliest(ground: Ground) -> datetime:
    return ground.asked.from_at - LONGEST


def _tenants(frame: Frame) -> Numbers:
    source = frame.source
    found: Numbers = np.zeros(len(source), dtype=np.int64)
    for one in np.unique(source).tolist():
        found[source == one] = frames.tenant_of(one)
    return found


def _local_times(ground: Ground, frame: Frame, told: Callable[[datetime], int]) -> Numbers:
    """Return what is told of the local time at which each began."""
    started = frame.started
    if not len(started):
        return np.zeros(0, dtype=np.int64)
    zone = ZoneInfo(ground.asked.time_zone)
    first = int(started.min())
    marks = np.arange(first - first % _QUARTER_MS, int(started.max()) + 1, _QUARTER_MS)
    values = [told(door.from_ms(mark).astimezone(zone)) for mark in marks.tolist()]
    return np.array(values, dtype=np.int64)[(started - marks[0]) // _QUARTER_MS]


def _as_of(told: Callable[[Ground], History]) -> Callable[[Ground, Frame], Numbers]:
    return lambda ground, frame: find_as_of(
        told(ground), frame.desktop.astype(np.int64), frame.started
    )


_NUMBERED: Mapping[By, Callable[[Ground, Frame], Labels]] = {
    By.NOTHING: lambda _ground, frame: np.zeros(len(frame), dtype=np.int32),
    By.TENANT: lambda _ground, frame: _tenants(frame),
    By.SITE: lambda ground, frame: _sites(ground)[1][frame.desktop],
    By.DEPARTMENT: lambda ground, frame: number_departments(ground)[1][frame.who],
    By.POOL: lambda ground, frame: number_pools(ground)[1][frame.desktop],
    By.CLIENT: lambda _ground, frame: frame.client,
    By.CLIENT_VERSION: lambda _ground, frame: frame.version,
    By.IMAGE: _as_of(_images),
    By.HOST: _as_of(_hosts),
    By.HOUR: lambda ground, frame: _local_times(ground, frame, lambda local: local.hour),
    By.WEEKDAY: lambda ground, frame: _local_times(ground, frame, lambda local: local.isoweekday()),
}
