"""What the pages of use share: a stretch of time with its figures, and what stands on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.usage.asked import UsageQuery
from yunwei.operate.usage.facts.use import Active, Asked, Attempts, By, Concurrency, Counted, Known
from yunwei.operate.usage.queries import activity, parts
from yunwei.operate.usage.queries.ground import Ground, lay_ground


@dataclass
class Stretch:
    """Figures of one stretch of time; only what is shown is asked."""

    viewer: Viewer
    asked: Asked

    @cached_property
    def ground(self) -> Ground:
        return lay_ground(self.viewer, self.asked)

    @property
    def known(self) -> Known:
        return self.ground.known

    @cached_property
    def users_at_once(self) -> Concurrency:
        return activity.fetch_concurrency(self.ground, Counted.USERS)

    @cached_property
    def sessions_at_once(self) -> Concurrency:
        return activity.fetch_concurrency(self.ground, Counted.SESSIONS)

    @cached_property
    def active(self) -> Active:
        return activity.fetch_active(self.ground)

    @cached_property
    def attempts(self) -> Attempts:
        return parts.fetch_all_attempts(self.ground)

    @property
    def mean_s(self) -> float | None:
        """Time connected of one user."""
        return self.active.connected_s / self.active.users if self.active.users else None


@dataclass
class UsageBoard:
    """What a page of use asks, for its time and for the one before; only what is shown is asked."""

    query: UsageQuery

    @cached_property
    def now(self) -> Stretch:
        return Stretch(self.query.viewer, self.query.asked)

    @cached_property
    def before(self) -> Stretch | None:
        """The time before, None where too little of it is known to be compared with."""
        stretch = Stretch(self.query.viewer, self.query.before)
        return stretch if stretch.known.coverage > 0.5 else None

    @cached_property
    def is_away(self) -> bool:
        try:
            return self.now.ground is None
        except EngineAway:
            return True

    @property
    def is_empty(self) -> bool:
        return not self.now.known.sources


def read_by(request: HttpRequest, choices: Iterable[By], usual: By) -> By:
    """Return by what the page tells its figures apart, `?by=`. Raises Invalid."""
    text = request.GET.get("by", "") or usual.value
    found = next((by for by in choices if by.value == text), None)
    if found is None:
        raise Invalid("by", "this is not one of the choices")
    return found
