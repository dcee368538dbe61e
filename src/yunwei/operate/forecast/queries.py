"""Forecasts that others may ask for: worked out from what was measured, kept nowhere."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from yunwei.base.core.metrics import At
from yunwei.base.people.facts import Viewer
from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.rules.series import day_bounds
from yunwei.operate.forecast.facts import Daily, Forecast, Foretold, NoForecast
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


def forecast_licences(
    viewer: Viewer, licences: Iterable[LicenceRow], *, now: datetime
) -> dict[int, Foretold]:
    """Return when each licence will be used up, by its id, as `forecast_licence` says it.

    One statement for all; what was worked out from the same days is not worked out again.
    Raises EngineAway.
    """
    zone = telemetry.parse_zone(viewer.time_zone)
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(HISTORY_DAYS, 0, -1)]
    span = day_bounds(days[0], zone)[0], day_bounds(today, zone)[0]
    found = telemetry.highest_by_day(
        viewer, "licence.used", At.LICENCE, *span, time_zone=viewer.time_zone
    )
    said: dict[int, Foretold] = {}
    for licence in licences:
        by_day = found.get((licence.source, licence.native_id), {})
        daily = tuple(by_day.get(day) for day in days) if by_day else ()
        said[licence.id] = Foretold(
            daily=daily, last_day=days[-1], said=_forecast(daily, licence.total, days[-1])
        )
    return said


@lru_cache(maxsize=1024)
def _forecast(
    daily: tuple[float | None, ...], limit: float | None, last_day: date
) -> Forecast | NoForecast:
    return forecast(daily, limit, last_day)
