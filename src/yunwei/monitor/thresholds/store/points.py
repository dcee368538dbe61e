"""The points that threshold rules judge, from ClickHouse. Reads telemetry's tables only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import load_statements
from yunwei.monitor.thresholds.facts import ObjectKey, Points, Side, ThresholdContent
from yunwei.monitor.thresholds.rules.measures import MEASURES

SQL = load_statements("yunwei.monitor.thresholds", "points")
_FAR = 1e300

type Span = tuple[float, float]
"""(from, until) in seconds since 1970"""


class _Door:
    """This process's ClickHouse, once `use` said which."""

    opened: ClickHouse | None = None


def use(door: ClickHouse | None) -> None:
    _Door.opened = door


def _ask(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    if _Door.opened is None:
        raise EngineAway("ClickHouse is not open in this process")
    return _Door.opened.query(SQL[statement], parameters)


def fetch_points(
    content: ThresholdContent,
    tenants: Sequence[int],
    spans: Sequence[Span],
    *,
    is_filtered: bool = False,
) -> Points:
    """Return what was measured of every object within some spans; raises EngineAway.

    is_filtered: leave out objects that never were beyond the first level; of a rule by the usual
    nothing is left out. Cost: one statement (two when filtered), linear in the measurements.
    """
    measure = MEASURES[content.measure]
    asked = {"tenants": list(tenants), "step_ms": content.step_s * 1000, **_spans(spans)}
    if measure.connections:
        rows = _ask("points_of_connections", {**asked, "of": measure.connections})
        return _build(rows)
    of, by = (*measure.metrics, "")[:2]
    asked |= {"of": of, "by": by, "object_kind": content.at.value, "reduce": content.reduce.value}
    wanted = _filter(content, is_filtered=is_filtered)
    points = _build(_ask("points_of_metric", {**asked, **wanted}))
    if not wanted["is_filtered"]:
        return points
    heard = _ask("heard_of_metric", asked)
    return replace(points, heard={row["source"]: frozenset(row["places"]) for row in heard})


def _spans(spans: Sequence[Span]) -> dict[str, Any]:
    froms = [int(each[0] * 1000) for each in spans]
    tos = [int(each[1] * 1000) for each in spans]
    return {"froms": froms, "tos": tos, "from_ms": min(froms), "to_ms": max(tos)}


def _filter(content: ThresholdContent, *, is_filtered: bool) -> dict[str, Any]:
    at_least, at_most = _FAR, -_FAR
    mildest = content.levels[0].raise_at if content.levels else 0.0
    if content.side is Side.BELOW:
        at_most = mildest
    else:
        at_least = mildest
    is_wanted = is_filtered and not content.is_usual
    return {"is_filtered": int(is_wanted), "at_least": at_least, "at_most": at_most}


def _build(rows: Iterable[Mapping[str, Any]]) -> Points:
    values: dict[ObjectKey, Mapping[int, float]] = {}
    heard: defaultdict[SourceId, set[int]] = defaultdict(set)
    for row in rows:
        source = SourceId(row["source"])
        values[source, row["object_id"]] = dict(zip(row["places"], row["levels"], strict=True))
        heard[source].update(row["places"])
    return Points(
        values=values, heard={source: frozenset(places) for source, places in heard.items()}
    )


def count_by_day(
    content: ThresholdContent, tenants: Sequence[int], span: Span
) -> tuple[tuple[int, int], ...]:
    """Return (day since 1970, measurements), newest first."""
    measure = MEASURES[content.measure]
    if measure.connections:
        return ()
    asked = {
        "tenants": list(tenants),
        "of": measure.metrics[0],
        "object_kind": content.at.value,
        "from_ms": int(span[0] * 1000),
        "to_ms": int(span[1] * 1000),
    }
    return tuple((row["day"], row["count"]) for row in _ask("count_points", asked))
