"""Who would be told of an alarm at an instant, by which route, and why somebody would not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import RouteId, TenantId, UserId
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.reaching import MeantBy
from yunwei.monitor.notify.facts.routes import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpAlarm:
    """What an alarm would be like, as far as routes look at it."""

    tenant: TenantId
    managed_object: str = "/"
    alarm_type: str = ""
    qualifier: str = ""
    severity: Severity = Severity.MAJOR
    text: str = ""
    source: int | None = None
    source_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldTell:
    """One message that would be made. step: of an escalation, from 1; None at once by the route.
    at: when. user, person: None and "" for a group. by, detail_zh, detail_en: how they come to be
    meant. channel: "" is the screen. skipped: a code, why nothing goes this way. quiet_until: it
    waits for the end of quiet hours. is_fallback: the last route stands in for one that reaches
    nobody."""

    route: RouteId | None
    route_name: str
    step: int | None
    at: datetime
    user: UserId | None
    person: str
    by: MeantBy | None
    detail_zh: str
    detail_en: str
    channel: str
    skipped: str
    quiet_until: datetime | None
    is_fallback: bool

    def detail(self, language: str) -> str:
        return self.detail_zh if language.startswith("zh") else self.detail_en


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTable:
    """The routes of one tenant, in order, and what each says."""

    tenant: TenantId
    tenant_name: str
    asked: tuple[Asked, ...]


class WhyNot(StrEnum):
    """Why somebody would not be told by a route, or by one way."""

    OTHER_TENANT = "other_tenant"
    NOT_MATCHED = "not_matched"
    BELOW = "below"
    NOT_ASKED = "not_asked"
    SWITCHED_OFF = "switched_off"
    NOT_ON_DUTY = "not_on_duty"
    NO_ADDRESS = "no_address"
    QUIET = "quiet"
    LATER = "later"
    NOT_NAMED = "not_named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """about: a route, a schedule or a channel, by name. at: until or at which instant."""

    why: WhyNot
    about: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """kept_quiet_by: what keeps the alarm itself quiet now, by name; then nobody is told. reasons:
    about the person who was asked about; is_told: they would be told at once."""

    at: datetime
    tables: tuple[AskedTable, ...]
    told: tuple[WouldTell, ...]
    kept_quiet_by: tuple[str, ...] = ()
    user: UserId | None = None
    person: str = ""
    is_told: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def reaches_nobody(self) -> bool:
        return all(each.skipped for each in self.told)
