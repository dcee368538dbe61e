"""The connections that a question is about, with their connected time, by columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from yunwei.base.core.condition import Condition
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import LONGEST, By, Chosen, Counted
from yunwei.operate.usage.queries.ground import Ground, forget_uses, remembered
from yunwei.operate.usage.rules.choosing import match_connections
from yunwei.operate.usage.rules.frames import (
    Flags,
    Frame,
    Labels,
    Numbers,
    Pieces,
    cut,
    cut_sessions,
    find_ends,
)
from yunwei.operate.usage.rules.sweeps import Sweep, sweep
from yunwei.operate.usage.store import door, frames

_LONGEST_MS = int(LONGEST.total_seconds() * 1000)
_QUARTER_MS = 900_000
"""No zone's clock is off by less than a quarter of an hour, nor set at another instant."""


@dataclass(frozen=True)
class Use:
    """Connections of a stretch of time and of the 7 days before it, the chosen ones only.

    from_ms, to_ms: the stretch. begin, end: of connected time, equal where there is none.
    """

    ground: Ground
    frame: Frame
    begin: Numbers
    end: Numbers
    from_ms: int
    to_ms: int

    def pieces(self, by: By = By.NOTHING, counted: Counted = Counted.USERS) -> Pieces:
        """Return the connected time of each user (or session) without overlap, by part. Only that
        of users as a whole is asked again and again; of 10,000 desktops each is 22 MB."""
        if (by, counted) == (By.NOTHING, Counted.USERS):
            return self._users
        return self.cut(self.parts(by), counted)

    def sweep(self, counted: Counted = Counted.USERS) -> Sweep:
        """Return how many there were at once."""
        return self._sweep if counted is Counted.USERS else sweep(self.pieces(counted=counted))

    @cached_property
    def _users(self) -> Pieces:
        return self.cut(self.parts(By.NOTHING))

    @cached_property
    def _sweep(self) -> Sweep:
        return sweep(self._users)

    def stays(self) -> Pieces:
        """Return when users were connected, as it was read: it may overlap."""
        who = self.frame.who
        whole = Pieces(part=self.parts(By.NOTHING), who=who, begin=self.begin, end=self.end)
        return whole.take((who != 0) & (self.end > self.begin))

    def cut(self, part: Labels, counted: Counted = Counted.USERS) -> Pieces:
        """Return the connected time by parts of one's own, one number for each connection."""
        who = self.frame.who
        stays = Pieces(part=part, who=who, begin=self.begin, end=self.end)
        if counted is Counted.SESSIONS:
            source, session = self.frame.source, self.frame.session
            return cut_sessions(stays, source, session, from_ms=self.from_ms, to_ms=self.to_ms)
        return cut(stays, self.from_ms, self.to_ms, chosen=who != 0)

    @property
    def began(self) -> Flags:
        """Which of them began in the stretch itself."""
        return self.frame.started >= self.from_ms

    def parts(self, by: By) -> Labels:
        """Return the part of each connection; `name_part` says which that is."""
        if by is By.CLIENT:
            return self.frame.client
        if by is By.CLIENT_VERSION:
            return self.frame.version
        if by is By.HOUR:
            return self._hours()
        if by is By.DEPARTMENT:
            return _departments(self.ground)[1][self.frame.who]
        if by is By.POOL:
            return _pools(self.ground)[1][self.frame.desktop]
        return np.zeros(len(self.frame), dtype=np.int32)

    def _hours(self) -> Numbers:
        """Return the hour of the local day in which each began."""
        zone = ZoneInfo(self.ground.asked.time_zone)
        first, last = self.from_ms - _LONGEST_MS, self.to_ms
        marks = np.arange(first - first % _QUARTER_MS, last + _QUARTER_MS, _QUARTER_MS)
        hours = [door.from_ms(mark).astimezone(zone).hour for mark in marks.tolist()]
        place = (self.frame.started - marks[0]) // _QUARTER_MS
        return np.array(hours, dtype=np.int64)[place]


def name_part(ground: Ground, by: By, number: int) -> str:
    """Return what the source calls a part; of pools `source:id`, of hours two digits."""
    if by is By.HOUR:
        return f"{number:02d}"
    if by is By.DEPARTMENT:
        return _departments(ground)[0][number]
    if by is By.POOL:
        return _pools(ground)[0][number]
    return frames.text_of(number)


