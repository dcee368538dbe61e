"""Has a script checked: by its syntax tree, and by shellcheck and ruff. Nothing is run of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from yunwei.base.core.errors import Misconfigured
from yunwei.operate.scripts.facts.library import Finding, Level, ScriptLanguage
from yunwei.operate.scripts.rules.checks.body import check_body

_TIMEOUT_S = 20
_SHELLCHECK = {
    "error": Level.WARNING,
    "warning": Level.WARNING,
    "info": Level.NOTE,
    "style": Level.NOTE,
}
_RUFF_RULES = "E9,F,B,S"
# said better by our own checks, or true of every script here
_RUFF_LEFT = "S404,S603,S607,S101,B018"


def check_script(language: ScriptLanguage, body: str) -> tuple[Finding, ...]:
    """Return what stands out in a script, by line. Cost: a process of some 50 ms for shell and
    Python. Raises Misconfigured when a checker is not there."""
    own = check_body(language, body)
    if any(each.code == "YW001" for each in own):
        return own
    foreign: Iterator[Finding] = iter(())
    if language is ScriptLanguage.SHELL:
        foreign = _ask_shellcheck(body)
    elif language is ScriptLanguage.PYTHON:
        foreign = _ask_ruff(body)
    return tuple(sorted((*own, *foreign), key=lambda each: (each.line, each.code)))


def _ask_shellcheck(body: str) -> Iterator[Finding]:
    shell = "bash" if "bash" in body.partition("\n")[0] else "sh"
    words = [_find("shellcheck"), "--norc", "--format=json1", f"--shell={shell}", "-"]
    for each in json.loads(_run(words, body))["comments"]:
        # its 1xxx are about reading the script at all
        is_broken = each["level"] == "error" and each["code"] < 2000
        yield Finding(
            line=each["line"],
            level=_SHELLCHECK[each["level"]],
            code="YW001" if is_broken else f"SC{each['code']}",
            detail=each["message"],
        )


def _ask_ruff(body: str) -> Iterator[Finding]:
    words = [_find("ruff"), "check", "--isolated", "--no-cache", "--output-format=json"]
    words += [f"--select={_RUFF_RULES}", f"--ignore={_RUFF_LEFT}", "-"]
    for each in json.loads(_run(words, body)):
        code = each["code"] or "E999"
        yield Finding(
            line=each["location"]["row"],
            level=Level.NOTE if code.startswith("B") else Level.WARNING,
            code=code,
            detail=each["message"],
        )


def _find(name: str) -> str:
    """Return where a checker stands: beside our own interpreter, as wheels put it, or on PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else which(name)
    if found is None:
        raise Misconfigured(f"{name} is not installed; scripts can not be checked")
    return found


def _run(words: list[str], body: str) -> str:
    try:
        # an empty environment: neither its settings nor its cache are of this machine
        done = subprocess.run(
            words,
            input=body,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Misconfigured(f"{Path(words[0]).name} gave no answer: {error}") from error
    if done.returncode not in (0, 1):
        raise Misconfigured(f"{Path(words[0]).name} failed: {done.stderr[:200]}")
    return done.stdout
