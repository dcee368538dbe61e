"""How what is owned in a number stands, and what runs out first. Pure."""

from collections.abc import Iterable
from datetime import date

from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.operate.forecast.facts import Forecast, Foretold
from yunwei.operate.posture.facts import Health, QuotaPosture

SOON_DAYS, AT_ONCE_DAYS = 60, 14
CERTIFICATE_WATCH_DAYS, CERTIFICATE_BAD_DAYS = 30, 14


def judge_quota(licence: LicenceRow, foretold: Foretold | None, today: date) -> QuotaPosture:
    """Return how a quota stands by what is used of it and when it will be full."""
    days = days_until_full(foretold, today)
    return QuotaPosture(
        licence=licence,
        foretold=foretold,
        days_until_full=days,
        health=_judge(licence, days),
    )


def days_until_full(foretold: Foretold | None, today: date) -> int | None:
    """Return the days until the likely day, 0 when it is over."""
    said = foretold.said if foretold else None
    if not isinstance(said, Forecast) or said.full_on is None:
        return None
    return max(0, (said.full_on - today).days)


def _judge(licence: LicenceRow, days: int | None) -> Health:
    if licence.used_ratio is None:
        return Health.UNKNOWN
    if licence.used_ratio >= licence.spent_at or (days is not None and days <= AT_ONCE_DAYS):
        return Health.BAD
    if licence.used_ratio >= licence.scarce_at or (days is not None and days <= SOON_DAYS):
        return Health.WATCH
    return Health.GOOD


def judge_certificate(days_left: int) -> Health:
    if days_left <= CERTIFICATE_BAD_DAYS:
        return Health.BAD
    return Health.WATCH if days_left <= CERTIFICATE_WATCH_DAYS else Health.GOOD


def first_full(quotas: Iterable[QuotaPosture]) -> QuotaPosture | None:
    """Return what is likely to be full first, None where nothing is within a year."""
    known = [each for each in quotas if each.days_until_full is not None]
    return min(known, key=lambda each: each.days_until_full or 0, default=None)
