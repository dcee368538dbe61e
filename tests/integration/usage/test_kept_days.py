"""What is kept of days that are over says the same as all connections at once, also when rows come
late, when a source is read further, and when whose days they are differs."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.integration.telemetry.support import at, connection, write
from tests.support.alarms import build_viewer
from yunwei.base.core.readings import ConnectionRecord, DesktopUserSeen
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import Asked, By, Chosen, Counted
from yunwei.operate.usage.queries import activity, parts
from yunwei.operate.usage.queries.ground import lay_ground
from yunwei.operate.usage.store import frames

NOW = at(24 * 40 + 14.55)
ZONE = "Asia/Shanghai"
VIEWER = build_viewer(2)
EVERYBODY = Chosen(login="u")
"""Means everybody here, and is answered from all connections at once."""


@pytest.fixture(autouse=True)
def nobody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for inventory in PostgreSQL."""
    monkeypatch.setattr(inventory, "name_desktop_users", lambda viewer, wanted: {})
    monkeypatch.setattr(inventory, "fetch_pool_names", lambda viewer: ())


def figures(
    from_at: datetime, now: datetime, chosen: Chosen, zone: str = ZONE
) -> dict[str, object]:
    asked = Asked(from_at=from_at, to_at=now, time_zone=zone, chosen=chosen)
    ground = lay_ground(VIEWER, asked, clock=FakeClock(now))
    return {
        "users": activity.fetch_concurrency(ground),
        "sessions": activity.fetch_concurrency(ground, Counted.SESSIONS),
        "days": activity.fetch_days(ground),
        "more days": activity.fetch_days(ground, more_days=9),
        "active": activity.fetch_active(ground),
        "heat": activity.fetch_heat(ground),
        "times": activity.fetch_user_times(ground, limit=1000),
        "departments": parts.fetch_parts(ground, By.DEPARTMENT),
        "clients": parts.fetch_parts(ground, By.CLIENT),
        "hours": parts.fetch_parts(ground, By.HOUR),
        "all": parts.fetch_all_attempts(ground),
        "failures": parts.fetch_failures(ground),
    }


def hold(now: datetime = NOW) -> dict[str, object]:
    """Both ways say the same, of every stretch of time; return what they say of the longest."""
    kept: dict[str, object] = {}
    for zone, from_at in (
        (ZONE, at(24 * 34)),
        (ZONE, at(24 * 34 + 9.25)),
        (ZONE, at(24 * 34) + timedelta(seconds=77)),
        ("Asia/Kathmandu", at(24 * 30 + 2.25)),
        # the clock was changed on 1 November
        ("America/New_York", at(24 * 3 + 13)),
        (ZONE, at(24 * 3)),
    ):
        kept = figures(from_at, now, Chosen(), zone)
        whole = figures(from_at, now, EVERYBODY, zone)
        for name, told in kept.items():
            assert told == whole[name], (zone, from_at, name)
    return kept


def lively() -> list[ConnectionRecord]:
    dice = random.Random(7)
    told = []
    for number in range(1500):
        start = dice.uniform(0, 24 * 40 + 14)
        length = dice.choice((0.2, 1, 4, 9, 30, 200))
        kind = dice.random()
        told.append(
            connection(
                f"c{number}",
                start,
                None if kind < 0.1 else start + dice.uniform(0, length),
                login=f"u{dice.randrange(40)}",
                desktop=f"d{dice.randrange(12)}",
                setup=None if 0.1 < kind < 0.2 else dice.uniform(0, 0.02),
                failure="timeout" if 0.1 < kind < 0.2 else "",
                client_type=dice.choice(("Windows", "thin")),
            )
        )
    return told


def test_days_that_are_kept_say_what_all_connections_do(
    clickhouse: ClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(clickhouse, lively(), read_at=NOW - timedelta(hours=3))
    write(
        clickhouse,
        [
            DesktopUserSeen(native_id=f"n{number}", login=f"u{number}", department=f"D{number % 3}")
            for number in range(30)
        ],
        read_at=NOW,
    )
    first = hold()
    assert hold() == first
    # the next minute asks for no connection of a day that is over, but for the last days
    read: list[int] = []
    fetch = frames.fetch_frame

    def note(minute, tenants, from_ms, to_ms, **more):  # type: ignore[no-untyped-def]
        read.append(from_ms)
        return fetch(minute, tenants, from_ms, to_ms, **more)

    with monkeypatch.context() as patch:
        patch.setattr(frames, "fetch_frame", note)
        minute = NOW + timedelta(minutes=1)
        asked = Asked(from_at=at(24 * 3), to_at=minute, time_zone=ZONE)
        ground = lay_ground(VIEWER, asked, clock=FakeClock(minute))
        active = activity.fetch_active(ground)
        assert activity.fetch_concurrency(ground).top is not None
    assert active.month == 40
    assert [each >= int(at(24 * 33).timestamp() * 1000) for each in read] == [True]


def test_a_late_row_counts_in_every_day_that_it_reaches_into(clickhouse: ClickHouse) -> None:
    write(clickhouse, lively(), read_at=NOW - timedelta(hours=3))
    first = hold()
    late = connection("late", 24 * 20 + 1, 24 * 24 + 2, login="u77")
    write(clickhouse, [late], read_at=NOW)
    second = hold(NOW + timedelta(minutes=1))
    assert second["active"] != first["active"]
    assert second["times"].total == first["times"].total + 1  # type: ignore[attr-defined]
    # it ends earlier than was said, and the source is read further
    write(
        clickhouse,
        [replace(late, ended_at=at(24 * 21)), connection("new", 24 * 40 + 14, None, login="u3")],
        read_at=NOW + timedelta(minutes=2),
    )
    third = hold(NOW + timedelta(minutes=3))
    assert third["days"] != second["days"]


def test_a_day_is_told_anew_once_its_source_is_read_further(clickhouse: ClickHouse) -> None:
    """Of yesterday only the morning was read; somebody who had come stays."""
    write(clickhouse, lively()[:300], read_at=at(24 * 39 + 9))
    write(clickhouse, [connection("x", 24 * 39 + 8, None, login="u50")], read_at=at(24 * 39 + 9))
    first = hold()
    write(clickhouse, [connection("y", 24 * 40 + 1, 24 * 40 + 2, login="u51")], read_at=NOW)
    second = hold(NOW + timedelta(minutes=1))
    assert second["days"][-2] != first["days"][-2]  # type: ignore[index]
