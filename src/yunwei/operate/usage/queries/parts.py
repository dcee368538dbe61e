"""Use and attempts told apart by department, pool, host, kind of client and so on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from yunwei.operate.usage.facts.use import Attempts, By, Failures, Part, Top
from yunwei.operate.usage.queries.ground import MOST_PARTS, Ground, in_ms, remembered
from yunwei.operate.usage.queries.numbering import name_part, name_parts, number_parts
from yunwei.operate.usage.queries.summaries import fetch_part_summaries, split_days
from yunwei.operate.usage.queries.use import fetch_began, fetch_use
from yunwei.operate.usage.rules.attempts import count_attempts, count_reasons
from yunwei.operate.usage.rules.summaries import PartSummary, join_parts, summarize_parts
from yunwei.operate.usage.store import door, frames

NAMED = frozenset({By.POOL, By.HOST, By.TENANT})
"""Parts whose key is nobody's name for them."""
_NOTHING = Attempts(part="", attempts=0, failures=0, reconnects=0, timed=0, p50_s=None, p95_s=None)


def fetch_attempts(ground: Ground, by: By = By.NOTHING) -> tuple[Attempts, ...]:
    """Return attempts to connect by what they are told apart by, most first; at most 1,000 parts.

    p50_s, p95_s: of first connections that became usable, interpolated between neighbours.
    """
    return remembered(ground, ("attempts", by), lambda: _attempts(ground, by))


def _attempts(ground: Ground, by: By) -> tuple[Attempts, ...]:
    began = fetch_began(ground)
    found = (
        Attempts(
            part=name_part(ground, by, each.part) if by else "",
            attempts=each.attempts,
            failures=each.failures,
            reconnects=each.reconnects,
            timed=each.timed,
            p50_s=each.p50_s,
            p95_s=each.p95_s,
        )
        for each in count_attempts(began, number_parts(ground, began, by))
    )
    return tuple(sorted(found, key=lambda each: (-each.attempts, each.part))[:MOST_PARTS])


def fetch_named_attempts(ground: Ground, by: By) -> tuple[tuple[str, Attempts], ...]:
    """Return attempts by what they are told apart by, each with its name for people."""
    names = name_parts(ground, by)
    return tuple((_name(names, by, each.part), each) for each in fetch_attempts(ground, by))


def fetch_all_attempts(ground: Ground) -> Attempts:
    """Return all attempts as one."""
    return next(iter(fetch_attempts(ground)), _NOTHING)


def fetch_failures(ground: Ground) -> tuple[Failures, ...]:
    """Return failed attempts by the source's reason, most first; at most 1,000 reasons."""
    return remembered(ground, "failures", lambda: _failures(ground))


def _failures(ground: Ground) -> tuple[Failures, ...]:
    found = (
        Failures(
            reason=frames.text_of(each.failure),
            attempts=each.attempts,
            users=each.users,
            last_at=door.from_ms(each.last_ms),
        )
        for each in count_reasons(fetch_began(ground))
    )
    return tuple(sorted(found, key=lambda each: (-each.attempts, each.reason))[:MOST_PARTS])


def fetch_parts(ground: Ground, by: By) -> tuple[Part, ...]:
    """Return use and attempts of each department, pool, kind of client and so on, the most used
    first. Of `By.HOUR` and `By.WEEKDAY` it is the use of connections that began in them.
    """
    return remembered(ground, ("parts", by), lambda: _parts(ground, by))


def _parts(ground: Ground, by: By) -> tuple[Part, ...]:
    names = name_parts(ground, by)
    used = {part.key: part for part in _used_parts(ground, by, names)}
    attempts = {each.part: each for each in fetch_attempts(ground, by)}
    ranked = sorted(used, key=lambda key: (-used[key].connected_s, key))[:MOST_PARTS]
    nothing = {
        key: Part(
            key=key,
            name=_name(names, by, key),
            users=0,
            connected_s=0.0,
            top=None,
            attempts=_NOTHING,
        )
        for key in attempts
    }
    return tuple(
        replace((nothing | used)[key], attempts=attempts.get(key, _NOTHING))
        for key in dict.fromkeys([*ranked, *attempts])
    )


def _used_parts(ground: Ground, by: By, names: Mapping[str, str]) -> Iterator[Part]:
    """Yield each part in which anybody was connected, without its attempts."""
    for each in _summarize(ground, by):
        key = name_part(ground, by, each.part) if by else ""
        yield Part(
            key=key,
            name=_name(names, by, key),
            users=len(each),
            connected_s=each.connected_ms / 1000,
            top=Top(count=each.most, at=door.from_ms(each.at_ms)) if each.most else None,
            attempts=_NOTHING,
        )


def _summarize(ground: Ground, by: By) -> Sequence[PartSummary]:
    spans = split_days(ground, *in_ms((ground.asked.from_at, ground.asked.to_at)))
    by_day = fetch_part_summaries(ground, by, spans)
    if by_day is None:
        return summarize_parts(fetch_use(ground).pieces(by))
    return join_parts(by_day)


def _name(names: Mapping[str, str], by: By, key: str) -> str:
    return names.get(key, "" if by in NAMED else key)
