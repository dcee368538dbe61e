"""The text form of a condition cut into tokens, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yunwei.base.core.errors import Invalid

_SHAPES = re.compile(
    r"""(?P<space>[ \t\r\n]+|//[^\n]*)
    |(?P<string>[rR]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<sign>&&|\|\||==|!=|>=|<=|[()\[\],.!<>])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"\\(?:(?P<plain>[abfnrtv\\\"'`?])|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})"
    r"|U(?P<U>[0-9a-fA-F]{8})|(?P<unknown>.))",
    re.DOTALL,
)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LAST_CHARACTER = 0x10FFFF


class BadText(Invalid):
    """The text form is wrong at a place. line, column: from 1. reason: without the place."""

    def __init__(self, text: str, place: int, why: str) -> None:
        self.line = text.count("\n", 0, place) + 1
        self.column = place - text.rfind("\n", 0, place)
        self.reason = why
        super().__init__("condition", f"line {self.line}, column {self.column}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """kind: name, string, number, sign, or end. text: as written; of a string its value."""

    kind: str
    text: str
    place: int

    @property
    def is_sign(self) -> bool:
        return self.kind == "sign"


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens, one of kind `end` last; raises BadText."""
    place = 0
    while place < len(text):
        found = _SHAPES.match(text, place)
        if found is None or found.lastgroup is None:
            raise BadText(text, place, _complain(text[place]))
        if found.lastgroup == "string":
            yield Token(kind="string", text=_read_string(text, found), place=place)
        elif found.lastgroup != "space":
            yield Token(kind=found.lastgroup, text=found.group(), place=place)
        place = found.end()
    yield Token(kind="end", text="", place=place)


def _complain(char: str) -> str:
    return "this text does not end" if char in "\"'" else f"{char!r} means nothing here"


def _read_string(text: str, found: re.Match[str]) -> str:
    written = found.group()
    if written[0] in "rR":
        return written[2:-1]
    start = found.start() + 1

    def read_escape(escape: re.Match[str]) -> str:
        if escape["plain"]:
            return _PLAIN.get(escape["plain"], escape["plain"])
        code = int(escape["x"] or escape["u"] or escape["U"] or "110000", 16)
        if code > _LAST_CHARACTER:
            raise BadText(text, start + escape.start(), f"no such escape: {escape.group()}")
        return chr(code)

    return _ESCAPE.sub(read_escape, written[1:-1])


def write_string(value: str) -> str:
    """Return a text as a token whose value it is."""
    if "\\" in value and not re.search(r'["\x00-\x1f\x7f]', value) and not value.endswith("\\"):
        return f'r"{value}"'
    return '"' + re.sub(r'[\\"\x00-\x1f\x7f]', _write_escape, value) + '"'


def _write_escape(found: re.Match[str]) -> str:
    char = found.group()
    if char in '\\"':
        return "\\" + char
    named = next((name for name, meant in _PLAIN.items() if meant == char), None)
    return f"\\{named}" if named else f"\\x{ord(char):02x}"
