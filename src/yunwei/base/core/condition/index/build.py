"""The index over many conditions: built once, asked for each row, built anew when one changes."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from yunwei.base.core.condition.fields import ALARM_FIELDS, FieldSet
from yunwei.base.core.condition.index.anchors import find_choices
from yunwei.base.core.condition.index.net import Entry, Net
from yunwei.base.core.condition.match import Get, build_get
from yunwei.base.core.condition.tree import Condition, Row, walk_terms

_REMEMBERED = 10_000
UNANCHORED_BUDGET = 200
"""How many conditions of one table may be such that each row must be asked."""


class Index[K: Hashable]:
    """Which conditions match a row. Not safe for several threads at once."""

    def __init__(
        self, rules: Iterable[tuple[K, Condition]], fields: FieldSet, before: "Index[K] | None"
    ) -> None:
        self._fields: FieldSet = fields
        known = before.filed if before is not None else {}
        self.filed: dict[K, tuple[Condition, Entry]] = {}
        for place, (key, condition) in enumerate(rules):
            self.filed[key] = _refile(known.get(key), place, condition, fields)
        self._keys = list(self.filed)
        self._net = Net([entry for _, entry in self.filed.values()], fields)
        self._reads = self._build_reads()
        self._remembered: dict[tuple[object, ...], tuple[K, ...]] = {}

    def _build_reads(self) -> list[Get]:
        names = dict.fromkeys(
            term.field
            for condition, _ in self.filed.values()
            for term in walk_terms(condition)
            if term.field != "*"
        )
        return [build_get(name, self._fields) for name in names]

    def __len__(self) -> int:
        return len(self._keys)

    def holds(self, rules: Sequence[tuple[K, Condition]]) -> bool:
        """Say whether these are the index's conditions, in their order."""
        if len(rules) != len(self._keys):
            return False
        return all(
            key == known
            and (condition is self.filed[known][0] or condition == self.filed[known][0])
            for (key, condition), known in zip(rules, self._keys, strict=True)
        )

    @property
    def unanchored(self) -> tuple[K, ...]:
        """The keys of the conditions that must be asked of every row."""
        return tuple(self._keys[entry.order] for entry in self._net.unanchored)

    def match(self, row: Row) -> tuple[K, ...]:
        """Return the keys of the conditions that match, in the order in which they were given."""
        signature = tuple([get(row) for get in self._reads])
        known = self._remembered.get(signature)
        if known is None:
            known = self.look_up(row)
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[signature] = known
        return known

    def look_up(self, row: Row) -> tuple[K, ...]:
        """Return the same without remembering."""
        found: set[int] = set()
        self._net.collect(row, found)
        return tuple(self._keys[place] for place in sorted(found))


def _refile(
    known: tuple[Condition, Entry] | None, place: int, condition: Condition, fields: FieldSet
) -> tuple[Condition, Entry]:
    """Return the entry of a condition: the earlier one at its new place, or a new one."""
    if known is not None and (known[0] is condition or known[0] == condition):
        known[1].order = place
        return known
    return condition, Entry(place, condition, find_choices(condition, fields))


def build_index[K: Hashable](
    rules: Iterable[tuple[K, Condition]],
    *,
    fields: FieldSet = ALARM_FIELDS,
    before: Index[K] | None = None,
) -> Index[K]:
    """Return the index of some conditions, each with a key of its own; references to named sets
    must be resolved. before: an earlier index of the same fields, whose work on unchanged
    conditions is used again; it must not be asked any more.

    Cost: some 30 µs for each new condition, 5 for one that is known.
    """
    return Index(rules, fields, before)


def build_indexes[T: Hashable, K: Hashable](
    tables: Mapping[T, Sequence[tuple[K, Condition]]],
    *,
    fields: FieldSet = ALARM_FIELDS,
    before: Mapping[T, Index[K]] | None = None,
) -> dict[T, Index[K]]:
    """Return an index for each of some tables; one whose conditions are as before stays."""
    known = before or {}
    built: dict[T, Index[K]] = {}
    for table, rules in tables.items():
        earlier = known.get(table)
        is_same = earlier is not None and earlier.holds(rules)
        built[table] = (
            earlier
            if earlier is not None and is_same
            else build_index(rules, fields=fields, before=earlier)
        )
    return built


def needs_every_row(condition: Condition, *, fields: FieldSet = ALARM_FIELDS) -> bool:
    """Say whether a condition has nothing by which it can be looked up."""
    return not find_choices(condition, fields)
