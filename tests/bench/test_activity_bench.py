"""What the page of user activity costs over 30 days, and the same questions in PostgreSQL.

A view is every figure of the page for one viewer. Before each one a minute passes in which people
come and go, so that the open day, and an old one, have other rows than before.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import pytest

from tests.bench.conftest import Figures
from tests.support.alarms import build_viewer
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import Asked, By, Chosen, Counted
from yunwei.operate.usage.queries import activity, parts
from yunwei.operate.usage.queries.ground import lay_ground

pytestmark = pytest.mark.bench

FIRST = datetime(2026, 10, 26, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai, 30 days before the end."""
NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
VIEWS = 20

CONNECTIONS = """
INSERT INTO connections
SELECT {tenant:UInt64}, {source:UInt64}, fromUnixTimestamp64Milli(start),
       concat('t-', toString(day), '-', toString(user), '-', toString(turn)),
       concat('user', toString(user)),
       concat('5f1c9a40-0000-0000-0000-', leftPad(toString(user), 12, '0')),
       concat('PC-', toString(user)),
       if(dice % 50 = 0, NULL, fromUnixTimestamp64Milli(start + 8000 + dice % 30000)),
       multiIf(dice % 50 = 0, fromUnixTimestamp64Milli(start + 9000), dice % 400 = 1, NULL,
               fromUnixTimestamp64Milli(start + 3660000 + dice % 10000000)),
       turn > 0, if(dice % 50 = 0, ['bad password', 'no desktop', 'timeout'][1 + dice % 3], ''),
       0.02, ['Windows', 'macOS', 'Linux', 'thin'][1 + user % 4], 'PC', '10.0.0.1',
       ['1.0', '1.1', '2.0'][1 + dice % 3],
       fromUnixTimestamp64Milli(least(start + 20000000, {now_ms:Int64}))
  FROM (SELECT number % {users:UInt32} AS user, intDiv(number, {users:UInt32}) % 3 AS turn,
               intDiv(number, {users:UInt32} * 3) AS day, cityHash64(number) AS dice,
               {first_ms:Int64} + day * 86400000 + 28800000 + turn * 12600000
                   + dice % 5400000 AS start
          FROM numbers({users:UInt32} * 3 * 30))
 WHERE start < {now_ms:Int64}
"""
KNOWN_USERS = """
INSERT INTO known_users SELECT {tenant:UInt64}, {source:UInt64}, concat('user', toString(number)),
       concat('department ', toString(number % 12)), now64(3) FROM numbers({users:UInt32})
"""
"""Three connections a day for each user, of up to four hours; some fail, some have no end."""

