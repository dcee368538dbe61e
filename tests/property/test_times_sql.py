"""ClickHouse and Python agree when a calendar expression holds, clock changes included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from clickhouse_connect import get_client
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.simulation.rules.times_sql import times_to_sql

CALENDAR = Calendar(
    years=frozenset({2026}),
    special={
        date(2026, 10, 1): DayKind.STATUTORY_HOLIDAY,
        date(2026, 10, 10): DayKind.MAKEUP_WORKDAY,
    },
)
# over the change of clocks in Europe, the National Day, and into a year that nobody knows
START = datetime(2026, 9, 28, tzinfo=UTC)
DAYS = 100
CLAUSES = (
    "night",
    "workday 09:00-18:00",
    "sat,sun",
    "rest_day",
    "month_end(3) 00:00-00:30",
    "mon-fri 23:30-04:15",
    "makeup_workday 08:30-17:30",
    "02:00-02:30",
    "01:30-03:00",
)


@pytest.fixture(scope="module")
def chdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = get_client(interface="chdb", path=str(tmp_path_factory.mktemp("chdb")))
    client.command("CREATE TABLE told (received_at DateTime64(3, 'UTC')) ENGINE = Memory")
    yield client
    client.close()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    clauses=st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=3),
    zone=st.sampled_from(("Asia/Shanghai", "Europe/Berlin", "UTC")),
    minutes=st.lists(st.integers(0, DAYS * 24 * 60 - 1), min_size=1, max_size=40, unique=True),
)
def test_clickhouse_and_python_agree(
    chdb: Client, clauses: list[str], zone: str, minutes: list[int]
) -> None:
    times = parse_times_text("; ".join(clauses), time_zone=zone)
    instants = [START + timedelta(minutes=minute) for minute in sorted(minutes)]
    chdb.command("TRUNCATE TABLE told")
    chdb.insert("told", [[each] for each in instants], column_names=["received_at"])
    asked = times_to_sql(times, CALENDAR, Span(START, START + timedelta(days=DAYS)))
    statement = f"SELECT {asked.text} FROM told ORDER BY received_at"  # noqa: S608  what is tested
    answers = [bool(row[0]) for row in chdb.query(statement, asked.parameters).result_rows]
    assert answers == [bool(times.holds(each, CALENDAR)) for each in instants]
