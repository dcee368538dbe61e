"""How well people work: the experience score of users and parts, with the points lost to causes."""

from math import isnan
from typing import NamedTuple

import numpy as np

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.experience import Cause, Experience, UserExperience
from yunwei.operate.usage.facts.use import By
from yunwei.operate.usage.queries.ground import MOST_PARTS, Ground, remembered
from yunwei.operate.usage.queries.numbering import name_part, name_parts
from yunwei.operate.usage.queries.parts import NAMED
from yunwei.operate.usage.queries.use import fetch_use
from yunwei.operate.usage.rules import experience as rules
from yunwei.operate.usage.store import frames

MOST_ROWS = 1000


def fetch_experience(ground: Ground, by: By = By.NOTHING) -> tuple[Experience, ...]:
    """Return the score of each part, the worst first; at most 1,000 parts. Formula: see `rules`."""
    return remembered(ground, ("experience", by), lambda: _experience(ground, by))


def _experience(ground: Ground, by: By) -> tuple[Experience, ...]:
    names = name_parts(ground, by)
    found = []
    for each in rules.score_parts(_scores(ground, by)):
        key = name_part(ground, by, each.part) if by else ""
        found.append(
            Experience(
                key=key,
                name=names.get(key, "" if by in NAMED else key),
                users=each.users,
                good=each.good,
                fair=each.fair,
                poor=each.poor,
                score=each.score,
                measured=each.measured,
                lost=each.lost,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.score, each.key))[:MOST_PARTS])


def fetch_whole_experience(ground: Ground) -> Experience | None:
    """Return the score over all users; None where nothing was measured."""
    return next(iter(fetch_experience(ground)), None)


def _scores(ground: Ground, by: By) -> rules.Scores:
    use = fetch_use(ground)
    return remembered(
        ground,
        ("scores", by),
        lambda: rules.score_users(
            use.frame,
            use.begin,
            use.end,
            part=use.parts(by),
            from_ms=use.from_ms,
            to_ms=use.to_ms,
        ),
    )


class UserPage(NamedTuple):
    """Users with their scores, and how many there are at all."""

    rows: tuple[UserExperience, ...]
    total: int


def fetch_user_experience(ground: Ground, *, limit: int = 20, offset: int = 0) -> UserPage:
    """Return the users with their scores, the worst first."""
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid("limit", f"between 1 and {MOST_ROWS}")
    found = _scores(ground, By.NOTHING)
    known = np.flatnonzero(~np.isnan(found.score))
    order = known[np.lexsort((found.who[known], found.score[known]))]
    chosen = order[offset : offset + limit].tolist()
    return UserPage(_users(ground, found, chosen), len(order))


def fetch_experience_of(ground: Ground, source: SourceId, login: str) -> UserExperience | None:
    """Return one user's score; None where nothing was measured of them."""
    found = _scores(ground, By.NOTHING)
    who = frames.find_login(source, login)
    if not who:
        return None
    places: list[int] = np.flatnonzero((found.who == who) & ~np.isnan(found.score)).tolist()
    return next(iter(_users(ground, found, places)), None)


def _users(ground: Ground, found: rules.Scores, chosen: list[int]) -> tuple[UserExperience, ...]:
    known = frames.logins()
    whose = [each or (0, "") for each in (known[int(found.who[place])] for place in chosen)]
    asked = [(SourceId(source), login) for source, login in whose]
    named = inventory.name_desktop_users(ground.viewer, asked)
    return tuple(
        UserExperience(
            source=source,
            login=login,
            desktop_user=who.id if who else None,
            name=who.name if who else "",
            department=who.department if who else "",
            score=float(found.score[place]),
            measured=float(found.measured[place]),
            lost=_lost(found, place),
        )
        for place, (source, login) in zip(chosen, asked, strict=True)
        for who in (named.get((source, login)),)
    )


def _lost(found: rules.Scores, place: int) -> dict[Cause, float | None]:
    told = {cause: float(lost[place]) for cause, lost in found.lost.items()}
    return {cause: None if isnan(points) else points for cause, points in told.items()}
