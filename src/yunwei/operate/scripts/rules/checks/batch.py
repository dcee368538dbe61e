"""What stands out in a batch file. There is no grammar of it to be had, so lines are taken apart
at the signs that separate commands, quotes respected; what is built from variables is told. Pure.
"""

import re
from collections.abc import Iterator

from yunwei.operate.scripts.facts.library import Finding
from yunwei.operate.scripts.rules.checks.words import found, judge_windows_command, plain_name

_LEADING = frozenset({"call", "start", "cmd", "else", "do", "then", "@"})
_QUIET = ("rem ", "rem\t", "::", ":")
_SKIPPED = re.compile(
    r"(?i)^\s*(if\s+(/i\s+)?(not\s+)?(exist\s+(\"[^\"]*\"|\S+)|errorlevel\s+\d+"
    r"|defined\s+\S+|(\"[^\"]*\"|\S+?)\s*(==|\s(equ|neq|lss|leq|gtr|geq)\s)\s*"
    r"(\"[^\"]*\"|\S+))|for\s+.*?\bdo\b|else\b)\s*"
)


def check_batch(body: str) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    depth = 0
    for number, line in enumerate(body.splitlines(), start=1):
        text = line.strip()
        if text.lower() == "rem" or text.lower().startswith(_QUIET):
            continue
        depth += _depth(text)
        for command in _commands(text):
            findings.extend(_check_command(number, command))
    if depth > 0:
        findings.append(found(max(1, len(body.splitlines())), "YW002", "("))
    return tuple(findings)


def _depth(line: str) -> int:
    plain = re.sub(r'"[^"]*"|\^.', "", line)
    if not re.search(r"(?i)\b(if|for|else)\b|^\s*[()]|[()]\s*$|&\s*\(", plain):
        return 0  # brackets in the words of an echo are words
    if re.match(r"(?i)^\s*@?(echo|set)\b", plain):
        return 0
    return plain.count("(") - plain.count(")")


def _commands(line: str) -> Iterator[str]:
    """Yield the commands of a line: between & | && || and brackets, outside quotes."""
    present, is_quoted, is_escaped = "", False, False
    for sign in line:
        if sign == '"' and not is_escaped:
            is_quoted = not is_quoted
        if sign in "&|()" and not is_quoted and not is_escaped:
            yield present
            present = ""
        elif sign == "^" and not is_quoted and not is_escaped:
            is_escaped = True  # `d^el` is del
            continue
        else:
            present += sign
        is_escaped = False
    yield present


def _check_command(line: int, text: str) -> Iterator[Finding]:
    rest = text.strip().lstrip("@").strip()
    while skipped := _SKIPPED.match(rest):
        rest = rest[skipped.end() :].lstrip("@ \t")
    parts = re.findall(r'"[^"]*"|\S+', rest)
    while parts and plain_name(parts[0]) in _LEADING and len(parts) > 1:
        parts.pop(0)
        while parts and (parts[0].startswith("/") or parts[0] == '""'):
            parts.pop(0)
    if not parts:
        return
    # a flag may stick to the command: rd/s/q
    head, *stuck = [parts[0]] if parts[0].startswith('"') else parts[0].split("/")
    arguments = (*(f"/{each}" for each in stuck), *(part.strip('"') for part in parts[1:]))
    name = plain_name(head)
    if re.match(r"[%!]\w+[%!]$", parts[0]) or re.match(r"%+~?\w+$", parts[0]):
        yield found(line, "YW107", parts[0])
    elif code := _judge(name, arguments):
        yield found(line, code, name)


def _judge(name: str, arguments: tuple[str, ...]) -> str:
    flags = {each.lower() for each in arguments}
    if name in {"rd", "rmdir", "del", "erase"}:
        return "YW101" if "/s" in flags else ""
    if name == "set" and "/p" in flags:
        return "YW112" if not any("<" in each for each in arguments) else ""
    if name in {"powershell", "pwsh"}:
        is_hidden = any(re.match(r"^[-/]e(c|n\w*)?$", each) for each in flags)
        return "YW106" if is_hidden else "YW104"
    if name in {"wscript", "cscript"}:
        return "YW104"
    return judge_windows_command(name, arguments)
