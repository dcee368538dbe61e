"""Rules about what a file may hold: package files, migrations of a running platform."""

import ast
import re
from collections.abc import Iterator

from tools.rules.module import Broken, Module

PRODUCT = "src/yunwei"
_NUMBERED = re.compile(r"/migrations/\d{4}_\w+\.py$")
_WORDS_THAT_CHANGE = {"models", "store", "queries", "actions", "jobs", "rules", "machine"}


def package_files_are_empty(module: Module) -> Iterator[Broken]:
    """Refuse code in `__init__.py`; a plug-in's names its class, `models/` its tables."""
    if not module.is_in(PRODUCT) or not module.is_in("*/__init__.py"):
        return
    if module.is_in("src/yunwei/plugins") or module.path.endswith("/models/__init__.py"):
        return
    for node in module.tree.body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield (
                node.lineno,
                "__init__.py holds a docstring and nothing else: put code under a name of its own,"
                " so that importing a part's neighbour does not run it",
            )


def _is_migration(module: Module) -> bool:
    """What migrations are made with stands beside them and has no number."""
    return module.is_in(PRODUCT) and bool(_NUMBERED.search(module.path))


def migrations_stand_alone(module: Module) -> Iterator[Broken]:
    """Refuse imports of code that will have changed by the time an old migration runs again."""
    if not _is_migration(module):
        return
    for name in module.imports.values():
        if name.startswith("yunwei.") and _WORDS_THAT_CHANGE & set(name.split(".")):
            yield (
                1,
                f"a migration imports {name}, which will have changed when it runs again: use"
                " apps.get_model, or write the values out",
            )


def indexes_are_concurrent(module: Module) -> Iterator[Broken]:
    """Refuse an index on an existing table that would lock it while the platform runs."""
    if not _is_migration(module):
        return
    made = {
        _text(call, "name", 0)
        for call, name in module.calls()
        if name.endswith("migrations.CreateModel")
    }
    for call, name in module.calls():
        if name.endswith("migrations.AddIndex") and _text(call, "model_name", 0) not in made:
            yield (
                call.lineno,
                "AddIndex locks the table against writing: AddIndexConcurrently (django.contrib."
                "postgres.operations) in a migration of its own with atomic = False",
            )


def _text(call: ast.Call, keyword: str, position: int) -> str:
    values = [each.value for each in call.keywords if each.arg == keyword]
    values += call.args[position : position + 1]
    first = values[0] if values else None
    return str(first.value).lower() if isinstance(first, ast.Constant) else ""
