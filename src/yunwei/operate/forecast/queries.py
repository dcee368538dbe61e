"""Forecasts that others may ask for: worked out from what was measured, kept nowhere."""

from datetime import date, datetime, timedelta

from yunwei.base.people.facts import Viewer
from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.rules.series import day_bounds
from yunwei.operate.forecast.facts import Daily, Foretold
from yunwei.operate.forecast.rules.forecasting import forecast

HISTORY_DAYS = 180


def forecast_licence(viewer: Viewer, licence: LicenceRow, *, now: datetime) -> Foretold:
    """Return when a licence will be used up, by the highest use of each whole day of the last 180
    in the viewer's zone; today is not over and does not count. Raises EngineAway."""
    zone = telemetry.parse_zone(viewer.time_zone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=HISTORY_DAYS)
    span = day_bounds(first, zone)[0], day_bounds(today, zone)[0]
    found = telemetry.licence_history(viewer, licence.source, licence.native_id, *span)
    used = next((each for each in found if each.name == "licence.used"), None)
    daily: Daily = used.maxima if used else ()
    last_day: date = today - timedelta(days=1)
    return Foretold(
        daily=tuple(daily), last_day=last_day, said=forecast(daily, licence.total, last_day)
    )
