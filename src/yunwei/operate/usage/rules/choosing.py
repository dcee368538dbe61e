"""What a condition on connections may name, and how one is read. Pure."""

from collections.abc import Callable

from yunwei.base.core.condition import (
    Condition,
    Field,
    FieldSet,
    Kind,
    Label,
    Row,
    compile_condition,
    parse_text,
)


def _word(name: str, zh: str, en: str, *, is_optional: bool = True) -> Field:
    label = Label(zh=zh, en=en)
    return Field(name=name, kind=Kind.WORD, label=label, is_optional=is_optional, share=0.1)


CONNECTION_FIELDS = FieldSet(
    name="connections",
    fields=(
        _word("login", "登录名", "Login", is_optional=False),
        _word("department", "部门", "Department"),
        _word("pool", "桌面池", "Pool"),
        _word("desktop", "桌面在数据源中的编号", "Desktop's id in the source"),
        _word("client", "客户端类型", "Kind of client"),
    ),
)
"""What a connection says. A field that is not known of it is not there: neither a term on it nor
the term's negation holds then."""


def read_connection_condition(text: str) -> Condition:
    """Return a condition on connections; raises Invalid (condition), with the place."""
    return parse_text(text, fields=CONNECTION_FIELDS)


def match_connections(condition: Condition) -> Callable[[Row], bool]:
    """Return what says of a connection whether it is meant."""
    return compile_condition(condition, fields=CONNECTION_FIELDS)
