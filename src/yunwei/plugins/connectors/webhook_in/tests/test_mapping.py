"""Recorded bodies and the alarms they are; what a mapping can say; what no body can break."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.plugins.connectors.webhook_in import Connector
from yunwei.plugins.sdk.contract import BadPart, Payload
from yunwei.plugins.sdk.testkit import StillClock, make_context

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOW = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)
ALERTMANAGER = {"mapping": "alertmanager"}
OWN = {
    "mapping": "own",
    "items": "data.alarms",
    "act": "state",
    "act_values": "on = raise\noff = clear",
    "managed_object": "/site/{$.site}/host/{host}\n/site/{$.site}",
    "alarm_type": "disk.{name}",
    "qualifier": "{id}",
    "text": "{message}\n{name} on {host}",
    "severity": "level",
    "severity_values": "1 = minor\n2 = major\n* = warning",
    "raised_at": "at",
    "cleared_at": "at",
    "time_zone": "Asia/Shanghai",
}


def parse(settings: Mapping[str, str], body: bytes) -> tuple[RawAlarm | BadPart, ...]:
    connector = Connector(make_context(settings, StillClock(NOW)))
    return connector.parse_payload(Payload(body=body), native_id="b:p0", received_at=NOW)


def alarms(settings: Mapping[str, str], body: bytes) -> list[RawAlarm]:
    found = parse(settings, body)
    assert not [each for each in found if isinstance(each, BadPart)]
    return [each for each in found if isinstance(each, RawAlarm)]


def one(changes: Mapping[str, str], item: Any) -> RawAlarm:
    plain = {"mapping": "own", "managed_object": "/host/{host}", "alarm_type": "t", **changes}
    (alarm,) = alarms(plain, json.dumps(item).encode())
    return alarm


def test_what_alertmanager_posts_is_alarms() -> None:
    first, second = alarms(ALERTMANAGER, (FIXTURES / "v4/firing.json").read_bytes())

    assert (first.act, first.managed_object) == (AlarmAct.RAISE, "/host/H-03")
    assert (first.alarm_type, first.qualifier) == ("prometheus.HostDown", "e5eb86e5f04c1773")
    assert (first.severity, first.text) == (Severity.CRITICAL, "Host H-03 is down")
    assert first.event_at == datetime(2026, 11, 23, 6, 0, 0, 123456, tzinfo=UTC)
    assert first.raw["annotations.runbook"] == "https://wiki.example/host-down"
    assert (second.severity, second.text) == (Severity.CRITICAL, "主机 H-04 宕机")


def test_what_is_resolved_clears_its_alarm_and_what_is_told_again_is_the_same_report() -> None:
    first, second = alarms(ALERTMANAGER, (FIXTURES / "v4/firing.json").read_bytes())
    cleared, again = alarms(ALERTMANAGER, (FIXTURES / "v4/resolved.json").read_bytes())

    key = ("managed_object", "alarm_type", "qualifier")
    assert [getattr(first, each) for each in key] == [getattr(cleared, each) for each in key]
    assert cleared.act is AlarmAct.CLEAR
    assert cleared.event_at == datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
    assert (again.native_id, again.act) == (second.native_id, AlarmAct.RAISE)
    assert len({first.native_id, second.native_id, cleared.native_id}) == 3


def test_any_other_json_is_alarms_by_a_mapping() -> None:
    first, second = alarms(OWN, (FIXTURES / "generic/disk.json").read_bytes())

    assert (first.act, second.act) == (AlarmAct.RAISE, AlarmAct.CLEAR)
    assert first.managed_object == "/site/nanjing/host/H-03"
    assert (first.alarm_type, first.qualifier) == ("disk.disk_full", "17")
    assert (first.severity, second.severity) == (Severity.MAJOR, Severity.MINOR)
    assert (first.text, second.text) == ("Disk /var is 97 % full", "disk full on H-04")
    # seconds, and milliseconds
    assert first.event_at == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert second.event_at == datetime(2026, 11, 23, 6, 1, 0, 500000, tzinfo=UTC)
    assert first.raw["tags.1"] == "linux"
    assert [each.native_id for each in (first, second)] == ["b:p0.0", "b:p0.1"]


@pytest.mark.parametrize("body", [b'{"host": "H-1"}', b'[{"host": "H-1"}]'])
def test_one_object_or_a_list_of_them(body: bytes) -> None:
    (alarm,) = alarms({"mapping": "own", "managed_object": "/{host}", "alarm_type": "t"}, body)

    assert alarm.managed_object == "/H-1"


@pytest.mark.parametrize("body", [b"[]", b'{"alerts": []}'])
def test_an_empty_list_is_no_alarm_and_no_mistake(body: bytes) -> None:
    settings = ALERTMANAGER if b"alerts" in body else {**OWN, "items": ""}

    assert parse(settings, body) == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-11-23T14:00:00", datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
        ("2026-11-23 14:00:00+08:00", datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
        ("2026-11-23T06:00:00.123456789Z", datetime(2026, 11, 23, 6, 0, 0, 123456, tzinfo=UTC)),
        (1795413600, datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
        ("1795413600000", datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", NOW),
        ("yesterday", NOW),
        (None, NOW),
        (True, NOW),
        ("2027-01-01T00:00:00Z", NOW),
    ],
)
def test_times_as_programs_write_them(value: Any, said: datetime) -> None:
    changes = {"raised_at": "at", "time_zone": "Asia/Shanghai"}

    assert one(changes, {"host": "H", "at": value}).event_at == said


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b", "1"),
        ("list.1.x", "2"),
        ("with.dots.x", "3"),
        ("$.a.b", "1"),
        ("zero", "0"),
        ("no", "false"),
        ("half", "0.5"),
        ("nested", '{"k":[1]}'),
    ],
)
def test_paths(path: str, value: str) -> None:
    item = {
        "host": "H",
        "a": {"b": 1},
        "list": [{"x": 1}, {"x": 2}],
        "with.dots": {"x": 3},
        "zero": 0,
        "no": False,
        "half": 0.5,
        "nested": {"k": [1]},
    }

    assert one({"qualifier": f"{{{path}}}"}, item).qualifier == value


def test_what_is_not_there_lets_the_next_line_count() -> None:
    item = {"host": "", "name": None, "ip": "192.0.2.7"}

    assert one({"managed_object": "/a/{host}\n/b/{name}\n/c/{ip}"}, item).managed_object == (
        "/c/192.0.2.7"
    )


def test_one_bad_alarm_stops_no_other_and_can_be_posted_again_alone() -> None:
    body = json.loads((FIXTURES / "generic/disk.json").read_text("utf-8"))
    body["data"]["alarms"][0]["state"] = "perhaps"

    bad, good = parse(OWN, json.dumps(body).encode())

    assert isinstance(bad, BadPart)
    assert isinstance(good, RawAlarm)
    assert bad.why == "act_values: state is 'perhaps', which is not listed"
    again = json.loads(bad.data)
    assert again["site"] == "nanjing"
    assert [each["id"] for each in again["data"]["alarms"]] == [17]
    (repaired,) = alarms(OWN, bad.data.replace(b"perhaps", b"on"))
    assert repaired.managed_object == "/site/nanjing/host/H-03"


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"not JSON", ""), (b"\xff\xfe", ""), (b'{"a": 1}', "items"), (b"", ""), (b"[" * 5000, "")],
)
def test_a_body_that_can_not_be_read_is_refused_whole(body: bytes, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(OWN, body)

    assert refused.value.field == field


def test_an_alarm_without_an_object_says_what_is_missing() -> None:
    (bad,) = parse({"mapping": "own", "managed_object": "/{x}/{y}", "alarm_type": "t"}, b"{}")

    assert isinstance(bad, BadPart)
    assert bad.why == "managed_object: there is no value for x, y"


def test_ignored_ones_make_no_alarm() -> None:
    settings = {**OWN, "act_values": "* = ignore"}

    assert alarms(settings, (FIXTURES / "generic/disk.json").read_bytes()) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(["alerts", "status", "labels", "x"]), children, max_size=3
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_alarms_or_parts_or_refused_and_nothing_else(value: Any) -> None:
    for settings in (ALERTMANAGER, OWN):
        try:
            parse(settings, json.dumps(value).encode())
        except Invalid:
            continue
