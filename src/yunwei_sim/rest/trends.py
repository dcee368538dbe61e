"""The general metric questions: sums over a window, and their course. Paths /statistics/metrics.

Neither the metric names nor the dimensions of these two operations are published. Answered here are
the names that other operations document, over the whole project or for one desktop
(`dim.0=instance_id,<id>`).
"""

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.errors import invalid, not_found
from yunwei_sim.rest.parameters import Query, required_window
from yunwei_sim.world import calendar
from yunwei_sim.world.performance import METRICS
from yunwei_sim.world.rows import Rows, succeeded

type Metric = dict[str, object]
type Path = dict[str, str]

STEPS_S = {"MIN": 60, "5MIN": 300, "HOUR": 3600, "DAY": calendar.DAY_S}
COUNTS = ("user_login_count", "user_login_success_count", "user_login_fail_count")
TIMES = ("user_usage", "desktop_usage")
MOST_POINTS = 2000


def list_metrics(cloud: Cloud, query: Query, path: Path) -> list[Metric]:
    """GET /statistics/metrics (ListMetrics): one value per metric over the window."""
    from_s, to_s = required_window(query)
    query.choice("period", ["DAY", "HOUR"])
    return _values(cloud, _names(query), _desktop(cloud, query), (from_s, to_s))


def list_trend(cloud: Cloud, query: Query, path: Path) -> list[dict[str, object]]:
    """GET /statistics/metrics/trend (ListMetricsTrend): one value per metric and period."""
    from_s, to_s = required_window(query)
    step_s = STEPS_S[query.choice("period", STEPS_S) or "DAY"]
    names, desktop = _names(query), _desktop(cloud, query)
    begins = range(from_s // step_s * step_s, min(to_s, cloud.world.at_s) + 1, step_s)
    if len(begins) > MOST_POINTS:
        raise invalid("period", f"more than {MOST_POINTS} points")
    return [
        {
            "time": calendar.iso_utc(begin_s),
            "metrics": _values(cloud, names, desktop, (begin_s, begin_s + step_s - 1)),
        }
        for begin_s in begins
    ]


def _names(query: Query) -> list[str]:
    names = query.choices("metric_names", (*COUNTS, *TIMES, *METRICS))
    if not names:
        raise invalid("metric_names", "required")
    return names


def _desktop(cloud: Cloud, query: Query) -> int | None:
    # The documents write `dim.0=key,value`; the SDK can only send `dim=key,value`.
    given = query.text("dim.0") or query.text("dim")
    if given is None:
        return None
    key, _, value = given.removeprefix("dim.0=").partition(",")
    if key != "instance_id":
        raise invalid("dim", "the only dimension is instance_id")
    number = cloud.world.fleet.number_of.get(value)
    if number is None:
        raise not_found("desktop", value)
    return number


def _values(
    cloud: Cloud, names: list[str], desktop: int | None, window: tuple[int, int]
) -> list[Metric]:
    from_s, to_s = window[0], min(window[1], cloud.world.at_s)
    rows = cloud.world.ledger.starting(from_s - calendar.DAY_S, to_s)
    if desktop is not None:
        rows = rows[rows["desktop"] == desktop]
    found = []
    for name in names:
        value = _value(cloud, name, desktop, rows, (from_s, to_s))
        if value is not None:
            found.append({"metric_name": name, "metric_value": value})
    return found


def _value(
    cloud: Cloud, name: str, desktop: int | None, rows: Rows, window: tuple[int, int]
) -> float | None:
    from_s, to_s = window
    if name in METRICS:
        if desktop is None:
            raise invalid("dim", f"{name} needs dim.0=instance_id")
        values = cloud.gauge.measure(desktop, from_s, to_s).values[name]
        return round(float(values.mean()), 2) if len(values) else None
    if name in TIMES:
        spans = np.minimum(rows["end"], to_s) - np.maximum(rows["setup"], from_s)
        return float(np.maximum(spans[succeeded(rows)], 0).sum())
    begun = rows[rows["start"] >= from_s]
    worked = int(succeeded(begun).sum())
    counts = (len(begun), worked, len(begun) - worked)
    return float(counts[COUNTS.index(name)])
