"""Refuses names in our code that say a thing with a word other than the glossary's.

The words are read from docs/glossary.md, never kept here: in the column whose heading begins with
"Not", the words in `backticks` are refused as a word of an identifier or of a file's name. Words
without backticks there are for people (a word that is wrong only in one sense). What a vendor calls
a thing stays in strings, in the fields of a TypedDict or Struct, and on a line with the comment
`# vendor's word`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.findings import ROOT, SOURCES, Finding, files_below, tell

GLOSSARY = "docs/glossary.md"
VENDOR = "# vendor's word"
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class NoGlossary(Exception):
    """docs/glossary.md is missing, or has no table with a column of words that we do not use."""


def read_glossary(text: str) -> dict[str, str]:
    """Return each refused word (or words, `alert group`) with our word for it.

    Raises NoGlossary when the text has no such table.
    """
    refused: dict[str, str] = {}
    column = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            column = None
        elif column is None:
            column = next((n for n, c in enumerate(cells) if c.lower().startswith("not")), -1)
        elif 0 <= column < len(cells):
            ours = cells[0].replace("*", "").replace("`", "")
            words = re.findall(r"`([^`]+)`", cells[column])
            refused.update({" ".join(split(word)): ours for word in words})
    if not refused:
        raise NoGlossary(f"{GLOSSARY} has no table with a column `Not` that holds `words`")
    return refused


def split(name: str) -> list[str]:
    """Return the words of an identifier in small letters: `VMState` and `vm_state` are the same."""
    return [word.lower() for word in _WORDS.findall(name)]


def refused_in(name: str, refused: dict[str, str]) -> tuple[str, str] | None:
    """Return the first refused word of a name with ours for it; plurals count as well."""
    words = split(name)
    singular = [re.sub(r"(?<=x)es$|(?<=[a-z]{2})s$", "", word) for word in words]
    for wrong, ours in refused.items():
        length = wrong.count(" ") + 1
        for start in range(len(words) - length + 1):
            spans = (words[start : start + length], singular[start : start + length])
            if wrong in map(" ".join, spans):
                return wrong, ours
    return None


def names_in(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that the code gives to something, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() if not _mirrors_vendor(node):
                yield node.name, node.lineno
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


def _mirrors_vendor(node: ast.ClassDef) -> bool:
    return any(
        ast.unparse(base).rpartition(".")[2] in {"TypedDict", "Struct"} for base in node.bases
    )


def _vendor_lines(tree: ast.AST, text: str) -> set[int]:
    lines = {n for n, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith(VENDOR)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _mirrors_vendor(node):
            lines.update(field.lineno for field in node.body if isinstance(field, ast.AnnAssign))
    return lines


def check_file(path: str, text: str, refused: dict[str, str]) -> Iterator[Finding]:
    """Yield each name given in one Python file that holds a refused word, and the file's own."""
    found = refused_in(Path(path).stem, refused)
    if found:
        yield Finding(path=path, line=0, message=f"the file's name says {found[0]!r}: {found[1]!r}")
    tree = ast.parse(text)
    vendor = _vendor_lines(tree, text)
    for name, line in names_in(tree):
        found = refused_in(name, refused)
        if found and line not in vendor:
            message = f"{name} says {found[0]!r}; our word is {found[1]!r} ({GLOSSARY})"
            yield Finding(path=path, line=line, message=message)


def check(root: Path) -> Iterator[Finding]:
    """Check all Python files below `root`, folders' names included."""
    glossary = root / GLOSSARY
    if not glossary.is_file():
        raise NoGlossary(f"{GLOSSARY} is missing")
    refused = read_glossary(glossary.read_text("utf-8"))
    folders: set[Path] = set()
    for file in files_below(root, *SOURCES):
        path = file.relative_to(root)
        folders.update(path.parents)
        yield from check_file(path.as_posix(), file.read_text("utf-8"), refused)
    for folder in folders:
        found = refused_in(folder.name, refused)
        if found:
            message = f"the folder's name says {found[0]!r}; our word is {found[1]!r}"
            yield Finding(path=folder.as_posix(), line=0, message=message)


def main() -> int:
    """Check; a missing or wordless glossary is a failure too, or nothing would be checked."""
    try:
        return tell("words", check(ROOT))
    except NoGlossary as error:
        print(f"words: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
