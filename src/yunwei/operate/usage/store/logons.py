"""Logons and their stages: by columns for figures, one by one for those that are looked at."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.postgres import load_statements
from yunwei.operate.usage.facts.use import Logon, LogonStage
from yunwei.operate.usage.rules.logons import Stages, order_stages
from yunwei.operate.usage.store import door, frames

SQL = load_statements("yunwei.operate.usage", "logons")


def fetch_stages(tenants: Sequence[TenantId], from_ms: int, to_ms: int) -> Stages:
    """Return all stages of logons that began in a stretch of time; raises EngineAway."""
    asked = {"tenants": [*tenants], "from_ms": from_ms, "to_ms": to_ms}
    rows = door.ask_arrow(SQL["stages"], asked).unify_dictionaries()
    words, which = frames.words_of(rows, "stage")
    return Stages(
        source=rows["source"].to_numpy(),
        started=rows["started"].to_numpy(),
        session=rows["session"].to_numpy(),
        stage=which,
        names=tuple(words),
        seconds=rows["seconds"].to_numpy(),
        has_failed=rows["has_failed"].to_numpy().astype(np.bool_),
    )


def fetch_attempts(
    tenants: Sequence[TenantId], sessions: Sequence[tuple[int, int, int]]
) -> dict[tuple[int, int, int], Logon]:
    """Return attempts by (source, when it began, number of its id)."""
    if not sessions:
        return {}
    asked = {
        "tenants": [*tenants],
        "started": [started for _, started, _ in sessions],
        "sessions": [session for _, _, session in sessions],
    }
    rows = door.ask(SQL["attempts"], asked)
    built = _build(tenants, rows)
    return {
        (int(logon.source), door.to_ms(logon.started_at), row["session"]): logon
        for row, logon in zip(rows, built, strict=True)
    }


def fetch_attempt(
    tenants: Sequence[TenantId], source: int, started_ms: int, native_id: str
) -> Logon | None:
    """Return one attempt, None when there is none (of these tenants)."""
    asked = {
        "tenants": [*tenants],
        "source": source,
        "started_ms": started_ms,
        "id": native_id,
    }
    return next(iter(_build(tenants, door.ask(SQL["attempt"], asked))), None)


def _build(tenants: Sequence[TenantId], rows: Sequence[Mapping[str, Any]]) -> list[Logon]:
    """Return attempts with their stages."""
    if not rows:
        return []
    asked = {
        "tenants": [*tenants],
        "started": [door.to_ms(row["started_at"]) for row in rows],
        "ids": [row["native_id"] for row in rows],
    }
    stages: dict[tuple[int, str], list[LogonStage]] = {}
    for told in door.ask(SQL["stages_of_attempts"], asked):
        began = door.from_ms(told["began_ms"]) if told["began_ms"] else None
        stages.setdefault((told["source"], told["native_id"]), []).append(
            LogonStage(
                name=told["stage"],
                seconds=told["seconds"],
                began_at=began,
                has_failed=told["has_failed"],
            )
        )
    return [
        Logon(
            source=SourceId(row["source"]),
            native_id=row["native_id"],
            login=row["login"],
            desktop=row["desktop"],
            desktop_name=row["desktop_name"],
            started_at=row["started_at"],
            setup_at=row["setup_at"],
            ended_at=row["ended_at"],
            is_reconnect=row["is_reconnect"],
            failure=row["failure"],
            rtt_s=row["rtt_s"],
            client_type=row["client_type"],
            client_name=row["client_name"],
            client_ip=row["client_ip"],
            client_version=row["client_version"],
            stages=order_stages(stages.get((row["source"], row["native_id"]), [])),
        )
        for row in rows
    ]
