"""What became of findings since the inspection before. Pure."""

from collections.abc import Iterator

from yunwei.operate.inspection.facts.inspections import (
    Change,
    Differing,
    Found,
    Inspected,
    Level,
    Result,
)

NOTEWORTHY = 0.1
"""Of the same level, a value that moved by less than this share is unchanged."""

type Key = tuple[str, str]


def find_differences(before: Inspected, after: Inspected) -> tuple[Differing, ...]:
    """Return every finding of either, those that are news first. A finding that is not
    there is gone when its thing was measured, else unknown."""
    old, new = dict(_findings(before)), dict(_findings(after))
    told = {each.check.name: each for each in after.results}
    rows = [_compare(key, old.get(key), new.get(key), told) for key in {**new, **old}]
    rank = list(Change)
    return tuple(sorted(rows, key=lambda each: (rank.index(each.change), each.check, each.name)))


def _findings(content: Inspected) -> Iterator[tuple[Key, tuple[Result, Found]]]:
    for result in content.results:
        for found in result.found:
            yield (result.check.name, found.sample.key), (result, found)


def _compare(
    key: Key,
    before: tuple[Result, Found] | None,
    after: tuple[Result, Found] | None,
    told: dict[str, Result],
) -> Differing:
    seen = after or before
    assert seen is not None  # noqa: S101  the key is of one of them
    result, found = seen
    return Differing(
        check=key[0],
        title=result.check.title,
        unit=result.unit,
        name=found.sample.name,
        key=key[1],
        change=_change(key, before, after, told),
        before=before[1] if before else None,
        after=after[1] if after else None,
    )


def _change(
    key: Key,
    before: tuple[Result, Found] | None,
    after: tuple[Result, Found] | None,
    told: dict[str, Result],
) -> Change:
    if before is None:
        return Change.NEW
    if after is None:
        return Change.GONE if _is_told(told.get(key[0]), key[1]) else Change.UNKNOWN
    return _move(after[0], before[1], after[1])


def _is_told(now: Result | None, key: str) -> bool:
    if now is None or now.level is Level.NOT_MEASURED:
        return False
    return now.seen is None or key in now.seen


def _move(result: Result, before: Found, after: Found) -> Change:
    if before.level is not after.level:
        return Change.WORSE if after.level is Level.FAILED else Change.BETTER
    moved = after.sample.value - before.sample.value
    if abs(moved) <= NOTEWORTHY * abs(before.sample.value):
        return Change.UNCHANGED
    is_up = moved > 0
    return Change.WORSE if is_up is not result.check.criterion.is_low_bad else Change.BETTER
