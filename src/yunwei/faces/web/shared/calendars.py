"""The days of a tenant, with their names, for the pages that show days. Draws nothing."""

from collections.abc import Iterable
from datetime import date

from yunwei.base.calendar import queries
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Viewer


def calendar_of(viewer: Viewer, tenant: TenantId, days: Iterable[date]) -> Calendar:
    """Return a tenant's calendar for some days. Raises Refused when it is not the viewer's."""
    years = sorted({day.year for day in days})
    views = [queries.fetch_year(viewer, tenant, year) for year in years]
    return Calendar(
        special={
            day.day: day.kind for view in views for day in view.days if day.is_own or day.name
        },
        years=frozenset(view.year for view in views if view.known),
        names={day.day: day.name for view in views for day in view.days if day.name},
    )
