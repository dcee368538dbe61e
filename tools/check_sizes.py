"""Refuses functions, classes and files that have outgrown a reader; how complex they are is ruff's.

Old sinners stand in sizes_baseline.txt. A number there may fall and never rise, and an entry that
is no longer needed must go: `python -m tools.check_sizes --shrink`.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.findings import ROOT, SOURCES, Finding, files_below, tell

FUNCTION, TEST_FUNCTION, CLASS = 60, 40, 250
FILE = {".py": 500, ".html": 500, ".css": 500, ".sql": 500, ".js": 200}
TABLE_SHARE = 0.6  # a file is a table when so much of it is one constant or another
GENERATED = re.compile(r"^(#|//|--|/\*|<!--|\"\"\") ?(Generated|Made) (by|from) ", re.IGNORECASE)
BASELINE = Path("tools/sizes_baseline.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Something that is longer than it may be. name: `path` or `path::Class.function`."""

    name: str
    line: int
    kind: str
    lines: int
    limit: int


def measure(path: str, text: str) -> Iterator[Size]:
    """Yield what is too long in one file."""
    suffix = Path(path).suffix
    lines = text.count("\n")
    if GENERATED.match(text) or "/migrations/" in path:
        return
    tree = ast.parse(text) if suffix == ".py" else None
    if lines > FILE[suffix] and not (tree and is_table(tree, lines)):
        yield Size(name=path, line=0, kind="file", lines=lines, limit=FILE[suffix])
    if tree:
        for name, node in _definitions(tree, ""):
            yield from _measure_definition(f"{path}::{name}", node)


type Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(parent: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition.__value__):
            yield prefix + node.name, node
            yield from _definitions(node, f"{prefix}{node.name}.")
        else:
            yield from _definitions(node, prefix)


def _measure_definition(name: str, node: Definition) -> Iterator[Size]:
    if isinstance(node, ast.ClassDef):
        kind, limit = "class", CLASS
        if is_django_table(node):
            return
    elif node.name.startswith("test_"):
        kind, limit = "test", TEST_FUNCTION
    else:
        kind, limit = "function", FUNCTION
    lines = own_lines(node)
    if lines > limit:
        yield Size(name=name, line=node.lineno, kind=kind, lines=lines, limit=limit)


def own_lines(node: Definition) -> int:
    """Return the lines of a definition without its decorators and its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        first = node.body[0]
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def is_django_table(node: ast.ClassDef) -> bool:
    """Say whether a class declares a Django table: one of its bases is called …Model."""
    return any(ast.unparse(base).endswith("Model") for base in node.bases)


def is_table(tree: ast.Module, lines: int) -> bool:
    """Say whether a file is mostly constants: their lines are its length, and nobody reads them."""
    constant = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    )
    return constant >= TABLE_SHARE * lines


def compare(sizes: Iterable[Size], baseline: dict[str, int]) -> Iterator[Finding]:
    """Yield what is too long and not known, what has grown, and what is known for no reason."""
    found = {size.name: size for size in sizes}
    for name, size in found.items():
        known = baseline.get(name)
        path, _, inside = name.partition("::")
        if known is None:
            what = f"{size.kind} {inside}".rstrip()
            message = (
                f"{what} has {size.lines} lines, at most {size.limit}: split it where a name gets"
                " better"
            )
            yield Finding(path=path, line=size.line, message=message)
        elif size.lines > known:
            message = f"{name} grew from {known} to {size.lines} lines: it may only shrink"
            yield Finding(path=path, line=size.line, message=message)
    for name, known in baseline.items():
        if name not in found or found[name].lines < known:
            message = f"{name} {known} is no longer true: python -m tools.check_sizes --shrink"
            yield Finding(path=BASELINE.as_posix(), line=0, message=message)


def read_baseline(root: Path) -> dict[str, int]:
    """Return the known sinners: name and lines."""
    text = (root / BASELINE).read_text("utf-8")
    rows = [line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#"]
    return {name: int(lines) for name, lines in rows}


def shrink(root: Path, sizes: Iterable[Size]) -> None:
    """Rewrite the baseline with what is smaller or gone; never adds an entry, never raises one."""
    found = {size.name: size.lines for size in sizes}
    text = (root / BASELINE).read_text("utf-8")
    kept = [line for line in text.splitlines() if line.startswith("#")]
    for name, known in sorted(read_baseline(root).items()):
        if name in found:
            kept.append(f"{name} {min(known, found[name])}")
    (root / BASELINE).write_text("\n".join(kept) + "\n", "utf-8")


def measure_all(root: Path) -> list[Size]:
    """Measure every file that people write below `root`."""
    return [
        size
        for file in files_below(root, *SOURCES, endings=tuple(FILE))
        for size in measure(file.relative_to(root).as_posix(), file.read_text("utf-8"))
    ]


def main(words: list[str]) -> int:
    """Check, or with --shrink first take out of the baseline what is better now."""
    sizes = measure_all(ROOT)
    if words == ["--shrink"]:
        shrink(ROOT, sizes)
    return tell("sizes", compare(sizes, read_baseline(ROOT)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