PIECES = """
CREATE TEMPORARY TABLE pieces ON COMMIT DROP AS
SELECT login, department, greatest(started, before, %(first)s) AS came, ended AS went
  FROM (SELECT *, max(ended) OVER (PARTITION BY login ORDER BY started, ended
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM (SELECT c.login, u.department, c.setup_at AS started, least(%(now)s,
                       coalesce(c.ended_at, lead(c.started_at) OVER (
                           PARTITION BY c.login, c.desktop ORDER BY c.started_at)),
                       c.started_at + interval '7 days') AS ended
                  FROM connections c LEFT JOIN known_users u USING (login)
                 WHERE c.setup_at IS NOT NULL
                   AND c.started_at >= %(first)s - interval '7 days') AS stays) AS ordered
 WHERE ended > greatest(started, before, %(first)s)
"""
QUESTIONS = {
    "concurrency": """
SELECT date_bin('4 hours', at, %(first)s) AS step, max(standing) FROM (
    SELECT at, sum(change) OVER (ORDER BY at, change) AS standing FROM (
        SELECT came AS at, 1 AS change FROM pieces UNION ALL SELECT went, -1 FROM pieces) AS one)
 AS all_of_them GROUP BY step""",
    "days": """
SELECT day, count(DISTINCT login), sum(least(went, day + interval '1 day') - greatest(came, day))
  FROM pieces, generate_series(date_bin('1 day', came, %(first)s), went, interval '1 day') AS day
 WHERE day < went GROUP BY day""",
    "active": """
SELECT count(DISTINCT login),
       count(DISTINCT login) FILTER (WHERE went > %(now)s - interval '7 days')
  FROM pieces""",
    "heat": """
SELECT hour, sum(least(went, hour + interval '1 hour') - greatest(came, hour))
  FROM pieces, generate_series(date_bin('1 hour', came, %(first)s), went, interval '1 hour') AS hour
 WHERE hour < went GROUP BY hour""",
    "users": """
SELECT login, sum(went - came) AS connected FROM pieces GROUP BY login ORDER BY connected DESC
 LIMIT 20""",
    "departments": """
SELECT department, max(standing) FROM (
    SELECT department, sum(change) OVER (PARTITION BY department ORDER BY at, change) AS standing
      FROM (SELECT department, came AS at, 1 AS change FROM pieces
            UNION ALL SELECT department, went, -1 FROM pieces) AS one) AS each
 GROUP BY department""",
    "attempts": """
SELECT count(*), count(*) FILTER (WHERE failure <> ''), percentile_cont(ARRAY[0.5, 0.95])
       WITHIN GROUP (ORDER BY setup_at - started_at) FILTER (WHERE NOT is_reconnect)
  FROM connections WHERE started_at >= %(first)s""",
    "failures": """
SELECT failure, count(*), count(DISTINCT login) FROM connections
 WHERE started_at >= %(first)s AND failure <> '' GROUP BY failure""",
}
"""One of each kind of question that the page asks; the page asks some of them twice."""


@pytest.fixture(autouse=True)
def nobody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for inventory in PostgreSQL."""
    monkeypatch.setattr(inventory, "name_desktop_users", lambda viewer, wanted: {})


def fill(
    door: ClickHouse,
    users: int,
    *,
    whose: tuple[int, int] = (2, 1),
    first: datetime = FIRST,
    now: datetime = NOW,
) -> None:
    told = {"users": users, "tenant": whose[0], "source": whose[1]}
    at = {"first_ms": int(first.timestamp()) * 1000, "now_ms": int(now.timestamp()) * 1000}
    door.command(CONNECTIONS, told | at)
    door.command(KNOWN_USERS, told)


def pass_minute(door: ClickHouse, minute: int) -> None:
    """Write what a minute brings: ends of today's connections, and a late one of an old day."""
    door.command(
        """INSERT INTO connections SELECT * REPLACE (read_at + {ms:Int64} AS read_at)
             FROM connections FINAL
            WHERE tenant = 2 AND (started_at > {today:DateTime64(3)} OR native_id = 't-9-7-0')
            LIMIT 200""",
        {"ms": minute, "today": NOW - timedelta(hours=6)},
    )


def view(minute: int, days: int, chosen: Chosen) -> tuple[int, int, float]:
    """Ask all that a page asks; returns the peak, the users and their seconds."""
    now = NOW + timedelta(minutes=minute)
    first = FIRST + timedelta(days=30 - days)
    asked = Asked(from_at=first, to_at=now, time_zone="Asia/Shanghai", chosen=chosen)
    ground = lay_ground(build_viewer(2), asked, clock=FakeClock(now))
    at_once = activity.fetch_concurrency(ground, Counted.USERS)
    activity.fetch_concurrency(ground, Counted.SESSIONS)
    active = activity.fetch_active(ground)
    activity.fetch_days(ground)
    activity.fetch_heat(ground)
    activity.fetch_user_times(ground, limit=20)
    parts.fetch_all_attempts(ground)
    parts.fetch_parts(ground, By.DEPARTMENT)
    parts.fetch_failures(ground)
    return at_once.top.count if at_once.top else 0, active.users, active.connected_s


def milliseconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return (time.perf_counter() - before) * 1000


