"""What the pages of use share: a stretch of time with its figures, and what stands on it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.usage.asked import UsageQuery
from yunwei.faces.web.shared.words import Text
from yunwei.operate.reports.usage_figures import WEEKDAYS
from yunwei.operate.usage.facts.use import Active, Asked, Attempts, By, Concurrency, Counted, Known
from yunwei.operate.usage.queries import activity, parts
from yunwei.operate.usage.queries.ground import Ground, lay_ground

PARTS: Mapping[By, Text] = {
    By.TENANT: _("Tenants"),
    By.SITE: _("Sites"),
    By.DEPARTMENT: _("Departments"),
    By.POOL: _("Pools"),
    By.CLIENT: _("Clients"),
    By.CLIENT_VERSION: _("Client versions"),
    By.IMAGE: _("Images"),
    By.HOST: _("Hosts"),
    By.HOUR: _("Hours"),
    By.WEEKDAY: _("Weekdays"),
}
"""What pages tell their figures apart by."""


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
    """What a page of use asks, for its time and for the one before; only what is shown is asked.
    by: what a table of parts tells its figures apart by."""

    query: UsageQuery
    by: By = field(default=By.NOTHING, kw_only=True)
    apart: ClassVar[Mapping[By, Text]] = PARTS

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
    def part_title(self) -> Text:
        return self.apart[self.by]

    @property
    def part_choices(self) -> list[tuple[Text, str, bool]]:
        """What figures may be told apart by, with its address and whether they are."""
        return [
            (text, self.query.url(by=by.value), by is self.by)
            for by, text in self.apart.items()
            if by is not By.TENANT or len(self.query.viewer.tenants) > 1
        ]

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


def name_part(by: By, key: str, name: str) -> str:
    """Return what people call a part; "" where it is not known. name: "" where it has none."""
    if by is By.POOL and key and not name:
        return gettext("in no pool")
    if by is By.WEEKDAY:
        return str(WEEKDAYS[int(key) - 1])
    if by is By.HOUR:
        return f"{key}:00"
    return name


def order_parts[Part](by: By, found: Iterable[Part], key: Callable[[Part], str]) -> list[Part]:
    """Return hours and weekdays in their order, others as they are."""
    return sorted(found, key=key) if by in {By.HOUR, By.WEEKDAY} else list(found)
