"""Random conditions and rows that meet each other often, for tests of the rule language."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from yunwei.base.core.condition import (
    ALARM_FIELDS,
    EVERYTHING,
    NOTHING,
    All,
    Condition,
    Field,
    FieldSet,
    Kind,
    Label,
    Not,
    Op,
    Some,
)
from yunwei.base.core.condition.parse import build_term
from yunwei.base.core.errors import Invalid

TAGS = Field(name="tags", kind=Kind.TAGS, label=Label(zh="标签", en="Tags"))
FIELDS = FieldSet(name="test", fields=(*ALARM_FIELDS.fields, TAGS), open=ALARM_FIELDS.open)

# letters that fold oddly, what SQL, expressions and globs take for signs, and a line's end
_PARTS = (
    *("disk", "Disk", "full", "a", "K", "\u212a", "é", "É", "ß", "İ", "财务"),
    *("*", "[a]", "%", "'", '"', "\\", "\n", "\t", "{c0:String}", "/"),
)
_EXPRESSIONS = (
    *("disk", "(?i)disk", "d.sk", "^a", "b$", "a|b", "(a|b)+", r"\.", r"\s", "[^a]", "x{2,3}"),
    *("disk.*full", "(?:disk)?full", r"\bfull\b", "财.", "(?i)k", r"\Qa.b\E", "a+?b", r"[\]a]"),
    *("(?m)^b", "(?s)a.b", "disk|full", "di(?i)SK", "é", r"\x{2F}", "((a))", "(?P<x>a)b", "disks?"),
)
_OBJECTS = ("pool", "desktop", "device", "财务", "D-7", "D-70", "10.0.0.7", "a", "")
_ADDRESSES = (
    *("10.0.0.7", "10.0.1.7", "192.168.1.1", "255.255.255.255", "0.0.0.0", "::1", "fe80::1"),
    *("2001:db8::7", "::ffff:10.0.0.7", "::", "10.0.0", "10.0.0.07", "host", "", "fe80::1%eth0"),
    *(
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "::10.0.0.7",
        "010.0.0.7",
        " 10.0.0.7",
        "10.0.0.7/32",
    ),
)
_NETWORKS = (
    *("10.0.0.0/8", "10.0.0.0/24", "10.0.0.7", "0.0.0.0/0", "::/0", "2001:db8::/32", "fe80::/10"),
    *("::ffff:10.0.0.0/104", "10.0.0.7/30", "192.168.1.1/32"),
)
_START = datetime(2026, 11, 22, 8, tzinfo=UTC)
_KEYS = ("site", "csn", "1.3.6.1", "a key", 'q"', "contains")


def random_text(chance: random.Random) -> str:
    return "".join(chance.choices(_PARTS, k=chance.choice((0, 1, 1, 2, 2, 3, 5))))


def random_path(chance: random.Random) -> str:
    return "/" + "/".join(chance.choices(_OBJECTS, k=chance.randint(1, 4)))


def random_time(chance: random.Random) -> datetime:
    return _START + timedelta(milliseconds=chance.choice((-1, 0, 1, 999, 86_400_000)))


def random_number(chance: random.Random) -> int:
    return chance.choice((0, 1, 2, 3, 10, 4_000_000_000))


def random_row(chance: random.Random) -> dict[str, object]:
    """Return a row as `build_row` makes them; optional fields are lacking now and then."""
    row: dict[str, object] = {}
    for field in FIELDS:
        if field.is_optional and chance.random() < 0.3:
            continue
        row[field.name] = _random_value(field, chance)
    row["raw"] = {key: random_text(chance) for key in _KEYS if chance.random() < 0.6}
    return row


def _random_value(field: Field, chance: random.Random) -> object:
    match field.kind:
        case Kind.PATH:
            return random_path(chance)
        case Kind.NUMBER:
            return random_number(chance)
        case Kind.TIME:
            return random_time(chance)
        case Kind.ADDRESS:
            return chance.choice(_ADDRESSES)
        case Kind.TAGS:
            return tuple(random_text(chance) for _ in range(chance.randint(0, 3)))
        case _:
            return chance.choice(field.choices) if field.choices else random_text(chance)


# made of one number: Hypothesis' own trees repeat themselves, and cost more
chances = st.randoms(use_true_random=True)


def conditions(*, with_never: bool = True) -> st.SearchStrategy[Condition]:
    """Draw conditions over `FIELDS`, not deeper than the language allows."""
    return chances.map(lambda chance: random_condition(chance, with_never=with_never))


def random_condition(
    chance: random.Random, *, with_never: bool = True, depth: int = 0
) -> Condition:
    shape = chance.random()
    if depth > 6 or shape < 0.5:
        return _random_term(chance, with_never=with_never)
    inner = [
        random_condition(chance, with_never=with_never, depth=depth + 1)
        for _ in range(chance.choice((1, 2, 2, 3)))
    ]
    if shape < 0.6:
        return Not(part=inner[0])
    return All(parts=tuple(inner)) if shape < 0.8 else Some(parts=tuple(inner))


def _random_term(chance: random.Random, *, with_never: bool) -> Condition:
    if chance.random() < 0.08:
        return NOTHING if with_never and chance.random() < 0.5 else EVERYTHING
    while True:
        field = chance.choice((*FIELDS.fields, *FIELDS.fields, _raw_field(chance)))
        op = chance.choice([each for each in field.ops if each is not Op.IN_SET])
        value: object = _value_for(field, op, chance)
        if op is Op.IN or (op in (Op.UNDER, Op.CIDR) and chance.random() < 0.4):
            count = chance.choice((1, 2, 3, 12))
            value = [_value_for(field, op, chance) for _ in range(count)]
        try:
            return build_term(field.name, op.value, value, FIELDS)
        except Invalid:
            continue  # an empty text, say


def _raw_field(chance: random.Random) -> Field:
    found = FIELDS.get(f"raw.{chance.choice(_KEYS)}")
    assert found is not None
    return found


def _value_for(field: Field, op: Op, chance: random.Random) -> object:
    match op:
        case Op.REGEX:
            return chance.choice(_EXPRESSIONS)
        case Op.CIDR:
            return chance.choice(_NETWORKS)
        case Op.UNDER:
            return chance.choice((random_path(chance), "/", "/pool"))
        case Op.CONTAINS | Op.PREFIX:
            return chance.choice(_PARTS) if chance.random() < 0.8 else random_text(chance)
        case Op.GLOB:
            return chance.choice(_PARTS) + chance.choice(
                ("*", "?", "[a-z]", "[!a]*", "[]a]", "[z-a]")
            )
        case Op.HAS_TAG:
            return chance.choice(_PARTS)
        case _:
            value = _random_value(field, chance)
            return value.isoformat() if isinstance(value, datetime) else value
