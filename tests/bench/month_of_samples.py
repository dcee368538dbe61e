"""A month of one-minute samples of 10,000 desktops and all that happened beside them, made inside
ClickHouse, in the shapes in which the platform writes them; what a further minute brings.

With YW_BENCH_KEPT=FOLDER the month is kept there as it was made, and taken from there next time.
"""

import json
import os
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from tests.bench.test_activity_bench import CONNECTIONS, KNOWN_USERS
from yunwei.base.infra.clickhouse import ClickHouse

DESKTOPS = 10_000
DAYS = int(os.environ.get("YW_BENCH_DAYS", "30"))
"""Of samples. Fewer for a quick look; how many rows there were is among the figures."""
_AT_ONCE = 2_500
_DAY_MS = 86_400_000

_SAMPLES = """
INSERT INTO observations
SELECT {tenant:UInt64}, {source:UInt64}, 'desktop.cpu', 'desktop',
       concat('5f1c9a40-0000-0000-0000-', leftPad(toString(intDiv(number, 1440)), 12, '0')),
       fromUnixTimestamp64Milli({from_ms:Int64} + number % 1440 * 60000 AS at_ms),
       (intDiv(number, 1440) * 37 % 40 + cityHash64(number, {from_ms:Int64}) % 60) / 100,
       fromUnixTimestamp64Milli(at_ms + 5000)
  FROM numbers({first:UInt64} * 1440, {desktops:UInt64} * 1440)
"""
_OF_POOLS = """
INSERT INTO observations
SELECT {tenant:UInt64}, {source:UInt64}, 'sessions.connected', 'pool',
       concat('pool-', toString(number % 40)),
       fromUnixTimestamp64Milli({from_ms:Int64} + intDiv(number, 40) * 60000 AS at_ms),
       number % 240, fromUnixTimestamp64Milli(at_ms)
  FROM numbers(40 * 1440 * 30)
"""
_OF_LICENCE = """
INSERT INTO observations
SELECT {tenant:UInt64}, {source:UInt64}, 'licence.used', 'licence', 'ccu',
       fromUnixTimestamp64Milli({from_ms:Int64} + number * 300000 AS at_ms),
       4000 + number / 60 + number % 288, fromUnixTimestamp64Milli(at_ms)
  FROM numbers(180 * 288)
"""
_OF_SOURCE = """
INSERT INTO observations
SELECT {tenant:UInt64}, {source:UInt64}, ['users.online', 'poll.seconds'][1 + number % 2], 'source',
       ['', 'activity'][1 + number % 2],
       fromUnixTimestamp64Milli({from_ms:Int64} + intDiv(number, 2) * 30000 AS at_ms),
       if(number % 2 = 1, 0.8, 3000 + cityHash64(number) % 900), fromUnixTimestamp64Milli(at_ms)
  FROM numbers(2 * 2880 * 30)
 WHERE at_ms < {now_ms:Int64}
"""
_STAGES = """
INSERT INTO logon_stages (tenant, source, started_at, native_id, stage, seconds, began_at,
                          written_at)
SELECT tenant, source, started_at, native_id, told.1, told.3 * logon_ms / 1000,
       fromUnixTimestamp64Milli(toInt64(toUnixTimestamp64Milli(started_at) + told.2 * logon_ms)),
       read_at
  FROM (SELECT tenant, source, started_at, native_id, read_at,
               dateDiff('millisecond', started_at, assumeNotNull(setup_at)) AS logon_ms,
               arrayJoin([('MAIN_AUTH', 0.0, 0.1), ('LOGIN', 0.1, 0.3),
                          ('PRECONNECT', 0.4, 0.2), ('CONNECT', 0.6, 0.35)]) AS told
          FROM connections
         WHERE tenant = {tenant:UInt64} AND setup_at IS NOT NULL)
"""
_KNOWN_DESKTOPS = """
INSERT INTO known_desktops
SELECT {tenant:UInt64}, {source:UInt64},
       concat('5f1c9a40-0000-0000-0000-', leftPad(toString(number), 12, '0')),
       concat('pool-', toString(number % 40)), now64(3)
  FROM numbers({users:UInt32})
"""
_MINUTE = (
    """
INSERT INTO observations
SELECT {tenant:UInt64}, {source:UInt64}, 'desktop.cpu', 'desktop',
       concat('5f1c9a40-0000-0000-0000-', leftPad(toString(number), 12, '0')),
       fromUnixTimestamp64Milli({now_ms:Int64}),
       (number * 37 % 40 + cityHash64(number, {now_ms:Int64}) % 60) / 100,
       fromUnixTimestamp64Milli({now_ms:Int64} + 5000)
  FROM numbers({desktops:UInt64})""",
    """
INSERT INTO observations
SELECT {tenant:UInt64}, {source:UInt64}, ['users.online', 'poll.seconds'][1 + number], 'source',
       ['', 'activity'][1 + number], fromUnixTimestamp64Milli({now_ms:Int64}),
       if(number = 1, 0.8, 3456), fromUnixTimestamp64Milli({now_ms:Int64} + 1000)
  FROM numbers(2)""",
    """
INSERT INTO observations
SELECT {tenant:UInt64}, {source:UInt64}, 'sessions.connected', 'pool',
       concat('pool-', toString(number)), fromUnixTimestamp64Milli({now_ms:Int64}),
       number % 240, fromUnixTimestamp64Milli({now_ms:Int64})
  FROM numbers(40)""",
    """
INSERT INTO connections
SELECT tenant, source, fromUnixTimestamp64Milli({now_ms:Int64} - 50000 + number * 97 % 49000),
       concat('m-', toString({now_ms:Int64}), '-', toString(number)),
       concat('user', toString(cityHash64(number, {now_ms:Int64}) % {desktops:UInt64} AS user)),
       concat('5f1c9a40-0000-0000-0000-', leftPad(toString(user), 12, '0')),
       concat('PC-', toString(user)), fromUnixTimestamp64Milli({now_ms:Int64} - 1000), NULL,
       number % 3 = 0, '', 0.02, 'Windows', 'PC', '10.0.0.1', '2.0',
       fromUnixTimestamp64Milli({now_ms:Int64})
  FROM (SELECT {tenant:UInt64} AS tenant, {source:UInt64} AS source, number FROM numbers(50))""",
    """
INSERT INTO connections
SELECT * REPLACE (fromUnixTimestamp64Milli({now_ms:Int64}) AS read_at,
                  fromUnixTimestamp64Milli({now_ms:Int64} - 20000) AS ended_at)
  FROM connections FINAL
 WHERE tenant = {tenant:UInt64} AND started_at < fromUnixTimestamp64Milli({now_ms:Int64} - 60000)
   AND started_at >= fromUnixTimestamp64Milli({now_ms:Int64} - 86400000)
   AND setup_at IS NOT NULL AND ended_at IS NULL
 ORDER BY cityHash64(native_id, {now_ms:Int64})
 LIMIT 50""",
)
"""Samples of every desktop, counts of every pool; 50 come and 50 go, as 30,000 in ten hours do."""
_LATE = """
INSERT INTO connections
SELECT * REPLACE (fromUnixTimestamp64Milli({now_ms:Int64}) AS read_at)
  FROM connections FINAL
 WHERE tenant = {tenant:UInt64}
   AND started_at < fromUnixTimestamp64Milli({now_ms:Int64} - 864000000)
   AND started_at >= fromUnixTimestamp64Milli({now_ms:Int64} - 950400000)
 ORDER BY started_at
 LIMIT 1
"""


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def make_month(door: ClickHouse, whose: Mapping[str, int], now: datetime) -> dict[str, float]:
    """Fill the empty tables with what the 30 days before `now` brought; return figures."""
    told = {**whose, "users": DESKTOPS, "now_ms": _ms(now)}
    since = {days: _ms(now - timedelta(days=days)) for days in (180, 30, DAYS)}
    door.command(CONNECTIONS, told | {"first_ms": since[30]})
    for statement in (KNOWN_USERS, _KNOWN_DESKTOPS, _STAGES):
        door.command(statement, told)
    door.command(_OF_LICENCE, told | {"from_ms": since[180]})
    door.command(_OF_POOLS, told | {"from_ms": since[30]})
    door.command(_OF_SOURCE, told | {"from_ms": since[30]})
    made_s = add_samples(door, whose, since[DAYS])
    wait_merged(door, within_s=900)
    [found] = door.query(
        """SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts
             FROM system.parts
            WHERE active AND database = currentDatabase() AND table = 'observations'"""
    )
    return {
        "rows": found["rows"],
        "parts": found["parts"],
        "bytes_of_row": found["bytes"] / found["rows"],
        "made_of_s": DAYS * 1440 * DESKTOPS / made_s,
    }


