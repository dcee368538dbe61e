"""kill -9 after every stage, one after the other, during one storm: as if nobody had died."""

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.fernet import Fernet

from tests.support.alarms import Installation, build_raw
from tests.support.mortal import STAGES, Life
from tests.support.nats_clusters import BusCluster
from tests.support.sinks import WebhookSink, webhook_sink
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.severity import Severity
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.engines.nats import EmbeddedNats
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.monitor.notify.actions.channels import add_channel
from yunwei.monitor.notify.actions.routes import add_route
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.run.roles.receive import append_intake

ROOT = Path(__file__).parents[3]
SIZE = 10
"""Raw alarms in a batch."""
_LEASE_S = 600.0
_LOUD = {"field": "severity", "op": "in", "value": ["major", "critical"]}

_FORGET = """
TRUNCATE alarms_alarm, alarms_occurrence, alarms_change, alarms_report, alarms_position,
         notify_message CASCADE
"""
_ALARMS = """
SELECT key, severity, is_cleared, raised_at, last_event_at, cleared_at, count FROM alarms_alarm
 WHERE alarm_type = 'host.down' ORDER BY key
"""
_OCCURRENCES = """
SELECT a.key, o.raised_at, o.cleared_at, o.severity,
       -- until it ends, its alarm keeps its count
       CASE WHEN o.cleared_at IS NULL THEN a.count ELSE o.count END AS count
  FROM alarms_occurrence o
  JOIN alarms_alarm a ON a.id = o.alarm_id
 WHERE a.alarm_type = 'host.down' ORDER BY 1, 2, 3, 5
"""
_INTENTS = """
SELECT a.key, o.raised_at, m.kind FROM notify_message m
  JOIN alarms_alarm a ON a.id = m.alarm_id JOIN alarms_occurrence o ON o.id = m.occurrence
 WHERE a.alarm_type = 'host.down' ORDER BY 1, 2, 3
"""


def ask(question: str) -> list[dict[str, Any]]:
    with transaction() as conn, cursor(conn) as opened:
        return opened.execute(question).fetchall()


def build_storm(here: Installation, count: int) -> list[RawAlarm]:
    """Faults that come, are said again and go; those of one host in ten are worth a message."""
    dice = random.Random(count)
    raws = []
    for number in range(count):
        place = dice.randrange(count // 4)
        raw = build_raw(
            dice.choice([AlarmAct.RAISE, AlarmAct.RAISE, AlarmAct.CLEAR]),
            number / 1000,
            managed_object=f"/host/H-{place}",
            severity=Severity.WARNING if place % 10 else Severity.MAJOR,
            native_id=f"n{number}",
        )
        raws.append(replace(raw, tenant=here.tenant, source=here.source))
    return raws


async def wait_until_time(when_s: float) -> None:
    """Return at an instant of the loop's clock, at once when it has passed."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_at(when_s, done.set_result, None)
    await done


class Storm:
    """One storm in the stream of an installation that may be lived through again and again."""

    def __init__(
        self, url: str, nats: EmbeddedNats | BusCluster, here: Installation, count: int
    ) -> None:
        raws = build_storm(here, count)
        self.batches = [
            IntakeBatch(batch_id=f"storm-{count}-{at}", raw_alarms=tuple(raws[at : at + SIZE]))
            for at in range(0, count, SIZE)
        ]
        self.secret_key = Fernet.generate_key().decode()
        self._life = Life(
            database=url,
            nats=nats.url,
            token=nats.token,
            secret_key=self.secret_key,
            batches=len(self.batches),
        )

    async def blow(self, bus: Bus, *, over_s: float) -> None:
        """Let it come, evenly over some seconds."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for place, batch in enumerate(self.batches):
            await wait_until_time(begin + over_s * place / len(self.batches))
            await append_intake(bus, batch)

    async def live(self, stage: str, *, number: int, calls: int = 1) -> int:
        """Let one process work until it dies; returns its exit code."""
        said = replace(self._life, stage=stage, calls=calls, late_s=number * _LEASE_S)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.mortal",
            msgspec.json.encode(said).decode(),
            cwd=ROOT,
        )
        return await process.wait()


@pytest.fixture
def sink() -> Iterator[WebhookSink]:
    with webhook_sink() as opened:
        yield opened


def tell(here: Installation, sink: WebhookSink, secret_key: str) -> None:
    """Let what is loud go to the webhook, by the first route."""
    now = SystemClock().now()
    draft = ChannelDraft(kind="webhook", name="sink", settings={"url": sink.url}, language="en")
    box = SecretBox((secret_key,))
    channel = add_channel(here.viewer, here.tenant, draft, box=box, now=now)
    loud = RouteDraft(name="loud", condition=_LOUD, channels=(channel,), on_screen=False)
    add_route(here.viewer, here.tenant, loud, now=now)


async def check_storm(
    storm: Storm, bus: Bus, here: Installation, sink: WebhookSink, *, over_s: float
) -> None:
    """Live through it with a death after every stage, then in peace, and compare."""
    bootstrap_collect()
    tell(here, sink, storm.secret_key)
    blowing = asyncio.create_task(storm.blow(bus, over_s=over_s))
    for number, stage in enumerate(STAGES):
        assert await storm.live(stage, number=number, calls=3) == -signal.SIGKILL, stage
    await blowing
    assert await storm.live("none", number=len(STAGES)) == 0
    ended = [ask(question) for question in (_ALARMS, _OCCURRENCES, _INTENTS)]
    arrived = Counter(body["key"] for body in sink.bodies)
    sent = {row["dedupe"] for row in ask("SELECT dedupe FROM notify_message WHERE state = 'sent'")}
    states = {row["state"] for row in ask("SELECT DISTINCT state FROM notify_message")}
    assert states <= {"sent", "cancelled"}, "nothing is left, nothing failed"
    assert sent <= set(arrived), "each that counts as sent was sent"
    again = Counter(body["key"] for body in sink.bodies if body.get("may_be_repeat"))
    assert all(again[key] >= times - 1 for key, times in arrived.items()), "repeats say so"
    with transaction() as conn:
        conn.execute(_FORGET)
    assert await storm.live("none", number=len(STAGES)) == 0
    calm = [ask(question) for question in (_ALARMS, _OCCURRENCES, _INTENTS)]
    assert ended == calm
    assert len(ended[2]) > len(storm.batches) // 5


async def test_a_storm_in_which_every_stage_is_killed_ends_as_one_in_which_none_is(
    database_pool: str,
    nats: EmbeddedNats,
    bus: Bus,
    installation: Installation,
    sink: WebhookSink,
) -> None:
    storm = Storm(database_pool, nats, installation, 1_200)
    await check_storm(storm, bus, installation, sink, over_s=0)