@pytest.mark.parametrize("users", [2_000, 10_000])
def test_page_of_30_days(clickhouse: ClickHouse, figures: Figures, users: int) -> None:
    fill(clickhouse, users)
    name = f"activity.page_30_days.{users}_desktops"
    whole = Chosen()
    figures.check(f"{name}.first", milliseconds(lambda: view(0, 30, whole)), "ms")
    taken = []
    for minute in range(1, VIEWS + 1):
        pass_minute(clickhouse, minute)
        taken.append(milliseconds(partial(view, minute, 30, whole)))
    figures.check(f"{name}.p50", sorted(taken)[VIEWS // 2], "ms")
    figures.check(f"{name}.p95", sorted(taken)[VIEWS * 95 // 100], "ms")
    figures.check(f"{name}.again", milliseconds(lambda: view(VIEWS, 30, whole)), "ms")
    own = Chosen(department="department 3")
    figures.check(f"{name}.department", milliseconds(lambda: view(VIEWS, 30, own)), "ms")
    figures.check(f"{name}.7_days", milliseconds(lambda: view(VIEWS, 7, whole)), "ms")


@pytest.fixture
def peer(durable: None, fresh_database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_database_url) as opened:
        opened.execute("CREATE TABLE known_users (login text PRIMARY KEY, department text)")
        opened.execute(
            """CREATE TABLE connections (native_id text, login text, desktop text, started_at
               timestamptz, setup_at timestamptz, ended_at timestamptz, is_reconnect bool,
               failure text, PRIMARY KEY (started_at, native_id))"""
        )
        yield opened


def test_the_same_questions_in_postgresql(
    clickhouse: ClickHouse, figures: Figures, peer: psycopg.Connection
) -> None:
    """A peer that a user would pick: the same rows, with indexes and statistics, and the work that
    the questions share done once for all of them."""
    fill(clickhouse, 2_000)
    copy_rows(clickhouse, peer)
    view(0, 30, Chosen())
    ours = []
    for minute in range(1, 6):
        pass_minute(clickhouse, minute)
        ours.append(milliseconds(partial(view, minute, 30, Chosen())))
    theirs = sorted(milliseconds(lambda: ask_peer(peer)) for _ in range(3))[1]
    peak, users, connected_s = ask_peer(peer)
    assert view(5, 30, Chosen())[:2] == (peak, users)
    assert view(5, 30, Chosen())[2] == pytest.approx(connected_s, rel=1e-9)
    figures.add("activity.page_30_days.2000_desktops.postgresql", theirs, "ms")
    ratio = sorted(ours)[2] / theirs
    figures.check("activity.page_30_days.2000_desktops.of_postgresql", ratio, "of theirs")


def copy_rows(door: ClickHouse, peer: psycopg.Connection) -> None:
    rows = door.query(
        """SELECT native_id, login, desktop, started_at, setup_at, ended_at, is_reconnect, failure
             FROM connections FINAL"""
    )
    with peer.cursor().copy("COPY connections FROM STDIN") as copy:
        for row in rows:
            copy.write_row([*row.values()])
    with peer.cursor().copy("COPY known_users FROM STDIN") as copy:
        for row in door.query("SELECT login, department FROM known_users FINAL"):
            copy.write_row([*row.values()])
    peer.execute("CREATE INDEX ON connections (login, started_at)")
    peer.commit()
    peer.execute("ANALYZE")
    peer.commit()


def ask_peer(peer: psycopg.Connection) -> tuple[int, int, float]:
    told = {"first": FIRST, "now": NOW}
    with peer.transaction():
        peer.execute(PIECES, told)
        peer.execute("ANALYZE pieces")
        steps = peer.execute(QUESTIONS["concurrency"], told).fetchall()
        [active] = peer.execute(QUESTIONS["active"], told).fetchall()
        for name, question in QUESTIONS.items():
            if name not in ("concurrency", "active"):
                peer.execute(question, told).fetchall()
        [total] = peer.execute("SELECT sum(went - came) FROM pieces").fetchall()
    return int(max(count for _, count in steps)), active[0], total[0].total_seconds()
