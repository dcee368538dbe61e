"""How long a mask rule takes that is tried on five million past alarms, beside twenty others."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.bench.conftest import Figures
from tests.support.alarms import START
from tests.support.governed import World
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.governance.actions.mask_rules import create_mask_rule
from yunwei.monitor.governance.facts.masks import MaskRuleDraft, RuleState
from yunwei.monitor.simulation import actions, jobs, queries

pytestmark = pytest.mark.bench

PAST = 5_000_000
DAYS = 30
OTHERS = 20
_AT_ONCE = 250_000

_HISTORY = """
INSERT INTO raw_alarms (tenant, source, received_at, id, native_id, act, alarm_type, managed_object,
                        qualifier, severity, text, event_at, verdict, alarm, raw, written_at)
SELECT {tenant:UInt64}, {source:UInt64}, at, toString(number), toString(number), 'raise',
       concat('type.', toString(cityHash64(number) % 400)),
       concat('/pool/p', toString(cityHash64(number, 1) % 60),
              '/desktop/D-', toString(cityHash64(number, 2) % 10000)),
       '', ['critical', 'major', 'minor', 'warning'][1 + cityHash64(number, 3) % 4],
       concat('desktop agent lost contact with broker ', toString(number % 97)),
       at, 'raised', 1 + number % 100000, map('category', toString(number % 7)), at
  FROM (SELECT number, fromUnixTimestamp64Milli(toInt64({until_ms:Int64}
               - (number * {step_ms:Int64}))) AS at FROM numbers({first:UInt64}, {count:UInt64}))
"""


RULE = {
    "all": [
        {"field": "alarm_type", "op": "in", "value": [f"type.{each}" for each in range(20)]},
        {"field": "managed_object", "op": "under", "value": "/pool/p7"},
        {"not": {"field": "severity", "op": "eq", "value": "critical"}},
        {"field": "text", "op": "contains", "value": "broker"},
    ]
}


def remember(clickhouse: ClickHouse, world: World) -> None:
    """Fill the last days, alarms as even as can be."""
    asked = {
        "tenant": world.viewer.tenant,
        "source": world.installation.source,
        "until_ms": int(world.clock.now().timestamp() * 1000) - 1,
        "step_ms": int(timedelta(days=DAYS).total_seconds() * 1000) // PAST,
        "count": _AT_ONCE,
    }
    for first in range(0, PAST, _AT_ONCE):
        clickhouse.command(_HISTORY, asked | {"first": first})


def add_others(world: World, draft: MaskRuleDraft) -> None:
    """Live rules to compare with."""
    now = world.clock.now()
    life = {"starts_at": now - timedelta(days=DAYS), "expires_at": now + timedelta(hours=1)}
    for each in range(OTHERS):
        about = {"field": "alarm_type", "op": "eq", "value": f"type.{each}"}
        other = replace(draft, name=f"rule {each}", condition=about, **life)
        create_mask_rule(world.viewer, world.viewer.tenant, other, now=now, state=RuleState.ACTIVE)


def test_five_million_past_alarms(world: World, clickhouse: ClickHouse, figures: Figures) -> None:
    world.clock.advance(START + timedelta(days=DAYS) - world.clock.now())
    now = world.clock.now()
    remember(clickhouse, world)
    draft = MaskRuleDraft(
        name="planned work",
        condition=RULE,
        reason="change",
        ticket="CHG-1",
        expires_at=now + timedelta(days=30),
    )
    add_others(world, draft)
    runner = jobs.Runner(world.clock, is_inline=True)
    id = actions.start_with_draft(world.viewer, world.viewer.tenant, draft, days=DAYS, now=now)
    began_s = time.perf_counter()
    runner.submit(world.viewer, id)
    took_s = time.perf_counter() - began_s
    found = queries.access_simulation(world.viewer, id)
    assert found.outcome is not None, found.error
    assert found.outcome.total > PAST * 0.99
    assert 1_000 < found.outcome.hidden < PAST / 100
    figures.check("simulation.5_million", took_s, "s")
