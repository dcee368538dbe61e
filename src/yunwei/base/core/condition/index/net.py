"""Conditions filed under their rarest anchors, and the few that fire asked one by one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from yunwei.base.core.condition.fields import FieldSet
from yunwei.base.core.condition.index.anchors import (
    Anchor,
    Choice,
    Cover,
    How,
    Place,
    find_choices,
    share_by_value,
)
from yunwei.base.core.condition.index.tables import Probe, build_probe
from yunwei.base.core.condition.match import Get, build_get, compile_condition
from yunwei.base.core.condition.tree import Condition, Matcher, Row

_CROWD = 16
_DEEPEST = 4


class Entry:
    """One condition in a net. order: its place among all; once it is filed, cover is by what it
    is looked up (None: by nothing), and rest what is still to be asked of a row (None: nothing).
    """

    __slots__ = ("choices", "cover", "is_filed", "matches", "order", "rest")

    def __init__(self, order: int, condition: Condition, choices: Sequence[Choice]) -> None:
        self.order = order
        self.choices = choices
        self.cover: Cover | None = None
        self.rest: Condition | None = condition
        self.is_filed = False
        self.matches: Matcher = _agree

    def file(self, chosen: Choice | None, fields: FieldSet) -> None:
        """Settle by what the condition is looked up; it is compiled when it is asked for the
        first time: most never are."""
        if chosen is not None:
            self.cover, self.rest = chosen.cover, chosen.rest
        self.is_filed = True

        def compile_first(row: Row) -> bool:
            assert self.rest is not None  # noqa: S101  else nothing is to be asked
            self.matches = compile_condition(self.rest, fields=fields)
            return self.matches(row)

        self.matches = _agree if self.rest is None else compile_first


def _agree(row: Row) -> bool:
    return True


class Group:
    """The entries of one anchor; when there are many, a net of their own."""

    __slots__ = ("entries", "inner")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.inner: Net | None = None


class Net:
    """Looks a row up in one table for each field and kind of anchor in use."""

    def __init__(
        self,
        entries: Sequence[Entry],
        fields: FieldSet,
        *,
        but: frozenset[Anchor] = frozenset(),
        depth: int = 0,
    ) -> None:
        self._fields = fields
        self.unanchored: list[Entry] = []
        groups: dict[Anchor, Group] = {}
        self._put(groups, [each for each in entries if each.is_filed])
        fresh = [each for each in entries if not each.is_filed]
        costs = _Costs([each.choices for each in fresh], groups, fields)
        for entry in fresh:
            entry.file(min(entry.choices, key=costs.of, default=None), fields)
        self._put(groups, fresh)
        self._probes = self._build_probes(groups)
        if depth < _DEEPEST:
            for anchor, group in groups.items():
                self._divide(anchor, group, but, depth)

    def _put(self, groups: dict[Anchor, Group], entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.cover is None:
                self.unanchored.append(entry)
                continue
            for anchor in entry.cover:
                group = groups.get(anchor)
                if group is None:
                    group = groups[anchor] = Group()
                group.entries.append(entry)

    def _build_probes(self, groups: dict[Anchor, Group]) -> list[tuple[Get, Probe[Group]]]:
        filed: dict[tuple[str, How], list[tuple[Anchor, Group]]] = {}
        for anchor, group in groups.items():
            filed.setdefault((anchor.field, anchor.how), []).append((anchor, group))
        return [
            (build_get(field, self._fields), build_probe(how, anchors))
            for (field, how), anchors in filed.items()
        ]

    def _divide(self, anchor: Anchor, group: Group, but: frozenset[Anchor], depth: int) -> None:
        """File a crowded group's entries by what is still to be asked of them."""
        if len(group.entries) <= _CROWD:
            return
        but = but | {anchor}
        inner = [
            Entry(entry.order, entry.rest, find_choices(entry.rest, self._fields, but=but))
            for entry in group.entries
            if entry.rest is not None
        ]
        group.entries = [entry for entry in group.entries if entry.rest is None]
        group.inner = Net(inner, self._fields, but=but, depth=depth + 1)

    def collect(self, row: Row, found: set[int]) -> None:
        """Add the places of the conditions that match."""
        for get, look in self._probes:
            value = get(row)
            if value is None:
                continue
            for group in look(value):
                if group.inner is not None:
                    group.inner.collect(row, found)
                _ask(group.entries, row, found)
        _ask(self.unanchored, row, found)


def _ask(entries: list[Entry], row: Row, found: set[int]) -> None:
    for entry in entries:
        if entry.matches(row):
            found.add(entry.order)


class _Costs:
    """What a choice costs a row: how often it fires, times how many others wait there."""

    def __init__(
        self,
        choices: Sequence[Sequence[Choice]],
        groups: Mapping[Anchor, Group],
        fields: FieldSet,
    ) -> None:
        self._fields = fields
        self._shares: dict[Anchor, list[tuple[Place, float]]] = {}
        self._crowd: Counter[Place] = Counter()
        if choices:
            for anchor, group in groups.items():
                self._count(anchor, len(group.entries))
        for offered in choices:
            for choice in offered:
                for anchor in choice.cover:
                    self._count(anchor, 1)

    def _count(self, anchor: Anchor, entries: int) -> None:
        shares = self._shares.get(anchor)
        if shares is None:
            shares = self._shares[anchor] = share_by_value(anchor, self._fields)
        for place, _ in shares:
            self._crowd[place] += entries

    def of(self, choice: Choice) -> float:
        crowd, shares = self._crowd, self._shares
        return sum(
            share * crowd[place] for anchor in choice.cover for place, share in shares[anchor]
        )
