"""Limits as people write them: `20/m; address 1/m 5/h 50/d`. Pure."""

import re
from collections.abc import Iterable, Iterator

from yunwei.base.core.errors import Invalid
from yunwei.monitor.notify.facts.buckets import Limit, Scope

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_ONE = re.compile(r"(\d{1,6})\s*/\s*(\d{0,5})\s*([smhd])")
_HOW = "write limits as 20/m; address 1/m 5/h 50/d (s, m, h, d; 30/5m is 30 in five minutes)"


def parse_limits(text: str, *, field: str = "limits") -> tuple[Limit, ...]:
    """Return the limits of a text, () for an empty one. Raises Invalid at `field`."""
    return tuple(limit for part in text.split(";") for limit in _parse_part(part.strip(), field))


def _parse_part(part: str, field: str) -> Iterator[Limit]:
    scope: Scope = "channel"
    if part.startswith("address"):
        scope, part = "address", part.removeprefix("address").strip()
    for word in part.replace(",", " ").split():
        found = _ONE.fullmatch(word)
        if found is None:
            raise Invalid(field, _HOW)
        limit = Limit(count=int(found[1]), per_s=int(found[2] or 1) * _UNITS[found[3]], scope=scope)
        if not limit.count or not limit.per_s or limit.per_s > 31 * 86_400:
            raise Invalid(field, _HOW)
        yield limit


def render_limits(limits: Iterable[Limit]) -> str:
    """Return what `parse_limits` reads as the same limits."""
    parts: dict[Scope, list[str]] = {"channel": [], "address": []}
    for limit in limits:
        parts[limit.scope].append(f"{limit.count}/{_render_period(limit.per_s)}")
    said = [" ".join(parts["channel"])] if parts["channel"] else []
    return "; ".join([*said, *(["address " + " ".join(parts["address"])] * bool(parts["address"]))])


def _render_period(per_s: int) -> str:
    unit = next(name for name in ("d", "h", "m", "s") if per_s % _UNITS[name] == 0)
    count = per_s // _UNITS[unit]
    return unit if count == 1 else f"{count}{unit}"