def fetch_use(ground: Ground, from_ms: int | None = None) -> Use:
    """Return what there is of the question, or of it and the time from from_ms on before it.

    Raises Invalid when there is too much of it, EngineAway.
    """
    asked = ground.asked
    since, to_ms = from_ms or door.to_ms(asked.from_at), door.to_ms(asked.to_at)
    key = since, to_ms
    if key not in ground.uses:
        if ground.keeps_one_use:
            forget_uses(ground.uses)
        ground.uses[key] = _fetch_use(ground, since, to_ms)
    found: Use = ground.uses[key]
    return found


def _fetch_use(ground: Ground, from_ms: int, to_ms: int) -> Use:
    frame = frames.fetch_frame(ground.minute, ground.tenants, from_ms - _LONGEST_MS, to_ms)
    # not beyond the time asked for, so that a time that is over stays the same question
    until = {
        int(source): min(to_ms, door.to_ms(reach.until_at))
        for source, reach in ground.reaches.items()
    }
    begin, end = find_ends(frame, until)
    chosen = _choose(ground, frame)
    if chosen is not None:
        frame, begin, end = frame.take(chosen), begin[chosen], end[chosen]
    return Use(ground=ground, frame=frame, begin=begin, end=end, from_ms=from_ms, to_ms=to_ms)


def _choose(ground: Ground, frame: Frame) -> Flags | None:
    """Return which connections are meant; None: all."""
    chosen = ground.asked.chosen
    masks: list[Flags] = []
    if chosen.login:
        masks.append(_like(chosen.login)[frame.who])
    if chosen.client:
        masks.append(frame.client == frames.find_text(chosen.client))
    if chosen.department:
        names, of_login = _departments(ground)
        masks.append(of_login[frame.who] == _place(names, chosen.department))
    if chosen.pool:
        names, of_desktop = _pools(ground)
        masks.append(of_desktop[frame.desktop] == _place(names, _pool_key(chosen)))
    if chosen.condition is not None:
        masks.append(_match(ground, frame, chosen.condition))
    return np.logical_and.reduce(masks) if masks else None


def _match(ground: Ground, frame: Frame, condition: Condition) -> Flags:
    """Return which connections a condition means. Each different one is asked once."""
    matches = match_connections(condition)
    names, of_login = _departments(ground)
    pools, of_desktop = _pools(ground)
    titles = name_pools(ground)
    kinds = np.stack([frame.who, frame.desktop, frame.client], axis=1)
    each, place = np.unique(kinds, axis=0, return_inverse=True)
    logins, desktops = frames.logins(), frames.desktops()
    said = []
    for who, desktop, client in each.tolist():
        row = {
            "login": logins[who][1] if who else "",
            "department": names[of_login[who]],
            "pool": titles.get(pools[of_desktop[desktop]], ""),
            "desktop": desktops[desktop][1] if desktop else "",
            "client": frames.text_of(client),
        }
        said.append(matches({key: value for key, value in row.items() if value or key == "login"}))
    return np.array(said, dtype=bool)[place.reshape(-1)]


def name_pools(ground: Ground) -> Mapping[str, str]:
    """Return the names of pools, by `source:id`."""
    found = inventory.fetch_pool_names(ground.viewer)
    return {f"{row.source}:{row.native_id}": row.name for row in found}


def _pool_key(chosen: Chosen) -> str:
    source, pool = chosen.pool or (0, "")
    return f"{source}:{pool}"


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _like(text: str) -> Flags:
    """Return which login names, by number, have a text in them, whatever the case."""
    wanted = text.lower()
    return np.array([bool(who) and wanted in who[1].lower() for who in frames.logins()])


def _departments(ground: Ground) -> tuple[list[str], Numbers]:
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


def _pools(ground: Ground) -> tuple[list[str], Numbers]:
    """Return `source:pool`, and the place of each desktop's in them."""

    def build() -> tuple[list[str], Numbers]:
        told = frames.fetch_pools(ground.tenants)
        known = {(source, desktop): f"{source}:{pool}" for source, desktop, pool in told}
        keys = [known.get(each, f"{each[0]}:") if each else "" for each in frames.desktops()]
        names = ["", *sorted({*keys} - {""})]
        places = {name: place for place, name in enumerate(names)}
        return names, np.array([places[key] for key in keys], dtype=np.int64)

    return remembered(ground, ("pools", len(frames.desktops())), build)
