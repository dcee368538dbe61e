"""Tables that give what fired for one value: by hash, by path, by beginning, by what is inside."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from ipaddress import IPv4Network
from typing import cast

import ahocorasick
import re2

from yunwei.base.core.condition.index.anchors import Anchor, How
from yunwei.base.core.condition.match import ancestors
from yunwei.base.core.condition.tree import Scalar
from yunwei.base.core.condition.values import (
    fold,
    read_address,
    read_network,
    regex_options,
    to_ms,
)

type Probe[G] = Callable[[object], Iterable[G]]
"""A value of a row → what fired for it; the value is of any type, None is never asked."""

_SET_MEMORY = 256 * 1024 * 1024


def build_probe[G](how: How, filed: list[tuple[Anchor, G]]) -> Probe[G]:
    """Return what looks a value up among the anchors of one field and kind."""
    return _BUILDERS[how](filed)


def _pairs[G](filed: list[tuple[Anchor, G]]) -> Iterator[tuple[Scalar, G]]:
    for anchor, group in filed:
        for value in anchor.values:
            yield value, group


def _gather[G](pairs: Iterable[tuple[Scalar, G]]) -> dict[Scalar, list[G]]:
    table: dict[Scalar, list[G]] = {}
    for value, group in pairs:
        table.setdefault(value, []).append(group)
    return table


def _exact[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    table = _gather(_pairs(filed))
    return lambda value: table.get(cast("Scalar", value), ())


def _tag[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    table = _gather(_pairs(filed))

    def look(value: object) -> Iterable[G]:
        if not isinstance(value, tuple | frozenset):
            return ()
        return [group for each in value for group in table.get(each, ())]

    return look


def _under[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    table = _gather(_pairs(filed))

    def look(value: object) -> Iterable[G]:
        if not isinstance(value, str):
            return ()
        fired = [group for each in ancestors(value) for group in table.get(each, ())]
        fired.extend(table.get(value, ()))
        return fired

    return look


def _prefix[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    table = _gather(_pairs(filed))
    lengths = sorted({len(str(each)) for each in table})

    def look(value: object) -> Iterable[G]:
        if not isinstance(value, str):
            return ()
        beginnings = [value[:length] for length in lengths if length <= len(value)]
        return [group for each in beginnings for group in table.get(each, ())]

    return look


def _contains[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    automaton = ahocorasick.Automaton()
    for needle, groups in _gather(_pairs(filed)).items():
        automaton.add_word(str(needle), groups)
    automaton.make_automaton()

    def look(value: object) -> Iterable[G]:
        if not isinstance(value, str):
            return ()
        fired: list[G] = []
        for _, groups in automaton.iter(fold(value)):
            fired += groups  # twice, when the needle stands there twice: harmless and rare
        return fired

    return look


def _regex[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    sets = list(_build_sets(list(_pairs(filed))))

    def look(value: object) -> Iterable[G]:
        if not isinstance(value, str):
            return ()
        return [groups[place] for together, groups in sets for place in together.Match(value) or ()]

    return look


def _build_sets[G](pairs: list[tuple[Scalar, G]]) -> Iterator[tuple["re2.Set", list[G]]]:
    """Yield sets of expressions that are tried together, as large as the memory allows."""
    together = re2.Set.SearchSet(regex_options(memory_bytes=_SET_MEMORY))
    for value, _ in pairs:
        together.Add(str(value))
    try:
        together.Compile()
    except re2.error:
        if len(pairs) == 1:
            raise
        middle = len(pairs) // 2
        yield from _build_sets(pairs[:middle])
        yield from _build_sets(pairs[middle:])
    else:
        yield together, [group for _, group in pairs]


def _network[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    """By the length of the prefix: an address is looked up once for each length in use."""
    tables: dict[tuple[int, int], dict[int, list[G]]] = {}
    for value, group in _pairs(filed):
        network = read_network(str(value))
        version = 4 if isinstance(network, IPv4Network) else 6
        shift = network.max_prefixlen - network.prefixlen
        table = tables.setdefault((version, shift), {})
        table.setdefault(int(network.network_address) >> shift, []).append(group)

    def look(value: object) -> Iterable[G]:
        address = read_address(value) if isinstance(value, str) else None
        if address is None:
            return ()
        number = int(address)
        return [
            group
            for (version, shift), table in tables.items()
            if version == address.version
            for group in table.get(number >> shift, ())
        ]

    return look


def _limit[G](filed: list[tuple[Anchor, G]], *, is_least: bool) -> Probe[G]:
    pairs = list(_pairs(filed))
    as_number = _ms_of if isinstance(pairs[0][0], datetime) else _number_of
    ordered = sorted(((as_number(value) or 0, group) for value, group in pairs), key=_first)
    limits = [each[0] for each in ordered]
    groups = [each[1] for each in ordered]

    def look(value: object) -> Iterable[G]:
        number = as_number(value)
        if number is None:
            return ()
        if is_least:
            return groups[: bisect_right(limits, number)]
        return groups[bisect_left(limits, number) :]

    return look


def _first[G](pair: tuple[float, G]) -> float:
    return pair[0]


def _ms_of(value: object) -> float | None:
    return to_ms(value) if isinstance(value, datetime) and value.tzinfo is not None else None


def _number_of(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return cast("float", value) if is_number else None


def _at_least[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    return _limit(filed, is_least=True)


def _at_most[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    return _limit(filed, is_least=False)


def _present[G](filed: list[tuple[Anchor, G]]) -> Probe[G]:
    groups = [group for _, group in filed]
    return lambda value: groups


_BUILDERS = {
    How.EXACT: _exact,
    How.TAG: _tag,
    How.UNDER: _under,
    How.PREFIX: _prefix,
    How.CONTAINS: _contains,
    How.REGEX: _regex,
    How.NETWORK: _network,
    How.AT_LEAST: _at_least,
    How.AT_MOST: _at_most,
    How.PRESENT: _present,
}
