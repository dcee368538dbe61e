"""Own texts: what is joined of two languages is parted again, what others said stays whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.own_texts import AREAS, read_in, say_both
from yunwei.monitor.collect.facts import SourceState
from yunwei.monitor.inventory.rules.licences import Told
from yunwei.monitor.thresholds.rules.words import NO_DATA
from yunwei.run.calendar_watch import CODE as CALENDAR
from yunwei.run.duty_watch import GAP
from yunwei.run.intake_words import DEAD_LETTER
from yunwei.run.remedy_watch import CODE as REMEDY
from yunwei.run.timetable_watch import CODE as TIMETABLE
from yunwei.run.trigger_watch import CODE as TRIGGER

# what people call things: any characters, and often those that look like the joint
NAMES = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from([" / ", "/", " ", "财务部", "”", "“", "x", "）", "\n"])).map("".join),
)
_OURS = st.sampled_from(sorted(AREAS)).map(lambda area: f"{area}.changed")


@given(name=NAMES, value=NAMES, alarm_type=_OURS)
def test_both_halves_are_read_back_whatever_the_names(
    name: str, value: str, alarm_type: str
) -> None:
    zh, en = f"许可“{name}”已用（{value} / 380）", f"Licence “{name}” is used ({value} / 380)"
    text = say_both(zh, en)
    assert read_in(text, alarm_type, "zh-hans") == zh
    assert read_in(text, alarm_type, "en") == en


@given(name=NAMES)
def test_both_halves_are_read_back_where_a_name_stands_at_the_edge(name: str) -> None:
    text = say_both(f"通知未能送达：{name}", f"A message could not be delivered: {name}")
    zh, en = (read_in(text, "notify.message_dead", each) for each in ("zh-hans", "en"))
    # at an edge, strokes may lose the spaces beside them, nothing else
    assert _packed(zh) == _packed(f"通知未能送达：{name}")
    assert _packed(en) == _packed(f"A message could not be delivered: {name}")


@given(text=st.text(), language=st.sampled_from(["zh-hans", "en"]))
def test_what_others_report_stays_whole(text: str, language: str) -> None:
    for reported in (text, f"链路 / {text}", say_both(f"链路“{text}”", f"Link “{text}”")):
        assert read_in(reported, "imap.1100138", language) == reported
        assert read_in(reported, "", language) == reported


@pytest.mark.parametrize(
    "text",
    [
        "告警",
        "A / B",
        "主机 / 故障",
        "主机 A / 主机 B",
        "许可 340 / 380 / Licence 340",
        "Licence used up / 许可已用尽",
    ],
)
def test_what_has_no_two_certain_halves_stays_whole(text: str) -> None:
    for language in ("zh-hans", "en"):
        assert read_in(text, "licence.scarce", language) == text


def test_a_row_of_before_is_read_and_loses_no_detail() -> None:
    text = "数据源“A”拒绝访问 / Source “A” refuses our credentials: 401 Unauthorized"
    assert read_in(text, "source.refused", "zh-hans") == "数据源“A”拒绝访问：401 Unauthorized"
    assert (
        read_in(text, "source.refused", "en")
        == "Source “A” refuses our credentials: 401 Unauthorized"
    )
    text = "许可“财务 / 1”已用 90%（9 / 10） / Licence “财务 / 1” is used to 90% (9 / 10)"
    assert read_in(text, "licence.scarce", "en") == "Licence “财务 / 1” is used to 90% (9 / 10)"


def test_a_stroke_in_one_half_only_is_written_close() -> None:
    text = say_both("甲 / 乙", "one and two")
    assert text == "甲/乙 / one and two"
    assert read_in(text, "duty.gap", "zh-hans") == "甲/乙"


def test_the_types_of_all_writers_are_known() -> None:
    types = [*Told, NO_DATA, CALENDAR, GAP, DEAD_LETTER, REMEDY, TIMETABLE, TRIGGER]
    types += [f"source.{state}" for state in SourceState]
    types += ["notify.failed", "governance.rule_damaged"]
    assert {each.partition(".")[0] for each in types} <= AREAS


def _packed(text: str) -> str:
    return "".join(text.split())
