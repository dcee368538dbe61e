"""What exists: desktops, pools, hosts, desktop users and licences. Pure."""

from collections.abc import Iterator

from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    DesktopUserSeen,
    HostSeen,
    LicenceSeen,
    LoginState,
    PoolSeen,
)
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.mapping.values import (
    keep_raw,
    parse_count,
    parse_memory_mb,
    parse_optional_time,
)

STATES = {
    "ACTIVE": DesktopState.RUNNING,
    "SHUTOFF": DesktopState.STOPPED,
    "HIBERNATED": DesktopState.HIBERNATED,
    "ERROR": DesktopState.ERROR,
}

LOGIN_STATES = {
    "UNREGISTER": LoginState.UNREGISTERED,
    "REGISTERED": LoginState.READY,
    "CONNECTED": LoginState.CONNECTED,
    "DISCONNECTED": LoginState.DISCONNECTED,
}

KINDS = {
    "DEDICATED": DesktopKind.DEDICATED,
    "SHARED": DesktopKind.SHARED,
    "POOLED": DesktopKind.POOLED,
}

# "released" is a host that was given back: neither healthy nor faulty.
HOST_HEALTH = {"available": True, "fault": False}

# The service writes -1 for a quota without a limit.
_UNLIMITED = -1


def map_state(status: str | None, task: str | None) -> DesktopState:
    """Return the state; a running task (rebooting, spawning…) is a change, unless it failed."""
    if task and status != "ERROR":
        return DesktopState.CHANGING
    return STATES.get(status or "", DesktopState.UNKNOWN)


def map_login_state(status: str | None) -> LoginState:
    return LOGIN_STATES.get(status or "", LoginState.UNKNOWN)


def map_desktop(desktop: answers.Desktop, *, pool: str = "", host: str = "") -> DesktopSeen:
    """pool, host: native ids from their own lists; the service does not repeat them here."""
    metadata = desktop.metadata or {}
    product = desktop.product or answers.Product()
    addresses = desktop.ip_addresses or []
    return DesktopSeen(
        native_id=desktop.desktop_id,
        name=desktop.computer_name or desktop.desktop_id,
        kind=KINDS.get(desktop.desktop_type or "", DesktopKind.DEDICATED),
        state=map_state(desktop.status, desktop.task_status),
        login_state=map_login_state(desktop.login_status),
        pool=pool,
        host=host,
        site=desktop.site_name or desktop.availability_zone or "",
        ip=desktop.ipv4 or next(iter(addresses), ""),
        operating_system=desktop.os_version or metadata.get("desktop_os_version") or "",
        agent_version=desktop.agent_version or "",
        image=metadata.get("image_name") or "",
        cpu=parse_count(product.cpu),
        memory_mb=parse_memory_mb(product.memory),
        logins=tuple(_user_names(desktop)),
        is_in_maintenance=desktop.in_maintenance_mode or False,
        created_at=parse_optional_time(desktop.created),
        tags={tag.key: tag.value or "" for tag in desktop.tags or [] if tag.key},
        raw=keep_raw(
            desktop_type=desktop.desktop_type,
            status=desktop.status,
            task_status=desktop.task_status,
            login_status=desktop.login_status,
            attach_state=desktop.attach_state,
            domain_status=desktop.domain_status,
            is_freeze=desktop.is_freeze,
            isolated=desktop.isolated,
            package_type=product.package_type,
            availability_zone=desktop.availability_zone,
            disk_gib=_disk_gib(desktop),
        ),
    )


def _disk_gib(desktop: answers.Desktop) -> int | None:
    """Return the size of all disks; None where the system disk is not told."""
    if desktop.root_volume is None:
        return None
    return sum(each.size for each in (desktop.root_volume, *(desktop.data_volumes or [])))


def _user_names(desktop: answers.Desktop) -> Iterator[str]:
    attached = desktop.attach_user_infos
    if not attached and desktop.user_name:
        yield desktop.user_name
    for user in attached or []:
        if user.type != "GROUP" and user.user_name:
            yield user.user_name


def map_user(user: answers.User) -> DesktopUserSeen:
    """department: the first group, which is how the service's customers mirror departments."""
    groups = user.group_names or []
    return DesktopUserSeen(
        native_id=user.id,
        login=user.user_name or user.id,
        name=user.description or "",
        email=user.user_email or "",
        department=next(iter(groups), ""),
        is_locked=user.locked or False,
        is_disabled=user.disabled or user.account_expired or False,
        raw=keep_raw(
            groups=", ".join(groups),
            domain=user.domain,
            description=user.description,
            account_expired=user.account_expired,
        ),
    )


def map_pool(pool: answers.Pool) -> PoolSeen:
    """desktop_limit stays None: the service states how many there are, not how many may be."""
    return PoolSeen(
        native_id=pool.id,
        name=pool.name or pool.id,
        kind=DesktopKind.POOLED,
        image=pool.image_name or "",
        raw=keep_raw(
            type=pool.type,
            status=pool.status,
            desktop_count=pool.desktop_count,
            desktop_used=pool.desktop_used,
            in_maintenance_mode=pool.in_maintenance_mode,
        ),
    )


def map_host(host: answers.Host) -> HostSeen:
    properties = host.host_properties or answers.HostProperties()
    return HostSeen(
        native_id=host.dedicated_host_id,
        name=host.name or host.dedicated_host_id,
        state=host.state or "",
        is_healthy=HOST_HEALTH.get(host.state or ""),
        cpu_total=properties.vcpus,
        cpu_used=_difference(properties.vcpus, host.available_vcpus),
        memory_total_mb=properties.memory,
        memory_used_mb=_difference(properties.memory, host.available_memory),
        raw=keep_raw(host_type=properties.host_type, availability_zone=host.availability_zone),
    )


def _difference(total: int | None, available: int | None) -> int | None:
    return None if total is None or available is None else total - available


def map_licences(everything: answers.AllQuotas) -> Iterator[LicenceSeen]:
    """Yield one per quota. native_id: the type, below its site where it is not the centre's."""
    centre = everything.quotas or answers.Quotas()
    for quotas in (centre, *(everything.site_quotas or [])):
        for resource in quotas.resources or []:
            if resource.type:
                yield _map_quota(resource, site=quotas.site_id or "")


def map_directory_certificate(workspace: answers.Workspace) -> Iterator[LicenceSeen]:
    """Yield the directory's LDAPS certificate as what it is to an operator: a thing that runs out.

    It counts nothing, so total and used are None. Nothing where no certificate is loaded.
    """
    directory = workspace.ad_domains or answers.Directory()
    tls = directory.tls_config or answers.TlsConfig()
    expires_at = parse_optional_time(tls.cert_end_time)
    if expires_at is not None:
        yield LicenceSeen(
            native_id="directory_certificate",
            name="directory_certificate",
            total=None,
            used=None,
            kind="certificate",
            expires_at=expires_at,
            raw=keep_raw(
                domain_name=directory.domain_name,
                cert_start_time=tls.cert_start_time,
                cert_end_time=tls.cert_end_time,
            ),
        )


def _map_quota(resource: answers.QuotaResource, *, site: str) -> LicenceSeen:
    limit, used = resource.quota, resource.used
    name = resource.type or ""
    return LicenceSeen(
        native_id=f"{site}/{name}" if site else name,
        name=name,
        total=None if limit is None or limit == _UNLIMITED else float(limit),
        used=None if used is None else float(used),
        unit=resource.unit or "",
        kind="quota",
        raw=keep_raw(site_id=site, quota=limit),
    )
