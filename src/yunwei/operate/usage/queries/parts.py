"""Use and attempts told apart by department, pool and kind of client."""

from collections.abc import Mapping
from datetime import timedelta

from yunwei.base.core.page import PageRequest
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage import store
from yunwei.operate.usage.facts import Attempts, By, Failures, Part, Top
from yunwei.operate.usage.queries.ground import MOST_PARTS, Ground, ask, parameters

_POOLS = PageRequest(limit=1000)
_NOTHING = Attempts(part="", attempts=0, failures=0, reconnects=0, timed=0, p50_s=None, p95_s=None)


def fetch_attempts(ground: Ground, by: By = By.NOTHING) -> tuple[Attempts, ...]:
    """Return attempts to connect by what they are told apart by, most first; at most 200 parts.

    p50_s, p95_s: of first connections that became usable, interpolated between neighbours.
    """
    told = parameters(ground, by=by, limit=MOST_PARTS) | {"before_ms": 0}
    return tuple(
        Attempts(
            part=row["part"],
            attempts=row["attempts"],
            failures=row["failures"],
            reconnects=row["reconnects"],
            timed=row["timed"],
            p50_s=row["p50_s"] if row["timed"] else None,
            p95_s=row["p95_s"] if row["timed"] else None,
        )
        for row in ask(ground, "attempts", told)
    )


def fetch_all_attempts(ground: Ground) -> Attempts:
    """Return all attempts as one."""
    return next(iter(fetch_attempts(ground)), _NOTHING)


def fetch_failures(ground: Ground) -> tuple[Failures, ...]:
    """Return failed attempts by the source's reason, most first; at most 200 reasons."""
    told = parameters(ground, limit=MOST_PARTS) | {"before_ms": 0}
    return tuple(
        Failures(
            reason=row["reason"],
            attempts=row["attempts"],
            users=row["users"],
            last_at=store.from_ms(row["last_ms"]),
        )
        for row in ask(ground, "failures", told)
    )


def fetch_parts(ground: Ground, by: By) -> tuple[Part, ...]:
    """Return use and attempts of each department, pool or kind of client, the most used first.

    Department and pool are those that the source says now.
    """
    times = ask(ground, "part_times", parameters(ground, by=by, limit=MOST_PARTS))
    used = {row["part"]: row for row in times}
    tops = _fetch_tops(ground, by)
    attempts = {each.part: each for each in fetch_attempts(ground, by)}
    names = _names(ground, by)
    return tuple(
        Part(
            key=key,
            name=names.get(key, "" if by is By.POOL else key),
            users=used[key]["users"] if key in used else 0,
            connected_s=used[key]["connected_ms"] / 1000 if key in used else 0.0,
            top=tops.get(key),
            attempts=attempts.get(key, _NOTHING),
        )
        for key in dict.fromkeys([*used, *attempts])
    )


def _fetch_tops(ground: Ground, by: By) -> dict[str, Top]:
    asked = ground.asked
    whole_ms = store.to_ms(asked.to_at) - store.to_ms(asked.from_at)
    rows = ask(ground, "concurrency", parameters(ground, by=by, step_ms=whole_ms))
    return {
        row["part"]: Top(
            count=row["highest"], at=asked.from_at + timedelta(milliseconds=row["highest_ms"])
        )
        for row in rows
        if row["highest"]
    }


def _names(ground: Ground, by: By) -> Mapping[str, str]:
    if by is not By.POOL:
        return {}
    found = inventory.fetch_pools(ground.viewer, {"gone": "with"}, _POOLS).items
    return {f"{row.source}:{row.native_id}": row.name for row in found}
