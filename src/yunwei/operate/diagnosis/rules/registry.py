"""Finds the checks: every file of `checks` is one. Add a file, and it is asked."""

import pkgutil
from functools import cache
from importlib import import_module

from yunwei.operate.diagnosis.rules import checks
from yunwei.operate.diagnosis.rules.check import Check


@cache
def all_checks() -> tuple[Check, ...]:
    """Return all checks by name."""
    names = sorted(each.name for each in pkgutil.iter_modules(checks.__path__))
    return tuple(import_module(f"{checks.__name__}.{name}").CHECK for name in names)
