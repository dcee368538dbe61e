"""A rule tried on the past selects the raw alarms that it would have matched when they came."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings

from tests.support.alarms import at, build_raw
from tests.support.conditions import chances, random_condition, random_text
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.condition import (
    ALARM_FIELDS,
    Condition,
    compile_condition,
    condition_to_sql,
    condition_to_text,
    walk_terms,
)
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.alarms.facts import OperatorState
from yunwei.monitor.alarms.machine import apply_raw
from yunwei.monitor.governance.facts.decisions import Case, Occasion
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.facts import JudgedRawAlarm
from yunwei.monitor.telemetry.models import RAW_ALARMS
from yunwei.monitor.telemetry.rules.alarm_columns import COLUMNS, parameters_of_columns
from yunwei.monitor.telemetry.rules.batches import batch_of_raw_alarms

NAMES = {1: "cloud-a", 2: "cloud 'b'", 3: ""}
OBJECTS = (
    "/pool/财务/desktop/D-7",
    "/pool/a",
    "/device/10.0.0.7",
    "/device/host/interface/7",
    "/a",
)
ADDRESSES = ("10.0.0.7", "192.168.1.1", "2001:db8::7", "no address", "")


def random_raw(chance: Random, place: int) -> RawAlarm:
    raw = build_raw(
        minutes=place,
        managed_object=chance.choice(OBJECTS),
        severity=chance.choice(list(Severity)),
        text=random_text(chance),
        source=chance.choice(list(NAMES)),
        qualifier=random_text(chance),
        alarm_type=random_text(chance) or "x",
    )
    fields = {"site": random_text(chance), "csn": "7"}
    if chance.random() < 0.5:
        fields["address"] = chance.choice(ADDRESSES)
    return replace(raw, raw=fields)


def happen(chance: Random, place: int) -> tuple[JudgedRawAlarm, Case]:
    """Return a raw alarm with what became of it, and the case that the rules saw."""
    raw = random_raw(chance, place)
    step = apply_raw(
        None, raw, now=raw.received_at, alarm_id=AlarmId(place), occurrence_id=OccurrenceId(place)
    )
    assert step.after is not None
    alarm = replace(
        step.after,
        count=chance.choice((1, 2, 10)),
        operator_state=chance.choice(list(OperatorState)),
        raised_at=at(0) + timedelta(milliseconds=chance.choice((-1, 0, 1, 999))),
    )
    judged = JudgedRawAlarm(
        id=f"b:{place:04}",
        raw_alarm=raw,
        verdict=step.verdict.value,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        operator_state=alarm.operator_state.value,
        count=alarm.count,
        raised_at=alarm.raised_at,
    )
    name = NAMES[raw.source]
    return judged, Case(alarm=alarm, occasion=Occasion.RAISED, source_name=name, now=at(0))


def select(door: ClickHouse, condition: Condition) -> list[str]:
    asked = condition_to_sql(condition, COLUMNS)
    statement = f"SELECT id FROM raw_alarms FINAL WHERE {asked.text} ORDER BY id"  # noqa: S608
    parameters = asked.parameters | parameters_of_columns(NAMES)
    return [row["id"] for row in door.query(statement, parameters)]  # type: ignore[arg-type]


def is_about_alarms(condition: Condition) -> bool:
    return all(each.field == "*" or each.field in ALARM_FIELDS for each in walk_terms(condition))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=chances)
def test_the_past_is_asked_as_the_present_was(clickhouse: ClickHouse, chance: Random) -> None:
    clickhouse.command("TRUNCATE TABLE raw_alarms")
    happened = [happen(chance, place) for place in range(1, 60)]
    batch = batch_of_raw_alarms([judged for judged, _ in happened], written_at=at(99))
    store.insert(clickhouse, RAW_ALARMS, [batch])
    for _ in range(12):
        condition = random_condition(chance)
        if is_about_alarms(condition):
            matches = compile_condition(condition)
            wanted = [judged.id for judged, case in happened if matches(build_row(case))]
            assert select(clickhouse, condition) == wanted, condition_to_text(condition)


def test_rows_from_before_the_state_was_kept_are_taken_as_new(clickhouse: ClickHouse) -> None:
    judged = JudgedRawAlarm(id="b:0", raw_alarm=build_raw(minutes=5), verdict="raised")
    whole = batch_of_raw_alarms([judged], written_at=at(9))
    kept = {
        name: values
        for name, values in whole.columns.items()
        if name not in ("occurrence", "operator_state", "count", "raised_at")
    }
    store.insert(clickhouse, RAW_ALARMS, [replace(whole, columns=kept)])
    (row,) = clickhouse.query(
        f"SELECT {COLUMNS['operator_state']} AS state, {COLUMNS['count']} AS times,"  # noqa: S608
        f" {COLUMNS['raised_at']} AS since FROM raw_alarms"  # type: ignore[arg-type]
    )
    assert (row["state"], row["times"], row["since"]) == ("none", 1, at(5))
