"""Rows of trials to facts and back."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from yunwei.base.core.ids import TenantId, ThresholdRuleId
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.thresholds.facts import ThresholdContent, Trial, TrialRecord, TrialState

SQL = load_statements("yunwei.monitor.thresholds", "trials")


def add_trial(
    conn: Connection,
    tenant: TenantId,
    content: ThresholdContent,
    *,
    rule: ThresholdRuleId | None,
    days: int,
    by: str,
    now: datetime,
) -> int:
    told = {
        "tenant": tenant,
        "rule": rule,
        "content": to_json(content),
        "days": days,
        "by": by,
        "now": now,
    }
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_trial"], told).fetchone()
    assert row is not None  # noqa: S101  RETURNING of one INSERT
    return int(row["id"])


def fetch_trial(conn: Connection, id: int, tenants: Sequence[int]) -> TrialRecord | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["fetch_trial"], {"id": id, "tenants": list(tenants)}).fetchone()
    return msgspec.convert(row, TrialRecord, strict=False) if row else None


def touch(conn: Connection, id: int, progress: float, now: datetime) -> bool:
    """Note how far it has come; False when somebody gave it up."""
    told = {"id": id, "progress": progress, "now": now}
    with cursor(conn) as opened:
        return opened.execute(SQL["touch_trial"], told).fetchone() is not None


def finish(
    conn: Connection,
    id: int,
    state: TrialState,
    *,
    now: datetime,
    trial: Trial | None = None,
    error: str = "",
) -> bool:
    """Write how it ended; False when it had ended already."""
    told = {
        "id": id,
        "state": state.value,
        "trial": to_json(trial) if trial else None,
        "error": error[:500],
        "now": now,
    }
    with cursor(conn) as opened:
        return opened.execute(SQL["finish_trial"], told).fetchone() is not None


def tidy(
    conn: Connection, tenant: int, *, now: datetime, lost_before: datetime, old_before: datetime
) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["give_up_lost_trials"], {"now": now, "before": lost_before})
        opened.execute(SQL["forget_old_trials"], {"tenant": tenant, "before": old_before})
