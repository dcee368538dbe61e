"""The words of a digest: the worst first, honest about what it leaves out, in both languages."""

from datetime import timedelta

from tests.support.alarms import START
from yunwei.base.core.ids import MessageId
from yunwei.monitor.notify.facts.messages import DigestMember, MessageKind
from yunwei.monitor.notify.rules.digests import LINES, render_digest, worst_of
from yunwei.monitor.notify.rules.timing import next_digest_at


def member(id: int, severity: str = "minor", kind: MessageKind = MessageKind.RAISE) -> DigestMember:
    return DigestMember(id=MessageId(id), kind=kind, severity=severity, subject=f"alarm {id}")


def test_it_says_how_many_of_what_the_worst_first() -> None:
    members = (
        member(1),
        member(2, "critical", MessageKind.CLEAR),
        member(3, "critical"),
        member(4, "", MessageKind.NOTICE),
    )
    english = render_digest(members, language="en")
    assert english.subject == "[Digest] 2 alarms, 1 cleared, 1 notice"
    assert english.body.splitlines()[:4] == [
        "1. alarm 3",
        "2. alarm 1",
        "3. alarm 4",
        "4. alarm 2",
    ]
    assert "Of these: Critical 1, Minor 1" in english.body
    chinese = render_digest(members, language="zh-hans")
    assert chinese.subject == "【摘要】2 条告警、1 条恢复、1 条通知"
    assert "其中：紧急 1、次要 1" in chinese.body


def test_what_does_not_fit_is_counted() -> None:
    body = render_digest([member(id) for id in range(LINES + 17)], language="en").body
    assert f"{LINES}. alarm {LINES - 1}\n… and 17 more" in body


def test_a_digest_is_as_severe_as_its_worst_alarm_that_is_not_over() -> None:
    cleared = member(1, "critical", MessageKind.CLEAR)
    assert worst_of([cleared, member(2, "warning"), member(3, "major")]) == "major"
    assert worst_of([cleared]) == ""


def test_all_that_wait_for_the_next_digest_meet_at_one_instant() -> None:
    first = next_digest_at(START + timedelta(minutes=1))
    assert first == next_digest_at(START + timedelta(minutes=14, seconds=59))
    assert first == START + timedelta(minutes=15)
    assert next_digest_at(first) == START + timedelta(minutes=30)
