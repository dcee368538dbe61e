"""A mask rule as SQL over the past, and as a question about what PostgreSQL knows. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from yunwei.base.core.calendar import Calendar
from yunwei.base.core.condition import SqlText, compile_condition, condition_to_sql
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.governance.facts.masks import MaskRule
from yunwei.monitor.simulation.rules.times_sql import times_to_sql
from yunwei.monitor.telemetry.rules.alarm_columns import COLUMNS
from yunwei.monitor.telemetry.rules.series import to_ms

type WouldTreat = Callable[[Mapping[str, Any], datetime], bool]


def build_match(
    rule: MaskRule, calendar: Calendar, within: Span, *, prefix: str, has_life: bool = False
) -> SqlText:
    """Return the test whether the rule would have treated a raw alarm.

    has_life: it holds only within its own life, as the other rules did; the rule that is tried is
    taken to have been there all the time. Raises Invalid when the past does not tell what its
    condition asks.
    """
    parts = [condition_to_sql(rule.matched, COLUMNS, prefix=f"{prefix}c")]
    if rule.times is not None:
        parts.append(times_to_sql(rule.times, calendar, within, prefix=f"{prefix}t"))
    if has_life:
        parts.append(_life(rule, prefix))
    return SqlText(
        text=f"({' AND '.join(part.text for part in parts)})",
        parameters={name: value for part in parts for name, value in part.parameters.items()},
    )


def _life(rule: MaskRule, prefix: str) -> SqlText:
    starts, ends = f"{prefix}_from", f"{prefix}_until"
    at = "toUnixTimestamp64Milli(received_at)"
    return SqlText(
        text=f"({at} >= {{{starts}:Int64}} AND {at} < {{{ends}:Int64}})",
        parameters={starts: to_ms(rule.starts_at), ends: to_ms(rule.expires_at)},
    )


def build_would_treat(rule: MaskRule, calendar: Calendar) -> WouldTreat:
    """Return the same question for a row that PostgreSQL knows, and its instant."""
    matches, times = compile_condition(rule.matched), rule.times

    def would_treat(row: Mapping[str, Any], at: datetime) -> bool:
        return matches(row) and (times is None or bool(times.holds(at, calendar)))

    return would_treat
