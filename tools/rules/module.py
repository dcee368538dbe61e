"""One parsed Python file as the rules see it: where it is and what its names stand for."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

type Broken = tuple[int, str]  # line, what to write instead
type Rule = Callable[["Module"], Iterator[Broken]]


@dataclass(frozen=True, kw_only=True)
class Module:
    """A file of ours. path: below the repository root, with `/`."""

    path: str
    tree: ast.Module

    def is_in(self, *places: str) -> bool:
        """Say whether the file is one of `places` or below one of them; `*.py` names any folder."""
        name = self.path.rpartition("/")[2]
        return any(
            name == place[2:] if place.startswith("*/") else self._is_below(place)
            for place in places
        )

    def _is_below(self, place: str) -> bool:
        return self.path == place or self.path.startswith(f"{place}/")

    def is_word(self, word: str) -> bool:
        """Say whether the file is a part's `word`.py or lies in its folder of that name."""
        return f"{word}.py" == self.path.rpartition("/")[2] or f"/{word}/" in self.path

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each imported name stands for: `{"dt": "datetime", "sleep": "time.sleep"}`."""
        names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    names[bound] = alias.name if alias.asname else bound
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return names

    def full_name(self, node: ast.expr) -> str:
        """Return what an expression names, `datetime.datetime.now`; "" when it is no plain name."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Yield every call with the full name of what is called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, self.full_name(node.func)
