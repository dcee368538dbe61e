"""Logons and their stages: by columns for figures, one by one for those that are looked at."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.postgres import load_statements
from yunwei.operate.usage.facts.use import Logon, LogonStage
from yunwei.operate.usage.rules.logons import STAGE_COLUMNS, Stages, order_stages
from yunwei.operate.usage.store import door, frames
from yunwei.operate.usage.store.prints import DAY_MS, days_of, tell_stage_prints

SQL = load_statements("yunwei.operate.usage", "logons")
_MOST_KEPT = 2_500_000
"""Stages that are kept between questions: about 90 MB."""

_lock = threading.Lock()
_kept: dict[tuple[int, int], tuple[tuple[int, int], Stages]] = {}
"""By tenant and day (of UTC), with the print; the day used longest ago stands first."""
_names = frames.Words()
door.at_change(_kept.clear)


def fetch_stages(tenants: Sequence[TenantId], from_ms: int, to_ms: int) -> Stages:
    """Return all stages of logons that began in a stretch of time; raises EngineAway."""
    asked = {"tenants": [*tenants], "from_ms": from_ms, "to_ms": to_ms}
    rows = door.ask_arrow(SQL["stages"], asked).unify_dictionaries()
    words, which = frames.words_of(rows, "stage")
    stage = np.array([_names.number(word) for word in words], dtype=np.int32)[which]
    return Stages(
        source=rows["source"].to_numpy(),
        started=rows["started"].to_numpy(),
        session=rows["session"].to_numpy(),
        stage=stage,
        names=tuple(_names.words),
        seconds=rows["seconds"].to_numpy(),
        has_failed=rows["has_failed"].to_numpy().astype(np.bool_),
    )


def fetch_days_of_stages(tenants: Sequence[TenantId], from_ms: int, to_ms: int) -> Stages:
    """Return the same of many days, each of which is kept until a row of it changes."""
    days = days_of(from_ms, to_ms)
    with _lock:
        prints = tell_stage_prints(tenants, days)
        for tenant, day in [key for key, told in prints.items() if _print_of(key) != told]:
            read = fetch_stages([TenantId(tenant)], day * DAY_MS, (day + 1) * DAY_MS)
            _kept[tenant, day] = prints[tenant, day], read
        found = []
        for key in sorted(prints):
            _kept[key] = _kept.pop(key)
            found.append(_within(_kept[key][1], from_ms, to_ms))
        _forget_oldest()
    return _join(found)


def _print_of(key: tuple[int, int]) -> tuple[int, int] | None:
    return _kept[key][0] if key in _kept else None


def _within(stages: Stages, from_ms: int, to_ms: int) -> Stages:
    """Return what of a day is of a stretch of time: of most days all, which is not copied."""
    is_inside = (stages.started >= from_ms) & (stages.started < to_ms)
    return stages if is_inside.all() else stages.take(is_inside)


def _join(parts: Sequence[Stages]) -> Stages:
    whole = [_EMPTY, *parts]
    columns = {
        name: np.concatenate([getattr(each, name) for each in whole]) for name in STAGE_COLUMNS
    }
    return Stages(**columns, names=tuple(_names.words))


_EMPTY = Stages(
    source=np.zeros(0, np.int64),
    started=np.zeros(0, np.int64),
    session=np.zeros(0, np.uint64),
    stage=np.zeros(0, np.int32),
    names=(),
    seconds=np.zeros(0, np.float64),
    has_failed=np.zeros(0, np.bool_),
)


def _forget_oldest() -> None:
    held = sum(len(stages.started) for _, stages in _kept.values())
    for key in [*_kept]:
        if held <= _MOST_KEPT:
            break
        held -= len(_kept.pop(key)[1].started)


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
