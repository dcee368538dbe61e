"""What a condition does, as one sentence in Chinese or English, in fragments that a page may mark.

Here and not among the pages' translations, because REST and messages say it in both languages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from yunwei.base.core.condition.fields import ALARM_FIELDS, Field, FieldSet, Kind, Label
from yunwei.base.core.condition.tree import All, Condition, Not, Op, Scalar, Some, Term, simplify

_SHOWN = 6
_PLAIN = re.compile(r"[^\s,，、;；。()（）“”]+")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a sentence. role: field, op, value, or glue between terms."""

    text: str
    role: str


type _Phrases = tuple[Label, Label]
"""How an operator is said, and how its negation is; {} stands for the value."""


def _phrases(zh: str, not_zh: str, en: str, not_en: str) -> _Phrases:
    return Label(zh=zh, en=en), Label(zh=not_zh, en=not_en)


_SAID: dict[Op, _Phrases] = {
    Op.EQ: _phrases("是 {}", "不是 {}", "is {}", "is not {}"),
    Op.IN: _phrases("是 {} 之一", "不是 {} 中的任何一个", "is one of {}", "is none of {}"),
    Op.IN_SET: _phrases(
        "在集合 {} 中", "不在集合 {} 中", "is in the set {}", "is not in the set {}"
    ),
    Op.PREFIX: _phrases("以 {} 开头", "不以 {} 开头", "begins with {}", "does not begin with {}"),
    Op.CONTAINS: _phrases("包含 {}", "不包含 {}", "contains {}", "does not contain {}"),
    Op.GLOB: _phrases("形如 {}", "不形如 {}", "looks like {}", "does not look like {}"),
    Op.REGEX: _phrases(
        "符合正则 {}",
        "不符合正则 {}",
        "matches the expression {}",
        "does not match the expression {}",
    ),
    Op.UNDER: _phrases("在 {} 之下", "不在 {} 之下", "lies under {}", "does not lie under {}"),
    Op.AT_LEAST: _phrases("至少为 {}", "低于 {}", "is at least {}", "is below {}"),
    Op.AT_MOST: _phrases("至多为 {}", "高于 {}", "is at most {}", "is above {}"),
    Op.CIDR: _phrases("属于 {}", "不属于 {}", "lies in {}", "does not lie in {}"),
    Op.HAS_TAG: _phrases("有 {}", "没有 {}", "include {}", "do not include {}"),
    Op.EXISTS: _phrases("存在", "不存在", "is there", "is not there"),
}
_SAID_OF_TIME: dict[Op, _Phrases] = {
    Op.AT_LEAST: _phrases("不早于 {}", "早于 {}", "is not before {}", "is before {}"),
    Op.AT_MOST: _phrases("不晚于 {}", "晚于 {}", "is not after {}", "is after {}"),
}
_EVERYTHING = {"alarms": Label(zh="所有告警", en="every alarm")}
_EVERY_ROW = Label(zh="全部", en="everything")
_NOTHING = Label(zh="无", en="nothing")
_AND = Label(zh="，且", en=" and ")
_OR = Label(zh="，或", en=" or ")
_NOT_GROUP = Label(zh="并非", en="not ")
_BRACKETS = (Label(zh="（", en="("), Label(zh="）", en=")"))
_BETWEEN = Label(zh="、", en=", ")
_MORE = Label(zh=" 等 {} 个", en=" … ({} in all)")
_QUOTES = (Label(zh="“", en="“"), Label(zh="”", en="”"))


def say_condition(
    condition: Condition,
    language: str,
    *,
    fields: FieldSet = ALARM_FIELDS,
    zone: tzinfo = UTC,
) -> str:
    """Return the sentence. language: `zh…`, else English. zone: in which times are said."""
    told = tell_condition(condition, language, fields=fields, zone=zone)
    return "".join(fragment.text for fragment in told)


