"""Refuses what the layout forbids and neither ruff nor import-linter can see; says what to write.

A line that has a reason ends with `# rule: <the reason>`; the reason is not checked, its being
there is. The rules themselves are in tools/rules/.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.findings import ROOT, SOURCES, Finding, files_below, tell
from tools.rules import files, running, tables
from tools.rules.module import Module, Rule

RULES: tuple[Rule, ...] = (
    tables.rows_only_in_store,
    tables.no_table_by_name,
    tables.no_built_sql,
    tables.faces_say_who_asks,
    tables.no_trusted_text,
    running.one_clock,
    running.loops_are_wired,
    running.plugins_do_not_wait,
    running.tests_do_not_sleep,
    running.one_loop_catches_all,
    files.package_files_are_empty,
    files.migrations_stand_alone,
    files.indexes_are_concurrent,
)
REASON = re.compile(r"# rule: \w.{9,}$")


def check_text(path: str, text: str) -> Iterator[Finding]:
    """Yield what one file breaks. path: below the repository root."""
    module = Module(path=path, tree=ast.parse(text))
    lines = text.splitlines()
    for rule in RULES:
        for line, told in rule(module):
            if not (lines and REASON.search(lines[line - 1])):
                yield Finding(path=path, line=line, message=f"{told} [{rule.__name__}]")


def check(root: Path) -> Iterator[Finding]:
    """Check all Python files that people write below `root`."""
    for file in files_below(root, *SOURCES):
        yield from check_text(file.relative_to(root).as_posix(), file.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(tell("rules", check(ROOT)))
