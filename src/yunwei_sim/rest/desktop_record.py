"""One desktop as the Workspace interface describes it (DesktopDetailInfo of the SDK)."""

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.world import calendar
from yunwei_sim.world.catalogue import IMAGES, PRODUCTS, Product
from yunwei_sim.world.departments import DEPARTMENTS
from yunwei_sim.world.fleet import NO_POOL, NOBODY
from yunwei_sim.world.holdings import Made
from yunwei_sim.world.power import DesktopStates, Login, Status

DOMAIN = "corp.example.com"
DEPARTMENT_KEYS = [department.key for department in DEPARTMENTS]


def describe_product(product: Product) -> dict[str, object]:
    """Return a product as desktops and pools show it (ProductInfo)."""
    return {
        "product_id": product.product_id,
        "flavor_id": product.flavor,
        "type": "BASE",
        "cpu": str(product.cores),
        "memory": str(product.memory_mib),
        "descriptions": product.text,
        "charge_mode": "0",
        "architecture": "x86",
        "is_gpu": product.gpu,
        "package_type": product.package,
        "system_disk_type": "SSD",
        "system_disk_size": str(product.system_disk_gb),
        "contain_data_disk": False,
        "resource_type": "hws.resource.type.workspace.desktop",
        "cloud_service_type": "hws.service.type.vdi",
        "volume_product_type": "workspace",
        "status": "normal",
    }


_PRODUCTS = [describe_product(product) for product in PRODUCTS]


def zone_of(cloud: Cloud, desktop: int) -> str:
    """Return the availability zone that the desktop runs in."""
    fleet = cloud.world.fleet
    zones = cloud.world.places.sites[int(fleet.site[desktop])].zones
    return zones[int(fleet.host[desktop]) % len(zones)]


def agent_of(cloud: Cloud, states: DesktopStates, desktop: int) -> str:
    """Return the version of the desktop's agent."""
    image = IMAGES[int(cloud.world.fleet.image[desktop])]
    return image.agent_before if states.old_agent[desktop] else image.agent


def attached_users(
    cloud: Cloud, states: DesktopStates, desktop: int, *, short: bool = False
) -> list[dict[str, object]]:
    """Return who the desktop belongs to, or, in a dynamic pool, who has it now.

    short: in the words of /connect-desktops (AttachUsersInfo), else of AttachInstancesUserInfo.
    """
    world = cloud.world
    kept = cloud.holdings.users.get(world.fleet.ids[desktop])
    if kept is not None:
        return [_attached(cloud, user, desktop, short=short) for user in kept]
    user = int(world.fleet.owner[desktop])
    if user == NOBODY:
        user = int(states.holder[desktop])
    return [] if user == NOBODY else [_attached(cloud, user, desktop, short=short)]


def _attached(cloud: Cloud, user: int, desktop: int, *, short: bool) -> dict[str, object]:
    world = cloud.world
    identity, name = world.people.ids[user], world.people.logins[user]
    group = "sudo" if IMAGES[int(world.fleet.image[desktop])].os_type == "Linux" else "users"
    if short:
        return {"id": identity, "name": name, "user_group": group, "type": "USER"}
    return {
        "user_id": identity,
        "user_name": name,
        "domain": DOMAIN,
        "user_group": group,
        "type": "USER",
    }


def describe_made(cloud: Cloud, states: DesktopStates, made: Made) -> dict[str, object]:
    """Return all that the interface says of a desktop that was made by hand."""
    users = cloud.holdings.users.get(made.id, [])
    attached = [_attached(cloud, user, made.like, short=False) for user in users]
    address = f"172.30.0.{list(cloud.holdings.made).index(made.id) % 250 + 4}"
    return (
        describe(cloud, states, made.like)
        | _size(cloud, made.like, made.id)
        | {
            "desktop_id": made.id,
            "computer_name": made.name,
            "os_host_name": made.name,
            "desktop_type": "DEDICATED",
            "created": calendar.iso_utc(made.at_s),
            "status": Status.ACTIVE.name,
            "login_status": Login.REGISTERED.name,
            "in_maintenance_mode": False,
            "domain_status": 1,
            "attach_state": "ATTACHED" if attached else "UNATTACH",
            "attach_user_infos": attached,
            "user_list": [user["user_name"] for user in attached],
            "user_name": attached[0]["user_name"] if attached else None,
            "ip_addresses": [address],
            "ipv4": address,
        }
    )


