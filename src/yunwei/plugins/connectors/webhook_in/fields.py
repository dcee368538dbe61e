"""Finds values in JSON by dotted paths: `labels.instance`, `tags.0`, `$.commonLabels.job`. Pure.

A path is followed from the alarm, with `$.` from the whole body. A key may contain dots: of
several ways to read a path, the one with the shortest first key that is there is taken.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_ROOT = "$."
_MOST_FIELDS = 200
_LONGEST_VALUE = 2_000


class Missing:
    """Nothing is there; null is."""


class Fields(Mapping[str, str]):
    """The values of one alarm as texts, by their paths. Iterating gives the leaves' paths."""

    def __init__(self, item: Any, root: Any) -> None:
        self._item = item
        self._root = root

    def __getitem__(self, path: str) -> str:
        found = self.find(path)
        if found is Missing:
            raise KeyError(path)
        return write(found)

    def find(self, path: str) -> Any:
        """Return what stands at `path`, `Missing` when nothing does."""
        return find(self._root, path[2:]) if path.startswith(_ROOT) else find(self._item, path)

    def __iter__(self) -> Iterator[str]:
        return (path for path, _ in _leaves(self._item, ""))

    def __len__(self) -> int:
        return sum(1 for _ in _leaves(self._item, ""))

    def shown(self) -> dict[str, str]:
        """Return the leaves for people, 200 at most."""
        shown: dict[str, str] = {}
        for path, value in _leaves(self._item, ""):
            if len(shown) >= _MOST_FIELDS:
                break
            shown[path or "value"] = write(value)[:_LONGEST_VALUE]
        return shown


def find(value: Any, path: str) -> Any:
    """Return what stands at `path` below `value`, `Missing` when nothing does."""
    if not path:
        return value
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        if head.isdecimal() and int(head) < len(value):
            return find(value[int(head)], rest)
        return Missing
    if not isinstance(value, dict):
        return Missing
    parts = path.split(".")
    for count in range(1, len(parts) + 1):
        key = ".".join(parts[:count])
        if key in value:
            found = find(value[key], ".".join(parts[count:]))
            if found is not Missing:
                return found
    return Missing


def replace_at(value: Any, path: str, new: Any) -> Any:
    """Return `value` with what stands at `path` replaced; the original stays as it is."""
    if not path:
        return new
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        changed = list(value)
        changed[int(head)] = replace_at(value[int(head)], rest, new)
        return changed
    parts = path.split(".")
    for count in range(1, len(parts) + 1):
        key, rest = ".".join(parts[:count]), ".".join(parts[count:])
        if key in value and find(value[key], rest) is not Missing:
            return {**value, key: replace_at(value[key], rest, new)}
    raise KeyError(path)


def write(value: Any) -> str:
    """Return a value as text: null is "", whole numbers have no point, the rest is JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            return msgspec.json.encode(value).decode()


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    match value:
        case dict() if value:
            for key, each in value.items():
                yield from _leaves(each, f"{path}.{key}" if path else str(key))
        case list() if value:
            for number, each in enumerate(value):
                yield from _leaves(each, f"{path}.{number}" if path else str(number))
        case _:
            yield path, value
