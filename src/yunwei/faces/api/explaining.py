"""REST of who would be told of an alarm, now or at another instant, and why somebody would not."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId, TenantId, UserId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.lists import check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.notify.facts.explaining import Explanation, MadeUpAlarm, WhyNot
from yunwei.monitor.notify.facts.reaching import MeantBy
from yunwei.monitor.notify.facts.routes import AskedVerdict
from yunwei.monitor.notify.queries import explaining as explaining_queries

router = Router()
_clock = SystemClock()


class ExplainQuery(Schema):
    alarm: int | None = Field(None, description="An alarm; else the fields of a made-up one.")
    tenant: int | None = Field(None, description="Absent: one's own.")
    severity: Severity = Severity.CRITICAL
    managed_object: str = "/"
    alarm_type: str = ""
    qualifier: str = ""
    text: str = ""
    source: int | None = None
    source_name: str = ""
    at: datetime | None = Field(None, description="Absent: now.")
    user: int | None = Field(None, description="Also say why this person would not be told.")


class AskedOut(Schema):
    tenant: int
    route: int
    name: str
    verdict: AskedVerdict


class WouldTellOut(Schema):
    at: datetime
    route: int | None
    route_name: str
    step: int | None = Field(description="Of an escalation, from 1; null at once by the route.")
    user: int | None
    person: str
    by: MeantBy | None
    because: str = Field(description="Which duty and why, which role, what is owned.")
    channel: str = Field(description="Empty: on screen.")
    skipped: str
    quiet_until: datetime | None
    is_fallback: bool = Field(description="The last route, since nobody else is reached.")


class ReasonOut(Schema):
    why: WhyNot
    about: str
    at: datetime | None


class ExplanationOut(Schema):
    at: datetime
    kept_quiet_by: list[str]
    routes: list[AskedOut]
    told: list[WouldTellOut]
    reaches_nobody: bool
    user: int | None
    is_told: bool
    reasons: list[ReasonOut]


@router.get("/explain", response=ExplanationOut, summary="Get who would be told, and why not")
def explain(request: HttpRequest, query: Query[ExplainQuery]) -> Any:
    check_parameters(request, query)
    viewer, now = viewer_of_request(request), _clock.now()
    if query.at is not None and query.at.tzinfo is None:
        raise Invalid("at", "a time needs its zone")
    user = UserId(query.user) if query.user is not None else None
    if query.alarm is not None:
        found = explaining_queries.explain_alarm(
            viewer, AlarmId(query.alarm), at=query.at, user=user, now=now
        )
        return _out(found, viewer.language)
    made_up = MadeUpAlarm(
        tenant=TenantId(query.tenant) if query.tenant is not None else _home(viewer),
        severity=query.severity,
        managed_object=query.managed_object,
        alarm_type=query.alarm_type,
        qualifier=query.qualifier,
        text=query.text,
        source=query.source,
        source_name=query.source_name,
    )
    found = explaining_queries.explain_made_up(viewer, made_up, at=query.at, user=user, now=now)
    return _out(found, viewer.language)


def _home(viewer: Viewer) -> TenantId:
    """Return one's own tenant; whoever is limited to some customers asks for the first of them."""
    is_own = viewer.tenant in viewer.tenants or not viewer.tenants
    return viewer.tenant if is_own else viewer.tenants[0]


def _out(found: Explanation, language: str) -> dict[str, Any]:
    names = ("at", "kept_quiet_by", "reaches_nobody", "user", "is_told", "reasons")
    told_names = [name for name in WouldTellOut.model_fields if name != "because"]
    return {name: getattr(found, name) for name in names} | {
        "routes": [
            {
                "tenant": table.tenant,
                "route": each.route.id,
                "name": each.route.name,
                "verdict": each.verdict,
            }
            for table in found.tables
            for each in table.asked
        ],
        "told": [
            {name: getattr(each, name) for name in told_names} | {"because": each.detail(language)}
            for each in found.told
        ],
    }
