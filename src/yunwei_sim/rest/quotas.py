"""What the project may use and uses. Paths under /quotas."""

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.errors import not_found
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import licences

type Answer = dict[str, object]
type Path = dict[str, str]


def show_quotas(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /quotas (ShowQuotas): of the project, and of each site but the centre."""
    sites = cloud.world.places.sites
    return {
        "quotas": {"resources": _resources(cloud, None)},
        "site_quotas": [
            {"resources": _resources(cloud, number), "site_id": site.id}
            for number, site in enumerate(sites)
            if site.type != "CENTER"
        ],
    }


def show_quota_details(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /quotas/detail (ShowQuotaDetails)."""
    wanted = query.text("site_id")
    if wanted is None:
        return {"resources": _resources(cloud, None), "site_id": cloud.world.places.sites[0].id}
    for number, site in enumerate(cloud.world.places.sites):
        if site.id == wanted:
            return {"resources": _resources(cloud, number), "site_id": site.id}
    raise not_found("site", wanted)


def _resources(cloud: Cloud, site: int | None) -> list[Answer]:
    return [
        {"type": quota.type, "quota": quota.limit, "used": quota.used, "unit": quota.unit}
        for quota in licences.quotas(cloud.world, site=site)
    ]
