"""Everything that says who is on duty, read at once; for jobs, routing and the pages alike."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from yunwei.base.calendar import queries as calendar_queries
from yunwei.base.core.ids import LayerId, ScheduleId, TenantId, UserId
from yunwei.base.infra.postgres import Connection
from yunwei.base.people import queries as people_queries
from yunwei.base.people.facts import Person, Role
from yunwei.monitor.duty.facts.schedules import Schedule
from yunwei.monitor.duty.facts.shifts import Reach, RestCounts, Snapshot
from yunwei.monitor.duty.rules.fairness import count_rest
from yunwei.monitor.duty.store import changes, schedules, shifts

LOOK_BACK = timedelta(days=40)
"""How far back a snapshot knows overrides and leave; before that there is the record."""


def system_snapshot(conn: Connection, *, now: datetime) -> Snapshot:
    """Return all that says who is on duty, of all tenants. Cost: ten small statements and, where
    layers are fair, the record of their schedules; see `system_signature`."""
    known = schedules.current_schedules(conn)
    calendars = calendar_queries.system_calendars(conn)
    return Snapshot(
        as_of=now,
        schedules=known,
        overrides=changes.current_overrides(conn, now - LOOK_BACK),
        temporaries=changes.current_temporaries(conn, now - LOOK_BACK),
        leaves=changes.current_leaves(conn, now - LOOK_BACK),
        calendars=calendars,
        rest_counts=count_rest_days(conn, known, now),
        names={person.id: name_of(person) for person in people_queries.system_everybody(conn)},
    )


def system_signature(conn: Connection) -> object:
    """Return something that differs whenever a schedule, what goes before it, or a calendar does.
    Cost: two small statements."""
    return schedules.fetch_signature(conn), calendar_queries.system_signature(conn)


def count_rest_days(
    conn: Connection, known: Mapping[ScheduleId, Schedule], now: datetime
) -> dict[LayerId, RestCounts]:
    """Return what people served on rest days, for each fair layer, before the duty day of `now`."""
    fair = [
        (schedule, layer)
        for schedule in known.values()
        for layer in schedule.layers
        if layer.is_fair
    ]
    if not fair:
        return {}
    calendars = calendar_queries.system_calendars(conn)
    served = shifts.fetch_served(conn, [schedule.id for schedule, _layer in fair], now)
    return {
        layer.id: count_rest(
            served.get(schedule.id, ()),
            layer,
            schedule.zone,
            calendars.of(schedule.tenant),
            before=now,
        )
        for schedule, layer in fair
    }


def system_reach(conn: Connection, tenant: TenantId) -> dict[UserId, Reach]:
    """Return for everybody whether they can be told of a tenant's alarms at all."""
    sees = people_queries.system_sight(conn)
    reachable = people_queries.system_reachable(conn)
    return {
        person.id: Reach(
            is_known=sees(person, tenant),
            is_active=person.is_active,
            has_contact=bool(reachable(person).addresses),
        )
        for person in people_queries.system_everybody(conn)
    }


def system_candidates(conn: Connection, tenant: TenantId) -> tuple[Person, ...]:
    """Return who may be on duty for a tenant: everybody who may sign in and sees its alarms."""
    sees = people_queries.system_sight(conn)
    return tuple(
        person
        for person in people_queries.system_people(conn)
        if sees(person, tenant) and person.role is not Role.DESKTOP_USER
    )


def name_of(person: Person) -> str:
    return person.display_name or person.username


def system_schedule_tenants(conn: Connection) -> dict[ScheduleId, TenantId]:
    """Return every schedule and whose it is."""
    return {id: schedule.tenant for id, schedule in schedules.current_schedules(conn).items()}