def describe(cloud: Cloud, states: DesktopStates, desktop: int) -> dict[str, object]:
    """Return all that the interface says of one desktop."""
    attached = attached_users(cloud, states, desktop)
    record: dict[str, object] = {
        "status": Status(int(states.status[desktop])).name,
        "login_status": Login(int(states.login[desktop])).name,
        "task_status": None,
        "process": None,
        "attach_state": "ATTACHED" if attached else "UNATTACH",
        "attach_user_infos": attached,
        "user_list": [user["user_name"] for user in attached],
        "user_group_list": [],
        "user_name": attached[0]["user_name"] if attached else None,
        "user_group": attached[0]["user_group"] if attached else None,
        "agent_version": agent_of(cloud, states, desktop),
    }
    record |= _identity(cloud, desktop)
    record |= _address(cloud, desktop)
    record |= _make(cloud, desktop)
    record |= _size(cloud, desktop, cloud.world.fleet.ids[desktop])
    return record


def _identity(cloud: Cloud, desktop: int) -> dict[str, object]:
    fleet = cloud.world.fleet
    department = DEPARTMENTS[int(fleet.department[desktop])]
    return {
        "desktop_id": fleet.ids[desktop],
        "computer_name": fleet.names[desktop],
        "os_host_name": fleet.names[desktop],
        "sid": fleet.sid(desktop),
        "created": calendar.iso_utc(int(fleet.created_s[desktop])),
        "desktop_type": "DEDICATED" if fleet.pool[desktop] == NO_POOL else "POOLED",
        "domain_status": 2 if fleet.left_domain[desktop] else 1,
        "in_maintenance_mode": bool(fleet.in_maintenance[desktop]),
        "ou_name": f"OU={department.code},OU=Desktops",
        "domain": DOMAIN,
        "tags": [{"key": "department", "value": department.key}],
        "enterprise_project_id": "0",
        "is_freeze": False,
        "isolated": False,
        "hour_package_info": None,
    }


def _address(cloud: Cloud, desktop: int) -> dict[str, object]:
    fleet, sites = cloud.world.fleet, cloud.world.places.sites
    site = sites[int(fleet.site[desktop])]
    address = fleet.ip(desktop)
    return {
        "addresses": {
            site.id: [
                {
                    "addr": address,
                    "version": "4",
                    "OS-EXT-IPS-MAC:mac_addr": fleet.mac(desktop),
                    "OS-EXT-IPS:type": "fixed",
                }
            ]
        },
        "ip_addresses": [address],
        "ipv4": address,
        "ipv6": None,
        "availability_zone": zone_of(cloud, desktop),
        "site_type": site.type,
        "site_name": site.name,
        "subnet_id": site.id,
        "is_support_internet": False,
        "internet_mode": None,
        "internet_mode_list": [],
        "is_attaching_eip": False,
    }


def _make(cloud: Cloud, desktop: int) -> dict[str, object]:
    fleet = cloud.world.fleet
    image = IMAGES[int(fleet.image[desktop])]
    identity = fleet.ids[desktop]
    return {
        "metadata": {
            "image_name": image.name,
            "metering.image_id": image.id,
            "os_type": image.os_type,
            "os_bit": "64",
            "desktop_os_version": image.os_version,
        },
        "os_version": image.os_version,
        "order_id": f"CS{20_240_000_000 + desktop}",
        "bill_resource_id": identity,
        "root_resource_id": identity,
        "security_groups": [],
    }


def product_of(cloud: Cloud, desktop: int, identity: str) -> int:
    """Return the number of a desktop's product. desktop: it, or the one it was made like."""
    return cloud.holdings.sizes.get(identity, int(cloud.world.fleet.product[desktop]))


def disks_of(cloud: Cloud, desktop: int, identity: str) -> dict[str, int]:
    """Return a desktop's disks in GB by volume id, the system disk first."""
    kept = cloud.holdings.disks.get(identity)
    if kept is not None:
        return kept
    product = PRODUCTS[product_of(cloud, desktop, identity)]
    sizes = (product.system_disk_gb, product.data_disk_gb)
    return {f"{identity}-d{number}": size for number, size in enumerate(sizes) if size}


def _size(cloud: Cloud, desktop: int, identity: str) -> dict[str, object]:
    number = product_of(cloud, desktop, identity)
    system, *data = [
        {"type": "SSD", "size": size, "device": f"/dev/sd{letter}", "id": each, "volume_id": each}
        for letter, (each, size) in zip(
            "ab", disks_of(cloud, desktop, identity).items(), strict=False
        )
    ]
    return {
        "flavor": {"id": PRODUCTS[number].flavor, "links": []},
        "product_id": PRODUCTS[number].product_id,
        "product": _PRODUCTS[number],
        "root_volume": system,
        "data_volumes": data,
    }