def tell_condition(
    condition: Condition,
    language: str,
    *,
    fields: FieldSet = ALARM_FIELDS,
    zone: tzinfo = UTC,
) -> tuple[Fragment, ...]:
    """Return the sentence in fragments."""
    return tuple(_Teller(language, fields, zone).tell(simplify(condition)))


class _Teller:
    def __init__(self, language: str, fields: FieldSet, zone: tzinfo) -> None:
        self._language = language
        self._fields = fields
        self._zone = zone

    def tell(self, condition: Condition) -> Iterator[Fragment]:
        match condition:
            case Term():
                yield from self._tell_term(condition, is_negated=False)
            case Not(part=Term() as term):
                yield from self._tell_term(term, is_negated=True)
            case Not(part=part):
                yield self._glue(_NOT_GROUP)
                yield from self._tell_group(part)
            case All(parts=parts):
                yield from self._join(parts, _AND)
            case Some(parts=parts):
                yield from self._join(parts, _OR)

    def _join(self, parts: tuple[Condition, ...], word: Label) -> Iterator[Fragment]:
        for place, part in enumerate(parts):
            if place:
                yield self._glue(word)
            is_group = isinstance(part, All | Some)
            yield from self._tell_group(part) if is_group else self.tell(part)

    def _tell_group(self, part: Condition) -> Iterator[Fragment]:
        yield self._glue(_BRACKETS[0])
        yield from self.tell(part)
        yield self._glue(_BRACKETS[1])

    def _glue(self, label: Label) -> Fragment:
        return Fragment(label.say(self._language), "glue")

    def _tell_term(self, term: Term, *, is_negated: bool) -> Iterator[Fragment]:
        if term.op in (Op.ALWAYS, Op.NEVER):
            is_all = term.op is Op.ALWAYS and not is_negated
            everything = _EVERYTHING.get(self._fields.name, _EVERY_ROW)
            yield Fragment((everything if is_all else _NOTHING).say(self._language), "value")
            return
        field = self._fields.get(term.field)
        kind = field.kind if field is not None else Kind.TEXT
        phrases = _SAID_OF_TIME.get(term.op) if kind is Kind.TIME else None
        phrase = (phrases or _SAID[term.op])[is_negated].say(self._language)
        before, _, after = phrase.partition("{}")
        yield from self._space_out(
            Fragment(self._name(term.field, field), "field"),
            Fragment(before.strip(), "op"),
            Fragment(self._values(term, field) if "{}" in phrase else "", "value"),
            Fragment(after.strip(), "op"),
        )

    def _space_out(self, *fragments: Fragment) -> Iterator[Fragment]:
        """Yield fragments with a space in between, save between Chinese words."""
        last = ""
        for fragment in fragments:
            if not fragment.text:
                continue
            needs_space = last and (last.isascii() or fragment.text[0].isascii())
            yield Fragment(f" {fragment.text}" if needs_space else fragment.text, fragment.role)
            last = fragment.text[-1]

    def _name(self, name: str, field: Field | None) -> str:
        if field is None or name in self._fields.plain:
            return field.label.say(self._language) if field is not None else name
        return f"{field.label.say(self._language)} {name.partition('.')[2]}"

    def _values(self, term: Term, field: Field | None) -> str:
        said = [self._value(each, field) for each in term.values[:_SHOWN]]
        text = _BETWEEN.say(self._language).join(said)
        count = len(term.values)
        return text + (_MORE.say(self._language).format(count) if count > _SHOWN else "")

    def _value(self, value: Scalar, field: Field | None) -> str:
        if isinstance(value, datetime):
            return value.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S %z")
        label = field.label_of(str(value)) if field is not None else None
        if label is not None:
            return label.say(self._language)
        text = str(value)
        if _PLAIN.fullmatch(text):
            return text
        return f"{_QUOTES[0].say(self._language)}{text}{_QUOTES[1].say(self._language)}"
