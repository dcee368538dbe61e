"""How the nodes of a condition are drawn: which operators and which input each term gets."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from yunwei.base.core.condition import ALARM_FIELDS, Field, Kind, Op
from yunwei.faces.web.shared.condition_nodes import NOT, Node
from yunwei.faces.web.shared.words import WORDS, Text, options, word

type Options = list[tuple[str, Text]]

_LISTING = frozenset({Op.IN, Op.UNDER, Op.CIDR})
_WITH_SUGGESTIONS = frozenset({Op.EQ, Op.IN, Op.PREFIX, Op.UNDER, Op.GLOB})


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTerm:
    """One row. number: of its inputs. widget: text, number, instant, choice, choices or none."""

    number: int
    node: Node
    is_group: bool = False

    @property
    def value(self) -> str:
        return self.node.values[0] if self.node.values else ""

    @property
    def fields(self) -> Options:
        language = get_language() or "en"
        opened = ALARM_FIELDS.open
        every = (*ALARM_FIELDS.fields, *((opened,) if opened else ()))
        return [(each.name, each.label.say(language)) for each in every]

    @property
    def has_key(self) -> bool:
        return ALARM_FIELDS.open is not None and self.node.field == ALARM_FIELDS.open.name

    @property
    def ops(self) -> Options:
        """Those that fit the field; the present one too, so that a form without scripts that was
        given another field keeps saying what was meant."""
        field = self.node.asked
        fitting = [
            (name, say_op(name, field))
            for op in (field.ops if field else ())
            for name in (op.value, f"{NOT}{op.value}")
        ]
        if self.node.op in dict(fitting):
            return fitting
        return [(self.node.op, say_op(self.node.op, field)), *fitting]

    @property
    def widget(self) -> str:
        field, op = self.node.asked, self.node.plain_op
        if op is Op.EXISTS:
            return "none"
        if field is not None and field.choices:
            return "choices" if op is Op.IN else "choice"
        if field is not None and field.kind is Kind.TIME:
            return "instant"
        return "number" if self._is_number(field, op) else "text"

    @staticmethod
    def _is_number(field: Field | None, op: Op | None) -> bool:
        return field is not None and field.kind is Kind.NUMBER and op is not Op.IN

    @property
    def options(self) -> Options:
        field, language = self.node.asked, get_language() or "en"
        labels = reversed([*field.labels.items()]) if field is not None else ()
        return [(value, label.say(language)) for value, label in labels]

    @property
    def is_list(self) -> bool:
        return self.node.plain_op in _LISTING

    @property
    def is_set(self) -> bool:
        return self.node.plain_op is Op.IN_SET

    @property
    def values_list(self) -> str:
        """The id of the datalist with known values, "" when there is none."""
        if self.node.plain_op is Op.IN_SET:
            return f"condition-values-{sets_of(self.node)}"
        return f"condition-values-{self.node.field}" if self._is_suggested else ""

    @property
    def _is_suggested(self) -> bool:
        return self.node.plain_op in _WITH_SUGGESTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnGroup:
    """A group with its rows and groups, in order."""

    number: int
    node: Node
    parts: "list[DrawnTerm | DrawnGroup]"
    is_group: bool = True

    @property
    def joins(self) -> Options:
        return options("condition_join")


def sets_of(node: Node) -> str:
    """Return under which name the sets are suggested that a field may be asked for."""
    return f"in_set-{node.field}"


def say_op(name: str, field: Field | None) -> Text:
    """Return an operator's words; of times they are others than of numbers."""
    of_time = f"time_{name}"
    if field is not None and field.kind is Kind.TIME and of_time in WORDS["condition_op_of_kind"]:
        return word("condition_op_of_kind", of_time).label
    return word("condition_op", name).label


def draw_nodes(nodes: Sequence[Node]) -> DrawnGroup:
    """Return nodes that make a tree as groups in groups."""
    root = DrawnGroup(number=0, node=nodes[0], parts=[])
    open_groups = [root]
    for number, node in enumerate(nodes[1:], start=1):
        del open_groups[node.depth :]
        if node.is_group:
            group = DrawnGroup(number=number, node=node, parts=[])
            open_groups[-1].parts.append(group)
            open_groups.append(group)
        else:
            open_groups[-1].parts.append(DrawnTerm(number=number, node=node))
    return root
