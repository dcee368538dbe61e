"""Checks that what routes, steps and entries of ownership name is there, and the tenant's own."""

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.base.people.facts import Role
from yunwei.base.people.queries import system_people
from yunwei.monitor.duty.queries.snapshots import system_schedule_tenants
from yunwei.monitor.notify.facts.reaching import Targets
from yunwei.monitor.notify.store import channels as channel_store


def check_targets(conn: Connection, targets: Targets, tenant: TenantId, *, at: str = "") -> None:
    """Raise Invalid at the field, or at `at` where all targets stand in one."""
    channels = {each.id for each in channel_store.current_channels(conn) if each.tenant == tenant}
    if not channels.issuperset(targets.channels):
        raise Invalid(at or "channels", "there is no such channel")
    people = {each.id for each in system_people(conn) if each.tenant == tenant}
    if not people.issuperset(targets.people):
        raise Invalid(at or "people", "there is no such person")
    if not {role.value for role in Role}.issuperset(targets.roles):
        raise Invalid(at or "roles", "there is no such role")
    if targets.schedules:
        schedules = system_schedule_tenants(conn)
        if any(schedules.get(each) != tenant for each in targets.schedules):
            raise Invalid(at or "schedules", "there is no such schedule")
