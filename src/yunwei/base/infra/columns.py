"""Facts as parameters of statements: one JSON value, or columns for thousands of rows at once.

A statement that takes columns names what it takes of each fact, and as what:

    FROM unnest(%(rows.id)s::bigint[], %(rows.case.at)s::timestamptz[]) AS r (id, at)

Each becomes one array in PostgreSQL's binary form, which costs the server half of what it costs
to take the same rows out of JSON. `infra.postgres` hands on what others need of this.
"""

import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec
import psycopg
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format

_PLACEHOLDER = re.compile(r"%\(rows\.([\w.]+)\)s::(\w+)\[\]")
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_NULL = b"\xff\xff\xff\xff"
_NUL_SIGN = "\N{REPLACEMENT CHARACTER}"
_ONE_DIMENSION = struct.Struct(">iiIii").pack
_LENGTH = struct.Struct(">i").pack
_INTEGER = struct.Struct(">ii").pack
_BIGINT = struct.Struct(">iq").pack


def in_columns(statement: str, facts: Sequence[object]) -> dict[str, "Column"]:
    """Return the parameters `rows.…` of a statement: an array of each attribute that it names.

    The values are None or what goes with the column's type; `jsonb` takes what has a JSON form.
    """
    return {
        f"rows.{path}": Column(kind, list(map(attrgetter(path), facts)))
        for path, kind in _wanted(statement)
    }


@lru_cache
def _wanted(statement: str) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(statement)))


class Column:
    """The values of one column, as an array of a type; the statement says `::kind[]`."""

    __slots__ = ("kind", "values")

    def __init__(self, kind: str, values: Sequence[Any]) -> None:
        self.kind = kind
        self.values = values


def to_json(value: object) -> str:
    """Return the JSON of facts for a jsonb parameter. PostgreSQL keeps no NUL in texts; a
    replacement sign shows that one was there."""
    encoded = msgspec.json.encode(value)
    if b"\\u0000" in encoded:
        encoded = msgspec.json.encode(_without_nul(msgspec.json.decode(encoded)))
    return encoded.decode()


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", _NUL_SIGN)
        case list():
            return [_without_nul(each) for each in value]
        case dict():
            return {_without_nul(key): _without_nul(each) for key, each in value.items()}
        case _:
            return value


def _encode_each(kind: str, values: Sequence[Any]) -> Iterable[bytes]:
    encode = _ENCODERS[kind]
    if kind == "jsonb":  # much of what has a JSON form can be no key
        return map(encode, values)
    distinct = set(values)
    if len(distinct) > len(values) // 2 and None not in distinct:
        return map(encode, values)
    # most rows say the same in most columns
    known = {value: _NULL if value is None else encode(value) for value in distinct}
    return [known[value] for value in values]


def _encode_text(value: str) -> bytes:
    data = value.encode()
    if b"\0" in data:  # which PostgreSQL keeps in no text
        data = data.replace(b"\0", _NUL_SIGN.encode())
    return _LENGTH(len(data)) + data


def _encode_time(value: datetime) -> bytes:
    since = value - _POSTGRES_EPOCH
    return _BIGINT(8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def _encode_json(value: object) -> bytes:
    if value is None:
        return _NULL
    data = to_json(value).encode()
    return _LENGTH(len(data) + 1) + b"\1" + data


_ENCODERS: Mapping[str, Callable[[Any], bytes]] = {
    "bigint": lambda value: _BIGINT(8, value),
    "integer": lambda value: _INTEGER(4, value),
    "boolean": lambda value: b"\0\0\0\1\1" if value else b"\0\0\0\1\0",
    "text": _encode_text,
    "timestamptz": _encode_time,
    "jsonb": _encode_json,
}


class _BinaryColumn(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> bytes:
        head = _ONE_DIMENSION(1, 0, types[obj.kind].oid, len(obj.values), 1)
        return head + b"".join(_encode_each(obj.kind, obj.values))


class _TextColumn(Dumper):
    """Where Django writes parameters into the statement itself: its connection does so."""

    format = Format.TEXT

    def dump(self, obj: Column) -> bytes:
        return f"{{{','.join(_write(obj.kind, value) for value in obj.values)}}}".encode()


def _write(kind: str, value: Any) -> str:
    if value is None:
        return "NULL"
    text = to_json(value) if kind == "jsonb" else str(value).replace("\0", _NUL_SIGN)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


psycopg.adapters.register_dumper(Column, _TextColumn)
psycopg.adapters.register_dumper(Column, _BinaryColumn)