def add_samples(
    door: ClickHouse, whose: Mapping[str, int], from_ms: int, desktops: int = DESKTOPS
) -> float:
    """Add the samples of some desktops and of DAYS days, 1,440 a day of each; return seconds."""
    began_s = time.perf_counter()
    at_once = min(desktops, _AT_ONCE)
    for day, first in product(range(DAYS), range(0, desktops, at_once)):
        asked = {**whose, "desktops": at_once, "from_ms": from_ms + day * _DAY_MS, "first": first}
        door.command(_SAMPLES, asked)
    return time.perf_counter() - began_s


def wait_merged(door: ClickHouse, *, within_s: float) -> None:
    """Wait until nothing is merged any more, or the time is over."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        if not door.query("SELECT count() AS n FROM system.merges")[0]["n"]:
            return
        time.sleep(0.02)


def add_minute(door: ClickHouse, whose: Mapping[str, int], now: datetime) -> None:
    """Add what a minute brings, and wait until it is merged as far as it will be: in a minute that
    has time to, here the next one comes at once."""
    for statement in _MINUTE:
        door.command(statement, {**whose, "desktops": DESKTOPS, "now_ms": _ms(now)})
    wait_merged(door, within_s=10)


def add_late_row(door: ClickHouse, whose: Mapping[str, int], now: datetime) -> None:
    """Read a connection again that began ten days ago: what was kept of its day does not hold."""
    door.command(_LATE, {**whose, "now_ms": _ms(now)})


def kept_folder() -> Path | None:
    """Return where the month is kept between runs, None where it is not."""
    told = os.environ.get("YW_BENCH_KEPT")
    return Path(told) if told else None


def take_kept(folder: Path, to: Path) -> dict[str, float] | None:
    """Copy a month that was kept to a data folder; return what was said of it, None without one."""
    said = folder / "made.json"
    if not said.exists():
        return None
    shutil.copytree(folder / "clickhouse", to / "clickhouse", dirs_exist_ok=True, symlinks=True)
    return dict(json.loads(said.read_text("utf-8")))


def keep(folder: Path, made: Mapping[str, float], data: Path) -> None:
    """Keep a month; nobody may have its data folder open."""
    shutil.copytree(data / "clickhouse", folder / "clickhouse", dirs_exist_ok=True, symlinks=True)
    stamped = {**made, "made_at": datetime.now(UTC).timestamp()}
    (folder / "made.json").write_text(json.dumps(stamped), "utf-8")
