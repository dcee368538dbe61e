"""What a condition does, said in Chinese and English."""

from datetime import timedelta, timezone

import pytest
from hypothesis import given

from tests.support.conditions import FIELDS, conditions
from yunwei.base.core.condition import Condition, parse_text, say_condition

SAID = [
    (
        'alarm_type in ["A1", "A2"] && under(managed_object, "/pool/7") && severity < "major"',
        "告警类型是 A1、A2 之一，且管理对象在 /pool/7 之下，且级别低于重要",
        "Type is one of A1, A2 and Object lies under /pool/7 and Severity is below Major",
    ),
    (
        'alarm_type == "a" && (text.contains("disk full") || !(count >= 3))',
        "告警类型是 a，且（内容包含“disk full”，或次数低于 3）",
        "Type is a and (Text contains “disk full” or Count is below 3)",
    ),
    (
        '!(alarm_type == "a" || has(raw.site)) && in_set(managed_object, "core")',
        "并非（告警类型是 a，或原始字段 site 存在），且管理对象在集合 core 中",
        "not (Type is a or Raw field site is there) and Object is in the set core",
    ),
    (
        'raised_at >= timestamp("2026-11-22T00:30:00Z")',
        "发生时间不早于 2026-11-22 08:30:00 +0800",
        "Time raised is not before 2026-11-22 08:30:00 +0800",
    ),
    (
        'qualifier in ["1", "2", "3", "4", "5", "6", "7"]',
        "限定标识是 1、2、3、4、5、6 等 7 个之一",
        "Qualifier is one of 1, 2, 3, 4, 5, 6 … (7 in all)",
    ),
    ("true", "所有告警", "every alarm"),
]


@pytest.mark.parametrize(("text", "chinese", "english"), SAID)
def test_condition_is_said(text: str, chinese: str, english: str) -> None:
    condition = parse_text(text)
    zone = timezone(timedelta(hours=8))
    assert say_condition(condition, "zh-hans", zone=zone) == chinese
    assert say_condition(condition, "en", zone=zone) == english


@given(asked=conditions())
def test_every_condition_can_be_said(asked: Condition) -> None:
    for language in ("zh", "en"):
        assert say_condition(asked, language, fields=FIELDS)
