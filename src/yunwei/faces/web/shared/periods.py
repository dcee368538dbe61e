"""The stretch of time that a page's figures show, chosen by its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.page import CLOCK
from yunwei.faces.web.shared.words import Text

LENGTHS: Mapping[str, tuple[Text, timedelta]] = {
    "1h": (_("1 hour"), timedelta(hours=1)),
    "6h": (_("6 hours"), timedelta(hours=6)),
    "24h": (_("24 hours"), timedelta(hours=24)),
    "7d": (_("7 days"), timedelta(days=7)),
    "30d": (_("30 days"), timedelta(days=30)),
}


@dataclass(frozen=True, kw_only=True)
class Period:
    name: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    path: str

    @property
    def ends(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at

    @property
    def choices(self) -> list[tuple[Text, str, bool]]:
        """Each length with its address and whether it is the present one."""
        return [
            (text, f"{self.path}?period={name}", name == self.name)
            for name, (text, _length) in LENGTHS.items()
        ]


def read_period(request: HttpRequest, viewer: Viewer, usual: str = "24h") -> Period:
    """Return the period that the address asks for; raises Invalid for an unknown one."""
    name = request.GET.get("period", "") or usual
    if name not in LENGTHS:
        raise Invalid("period", "this is not one of the choices")
    ends_at = CLOCK.now()
    return Period(
        name=name,
        starts_at=ends_at - LENGTHS[name][1],
        ends_at=ends_at,
        time_zone=viewer.time_zone,
        path=request.path,
    )
