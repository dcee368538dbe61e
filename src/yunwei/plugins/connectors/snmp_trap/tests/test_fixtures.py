"""Datagrams that net-snmp sent, and the alarms they are. One file each, `fixtures/<version>/`."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.plugins.connectors.snmp_trap import Connector
from yunwei.plugins.sdk.contract import SourceContext
from yunwei.plugins.sdk.snmp.notification import decode_trap

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = sorted(str(path.relative_to(FIXTURES)) for path in FIXTURES.rglob("*.json"))
RECEIVED_AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
NOT_IN_FIXTURES = ("tenant", "source", "native_id", "received_at", "is_found")


class StoppedClock:
    def now(self) -> datetime:
        return RECEIVED_AT


@pytest.fixture
def connector() -> Connector:
    context = SourceContext(
        tenant=TenantId(3), source=SourceId(4), settings={}, clock=StoppedClock()
    )
    return Connector(context)


def test_there_are_fixtures_of_all_versions_and_all_families() -> None:
    families = {Path(case).name.split("_")[0] for case in CASES}

    assert {Path(case).parent.name for case in CASES} == {"v1", "v2c", "v3"}
    assert families >= {"imap", "link", "cold", "unknown.json"}


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_trap_is_the_alarm_beside_it(case: str, connector: Connector) -> None:
    recorded = json.loads((FIXTURES / case).read_text("utf-8"))
    data = bytes.fromhex("".join(recorded["datagram"]))

    trap = decode_trap(data, address="203.0.113.9")
    alarms = connector.parse_trap(trap, native_id="b:1", received_at=RECEIVED_AT)

    shown = [dataclasses.asdict(alarm) for alarm in alarms]
    for alarm in shown:
        assert [alarm.pop(key) for key in NOT_IN_FIXTURES] == [
            3,
            4,
            "b:1",
            RECEIVED_AT,
            False,
        ]
        alarm["event_at"] = alarm["event_at"].isoformat()
    assert shown == recorded["alarms"]


@pytest.mark.parametrize(
    ("raised", "cleared"),
    [
        ("imap_raise", "imap_clear"),
        ("imap_raise_level_6", "imap_clear_without_time"),
        ("imap_queried", "imap_change_to_restored"),
        ("imap_v1_fault", "imap_v1_recovery"),
        ("link_down", "link_up"),
        ("link_down_without_index", "link_up"),
    ],
)
def test_a_clear_is_of_the_same_alarm_as_its_raise(raised: str, cleared: str) -> None:
    first, second = (
        json.loads((FIXTURES / "v2c" / f"{name}.json").read_text("utf-8"))["alarms"][0]
        for name in (raised, cleared)
    )
    key = ("managed_object", "alarm_type", "qualifier")

    assert [first[each] for each in key] == [second[each] for each in key]
    assert (first["act"], second["act"]) == ("raise", "clear")
    assert first["event_at"] <= second["event_at"]
