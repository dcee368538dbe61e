"""What "such alarms" means, from narrow to wide."""

from dataclasses import replace

import pytest

from tests.support.alarms import build_raw
from yunwei.base.core.condition import compile_condition, condition_to_json, parse_condition
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.alarms.machine import apply_raw
from yunwei.monitor.governance.rules.quick import QuickScope, build_condition, find_device

PORT = "/device/192.0.2.7/interface/7"


def build_alarm(path: str = PORT, alarm_type: str = "snmp.link_down", qualifier: str = "") -> Alarm:
    raw = replace(build_raw(managed_object=path, alarm_type=alarm_type), qualifier=qualifier)
    step = apply_raw(
        None, raw, now=raw.received_at, alarm_id=AlarmId(1), occurrence_id=OccurrenceId(1)
    )
    assert step.after is not None
    return step.after


def matches(scope: QuickScope, path: str, alarm_type: str = "snmp.link_down") -> bool:
    condition = build_condition([build_alarm()], scope)
    assert parse_condition(condition_to_json(condition)) == condition
    return compile_condition(condition)({"managed_object": path, "alarm_type": alarm_type})


@pytest.mark.parametrize(
    ("scope", "itself", "beneath", "sibling", "other_type", "elsewhere"),
    [
        (QuickScope.EXACT, True, False, False, False, False),
        (QuickScope.BENEATH, True, True, False, False, False),
        (QuickScope.DEVICE, True, True, True, False, False),
        (QuickScope.OBJECT, True, True, False, True, False),
        (QuickScope.TYPE, True, True, True, False, True),
    ],
)
def test_scopes_widen(
    scope: QuickScope,
    itself: bool,
    beneath: bool,
    sibling: bool,
    other_type: bool,
    elsewhere: bool,
) -> None:
    assert matches(scope, PORT) is itself
    assert matches(scope, f"{PORT}/queue/1") is beneath
    assert matches(scope, "/device/192.0.2.7/interface/8") is sibling
    assert matches(scope, PORT, "snmp.high_errors") is other_type
    assert matches(scope, "/device/192.0.2.8/interface/7") is elsewhere


def test_many_alarms_make_one_condition_that_says_each_once() -> None:
    alarms = [build_alarm(), build_alarm(), build_alarm("/host/H-03", "host.down")]
    condition = build_condition(alarms, QuickScope.EXACT)
    is_meant = compile_condition(condition)
    assert is_meant({"managed_object": "/host/H-03", "alarm_type": "host.down"})
    assert not is_meant({"managed_object": "/host/H-03", "alarm_type": "snmp.link_down"})
    assert len(condition_to_json(condition)["any"]) == 2  # type: ignore[arg-type]


def test_two_thresholds_on_one_metric_are_told_apart() -> None:
    condition = build_condition([build_alarm(qualifier="rule-7")], QuickScope.EXACT)
    row = {"managed_object": PORT, "alarm_type": "snmp.link_down"}
    assert compile_condition(condition)({**row, "qualifier": "rule-7"})
    assert not compile_condition(condition)({**row, "qualifier": "rule-8"})


@pytest.mark.parametrize(
    ("path", "device"),
    [
        (PORT, "/device/192.0.2.7"),
        ("/host/H-03", "/host/H-03"),
        ("/host/H-03/disk", "/host/H-03/disk"),
    ],
)
def test_a_part_knows_its_device(path: str, device: str) -> None:
    assert find_device(path) == device
