"""Questions about noise that others may ask."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.condition import Condition, compile_condition
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.noise import store
from yunwei.operate.noise.facts import (
    Funnel,
    Interrupted,
    Lasting,
    NoiseFigures,
    NoiseStep,
    Quieted,
    Standing,
    Talker,
    Unmapped,
)
from yunwei.operate.noise.rules import OCCURRENCE_FIELDS

_BY_HOUR = timedelta(days=2)


def fetch_noise(
    viewer: Viewer, since: datetime, until: datetime, *, only: Condition | None = None
) -> NoiseFigures:
    """Return the figures of a stretch of time for what the viewer sees.

    only: over `OCCURRENCE_FIELDS`, of the alarms that count, None for all. Situations count with
    the alarm at their root. Cost: linear in the occurrences and messages of the time.
    """
    require(viewer, Permission.SEE_RULES)
    asked: dict[str, Any] = {
        "tenants": list(viewer.tenants),
        "since": since,
        "until": until,
        "time_zone": viewer.time_zone,
    }
    with transaction() as conn:
        asked["only"] = _choose(conn, asked, only)
        [funnel] = store.fetch(conn, "funnel", asked, Funnel)
        [acknowledged] = store.fetch(conn, "acknowledged", asked, Lasting)
        standing = store.fetch_rows(conn, "standing", asked)
        return NoiseFigures(
            funnel=funnel,
            by_stage=_with_ratio(store.fetch(conn, "by_stage", asked, Quieted), funnel),
            by_rule=_with_ratio(store.fetch(conn, "by_rule", asked, Quieted), funnel),
            acknowledged=acknowledged,
            cleared=store.fetch(conn, "cleared", asked, Lasting),
            people=store.fetch(conn, "people", asked, Interrupted),
            talkers=store.fetch(conn, "talkers", asked, Talker),
            standing=store.fetch(conn, "standing", asked, Standing),
            standing_total=standing[0]["total"] if standing else 0,
            unmapped=store.fetch(conn, "unmapped", asked, Unmapped),
        )


def _with_ratio(found: tuple[Quieted, ...], funnel: Funnel) -> tuple[Quieted, ...]:
    whole = funnel.in_time
    return tuple(
        replace(each, ratio=min(1.0, each.occurrences / whole) if whole else None) for each in found
    )


def _choose(conn: Connection, asked: dict[str, Any], only: Condition | None) -> list[int] | None:
    """Return which occurrences a condition means, None for all."""
    if only is None:
        return None
    is_meant = compile_condition(only, fields=OCCURRENCE_FIELDS)
    return [row["id"] for row in store.fetch_rows(conn, "chosen", asked) if is_meant(row)]


def fetch_noise_over_time(
    viewer: Viewer, since: datetime, until: datetime, *, only: Condition | None = None
) -> tuple[NoiseStep, ...]:
    """Return what began in each hour, or in each day of a longer time, and what of it was told."""
    require(viewer, Permission.SEE_RULES)
    asked: dict[str, Any] = {
        "tenants": list(viewer.tenants),
        "since": since,
        "until": until,
        "time_zone": viewer.time_zone,
        "step": "hour" if until - since <= _BY_HOUR else "day",
    }
    with transaction() as conn:
        asked["only"] = _choose(conn, asked, only)
        return store.fetch(conn, "over_time", asked, NoiseStep)
