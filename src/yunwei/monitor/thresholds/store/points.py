"""The points that threshold rules judge: of telemetry's tables, and of inventory's starts."""

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId
from yunwei.base.core.metrics import Unit
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import load_statements, transaction
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.thresholds.facts import ObjectKey, Points, Side, ThresholdContent
from yunwei.monitor.thresholds.rules.measures import MEASURES
from yunwei.plugins.sdk.contract import Read

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
    nothing is left out. Of what is counted, a step in which the source was read and nothing
    happened is 0. Cost: one statement (two when filtered or counted), linear in the measurements.
    """
    measure = MEASURES[content.measure]
    asked = {"tenants": list(tenants), "step_ms": content.step_s * 1000, **_spans(spans)}
    if measure.starts:
        return _starts(content, tenants, spans, asked)
    if measure.connections:
        rows = _ask("points_of_connections", {**asked, "of": measure.connections})
        read = _read_steps(asked, Read.ACTIVITY)
        # of no attempt at all there is no share
        keys = [(source, "") for source in read] if measure.unit is Unit.COUNT else []
        return _fill(_build(rows), keys, read)
    of, by = (*measure.metrics, "")[:2]
    asked |= {"of": of, "by": by, "object_kind": content.at.value, "reduce": content.reduce.value}
    wanted = _filter(content, is_filtered=is_filtered)
    points = _build(_ask("points_of_metric", {**asked, **wanted}))
    if not wanted["is_filtered"]:
        return points
    heard = _ask("heard_of_metric", asked)
    return replace(points, heard={row["source"]: frozenset(row["places"]) for row in heard})


def _starts(
    content: ThresholdContent,
    tenants: Sequence[int],
    spans: Sequence[Span],
    asked: Mapping[str, Any],
) -> Points:
    """Return starts by the minute, of every object of the kind."""
    with transaction() as conn:
        rows = inventory.system_starts(conn, content.at, tenants, spans, step_s=content.step_s)
        seen = inventory.system_measured(conn, content.at, tenants)
    values: defaultdict[ObjectKey, dict[int, float]] = defaultdict(dict)
    for each in rows:
        values[each.source, each.object_id][each.place] = each.starts * 60 / content.step_s
    counted = Points(values=values, heard={})
    keys = [(each.source, each.native_id) for each in seen]
    return _fill(counted, keys, _read_steps(asked, Read.INVENTORY))


def _read_steps(asked: Mapping[str, Any], read: Read) -> dict[SourceId, frozenset[int]]:
    wanted = ("tenants", "step_ms", "from_ms", "to_ms", "froms", "tos")
    rows = _ask("read_steps", {"read": read.value} | {name: asked[name] for name in wanted})
    return {SourceId(row["source"]): frozenset(row["places"]) for row in rows}


def _fill(
    counted: Points, keys: Iterable[ObjectKey], read: Mapping[SourceId, frozenset[int]]
) -> Points:
    """Return counts with 0 for each step in which the source was read and nothing of the object
    was counted. keys: of these objects. What is 0 is held once for all objects of a source."""
    nothing = {source: dict.fromkeys(places, 0.0) for source, places in read.items()}
    values = dict(counted.values) | {
        key: ChainMap(dict(counted.values.get(key, {})), nothing.get(key[0], {})) for key in keys
    }
    sources = {*counted.heard, *read}
    heard = {
        source: counted.heard.get(source, frozenset()) | read.get(source, frozenset())
        for source in sources
    }
    return Points(values=values, heard=heard)


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
    if measure.connections or measure.starts:
        return ()
    asked = {
        "tenants": list(tenants),
        "of": measure.metrics[0],
        "object_kind": content.at.value,
        "from_ms": int(span[0] * 1000),
        "to_ms": int(span[1] * 1000),
    }
    return tuple((row["day"], row["count"]) for row in _ask("count_points", asked))
