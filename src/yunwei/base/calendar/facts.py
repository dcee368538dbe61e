"""Countries' days, tenants' exceptions, what a file brings and what a page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from yunwei.base.core.calendar import NOTHING_KNOWN, Calendar, DayKind
from yunwei.base.core.ids import TenantId

DEFAULT_COUNTRY = "CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEntry:
    """A day that is not what its weekday says. name: of the holiday it belongs to."""

    day: date
    kind: DayKind
    name: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEntry:
    """All special days of one year. source: what published them, e.g. a notice's number."""

    year: int
    days: tuple[DayEntry, ...]
    source: str = ""
    published_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """What a file brings: whole years of one country."""

    country: str
    years: tuple[YearEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownYear:
    """A year of a country that is known. holidays, makeups: how many days of either kind."""

    country: str
    year: int
    source: str
    published_on: date | None
    by: str
    changed_at: datetime
    holidays: int
    makeups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day as a tenant's calendar shows it. is_own: the tenant's exception. country_kind:
    what it is without that. is_known: not only by its weekday."""

    day: date
    kind: DayKind
    name: str
    name_en: str
    is_own: bool
    is_known: bool
    country_kind: DayKind


@dataclass(frozen=True, slots=True, kw_only=True)
class YearView:
    """A tenant's year, day by day. known: None when the country's year is not published."""

    tenant: TenantId
    country: str
    year: int
    known: KnownYear | None
    days: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCalendar:
    """By whose calendar a tenant goes. years: those of that country that are known."""

    tenant: TenantId
    country: str
    years: tuple[int, ...]
    own_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """Every tenant's calendar. Swapped whole, never edited."""

    by_tenant: Mapping[TenantId, Calendar] = field(default_factory=dict)
    countries: Mapping[TenantId, str] = field(default_factory=dict)

    def of(self, tenant: TenantId) -> Calendar:
        """Return a tenant's calendar; of a tenant that is not known, one that knows nothing."""
        return self.by_tenant.get(tenant, NOTHING_KNOWN)
