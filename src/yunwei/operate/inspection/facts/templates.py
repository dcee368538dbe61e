"""Templates of inspections as plain data: what is asked, of what, and what is enough."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import TenantId
from yunwei.operate.diagnosis.facts.verdicts import Said

BUILT_IN = "desktop_cloud"
"""The key of the template that every installation has."""


class Gravity(StrEnum):
    """How much it matters when a check fails: critical and major ones cap the score."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    NOTICE = "notice"


class Domain(StrEnum):
    """What a check is about, in the order of the report."""

    ACCESS = "access"
    DESKTOPS = "desktops"
    IMAGES = "images"
    LICENCES = "licences"
    HOSTS = "hosts"
    CAPACITY = "capacity"
    ALARMS = "alarms"
    PLATFORM = "platform"
    ON_SITE = "on_site"


class FigureUnit(StrEnum):
    COUNT = "count"
    RATIO = "ratio"
    SECONDS = "seconds"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A question over live data. title: what its number is, of each thing that it tells of."""

    name: str
    unit: FigureUnit
    title: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """From where on a value is doubtful, and from where on bad. is_low_bad: the smaller the worse;
    then a limit itself is well."""

    warn: float | None = None
    fail: float | None = None
    is_low_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """One automatic check. measure: name of the question; each thing that it tells of is held
    against the criterion. weight: of the check in the score."""

    name: str
    domain: Domain
    title: Said
    measure: str
    criterion: Criterion
    gravity: Gravity
    weight: int
    advice: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSpec:
    """Something that a person on site looks at. how: what to look at, and what is well."""

    name: str
    domain: Domain
    title: Said
    how: Said
    gravity: Gravity
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    title: Said
    checks: tuple[CheckSpec, ...]
    items: tuple[ItemSpec, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*(each.name for each in self.checks), *(each.name for each in self.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """A template of a tenant's own. text: as it was written. sha256: of the text."""

    id: int
    tenant: TenantId
    tenant_name: str
    title: Said
    text: str
    sha256: str
    checks: int
    items: int
    version: int
    changed_at: datetime
    changed_by: str
