"""When a message is no longer worth sending, and which goes first."""

import pytest

from tests.support.alarms import START
from yunwei.base.core.ids import AlarmId, ChannelId, MessageId, TenantId
from yunwei.monitor.notify.facts.messages import Content, DueMessage, MessageKind
from yunwei.monitor.notify.rules.relevance import Gone, rank_of, why_gone

RAISE, CLEAR = MessageKind.RAISE, MessageKind.CLEAR


def due(kind: MessageKind = RAISE, severity: str = "major", **flags: bool) -> DueMessage:
    return DueMessage(
        id=MessageId(1),
        tenant=TenantId(1),
        alarm=AlarmId(1),
        dedupe="1-raise",
        kind=kind,
        channel=ChannelId(1),
        user=None,
        recipient="group",
        address="",
        content=Content(subject="s", body="b", facts=()),
        severity=severity,
        data={},
        attempts=0,
        created_at=START,
        **flags,
    )


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ("is_over", Gone.CLEARED),
        ("is_suppressed", Gone.MASKED),
        ("is_acknowledged", Gone.ACKNOWLEDGED),
        ("is_superseded", Gone.SUPERSEDED),
    ],
)
def test_a_raise_that_things_overtook_is_not_sent(flag: str, reason: Gone) -> None:
    assert why_gone(due(**{flag: True})) is reason


def test_a_clear_is_sent_exactly_to_whoever_was_told_of_the_raise() -> None:
    told = due(CLEAR, is_raise_told=True, is_over=True, is_suppressed=True, is_acknowledged=True)
    assert why_gone(told) is None
    assert why_gone(due(CLEAR)) is Gone.RAISE_NOT_TOLD


@pytest.mark.parametrize("kind", [MessageKind.NOTICE, MessageKind.DIGEST, MessageKind.TEST])
def test_what_is_not_about_one_alarm_is_always_worth_sending(kind: MessageKind) -> None:
    assert why_gone(due(kind, is_over=True, is_suppressed=True)) is None


def test_critical_first_then_the_first_of_a_type_then_by_severity_then_clears() -> None:
    ordered = [
        rank_of(due(severity="critical"), is_first_of_its_type=False),
        rank_of(due(severity="warning"), is_first_of_its_type=True),
        rank_of(due(severity="major"), is_first_of_its_type=False),
        rank_of(due(severity="minor"), is_first_of_its_type=False),
        rank_of(due(CLEAR, severity="critical"), is_first_of_its_type=True),
    ]
    assert ordered == sorted(ordered)
    assert len(set(ordered)) == len(ordered)
