"""What people can do wrong is told to them in their own language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import yunwei
from yunwei.faces.web.shared.error_texts import KNOWN, PATTERNS, say_error

SOURCE = Path(yunwei.__file__).parent
# Where an error's text may reach a page: what people typed or asked for.
PLACES = (
    "base/core/condition",
    "plugins/sdk/settings.py",
    "monitor",
    "operate",
    "faces/web/console",
)
# Raised only for what no page sends.
ELSEWHERE = {
    "ClickHouse is not open in this process",
    "no answer within 20 s",
}


def told_texts() -> Iterator[str]:
    for place in PLACES:
        path = SOURCE / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                yield from _text_of(node)


def _text_of(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
        return
    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
    position = {"Invalid": 1, "Conflict": 0, "refuse": 0, "_refuse": 1, "BadText": 2}.get(name)
    if position is None or len(node.args) <= position:
        return
    argument = node.args[position]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value


def test_every_text_is_known_here() -> None:
    texts = set(told_texts()) - ELSEWHERE
    assert len(texts) > 30
    unknown = [text for text in sorted(texts) if text not in KNOWN and not matches(text)]
    assert not unknown


def matches(text: str) -> bool:
    return any(re.fullmatch(pattern, text) for pattern, _known in PATTERNS)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("this is required", "必填"),
        ("at most 4000 characters", "至多 4000 个字符"),
        ("between 1 and 1000", "介于 1 与 1000 之间"),
        (
            "http://127.0.0.1:9 can not be reached: refused",
            "无法连接 http://127.0.0.1:9：refused",
        ),
        ("something nobody foresaw", "something nobody foresaw"),
        ("", ""),
    ],
)
def test_errors_are_said_in_chinese(english: str, chinese: str) -> None:
    with translation.override("zh-hans"):
        assert say_error(english) == chinese
    with translation.override("en"):
        assert say_error(english) == english
