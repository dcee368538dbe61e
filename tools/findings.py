"""What the checkers share: one finding, how findings are told; each rule is in its own checker."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("src", "tests", "tools")
_NOT_WRITTEN = {".venv", "node_modules", "__pycache__", "vendor", "fixtures", "snapshots"}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One place that breaks a rule. path: below the repository root; line: 0 means the whole file.

    message: what is wrong and what to write instead.
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


def files_below(root: Path, *folders: str, endings: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    """Yield the files that people write below `root`/`folders`, in the order of their names;
    recorded answers (fixtures, snapshots) and what the set-up fetches are not among them.
    """
    for folder in folders:
        for file in sorted((root / folder).rglob("*")):
            parts = set(file.relative_to(root).parts)
            if file.suffix in endings and not parts & _NOT_WRITTEN and file.is_file():
                yield file


def tell(checker: str, findings: Iterable[Finding]) -> int:
    """Print each finding on its line; return the exit code: 0 when there is none."""
    found = sorted(findings)
    for finding in found:
        print(finding)
    print(f"{checker}: {len(found)} found" if found else f"{checker}: clean")
    return 1 if found else 0
