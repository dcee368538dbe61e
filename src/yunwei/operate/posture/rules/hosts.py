"""How many more desktops fit on hosts, and what is left when a host goes. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from yunwei.base.core.severity import Severity
from yunwei.operate.posture.facts import (
    AlarmCount,
    ClusterPosture,
    Health,
    HostPosture,
    Size,
    SizeCount,
)

FULL_RATIO = 0.9
"""From which allocated share on a host is worth a look."""

type Cluster = tuple[int, str]
"""A source and the name of a site in it."""


def usual_sizes(counts: Iterable[SizeCount]) -> dict[Cluster, Size]:
    """Return the size that most desktops of each site have; of two as frequent the larger."""
    found: dict[Cluster, tuple[int, int, int]] = {}
    for each in counts:
        key, ranked = (each.source, each.site), (each.desktops, each.memory_mb, each.cpu)
        found[key] = max(found.get(key, (0, 0, 0)), ranked)
    return {key: Size(cpu=cpu, memory_mb=memory) for key, (_, memory, cpu) in found.items()}


def count_headroom(host: HostPosture, size: Size | None) -> int | None:
    """Return how many desktops of a size still fit; 0 on a host that is not well."""
    if size is None or None in {host.cpu_total, host.cpu_used}:
        return None
    if host.memory_total_mb is None or host.memory_used_mb is None:
        return None
    if host.is_healthy is False:
        return 0
    cpu_free = (host.cpu_total or 0) - (host.cpu_used or 0)
    memory_free_mb = host.memory_total_mb - host.memory_used_mb
    return max(0, min(cpu_free // size.cpu, memory_free_mb // size.memory_mb))


def judge_host(host: HostPosture) -> Health:
    if host.is_healthy is False or host.alarms.worst is Severity.CRITICAL:
        return Health.BAD
    ratios = [ratio for ratio in (host.cpu_ratio, host.memory_ratio) if ratio is not None]
    if host.alarms.worst is Severity.MAJOR or any(ratio >= FULL_RATIO for ratio in ratios):
        return Health.WATCH
    return Health.UNKNOWN if host.is_healthy is None and not ratios else Health.GOOD


def judge_hosts(
    hosts: Iterable[HostPosture],
    sizes: Mapping[Cluster, Size],
    alarms: Mapping[str, AlarmCount],
) -> tuple[HostPosture, ...]:
    """Return hosts with their headroom, alarms and health. alarms: by what they are about."""
    judged = []
    for host in hosts:
        told = alarms.get(host.name) or alarms.get(host.native_id) or AlarmCount()
        size = sizes.get((host.source, host.site))
        known = replace(host, alarms=told, headroom=count_headroom(host, size))
        judged.append(replace(known, health=judge_host(known)))
    return tuple(judged)


def gather_clusters(
    hosts: Iterable[HostPosture], sizes: Mapping[Cluster, Size]
) -> tuple[ClusterPosture, ...]:
    """Return the hosts of each site as one, in the order of the hosts."""
    members: dict[Cluster, list[HostPosture]] = defaultdict(list)
    for host in hosts:
        members[host.source, host.site].append(host)
    return tuple(_gather(mine, sizes.get(key)) for key, mine in members.items())


def _gather(hosts: list[HostPosture], usual: Size | None) -> ClusterPosture:
    known = [host for host in hosts if host.headroom is not None]
    headroom = sum(host.headroom or 0 for host in known) if known else None
    after_loss = _after_loss(known, headroom)
    unwell = sum(host.is_healthy is False for host in hosts)
    return ClusterPosture(
        source=hosts[0].source,
        source_name=hosts[0].source_name,
        site=hosts[0].site,
        hosts=len(hosts),
        hosts_unwell=unwell,
        cpu_total=sum(host.cpu_total or 0 for host in hosts),
        cpu_used=sum(host.cpu_used or 0 for host in hosts),
        memory_total_mb=sum(host.memory_total_mb or 0 for host in hosts),
        memory_used_mb=sum(host.memory_used_mb or 0 for host in hosts),
        cpu_promised=sum(host.cpu_promised for host in hosts),
        memory_promised_mb=sum(host.memory_promised_mb for host in hosts),
        desktops=sum(host.desktops for host in hosts),
        usual=usual,
        headroom=headroom,
        after_loss=after_loss,
        alarms=add_up(host.alarms for host in hosts),
        health=_judge(hosts, headroom, after_loss),
    )


def _after_loss(hosts: list[HostPosture], headroom: int | None) -> int | None:
    """What is left of the headroom when the host with most desktops goes."""
    well = [host for host in hosts if host.is_healthy is not False]
    if headroom is None or not well:
        return None
    fullest = max(well, key=lambda host: host.desktops)
    return headroom - (fullest.headroom or 0) - fullest.desktops


def _judge(hosts: list[HostPosture], headroom: int | None, after_loss: int | None) -> Health:
    if headroom == 0 or any(host.health is Health.BAD for host in hosts):
        return Health.BAD
    if after_loss is not None and after_loss < 0:
        return Health.WATCH
    return worst(host.health for host in hosts)


def add_up(counts: Iterable[AlarmCount]) -> AlarmCount:
    """Return several counts of alarms as one."""
    listed = [each for each in counts if each.count]
    severities = [each.worst for each in listed if each.worst]
    return AlarmCount(
        worst=max(severities, key=lambda severity: severity.rank, default=None),
        count=sum(each.count for each in listed),
    )


def worst(healths: Iterable[Health]) -> Health:
    """Return the worst of them; UNKNOWN only when nothing is known of any."""
    order = list(Health)
    return min(healths, key=order.index, default=Health.UNKNOWN)
