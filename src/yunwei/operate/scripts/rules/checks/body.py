"""Reads a script of any language: what stands out, by line. Pure."""

from collections.abc import Callable, Mapping

from yunwei.operate.scripts.facts.library import Finding, ScriptLanguage
from yunwei.operate.scripts.rules.checks.batch import check_batch
from yunwei.operate.scripts.rules.checks.powershell import check_powershell
from yunwei.operate.scripts.rules.checks.python import check_python
from yunwei.operate.scripts.rules.checks.shell import check_shell

_CHECKS: Mapping[ScriptLanguage, Callable[[str], tuple[Finding, ...]]] = {
    ScriptLanguage.POWERSHELL: check_powershell,
    ScriptLanguage.BATCH: check_batch,
    ScriptLanguage.SHELL: check_shell,
    ScriptLanguage.PYTHON: check_python,
}


def check_body(language: ScriptLanguage, body: str) -> tuple[Finding, ...]:
    """Return what stands out, by line; one finding of each kind a line."""
    found = dict.fromkeys(_CHECKS[language](body))
    return tuple(sorted(found, key=lambda each: (each.line, each.code, each.detail)))
