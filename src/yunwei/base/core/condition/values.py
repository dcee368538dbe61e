"""The values of terms: what fits which field, and how texts are compared. Pure."""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import cast

import re2

from yunwei.base.core.condition.fields import Field, Kind
from yunwei.base.core.condition.literals import literals_of_regex
from yunwei.base.core.condition.tree import Op, Scalar, Value
from yunwei.base.core.errors import Invalid

MAX_VALUES = 5_000
_MAX_LENGTH = 2_000
_LARGEST = 2**53
_REGEX_MEMORY = 1024 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MS = timedelta(milliseconds=1)
_MAY_LIST = frozenset({Op.UNDER, Op.CIDR})
_UNFIT = re.compile("[\0\ud800-\udfff]")
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network
type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def refuse(why: str) -> Invalid:
    return Invalid("condition", why)


def parse_value(field: Field, op: Op, value: object) -> Value:
    """Return the value as `field` keeps it; raises Invalid."""
    if op is Op.EXISTS:
        return ""
    if op is Op.IN or (op in _MAY_LIST and isinstance(value, list | tuple)):
        if not isinstance(value, list | tuple) or not value:
            raise refuse(f"'{op.value}' needs a list that is not empty")
        if len(value) > MAX_VALUES:
            raise refuse(f"more than {MAX_VALUES} values; use a named set")
        listed = cast("list[object]", value)
        return tuple(dict.fromkeys(_parse_one(field, op, each) for each in listed))
    return _parse_one(field, op, value)


def _parse_one(field: Field, op: Op, value: object) -> Scalar:
    if field.kind is Kind.NUMBER:
        return _parse_number(value)
    if field.kind is Kind.TIME:
        return _parse_time(value)
    text = _parse_text(op, value)
    if op is Op.IN_SET:
        return text
    if field.choices and text not in field.choices:
        raise refuse(f"no such value of {field.name}: {text!r}")
    check = _CHECKS.get(op)
    if check is not None:
        return check(text)
    return _parse_address(text) if field.kind is Kind.ADDRESS else text


def _parse_text(op: Op, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise refuse(f"'{op.value}' needs a value")
    text = str(value)
    if len(text) > _MAX_LENGTH:
        raise refuse(f"a value is longer than {_MAX_LENGTH} characters")
    if _UNFIT.search(text):
        raise refuse("a value has a character that can not be stored")
    return text


def _parse_number(value: object) -> int | float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError as error:
            raise refuse(f"not a number: {value!r}") from error
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"not a number: {value!r}")
    if not -_LARGEST < value < _LARGEST:
        raise refuse(f"not a number: {value!r}")
    return int(value) if int(value) == value else value


def _parse_time(value: object) -> datetime:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return _EPOCH + to_ms(at) * _ONE_MS
    except (ValueError, TypeError, OverflowError) as error:
        raise refuse(f"not a time with its zone: {value!r}") from error


def _parse_path(text: str) -> str:
    if not text.startswith("/"):
        raise refuse("a path begins with /")
    return text.rstrip("/") or "/"


def _parse_regex(text: str) -> str:
    try:
        compile_search(text)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        why = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        raise refuse(f"bad regular expression: {why}") from error
    return text


def _parse_network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise refuse(f"not an address or network: {text}") from error


def _parse_address(text: str) -> str:
    found = read_address(text)
    if found is None:
        raise refuse(f"not an address: {text}")
    return str(found)


_CHECKS: dict[Op, Callable[[str], str]] = {
    Op.UNDER: _parse_path,
    Op.REGEX: _parse_regex,
    Op.CIDR: _parse_network,
}


def regex_options(*, memory_bytes: int) -> "re2.Options":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory_bytes
    return options


def compile_search(expression: str) -> Callable[[str], bool]:
    """Return a function that says whether an expression is found in a text; raises re2.error.

    RE2 takes time linear in the text, whatever a person writes: one rule of one tenant can not
    hold up everybody's alarms. A set of one answers "whether", four times as fast as `search`
    answers "where"; it is silent when its memory is too small, so an expression may be a tenth
    as large as that takes.
    """
    re2.compile(expression, regex_options(memory_bytes=_REGEX_MEMORY))
    one = re2.Set.SearchSet(regex_options(memory_bytes=20 * _REGEX_MEMORY))
    one.Add(expression)
    one.Compile()
    find, needed = one.Match, literals_of_regex(expression)

    def is_found(text: str) -> bool:
        for each in needed:
            if each not in text:
                return False
        return find(text) is not None

    return is_found


@lru_cache(maxsize=4096)
def read_address(text: str) -> Address | None:
    """Return the IP address that a text is, whole and without a zone; None for anything else."""
    if "%" in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def read_network(text: str) -> Network:
    return ipaddress.ip_network(text)


def fold(text: str) -> str:
    """Return a text in which A to Z are small; other letters stay, in every store alike."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def to_ms(at: datetime) -> int:
    """Return milliseconds since 1970 UTC, the grain in which times are compared. Raises TypeError
    when `at` has no zone."""
    return (at - _EPOCH) // _ONE_MS


def root_of(path: str) -> str:
    """Return the path that `under` compares with; "" for everything below /."""
    return path.rstrip("/")


def translate_glob(pattern: str) -> str:
    """Return the regular expression of a glob: `*`, `?`, `[abc]`, `[!a-z]` as in Python's
    fnmatch; the same expression is used in every store."""
    parts: list[str] = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "*":
            parts.append(".*")
        elif char == "?":
            parts.append(".")
        elif char == "[":
            place = _translate_class(pattern, place, parts)
        else:
            parts.append(re2.escape(char))
    return r"(?s:\A" + "".join(parts) + r"\z)"


def _translate_class(pattern: str, start: int, parts: list[str]) -> int:
    """Add the class that opens before `start`; returns where to go on. A bracket that nothing
    closes is itself."""
    negation = "^" if pattern[start : start + 1] == "!" else ""
    first = start + len(negation)
    end = pattern.find("]", first + 1)
    if end < 0:
        parts.append(r"\[")
        return start
    ranges = _ranges(pattern[first:end])
    nothing, anything = r"[^\x00-\x{10FFFF}]", "."
    inner = "".join(ranges)
    if inner:
        parts.append(f"[{negation}{inner}]")
    else:
        parts.append(anything if negation else nothing)
    return end + 1


def _ranges(inner: str) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(inner):
        low = high = inner[place]
        if inner[place + 1 : place + 2] == "-" and place + 2 < len(inner):
            high = inner[place + 2]
            place += 2
        place += 1
        if low <= high:  # a range that runs backwards holds nothing
            found.append(f"\\x{{{ord(low):X}}}-\\x{{{ord(high):X}}}")
    return found
