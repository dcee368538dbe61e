"""When a failed message is tried again, goes another way, or is given up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.alarms import START
from tests.unit.notify.test_relevance import due
from yunwei.base.core.errors import SendError
from yunwei.monitor.notify.facts.messages import MessageState
from yunwei.monitor.notify.rules.retry import after_failure

PENDING, REPLACED, DEAD = MessageState.PENDING, MessageState.REPLACED, MessageState.DEAD
AWAY = SendError("away")
NO_ADDRESS = SendError("no such address", permanent=True)


@pytest.mark.parametrize(
    ("error", "attempts", "wait_s"),
    [
        (AWAY, 1, 5),
        (AWAY, 4, 40),
        (SendError("slow down", retry_after_s=60), 1, 60),
        (SendError("slow down", retry_after_s=99999), 1, 900),
        (AWAY, 50, 900),
    ],
)
def test_the_wait_grows_and_is_spread_by_a_fifth(
    error: SendError, attempts: int, wait_s: int
) -> None:
    message = replace(due(), attempts=attempts)
    verdict = after_failure(error, message, has_fallback=False, now=START)
    assert verdict.state is PENDING
    assert verdict.next_at is not None
    assert wait_s <= (verdict.next_at - START).total_seconds() <= wait_s * 1.2


def test_two_messages_are_not_tried_at_the_same_instant() -> None:
    waits = {
        after_failure(
            AWAY, replace(due(), dedupe=f"{n}", attempts=1), has_fallback=False, now=START
        )
        for n in range(20)
    }
    assert len({each.next_at for each in waits}) > 15


@pytest.mark.parametrize(
    ("severity", "minutes", "has_fallback", "error", "state"),
    [
        ("critical", 4, True, AWAY, PENDING),
        ("critical", 6, True, AWAY, REPLACED),
        ("critical", 6, False, AWAY, PENDING),
        ("major", 14, True, AWAY, PENDING),
        ("major", 16, True, AWAY, REPLACED),
        ("minor", 59, True, AWAY, PENDING),
        ("minor", 61, True, AWAY, REPLACED),
        ("warning", 239, True, AWAY, PENDING),
        ("", 241, True, AWAY, REPLACED),
        ("warning", 0, True, NO_ADDRESS, REPLACED),
        ("warning", 0, False, NO_ADDRESS, DEAD),
        ("critical", 23 * 60, False, AWAY, PENDING),
        ("critical", 25 * 60, False, AWAY, DEAD),
    ],
)
def test_patience_is_shorter_the_worse_it_is(
    severity: str, minutes: int, has_fallback: bool, error: SendError, state: MessageState
) -> None:
    now = START + timedelta(minutes=minutes)
    verdict = after_failure(error, due(severity=severity), has_fallback=has_fallback, now=now)
    assert verdict.state is state
