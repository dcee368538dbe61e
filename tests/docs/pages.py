"""Reads our own documentation: pages, links, quotations, examples and commands. Asserts nothing."""

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "changes/README.md")
    for path in ROOT.glob(pattern)
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
_PLACE = re.compile(r"(?:#|--) (src/\S+:[\w.]+)")
_JAVASCRIPT = r"\b(?:const|let|function) {}\b"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link to a file of ours. symbol: what the file must define, "" when nothing is named."""

    page: str
    text: str
    target: Path
    symbol: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text} -> {self.target.name}"


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    @property
    def place(self) -> str:
        """`path:symbol` when the block quotes a file of ours, else ""."""
        found = _PLACE.fullmatch(self.text.split("\n", 1)[0])
        return found[1] if found else ""

    def __str__(self) -> str:
        return f"{self.page}: {self.place or self.text.strip().splitlines()[0][:60]}"


def read_page(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def blocks() -> Iterator[Block]:
    """Yield the fenced blocks of all pages."""
    for page in PAGES:
        for language, text in _FENCE.findall(read_page(page)):
            yield Block(page=page, language=language, text=text)


def links() -> Iterator[Link]:
    """Yield the links of all pages that lead to files of ours."""
    for page in PAGES:
        for text, target in _LINK.findall(_FENCE.sub("", read_page(page))):
            if "://" not in target and not target.startswith(("#", "mailto:")):
                path = (ROOT / page).parent / target.partition("#")[0]
                symbol = text.strip("`").partition(":")[2] if text.startswith("`") else ""
                yield Link(page=page, text=text.strip("`"), target=path, symbol=symbol)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield (page, words) for every command in a shell block, comments and prompts left out."""
    for block in blocks():
        if block.language in {"sh", "bash", "shell", "console"}:
            for line in block.text.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words:
                    yield block.page, words


def inline_commands() -> Iterator[tuple[str, list[str]]]:
    """Yield (page, words) for each `make …` and `yunwei …` in running text."""
    for page in PAGES:
        for code in re.findall(r"`((?:make|(?:\.venv/bin/)?yunwei) [^`]+)`", read_page(page)):
            yield page, code.split()


def find_source(path: Path, symbol: str) -> str | None:
    """Return the source of what `symbol` names in a file, None when it names nothing there."""
    text = path.read_text("utf-8")
    match path.suffix:
        case ".py":
            return _find_python(text, symbol)
        case ".sql":
            found = re.search(rf"^-- {symbol}: .*?(?=^-- \w+: |\Z)", text, re.MULTILINE | re.DOTALL)
        case ".html":
            found = re.search(rf"{{% partialdef {symbol} .*?{{% endpartialdef %}}", text, re.DOTALL)
        case ".js":
            found = re.search(_JAVASCRIPT.format(symbol), text)
        case _:
            found = None
    return found[0] if found else None


def _find_python(text: str, symbol: str) -> str | None:
    scope: ast.AST = ast.parse(text)
    for name in symbol.split("."):
        found = next((node for node in ast.iter_child_nodes(scope) if name in _names(node)), None)
        if found is None:
            return None
        scope = found
    return ast.get_source_segment(text, scope, padded=True)


def _names(node: ast.AST) -> set[str]:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.TypeAlias(name=ast.Name(id=name)):
            return {name}
    return set()
