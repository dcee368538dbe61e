"""Alarms under mask rules beside Prometheus Alertmanager under as many silences, in one run.

The same alarms, rules and silences of the same shape: each names one object and one type; one
alarm in a hundred is meant by one. Ours are committed to a PostgreSQL that syncs and each tells
one person; Alertmanager holds its in memory and tells groups of them to a webhook.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bench.conftest import Figures
from tests.support.alarms import START, build_raw
from tests.support.alertmanager import Alertmanager, run_alertmanager
from tests.support.governing import BATCH, Bench, Cost
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.infra.postgres import cursor, to_json, transaction

pytestmark = pytest.mark.bench

ALARMS = 10 * BATCH
POOLS = 20
TYPES = ("desktop.unreachable", "desktop.disk_full", "session.login_failed", "desktop.agent_away")
MEANT_OF = 100


@dataclass(frozen=True, kw_only=True)
class Place:
    """What an alarm, a rule or a silence of a number is about."""

    pool: str
    object: str
    type: str


def place(number: int) -> Place:
    pool = f"pool-{number % POOLS}"
    return Place(
        pool=pool, object=f"/pool/{pool}/desktop/D-{number}", type=TYPES[number % len(TYPES)]
    )


def meant(rules: int) -> list[Place]:
    """Return what each of the rules is about: first each hundredth alarm, then nobody's."""
    hit = [place(number) for number in range(0, ALARMS, MEANT_OF)]
    missed = [place(ALARMS + number) for number in range(rules)]
    return (hit + missed)[:rules]


def build_alarms() -> list[RawAlarm]:
    return [
        build_raw(managed_object=at.object, alarm_type=at.type, text=f"{at.object} is away")
        for at in map(place, range(ALARMS))
    ]


def build_labels(at: Place) -> Mapping[str, str]:
    return {
        "alertname": at.type,
        "pool": at.pool,
        "object": at.object,
        "severity": "major",
        "text": f"{at.object} is away",
    }


def write_rules(bench: Bench, places: Sequence[Place]) -> None:
    """Write active mask rules, many at a time."""
    conditions = [
        to_json(
            {
                "all": [
                    {"field": "managed_object", "op": "eq", "value": at.object},
                    {"field": "alarm_type", "op": "eq", "value": at.type},
                ]
            }
        )
        for at in places
    ]
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(
            "INSERT INTO governance_maskrule (tenant_id, state, name, condition, effect,"
            " starts_at, expires_at, reason, owner, changed_at)"
            " SELECT %(tenant)s, 'active', 'rule ' || place, told::jsonb, 'hide', %(since)s,"
            " %(until)s, 'measured', 'olga', %(since)s"
            " FROM unnest(%(conditions)s::text[]) WITH ORDINALITY AS r (told, place)",
            {
                "tenant": bench.installation.tenant,
                "conditions": conditions,
                "since": START - timedelta(days=1),
                "until": START + timedelta(days=1),
            },
        )


@pytest.mark.parametrize("rules", [0, 1_000, 10_000])
def test_governed_under_mask_rules(bench: Bench, figures: Figures, rules: int) -> None:
    write_rules(bench, meant(rules))
    bench.reports([build_raw(managed_object="/host/warm-again")])
    bench.govern_all()  # the rules are read and compiled once
    alarms = build_alarms()
    for start in range(0, ALARMS, BATCH):
        bench.reports(alarms[start : start + BATCH])
    cost = bench.govern_all()
    hidden = bench.hidden()
    assert hidden == (ALARMS // MEANT_OF + 1 if rules else 0)
    _keep(figures, f"masks.ours.{rules}_rules", cost)


@pytest.mark.parametrize("silences", [0, 1_000, 5_000, 10_000])
async def test_alertmanager_under_silences(tmp_path: Path, figures: Figures, silences: int) -> None:
    async with run_alertmanager(tmp_path) as peer:
        await _silence(peer, meant(silences))
        labels = [build_labels(place(number)) for number in range(ALARMS)]
        muted = len(range(0, ALARMS, MEANT_OF)) if silences else 0
        before_s, began_s = peer.cpu_s, time.perf_counter()
        for start in range(0, ALARMS, BATCH):
            await peer.post(labels[start : start + BATCH])
        accepted_s = time.perf_counter() - began_s
        await peer.told.holds(ALARMS - muted)
        cost_us = (peer.cpu_s - before_s) / ALARMS * 1e6
    figures.add(f"masks.alertmanager.{silences}_silences.accepted", ALARMS / accepted_s, "alerts/s")
    figures.add(f"masks.alertmanager.{silences}_silences.cpu", cost_us, "us each")


async def _silence(peer: Alertmanager, places: Sequence[Place]) -> None:
    for start in range(0, len(places), 8):
        await asyncio.gather(
            *(
                peer.silence({"object": at.object, "alertname": at.type})
                for at in places[start : start + 8]
            )
        )


def test_cpu_beside_alertmanager(figures: Figures) -> None:
    """What 10,000 mask rules cost us, as a part of what silences cost Alertmanager."""
    ours = figures.value("masks.ours.10000_rules.cpu")
    for silences in (1_000, 10_000):
        theirs = figures.value(f"masks.alertmanager.{silences}_silences.cpu")
        figures.add(f"masks.ours_10000_rules.of_{silences}_silences", ours / theirs, "of theirs")


def _keep(figures: Figures, name: str, cost: Cost) -> None:
    figures.add(f"{name}.own_cpu", cost.own_us, "us each")
    figures.add(f"{name}.database_cpu", cost.database_us, "us each")
    figures.add(f"{name}.cpu", cost.own_us + cost.database_us, "us each")
    figures.add(f"{name}.governed", cost.per_second, "alarms/s")
