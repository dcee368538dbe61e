"""The connections that a question is about, with their connected time, by columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from yunwei.base.core.condition import Condition
from yunwei.operate.usage.facts.use import LONGEST, By, Chosen, Counted
from yunwei.operate.usage.queries.ground import Ground, forget_uses, until_by_source
from yunwei.operate.usage.queries.numbering import (
    name_pools,
    number_departments,
    number_parts,
    number_pools,
)
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

LONGEST_MS = int(LONGEST.total_seconds() * 1000)


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
        return number_parts(self.ground, self.frame, by)


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
        ground.uses[key] = read_use(ground, since, to_ms)
    found: Use = ground.uses[key]
    return found


def fetch_began(ground: Ground, from_ms: int | None = None) -> Frame:
    """Return what began in the time of the question, or from from_ms on; its ends are not looked
    for. Raises as `fetch_use`."""
    if replace(ground.asked.chosen, tenant=None) != Chosen():
        use = fetch_use(ground, from_ms)
        return use.frame.take(use.began)
    first, to_ms = from_ms or door.to_ms(ground.asked.from_at), door.to_ms(ground.asked.to_at)
    return frames.fetch_frame(ground.minute, ground.tenants, first, to_ms, check=ground.check)


def read_use(ground: Ground, from_ms: int, to_ms: int) -> Use:
    """Return what there is of a stretch of time, which is not kept."""
    first_ms = from_ms - LONGEST_MS
    frame = frames.fetch_frame(ground.minute, ground.tenants, first_ms, to_ms, check=ground.check)
    begin, end = find_ends(frame, until_by_source(ground, to_ms))
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
        names, of_login = number_departments(ground)
        masks.append(of_login[frame.who] == _place(names, chosen.department))
    if chosen.pool:
        names, of_desktop = number_pools(ground)
        masks.append(of_desktop[frame.desktop] == _place(names, _pool_key(chosen)))
    if chosen.condition is not None:
        masks.append(_match(ground, frame, chosen.condition))
    return np.logical_and.reduce(masks) if masks else None


def _match(ground: Ground, frame: Frame, condition: Condition) -> Flags:
    """Return which connections a condition means. Each different one is asked once."""
    matches = match_connections(condition)
    names, of_login = number_departments(ground)
    pools, of_desktop = number_pools(ground)
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


def _pool_key(chosen: Chosen) -> str:
    source, pool = chosen.pool or (0, "")
    return f"{source}:{pool}"


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _like(text: str) -> Flags:
    """Return which login names, by number, have a text in them, whatever the case."""
    wanted = text.lower()
    return np.array([bool(who) and wanted in who[1].lower() for who in frames.logins()])
