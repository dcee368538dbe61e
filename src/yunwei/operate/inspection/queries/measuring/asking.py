"""Asks measures by their names, and makes of a template's checks what an inspection holds."""

from collections.abc import Callable, Mapping

from yunwei.base.core.errors import EngineAway
from yunwei.operate.inspection.facts.inspections import Measured, Missing, Result
from yunwei.operate.inspection.facts.templates import Template
from yunwei.operate.inspection.queries.measuring import desktops, stock, watching
from yunwei.operate.inspection.queries.measuring.looking import Look
from yunwei.operate.inspection.rules.judging import judge_check

ASK: Mapping[str, Callable[[Look], Measured]] = {
    "hosts.unwell": stock.unwell_hosts,
    "hosts.cpu": stock.host_cpu,
    "hosts.memory": stock.host_memory,
    "hosts.cpu_overcommit": stock.host_cpu_overcommit,
    "hosts.memory_overcommit": stock.host_memory_overcommit,
    "sites.after_loss": stock.after_loss,
    "pools.free": stock.free_desktops,
    "pools.peak": stock.peak_use,
    "pools.wrong_image": stock.wrong_images,
    "desktops.faulty": desktops.faulty,
    "desktops.unregistered": desktops.unregistered,
    "desktops.stuck": desktops.stuck,
    "desktops.never_used": desktops.never_used,
    "desktops.disk": desktops.disk,
    "desktops.cpu": desktops.cpu,
    "images.old_agents": stock.old_desktop_agents,
    "licences.use": stock.licence_use,
    "licences.days_left": stock.licence_days,
    "quotas.use": stock.quota_use,
    "quotas.days_until_full": stock.quota_forecast,
    "certificates.days_left": stock.certificate_days,
    "agents.silent": watching.silent_agents,
    "agents.old": watching.old_agents,
    "alarms.unattended": watching.unattended_alarms,
    "alarms.age": watching.old_alarms,
    "infrastructure.alarms": stock.infrastructure_alarms,
    "sources.silence": watching.silent_sources,
    "sources.letters": watching.dead_letters,
    "logons.failed": desktops.failed_logons,
    "logons.slow": desktops.slow_logons,
    "accounts.locked": desktops.locked_accounts,
    "platform.backup": watching.backup_age,
}


def ask_checks(template: Template, look: Look) -> tuple[Result, ...]:
    """Return what all checks come to. A measure that several ask is asked once; one whose engine
    is away is not measured. Cost: some seconds for 10,000 desktops."""
    known: dict[str, Measured] = {}
    for check in template.checks:
        if check.measure not in known:
            known[check.measure] = _ask(check.measure, look)
    return tuple(judge_check(each, known[each.measure]) for each in template.checks)


def _ask(measure: str, look: Look) -> Measured:
    try:
        return ASK[measure](look)
    except EngineAway:
        return Measured(samples=None, missing=Missing.AWAY)
