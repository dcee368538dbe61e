"""Fills the memory between alarms from the database: at the start, and when rules change."""

from datetime import datetime

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.actions.gathering import is_counted, restore_gathered
from yunwei.monitor.governance.facts.decisions import Case, Occasion
from yunwei.monitor.governance.facts.memory import LiveParent
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.governance.facts.topology import Topology
from yunwei.monitor.governance.rules.memory import LONGEST_SETTLE, WorkingMemory
from yunwei.monitor.governance.rules.topology import build_topology
from yunwei.monitor.governance.store import relations
from yunwei.monitor.governance.store import situations as situation_store
from yunwei.monitor.inventory import queries as inventory


def remember(
    conn: Connection, memory: WorkingMemory, source_names: dict[int, str], now: datetime
) -> None:
    """Let a memory know what stands. Cost: linear in the alarms that do."""
    standing = alarm_queries.system_standing_alarms(conn, since=now - LONGEST_SETTLE)
    memory.restore(
        _build_parent(alarm, source_names.get(alarm.source, ""))
        for alarm in standing
        if memory.inhibitions_of(alarm.tenant, alarm.alarm_type)
    )
    lately = sorted(filter(is_counted, standing), key=lambda each: each.heard_at)
    cases = (_as_case(each, source_names.get(each.source, "")) for each in lately)
    restore_gathered(conn, memory, cases, now)


def remember_pins(conn: Connection, memory: WorkingMemory) -> None:
    """Let a memory know what people decided about the place of alarms. Cost: one small statement,
    by an index that holds such decisions alone."""
    memory.pins = situation_store.current_pins(conn)


def _as_case(alarm: Alarm, source_name: str) -> Case:
    return Case(alarm=alarm, occasion=Occasion.RAISED, source_name=source_name, now=alarm.heard_at)


def _build_parent(alarm: Alarm, source_name: str) -> LiveParent:
    case = Case(
        alarm=alarm,
        occasion=Occasion.RECONSIDERED,
        source_name=source_name,
        now=alarm.changed_at,
    )
    return LiveParent(
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        tenant=alarm.tenant,
        alarm_type=alarm.alarm_type,
        managed_object=alarm.managed_object,
        row=build_row(case),
        heard_at=alarm.heard_at,
        ended_at=alarm.changed_at if alarm.is_cleared else None,
    )


def note_alarm(memory: WorkingMemory, alarm: Alarm, source_name: str, now: datetime) -> bool:
    """Take in what became of an alarm; says whether it is a fault that did not stand before."""
    if not memory.inhibitions_of(alarm.tenant, alarm.alarm_type):
        return False
    return memory.note(_build_parent(alarm, source_name), is_cleared=alarm.is_cleared, now=now)


def system_topology(conn: Connection) -> Topology:
    """Return what depends on what at this moment. Cost: linear in the desktops."""
    return build_topology(inventory.system_placed(conn), relations.current_relations(conn))


def system_topology_signature(conn: Connection) -> object:
    """Return something that differs whenever the topology does."""
    return inventory.system_placed_signature(conn), relations.fetch_signature(conn)
