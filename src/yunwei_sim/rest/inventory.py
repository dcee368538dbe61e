"""What desktops belong to: pools, hosts, sites, the workspace, policy groups."""

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.desktop_record import DOMAIN, describe_product
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import calendar, licences
from yunwei_sim.world.catalogue import IMAGES, PRODUCTS
from yunwei_sim.world.departments import DEPARTMENTS
from yunwei_sim.world.faults import State
from yunwei_sim.world.fleet import CREATED_FROM_S, NOBODY, Pool
from yunwei_sim.world.places import Kind, Place, make_id

type Answer = dict[str, object]
type Path = dict[str, str]

HOST_CORES, HOST_MEMORY_MIB = 256, 1_048_576


def list_pools(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /desktop-pools (ListDesktopPools): limit 0 to 1000, default 1000."""
    offset, limit = query.page(default=1000, most=1000)
    kind, name = query.choice("type", ["DYNAMIC", "STATIC"]), query.text("name")
    in_maintenance = query.flag("in_maintenance_mode")
    pools = [
        pool
        for pool in cloud.world.fleet.pools
        if kind in {None, "DYNAMIC" if pool.is_dynamic else "STATIC"}
        and (name is None or name in pool.name)
        and not in_maintenance
    ]
    page = [_pool(cloud, pool) for pool in pools[offset : offset + limit]]
    return {"total_count": len(pools), "desktop_pools": page}


def _pool(cloud: Cloud, pool: Pool) -> Answer:
    fleet, states = cloud.world.fleet, cloud.states()
    image, product = IMAGES[int(fleet.image[pool.first])], PRODUCTS[int(fleet.product[pool.first])]
    site = cloud.world.places.sites[int(fleet.site[pool.first])]
    mine = fleet.pool == pool.index
    used = mine & ((fleet.owner != NOBODY) | (states.holder != NOBODY))
    return {
        "id": pool.id,
        "name": pool.name,
        "type": "DYNAMIC" if pool.is_dynamic else "STATIC",
        "description": DEPARTMENTS[pool.department].key,
        "created_time": calendar.iso_utc(CREATED_FROM_S).replace("Z", ".000Z"),
        "charging_mode": "0",
        "desktop_count": pool.size,
        "desktop_used": int(used.sum()),
        "availability_zone": site.zones[0],
        "subnet_id": site.id,
        "subnet_ids": [site.id],
        "product": describe_product(product),
        "image_id": image.id,
        "image_name": image.name,
        "image_os_type": image.os_type,
        "image_os_version": image.os_version,
        "image_os_platform": image.os_type,
        "root_volume": {"type": "SSD", "size": product.system_disk_gb},
        "data_volumes": [],
        "security_groups": [],
        "disconnected_retention_period": 60 if pool.is_dynamic else 0,
        "enable_autoscale": False,
        "status": "STEADY",
        "enterprise_project_id": "0",
        "in_maintenance_mode": False,
        "tags": [{"key": "department", "value": DEPARTMENTS[pool.department].key}],
        "isolation_num": int((mine & states.unreachable).sum()),
        "domain": DOMAIN,
    }


def list_hosts(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /hosts (ListHostsDetail)."""
    world = cloud.world
    offset, limit = query.page(default=100, most=1000)
    wanted = query.choice("state", ["available", "fault", "released"])
    down = {fault.target_id for fault in world.troubles.active if fault.effect.state == State.ERROR}
    hosts = [_host(cloud, place, is_down=place.id in down) for place in world.places.of(Kind.HOST)]
    asked = {
        "state": wanted,
        "name": query.text("name"),
        "dedicated_host_id": query.text("host_id"),
        "availability_zone": query.text("availability_zone"),
    }
    found = [
        host
        for host in hosts
        if all(value is None or host[field] == value for field, value in asked.items())
    ]
    return {"dedicated_hosts": found[offset : offset + limit], "total": len(found)}


def _host(cloud: Cloud, place: Place, *, is_down: bool) -> Answer:
    fleet = cloud.world.fleet
    mine = np.flatnonzero(fleet.host == place.index).tolist()
    products = [PRODUCTS[int(fleet.product[desktop])] for desktop in mine]
    cores = sum(product.cores for product in products)
    memory = sum(product.memory_mib for product in products)
    return {
        "dedicated_host_id": place.id,
        "name": place.name,
        "auto_placement": "on",
        "availability_zone": cloud.world.places.sites[place.site].zones[0],
        "host_properties": {
            "vcpus": HOST_CORES * 2,
            "cores": HOST_CORES // 2,
            "sockets": 2,
            "memory": HOST_MEMORY_MIB,
            "host_type": "workspace_c7",
            "host_type_name": place.model,
            "available_instance_capacities": [{"flavor": product.flavor} for product in PRODUCTS],
        },
        "product_id": "workspace.deh.c7",
        "order_id": f"CS{20_250_000_000 + place.index}",
        "resource_type": "hws.resource.type.workspace.deh",
        "state": "fault" if is_down else "available",
        "available_vcpus": max(0, HOST_CORES * 2 - cores),
        "available_memory": max(0, HOST_MEMORY_MIB - memory),
        "instance_total": len(mine),
        "allocated_at": calendar.iso_utc(CREATED_FROM_S),
        "released_at": None,
        "instance_uuids": [fleet.ids[desktop] for desktop in mine],
        "enterprise_project_id": "0",
        "project_id": cloud.access.project_id,
    }


def list_sites(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /sites (ListSiteConfigs)."""
    wanted = query.choice("site_type", ["CENTER", "IES"])
    zone = query.text("availability_zone_id")
    found = [
        {
            "site_id": site.id,
            "site_name": site.name,
            "site_type": site.type,
            "project_id": cloud.access.project_id,
            "status": "SUBSCRIBED",
            "create_time": calendar.iso_utc(CREATED_FROM_S),
            "network_config": {"vpc_id": site.id, "vpc_name": "vpc-workspace"},
        }
        for site in cloud.world.places.sites
        if wanted in {None, site.type} and (zone is None or zone in site.zones)
    ]
    return {"site_infos": found, "total_count": len(found)}


def show_workspace(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /workspaces (ListWorkspaces). The certificate of the directory is what expires soon."""
    world = cloud.world
    ends = calendar.iso_utc(licences.licence_expires_s(world)).removesuffix("Z")
    return {
        "id": world.places.sites[0].id,
        "is_global": False,
        "ad_domains": {
            "domain_type": "LOCAL_AD",
            "domain_name": DOMAIN,
            "active_domain_name": f"dc01.{DOMAIN}",
            "active_domain_ip": "10.40.1.10",
            "standby_domain_name": f"dc02.{DOMAIN}",
            "standby_domain_ip": "10.40.1.11",
            "use_ldaps": True,
            "tls_config": {
                "cert_start_time": calendar.iso_utc(CREATED_FROM_S).removesuffix("Z"),
                "cert_end_time": ends,
            },
        },
        "vpc_id": world.places.sites[0].id,
        "vpc_name": "vpc-workspace",
        "access_mode": "BOTH",
        "dedicated_access_address": "https://10.40.30.100",
        "internet_access_address": "https://203.0.113.100",
        "internet_access_port": "443",
        "status": "SUBSCRIBED",
        "access_status": "available",
        "config_status": "0",
        "subnet_ids": [{"subnet_id": site.id} for site in world.places.sites],
        "closable": False,
        "enterprise_id": "yunwei-demo",
        "enterprise_project_id": "0",
        "complete_time": calendar.iso_utc(CREATED_FROM_S),
    }


POLICIES = (
    "默认策略",
    "研发安全策略",
    "财务水印策略",
    "客服坐席策略",
    "外勤接入策略",
    "设计图形策略",
)


def list_policy_groups(cloud: Cloud, query: Query, path: Path) -> Answer:
    """GET /policy-groups (ListPolicyGroup)."""
    offset, limit = query.page(default=100, most=1000)
    name = query.text("policy_group_name")
    groups = [
        {
            "policy_group_id": make_id(cloud.world.noise, "policy", number),
            "policy_group_name": each,
            "priority": number + 1,
            "update_time": calendar.iso_utc(CREATED_FROM_S + number * calendar.DAY_S),
            "description": each,
        }
        for number, each in enumerate(POLICIES)
        if name is None or name in each
    ]
    return {"policy_groups": groups[offset : offset + limit], "total_count": len(groups)}
