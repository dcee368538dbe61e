"""Shows what a dead letter holds, as far as it can be read. Pure: no network, no clock."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.codec import decode
from yunwei.base.core.errors import Invalid
from yunwei.monitor.collect.facts import LetterKind
from yunwei.plugins.sdk.snmp.ber import BadDatagram
from yunwei.plugins.sdk.snmp.notification import decode_trap

_A_LINE = 16
_MOST_HEX_BYTES = 8192


class Form(StrEnum):
    """json: made readable. text: as it came. trap: decoded; the bytes stand below it. bytes: in
    hex and as characters."""

    JSON = "json"
    TEXT = "text"
    TRAP = "trap"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of a trap, as text."""

    oid: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """What a letter holds, for people. oid, variables: of a trap that can be decoded."""

    form: Form
    text: str
    oid: str = ""
    version: str = ""
    variables: tuple[Variable, ...] = ()


def describe_content(kind: LetterKind, data: bytes, *, address: str = "") -> LetterContent:
    """Return what `data` holds in the most readable form that it has."""
    match kind:
        case LetterKind.PAYLOAD:
            return _describe_text(data)
        case LetterKind.REPORT:
            return _describe_report(data)
        case LetterKind.DATAGRAM | LetterKind.REFUSED:
            return _describe_datagram(data, address)
        case LetterKind.BATCH:
            return LetterContent(form=Form.BYTES, text=render_hex(data))


def render_hex(data: bytes) -> str:
    """Return lines of an offset, 16 bytes in hex, and what of them is ASCII."""
    lines = [
        f"{at:06x}  {part.hex(' '):<47}  {''.join(_printable(byte) for byte in part)}"
        for at in range(0, min(len(data), _MOST_HEX_BYTES), _A_LINE)
        for part in (data[at : at + _A_LINE],)
    ]
    return "\n".join([*lines, "…"] if len(data) > _MOST_HEX_BYTES else lines)


def _printable(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 else "."


def _describe_text(data: bytes) -> LetterContent:
    try:
        parsed = msgspec.json.decode(data)
        pretty = msgspec.json.format(msgspec.json.encode(parsed), indent=2)
        return LetterContent(form=Form.JSON, text=pretty.decode())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return LetterContent(form=Form.TEXT, text=data.decode())
    except UnicodeDecodeError:
        return LetterContent(form=Form.BYTES, text=render_hex(data))


def _describe_report(data: bytes) -> LetterContent:
    try:
        report = decode(data, RawAlarm)
    except Invalid:
        return LetterContent(form=Form.BYTES, text=render_hex(data))
    pretty = msgspec.json.format(msgspec.json.encode(report), indent=2)
    return LetterContent(form=Form.JSON, text=pretty.decode())


def _describe_datagram(data: bytes, address: str) -> LetterContent:
    try:
        trap = decode_trap(data, address=address)
    except BadDatagram:
        return LetterContent(form=Form.BYTES, text=render_hex(data))
    return LetterContent(
        form=Form.TRAP,
        text=render_hex(data),
        oid=trap.oid,
        version=trap.version,
        variables=tuple(
            Variable(oid=each.oid, kind=each.kind, value=each.value) for each in trap.varbinds
        ),
    )
