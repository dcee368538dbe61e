"""What an evaluation of a threshold rule costs at 10,000 desktops, and its trial on a day."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.bench.conftest import Figures
from tests.support.alarms import Installation
from yunwei.base.core.ids import SourceId
from yunwei.base.core.metrics import At
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
    ReadingPage,
)
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.facts import RowBatch
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.thresholds.actions import evaluating
from yunwei.monitor.thresholds.actions import rules as actions
from yunwei.monitor.thresholds.facts import Level, ThresholdContent, ThresholdDraft
from yunwei.monitor.thresholds.queries.trials import try_rule
from yunwei.plugins.sdk.contract import Read

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 23, 6, 2, tzinfo=UTC)
DESKTOPS = 10_000
STEP_MS = 300_000
CPU = ThresholdContent(
    measure="desktop.cpu",
    at=At.DESKTOP,
    levels=(Level(severity=Severity.MAJOR, raise_at=0.95, clear_at=0.9),),
)


def has_desktops(here: Installation) -> None:
    poll = Poll(
        source=here.source, tenant=here.tenant, source_name="cloud", connector="x",
        read=Read.INVENTORY, started_at=NOW,
    )  # fmt: skip
    desktops = tuple(
        DesktopSeen(
            native_id=f"d{number}",
            name=f"PC-{number}",
            kind=DesktopKind.POOLED,
            state=DesktopState.RUNNING if number % 10 else DesktopState.STOPPED,
            login_state=LoginState.READY,
            pool=f"p{number % 40}",
        )
        for number in range(DESKTOPS)
    )
    with transaction() as conn:
        inventory.apply_page(conn, poll, ReadingPage(readings=desktops, read_at=NOW))


def writes(door: ClickHouse, here: Installation, start: datetime, steps: int) -> None:
    """One value of each desktop each five minutes; one in a hundred is beyond."""
    first = int(start.timestamp() * 1000)
    for step in range(steps):
        columns = {
            "object_id": [f"d{number}" for number in range(DESKTOPS)],
            "value": [
                0.97 if (number * 7 + step // 9) % 100 == 0 else (number * 37 + step) % 90 / 100
                for number in range(DESKTOPS)
            ],
            "at": [first + step * STEP_MS] * DESKTOPS,
        }
        constants = {
            "tenant": int(here.tenant), "source": int(here.source), "metric": "desktop.cpu",
            "object_kind": "desktop", "written_at": first,
        }  # fmt: skip
        batch = RowBatch(table="observations", constants=constants, columns=columns)
        store.insert(door, TABLES["observations"], [batch])


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def evaluate(now: datetime) -> evaluating.Evaluated:
    *_, rule = sorted(evaluating.system_claim_due(now=now), key=lambda each: each.id)
    found = evaluating.system_evaluate(rule, internal=SourceId(1), now=now)
    assert evaluating.system_keep(found)
    return found


USUAL = replace(CPU, is_usual=True, levels=(replace(CPU.levels[0], raise_at=8.0, clear_at=4.0),))


def test_an_evaluation_of_ten_thousand_desktops(
    installation: Installation, clickhouse: ClickHouse, figures: Figures
) -> None:
    has_desktops(installation)
    writes(clickhouse, installation, NOW - timedelta(days=1), 300)
    viewer, tenant = installation.viewer, installation.tenant
    for name, content in (("fixed", CPU), ("usual", USUAL)):
        draft = ThresholdDraft(name=name, content=content)
        rule = actions.create_rule(viewer, tenant, draft, now=NOW)
        evaluate(NOW)
        took_s = timed(lambda: evaluate(NOW + timedelta(minutes=5)))
        figures.check(f"thresholds.{name}.evaluation", took_s, "s")
        actions.switch_rule(viewer, rule, is_enabled=False, now=NOW)
    took_s = timed(lambda: try_rule(viewer, tenant, CPU, days=1, now=NOW))
    figures.check("thresholds.trial_of_a_day", took_s, "s")
