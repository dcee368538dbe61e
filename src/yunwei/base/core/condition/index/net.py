"""Conditions filed under their rarest anchors, and the few that fire asked one by one."""

from collections import Counter
from collections.abc import Sequence

from yunwei.base.core.condition.fields import FieldSet
from yunwei.base.core.condition.index.anchors import Anchor, Choice, How, find_choices
from yunwei.base.core.condition.index.tables import Probe, build_probe
from yunwei.base.core.condition.match import Get, build_get, compile_condition
from yunwei.base.core.condition.tree import Condition, Matcher, Row

_CROWD = 16
_DEEPEST = 4


class Entry:
    """What is still to be asked of a row before a condition matches. order: the condition's place
    among all. It is compiled when it is asked first: most never are."""

    __slots__ = ("_matches", "condition", "order")

    def __init__(self, order: int, condition: Condition | None) -> None:
        self.order = order
        self.condition = condition
        self._matches: Matcher | None = None

    def matches(self, row: Row, fields: FieldSet) -> bool:
        if self._matches is None:
            if self.condition is None:
                return True
            self._matches = compile_condition(self.condition, fields=fields)
        return self._matches(row)


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
        choices: Sequence[Sequence[Choice]],
        fields: FieldSet,
        *,
        depth: int = 0,
    ) -> None:
        self._fields = fields
        self.unanchored: list[Entry] = []
        groups = self._file(entries, choices)
        self._probes = self._build_probes(groups)
        if depth < _DEEPEST:
            for group in groups.values():
                self._divide(group, depth)

    def _file(
        self, entries: Sequence[Entry], choices: Sequence[Sequence[Choice]]
    ) -> dict[Anchor, Group]:
        crowd = Counter(
            anchor for offered in choices for choice in offered for anchor in choice.cover
        )
        groups: dict[Anchor, Group] = {}
        for entry, offered in zip(entries, choices, strict=True):
            chosen = min(offered, key=lambda each: _cost(each, crowd), default=None)
            if chosen is None:
                self.unanchored.append(entry)
                continue
            filed = Entry(entry.order, chosen.rest)
            for anchor in chosen.cover:
                groups.setdefault(anchor, Group()).entries.append(filed)
        return groups

    def _build_probes(self, groups: dict[Anchor, Group]) -> list[tuple[Get, Probe[Group]]]:
        filed: dict[tuple[str, How], list[tuple[Anchor, Group]]] = {}
        for anchor, group in groups.items():
            filed.setdefault((anchor.field, anchor.how), []).append((anchor, group))
        return [
            (build_get(field, self._fields), build_probe(how, anchors))
            for (field, how), anchors in filed.items()
        ]

    def _divide(self, group: Group, depth: int) -> None:
        """File a crowded group's entries by what is still to be asked of them."""
        if len(group.entries) <= _CROWD:
            return
        choices = [
            find_choices(entry.condition, self._fields) if entry.condition is not None else ()
            for entry in group.entries
        ]
        inner = Net(group.entries, choices, self._fields, depth=depth + 1)
        if len(inner.unanchored) < len(group.entries):
            group.inner, group.entries = inner, []

    def collect(self, row: Row, found: set[int]) -> None:
        """Add the places of the conditions that match."""
        for get, look in self._probes:
            value = get(row)
            if value is None:
                continue
            for group in look(value):
                if group.inner is not None:
                    group.inner.collect(row, found)
                else:
                    self._ask(group.entries, row, found)
        self._ask(self.unanchored, row, found)

    def _ask(self, entries: list[Entry], row: Row, found: set[int]) -> None:
        for entry in entries:
            if entry.order not in found and entry.matches(row, self._fields):
                found.add(entry.order)


def _cost(choice: Choice, crowd: Counter[Anchor]) -> float:
    """What a choice costs a row: how often it fires, times who else waits there."""
    return choice.share * (1 + sum(crowd[anchor] for anchor in choice.cover))
