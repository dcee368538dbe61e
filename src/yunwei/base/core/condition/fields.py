"""The fields that conditions may name, each with its kind; the kind says which operators fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from yunwei.base.core.condition.tree import Op
from yunwei.base.core.severity import Severity


class Kind(StrEnum):
    """What a field holds. word: an identifier. path: `/host/H-03`. choice: one of a closed set;
    level: the same, in an order. tags: a set of words."""

    WORD = "word"
    TEXT = "text"
    PATH = "path"
    CHOICE = "choice"
    LEVEL = "level"
    NUMBER = "number"
    TIME = "time"
    ADDRESS = "address"
    TAGS = "tags"


_TEXTUAL = (Op.EQ, Op.IN, Op.CONTAINS, Op.PREFIX, Op.GLOB, Op.REGEX, Op.IN_SET)

OPS: dict[Kind, tuple[Op, ...]] = {
    Kind.WORD: _TEXTUAL,
    Kind.TEXT: (Op.CONTAINS, Op.EQ, Op.IN, Op.PREFIX, Op.GLOB, Op.REGEX, Op.IN_SET),
    Kind.PATH: (Op.UNDER, *_TEXTUAL),
    Kind.CHOICE: (Op.EQ, Op.IN),
    Kind.LEVEL: (Op.AT_LEAST, Op.AT_MOST, Op.EQ, Op.IN),
    Kind.NUMBER: (Op.AT_LEAST, Op.AT_MOST, Op.EQ, Op.IN),
    Kind.TIME: (Op.AT_LEAST, Op.AT_MOST),
    Kind.ADDRESS: (Op.CIDR, Op.EQ, Op.IN, Op.IN_SET),
    Kind.TAGS: (Op.HAS_TAG,),
}
"""The operators of each kind, the usual one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A word in both languages."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a row.

    labels: the words of a choice or level, for a level from low to high.
    is_optional: some rows
    lack it. share: a guess of the share of rows that one value of it selects; the index looks
    rules up by their rarest term.
    """

    name: str
    kind: Kind
    label: Label
    help: Label | None = None
    labels: Mapping[str, Label] = MappingProxyType({})
    is_optional: bool = False
    share: float = 0.1

    @property
    def ops(self) -> tuple[Op, ...]:
        own = OPS[self.kind]
        return (*own, Op.EXISTS) if self.is_optional else own

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.labels)

    def label_of(self, choice: str) -> Label | None:
        return self.labels.get(choice)

    def at_least(self, level: str) -> tuple[str, ...]:
        return self.choices[self.choices.index(level) :]

    def at_most(self, level: str) -> tuple[str, ...]:
        return self.choices[: self.choices.index(level) + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSet:
    """The fields of one kind of row. open: a field whose name goes on after a dot with a key of
    its own: `raw` stands for `raw.site`, which rows hold as `row["raw"]["site"]`."""

    name: str
    fields: tuple[Field, ...]
    open: Field | None = None
    _by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {each.name: each for each in self.fields})

    @property
    def plain(self) -> Mapping[str, Field]:
        """The fields that stand in a row under their own name."""
        return self._by_name

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def get(self, name: str) -> Field | None:
        """Return the field; one below the open field gets its own name."""
        found = self._by_name.get(name)
        if found is not None or self.open is None:
            return found
        before, dot, key = name.partition(".")
        if before != self.open.name or not dot or not 0 < len(key) <= MAX_KEY:
            return None
        return replace(self.open, name=name)


MAX_KEY = 200

_SEVERITIES = {
    Severity.INDETERMINATE.value: Label(zh="不确定", en="Indeterminate"),
    Severity.WARNING.value: Label(zh="提示", en="Warning"),
    Severity.MINOR.value: Label(zh="次要", en="Minor"),
    Severity.MAJOR.value: Label(zh="重要", en="Major"),
    Severity.CRITICAL.value: Label(zh="紧急", en="Critical"),
}
"""From low to high."""
_OPERATOR_STATES = {
    "none": Label(zh="未处理", en="Not taken up"),
    "acknowledged": Label(zh="已确认", en="Acknowledged"),
    "shelved": Label(zh="已搁置", en="Shelved"),
}

ALARM_FIELDS = FieldSet(
    name="alarms",
    fields=(
        Field(
            name="alarm_type",
            kind=Kind.WORD,
            label=Label(zh="告警类型", en="Type"),
            share=0.02,
        ),
        Field(
            name="managed_object",
            kind=Kind.PATH,
            label=Label(zh="管理对象", en="Object"),
            share=0.001,
        ),
        Field(
            name="severity",
            kind=Kind.LEVEL,
            label=Label(zh="级别", en="Severity"),
            labels=_SEVERITIES,
            share=0.3,
        ),
        Field(
            name="reported_severity",
            kind=Kind.LEVEL,
            label=Label(zh="上报级别", en="Severity as reported"),
            help=Label(zh="规则降级之前的级别", en="before a rule made it milder"),
            labels=_SEVERITIES,
            share=0.3,
        ),
        Field(name="text", kind=Kind.TEXT, label=Label(zh="内容", en="Text"), share=0.005),
        Field(
            name="source_name",
            kind=Kind.WORD,
            label=Label(zh="数据源名称", en="Source's name"),
            share=0.2,
        ),
        Field(
            name="source",
            kind=Kind.WORD,
            label=Label(zh="数据源编号", en="Source's number"),
            share=0.2,
        ),
        Field(
            name="qualifier",
            kind=Kind.WORD,
            label=Label(zh="限定标识", en="Qualifier"),
            share=0.01,
        ),
        Field(
            name="operator_state",
            kind=Kind.CHOICE,
            label=Label(zh="处理状态", en="Operator's state"),
            labels=_OPERATOR_STATES,
            share=0.5,
        ),
        Field(
            name="count",
            kind=Kind.NUMBER,
            label=Label(zh="次数", en="Count"),
            help=Label(zh="本次发生中上报的次数", en="reports in the present occurrence"),
            share=0.5,
        ),
        Field(
            name="raised_at",
            kind=Kind.TIME,
            label=Label(zh="发生时间", en="Time raised"),
            help=Label(zh="数据源的时钟", en="the source's clock"),
            share=0.5,
        ),
        Field(
            name="object_kind",
            kind=Kind.WORD,
            label=Label(zh="对象种类", en="Kind of object"),
            help=Label(
                zh="对象路径的倒数第二段，如 desktop",
                en="the last but one part of the object's path, such as desktop",
            ),
            is_optional=True,
            share=0.2,
        ),
        Field(
            name="object_name",
            kind=Kind.WORD,
            label=Label(zh="对象名称", en="Name of object"),
            help=Label(zh="对象路径的最后一段", en="the last part of the object's path"),
            is_optional=True,
            share=0.001,
        ),
        Field(
            name="address",
            kind=Kind.ADDRESS,
            label=Label(zh="设备地址", en="Device's address"),
            help=Label(
                zh="对象路径 /device/ 后的 IP 地址", en="the IP address after /device/ in the path"
            ),
            is_optional=True,
            share=0.001,
        ),
    ),
    open=Field(
        name="raw",
        kind=Kind.WORD,
        label=Label(zh="原始字段", en="Raw field"),
        help=Label(zh="原始告警的字段，如 raw.site", en="a field of the raw alarm, as raw.site"),
        is_optional=True,
        share=0.05,
    ),
)
"""What conditions on alarms may name; `governance.stages.masks.build_row` gives the values."""
