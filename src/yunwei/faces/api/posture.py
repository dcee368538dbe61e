"""REST of resource posture: how everything that desktops stand on is, and when it is full."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.posture import queries
from yunwei.operate.posture.facts import Area, Failing, Health, Imbalance, QuotaPosture

router = Router()
_clock = SystemClock()


class AlarmCountOut(Schema):
    worst: Severity | None
    count: int


class SizeOut(Schema):
    cpu: int
    memory_mb: int


class ClusterOut(Schema):
    source: int
    source_name: str
    site: str = Field(description="The site of most desktops: sources name no clusters.")
    hosts: int
    hosts_unwell: int
    cpu_total: int
    cpu_used: int = Field(description="As the source says it is allocated.")
    cpu_promised: int = Field(description="What its desktops may take, those that are off, too.")
    cpu_overcommit: float | None = Field(description="cpu_promised / cpu_total.")
    memory_total_mb: int
    memory_used_mb: int
    memory_promised_mb: int
    memory_overcommit: float | None
    desktops: int
    usual: SizeOut | None = Field(description="The size of most of its desktops.")
    headroom: int | None = Field(description="How many more of the usual size fit.")
    after_loss: int | None = Field(
        description="What of it would be left had the fullest host gone; below 0: too little."
    )
    alarms: AlarmCountOut
    health: Health


class HostPostureOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    name: str
    site: str
    state: str
    is_healthy: bool | None
    cpu_total: int | None
    cpu_used: int | None
    cpu_promised: int
    memory_total_mb: int | None
    memory_used_mb: int | None
    memory_promised_mb: int
    desktops: int
    running: int
    headroom: int | None
    alarms: AlarmCountOut
    health: Health


class QuotaOut(Schema):
    licence: int = Field(description="Its id under /licences.")
    source: int
    source_name: str
    native_id: str
    name: str
    unit: str
    total: float | None
    used: float | None
    free: float | None
    used_ratio: float | None
    days_until_full: int | None = Field(description="Likely; null: not in a year, or not known.")
    full_from: date | None = Field(description="At the earliest.")
    full_on: date | None
    full_until: date | None = Field(description="At the latest.")
    health: Health


class PoolPostureOut(Schema):
    id: int | None = Field(description="null: the desktops of a source in no pool.")
    tenant: int
    source: int
    source_name: str
    name: str
    image: str
    desktop_limit: int | None
    desktops: int
    connected: int
    disconnected: int
    ready: int
    off: int
    unregistered: int
    faulty: int
    changing: int
    other: int
    maintenance: int
    wrong_image: int = Field(description="Desktops with another image than the pool's.")
    hosts: int
    most_on_host: int
    peak: int | None = Field(description="The most sessions at once within the last 7 days.")
    days_known: int = Field(description="On how many of them it was measured.")
    imbalances: list[Imbalance]
    health: Health


class FailingPoolOut(Schema):
    pool: int | None
    pool_name: str
    desktops: int
    since: datetime


class FailuresOut(Schema):
    kind: Failing
    desktops: int
    since: datetime | None
    pools: list[FailingPoolOut] = Field(description="Where most of them are; at most 3.")


class ImageOut(Schema):
    source: int
    source_name: str
    image: str
    desktops: int
    newest: str = Field(description="The newest version of the agent that is seen with it.")
    behind: int = Field(description="Desktops with an older one.")
    behind_versions: list[str]
    wrong: int = Field(description="Desktops in a pool that has another image.")


class TroubledOut(Schema):
    kind: str
    name: str
    alarms: AlarmCountOut


class CertificateOut(Schema):
    licence: int
    name: str
    source_name: str
    expires_at: datetime
    days_left: int
    health: Health


class ToldOut(Schema):
    source: int
    source_name: str
    hosts: int
    pools: int
    desktops: int
    quotas: int
    certificates: int


class PostureOut(Schema):
    at: datetime
    health: dict[Area, Health]
    desktops: int
    headroom: int | None = Field(description="Desktops that still fit; null: no hosts are told.")
    after_loss: int | None
    first_full: QuotaOut | None = Field(description="What is likely to be full first.")
    clusters: list[ClusterOut]
    quotas: list[QuotaOut]
    pools: list[PoolPostureOut]
    failures: list[FailuresOut]
    images: list[ImageOut]
    troubled: list[TroubledOut] = Field(
        description="What no source lists and alarms stand about: gateways, brokers, switches."
    )
    certificates: list[CertificateOut]
    told: list[ToldOut] = Field(description="What each source tells of; 0: nothing.")
    forecasts_away: bool = Field(description="Measurements can not be read at the moment.")


def _quota(each: QuotaPosture) -> dict[str, Any]:
    row, said = each.licence, each.forecast
    return {
        "licence": row.id,
        "source": row.source,
        "source_name": row.source_name,
        "native_id": row.native_id,
        "name": row.name,
        "unit": row.unit,
        "total": row.total,
        "used": row.used,
        "free": each.free,
        "used_ratio": row.used_ratio,
        "days_until_full": each.days_until_full,
        "full_from": said.full_from if said else None,
        "full_on": said.full_on if said else None,
        "full_until": said.full_until if said else None,
        "health": each.health,
    }


@router.get("", response=PostureOut, summary="Get how everything is that desktops stand on")
def get_posture(request: HttpRequest) -> Any:
    found = queries.fetch_posture(viewer_of_request(request), _clock.now())
    first = found.first_full
    plain = {
        name: getattr(found, name)
        for name in PostureOut.model_fields
        if name not in {"quotas", "first_full", "certificates"}
    }
    return plain | {
        "first_full": _quota(first) if first else None,
        "quotas": [_quota(each) for each in found.quotas],
        "certificates": [
            {
                "licence": each.licence.id,
                "name": each.licence.name,
                "source_name": each.licence.source_name,
                "expires_at": each.licence.expires_at,
                "days_left": each.days_left,
                "health": each.health,
            }
            for each in found.certificates
        ],
    }


@router.get(
    "/hosts",
    response=list[HostPostureOut],
    summary="Get every host with what is allocated, promised and free",
)
def get_hosts(request: HttpRequest) -> Any:
    return queries.fetch_posture(viewer_of_request(request), _clock.now()).hosts
