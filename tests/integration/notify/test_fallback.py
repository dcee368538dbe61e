"""A channel that is down: its messages go by its fallback, and none is lost or told twice."""

from datetime import timedelta

from tests.integration.notify.test_claiming import clears
from tests.support.posted import Post
from yunwei.base.core.errors import SendError
from yunwei.base.core.ids import ChannelId
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.messages import DueMessage


class Down:
    """A receiver by which one channel does not get through."""

    def __init__(self, channel: ChannelId, *, permanent: bool = False) -> None:
        self.channel = channel
        self.permanent = permanent

    def __call__(self, message: DueMessage) -> None:
        if message.channel == self.channel:
            raise SendError("connection refused", permanent=self.permanent)


def works_for(post: Post, down: Down, minutes: int) -> list[str]:
    taken = post.works(down)
    for _ in range(minutes):
        post.world.passes(minutes=1)
        taken += post.works(down)
    return taken


def test_a_critical_alarm_goes_by_the_fallback_after_five_minutes(post: Post) -> None:
    spare = post.add_group("spare")
    first = post.add_group("first", fallback=spare)
    post.raises(1, severity=Severity.CRITICAL)
    down = Down(first)
    assert works_for(post, down, 4) == []
    assert works_for(post, down, 5) == ["[Critical] disk.full on H-1"]
    assert [(row.channel_name, row.state) for row in post.rows()] == [
        ("first", "replaced"),
        ("spare", "sent"),
    ]
    [(at, _)] = post.sent
    assert at - post.rows()[0].created_at < timedelta(minutes=10)
    clears(post, 1)
    assert works_for(post, down, 0) == ["[Cleared] disk.full on H-1"]
    assert post.sent[-1][1].channel == spare


def test_what_can_not_arrive_goes_by_the_fallback_at_once(post: Post) -> None:
    spare = post.add_group("spare")
    first = post.add_group("first", fallback=spare)
    post.raises(1)
    assert works_for(post, Down(first, permanent=True), 0) == ["[Minor] disk.full on H-1"]


def test_without_a_fallback_it_is_tried_for_a_day_and_then_given_up(post: Post) -> None:
    first = post.add_group("first")
    post.raises(1, severity=Severity.CRITICAL)
    down = Down(first)
    post.works(down)
    for _ in range(100):
        post.world.passes(minutes=15)
        post.works(down)
    assert post.states() == ["dead"]


def test_a_digest_takes_its_members_to_the_fallback(post: Post) -> None:
    spare = post.add_group("spare")
    first = post.add_group("first", limits="5/m", fallback=spare)
    post.raises(*range(1, 11))
    taken = works_for(post, Down(first, permanent=True), 0)
    assert taken[-1] == "[Digest] 7 alarms"
    assert {row.state for row in post.rows()} == {"replaced", "sent", "merged"}
    assert all(row.sent_at is not None for row in post.rows(state="merged"))
