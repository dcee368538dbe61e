"""A message about an alarm of our own is in its reader's language; for machines it stays whole."""

from dataclasses import replace

import pytest

from tests.support.alarms import build_raw
from yunwei.base.core.ids import AlarmId, OccurrenceId, TenantId
from yunwei.base.core.own_texts import say_both
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.alarms.machine import apply_raw
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.facts.routes import Snapshot
from yunwei.monitor.notify.rules.drafts import build_data
from yunwei.monitor.notify.rules.words import render_alarm

ZH, EN = "许可“并发 / 甲”已用尽", "Licence “并发 / 甲” is used up"


def build_alarm(text: str, alarm_type: str) -> Alarm:
    raw = replace(build_raw(alarm_type=alarm_type), text=text)
    step = apply_raw(
        None, raw, now=raw.received_at, alarm_id=AlarmId(1), occurrence_id=OccurrenceId(1)
    )
    assert step.after is not None
    return step.after


def said(alarm: Alarm, language: str) -> tuple[str, str]:
    """Return the subject and the first line of the body."""
    content = render_alarm(
        alarm,
        MessageKind.RAISE,
        language=language,
        time_zone="Asia/Shanghai",
        source_name="Cloud A",
        tenant_name="A",
        route_name="all",
    )
    return content.subject, content.body.splitlines()[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", (f"【重要】{ZH}", ZH)), ("en", (f"[Major] {EN}", EN))],
)
def test_each_reader_is_told_in_their_language(language: str, words: tuple[str, str]) -> None:
    assert said(build_alarm(say_both(ZH, EN), "licence.scarce"), language) == words


def test_what_others_report_is_told_whole() -> None:
    alarm = build_alarm(f"{ZH} / {EN}", "imap.1100138")
    assert said(alarm, "en") == (f"[Major] {ZH} / {EN}", f"{ZH} / {EN}")


def test_machines_are_told_all_of_it() -> None:
    alarm = build_alarm(say_both(ZH, EN), "licence.scarce")
    snapshot = Snapshot(
        routes=(),
        policies={},
        channels={},
        contacts=(),
        kinds={},
        provider=TenantId(1),
        tenant_names={},
    )
    told = build_data(alarm, MessageKind.RAISE, snapshot, source_name="Cloud A")
    assert told["text"] == f"{ZH} / {EN}"
