"""What stands by the service's records, and how much of it is certain."""

from typing import Any

from yunwei.plugins.connectors.huawei_workspace.reads import current_alarms
from yunwei.plugins.connectors.huawei_workspace.tests.support import Service, connect
from yunwei.plugins.sdk.contract import CurrentAlarms


def record(number: int, status: str, minute: int, rule: str = "al-1") -> dict[str, Any]:
    return {
        "record_id": f"ah-{number}",
        "alarm_id": rule,
        "name": "disk full",
        "status": status,
        "level": 2,
        "begin_time": f"2026-11-23T06:{minute:02}:00Z",
        "metric": {"namespace": "SYS.Workspace", "metric_name": "disk_util"},
        "additional_info": {"resource_name": "D-1"},
    }


async def listed(*records: dict[str, Any]) -> CurrentAlarms:
    """records: newest first, as the service lists them."""
    service = Service()

    def page(query: Any) -> dict[str, Any]:
        begin, limit = int(query["offset"][0]), int(query["limit"][0])
        return {"alarm_histories": records[begin : begin + limit], "count": len(records)}

    service.answer("/alarms", page)
    connector = connect(service)
    try:
        return await connector.list_current_alarms()
    finally:
        await connector.close()


async def test_the_newest_record_of_an_alarm_decides() -> None:
    found = await listed(
        record(4, "alarm", 4), record(3, "ok", 3), record(2, "ok", 2, "al-2"), record(1, "alarm", 1)
    )
    assert [each.raw["record_id"] for each in found.alarms] == ["ah-4"]
    assert (found.is_complete, found.covers_since) == (True, None)
    assert found.alarms[0].alarm_type.startswith(found.speaks_of)


async def test_a_rule_that_was_switched_off_leaves_it_open() -> None:
    found = await listed(record(2, "invalid", 2), record(1, "alarm", 1))
    assert (found.alarms, len(found.undecided)) == ((), 1)


async def test_a_record_without_time_makes_the_list_incomplete() -> None:
    found = await listed(record(2, "alarm", 2), record(1, "ok", 1) | {"begin_time": None})
    assert not found.is_complete


async def test_a_long_list_speaks_of_what_began_within_it(monkeypatch: Any) -> None:
    monkeypatch.setattr(current_alarms, "_MOST_PAGES", 1)
    records = [record(number, "alarm", number // 4, f"al-{number}") for number in range(150, 0, -1)]
    found = await listed(*records)
    assert (len(found.alarms), found.is_complete) == (100, True)
    assert found.covers_since is not None
    assert found.covers_since.minute == 51 // 4

    unordered = await listed(*reversed(records))
    assert not unordered.is_complete
