"""Which days people in mainland China work, and where a local day lies in UTC. Data, no clock.

Days are proleptic ordinals (`date.toordinal()`), instants are whole seconds since 1970 UTC. Local
time is UTC+8 all year: China has kept no summer time since 1991.
"""

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

import numpy as np
import numpy.typing as npt

LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")
DAY_S = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_OFFSET_S = 8 * 3600


def _days(first: str, last: str | None = None) -> frozenset[int]:
    start = date.fromisoformat(first).toordinal()
    end = date.fromisoformat(last or first).toordinal()
    return frozenset(range(start, end + 1))


# State Council General Office notices for 2025 (published 2024-11-12) and 2026 (2025-11-04).
# For 2027 no notice is known here: only the days that the regulation on public holidays itself
# fixes are off, and no weekend is worked to make up for them.
DAYS_OFF = frozenset[int]().union(
    _days("2025-01-01"),
    _days("2025-01-28", "2025-02-04"),
    _days("2025-04-04", "2025-04-06"),
    _days("2025-05-01", "2025-05-05"),
    _days("2025-05-31", "2025-06-02"),
    _days("2025-10-01", "2025-10-08"),
    _days("2026-01-01", "2026-01-03"),
    _days("2026-02-15", "2026-02-23"),
    _days("2026-04-04", "2026-04-06"),
    _days("2026-05-01", "2026-05-05"),
    _days("2026-06-19", "2026-06-21"),
    _days("2026-09-25", "2026-09-27"),
    _days("2026-10-01", "2026-10-07"),
    _days("2027-01-01"),
    _days("2027-02-05", "2027-02-08"),
    _days("2027-04-05"),
    _days("2027-05-01", "2027-05-02"),
    _days("2027-06-09"),
    _days("2027-09-15"),
    _days("2027-10-01", "2027-10-03"),
)

MAKE_UP_WORKDAYS = frozenset[int]().union(
    _days("2025-01-26"),
    _days("2025-02-08"),
    _days("2025-04-27"),
    _days("2025-09-28"),
    _days("2025-10-11"),
    _days("2026-01-04"),
    _days("2026-02-14"),
    _days("2026-02-28"),
    _days("2026-05-09"),
    _days("2026-09-20"),
    _days("2026-10-10"),
)


def is_holiday(day: int) -> bool:
    """Return whether the day is off by law or by the year's notice (weekends are not holidays)."""
    return day in DAYS_OFF


def is_workday(day: int) -> bool:
    """Return whether offices work: a plain weekday, or a weekend day worked to make up."""
    if day in DAYS_OFF:
        return False
    return day in MAKE_UP_WORKDAYS or date.fromordinal(day).weekday() < 5


def weekday(day: int) -> int:
    """Return 0 for Monday to 6 for Sunday."""
    return date.fromordinal(day).weekday()


def day_of(at_s: int) -> int:
    """Return the local day that an instant falls in."""
    return (at_s + _OFFSET_S) // DAY_S + _EPOCH_ORDINAL


def days_of(at_s: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the local day and the second of that day of many instants."""
    day, second = np.divmod(at_s + _OFFSET_S, DAY_S)
    return day + _EPOCH_ORDINAL, second


def start_of(day: int) -> int:
    """Return the instant of local midnight at which the day begins."""
    return (day - _EPOCH_ORDINAL) * DAY_S - _OFFSET_S


def utc_day_of(at_s: int) -> int:
    """Return the UTC day that an instant falls in; daily usage figures are cut at UTC midnight."""
    return at_s // DAY_S + _EPOCH_ORDINAL


def utc_start_of(day: int) -> int:
    """Return the instant of UTC midnight at which the day begins."""
    return (day - _EPOCH_ORDINAL) * DAY_S


def in_office_hours(at_s: int) -> bool:
    """Return whether offices are open at that instant: a working day, 08:00 to 18:30."""
    day = day_of(at_s)
    return is_workday(day) and 8 * 3600 <= at_s - start_of(day) < 18.5 * 3600


def local_time(at_s: int) -> datetime:
    """Return the instant on a local clock."""
    return datetime.fromtimestamp(at_s, LOCAL)


def iso_utc(at_s: int) -> str:
    """Return the instant as Huawei's services print it: `2026-11-23T08:31:04Z`."""
    day, second = divmod(at_s, DAY_S)
    return f"{_utc_date(day)}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


@lru_cache(maxsize=400)
def _utc_date(day: int) -> str:
    return date.fromordinal(day + _EPOCH_ORDINAL).isoformat()
