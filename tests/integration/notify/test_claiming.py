"""What a worker sends and when, on a real database with a clock that is moved."""

import pytest

from tests.support.alarms import build_raw
from tests.support.posted import Post
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.notify.facts.messages import DueMessage
from yunwei.monitor.notify.rules.buckets import count_taken
from yunwei.monitor.notify.rules.limits import parse_limits
from yunwei.monitor.notify.store import buckets as bucket_store

DISKS = {"field": "alarm_type", "op": "eq", "value": "disk.full"}


def clears(post: Post, *numbers: int) -> None:
    post.world.reports(
        *(
            build_raw(
                AlarmAct.CLEAR,
                1,
                managed_object=f"/host/H-{number}",
                alarm_type="disk.full",
            )
            for number in numbers
        )
    )


def test_a_bot_at_its_limit_sends_a_digest_and_loses_nothing(post: Post) -> None:
    post.add_group(limits="20/m")
    post.raises(*range(1, 61))
    taken = post.works()
    # a fifth of the tokens is kept for what is urgent; the first of its type was
    assert len(taken) == 16
    assert taken[-1] == "[Digest] 45 alarms"
    assert post.states(kind="raise").count("sent") == 15
    assert post.states(kind="raise").count("merged") == 45
    [digest] = post.rows(kind="digest")
    assert digest.state == "sent"
    assert all(row.sent_at is not None for row in post.rows(kind="raise"))


def test_what_comes_while_the_bucket_is_empty_joins_one_digest_that_goes_first_thing(
    post: Post,
) -> None:
    post.add_group(limits="5/m")
    post.raises(*range(1, 11))
    post.works()
    post.raises(*range(11, 14))
    assert post.works() == []
    post.world.passes(seconds=30)
    post.raises(*range(14, 20))
    assert post.works() == []
    post.world.passes(seconds=35)
    assert post.works() == ["[Digest] 9 alarms"]
    assert "pending" not in post.states()


def test_a_critical_alarm_jumps_the_queue(post: Post) -> None:
    post.add_group(limits="5/m")
    post.raises(*range(1, 21))
    post.works()
    post.raises(*range(21, 24))
    post.raises(30, severity=Severity.CRITICAL)
    assert post.works() == ["[Critical] disk.full on H-30"]


def test_a_restart_with_a_half_empty_bucket_forgets_nothing(post: Post) -> None:
    channel = post.add_group(limits="10/m")
    post.raises(*range(1, 5))
    assert len(post.works()) == 4
    # nothing of a worker is kept: the bucket is a row
    with transaction() as conn:
        [bucket] = bucket_store.list_buckets(conn, [channel])[channel]
    [limit] = parse_limits("10/m")
    assert count_taken(bucket, limit, post.world.clock.now()) == 4
    post.raises(*range(5, 25))
    taken = post.works()
    assert len(taken) == 4
    assert taken[-1] == "[Digest] 17 alarms"


def test_two_workers_share_one_bucket(post: Post) -> None:
    post.add_group(limits="6/m")
    post.raises(1, 2, 3, 4)
    first, second = post.claims(room=2), post.claims(room=2)
    assert len(first + second) == 4
    assert len({message.id for message in first + second}) == 4
    post.raises(*range(5, 20), severity=Severity.CRITICAL)
    # 2 of 6 are left: one critical alarm, and all the others in one
    assert [len(post.claims()) for _ in range(3)] == [1, 1, 0]


def test_one_persons_flood_does_not_hold_up_anothers_alarm(post: Post) -> None:
    people = []
    for name in ("anna", "ben"):
        draft = PersonDraft(
            username=name,
            role=Role.OPERATOR,
            tenant=post.world.installation.tenant,
            email=f"{name}@yw.example",
        )
        people.append(create_user(SYSTEM, draft, password="correct horse battery 7").id)
    post.add_mail(people=tuple(people), limits="address 2/m")
    post.raises(*range(1, 8))
    post.works()
    by_address = [message.address for _, message in post.sent]
    assert sorted(by_address) == ["anna@yw.example"] * 2 + ["ben@yw.example"] * 2


@pytest.mark.parametrize("how", ["cleared", "masked", "acknowledged", "worsened"])
def test_what_is_overtaken_before_it_was_sent_is_cancelled_with_the_reason(
    post: Post, how: str
) -> None:
    post.add_group()
    post.raises(1)
    post.world.passes(seconds=5)
    if how == "cleared":
        clears(post, 1)
    elif how == "masked":
        post.world.masks(condition=DISKS, effect=Effect.MUTE)
        post.world.governs()
    elif how == "acknowledged":
        viewer, alarm = post.world.viewer, post.world.alarm()
        alarm_actions.acknowledge_alarm(viewer, alarm.id, now=post.world.clock.now())
    else:
        post.raises(1, severity=Severity.CRITICAL)
    taken = post.works()
    assert taken == (["[Critical] disk.full on H-1"] if how == "worsened" else [])
    reasons = {"worsened": "superseded"}
    [row] = [each for each in post.rows(kind="raise") if each.state == "cancelled"]
    assert row.reason == reasons.get(how, how)
    assert [each.reason for each in post.rows(kind="clear")] == (
        ["raise_not_told"] if how == "cleared" else []
    )


def test_a_clear_goes_to_whoever_was_told_of_the_raise_masked_since_or_not(post: Post) -> None:
    post.add_group(limits="20/m")
    post.raises(1)
    post.works()
    post.world.masks(condition=DISKS, effect=Effect.MUTE)
    post.world.governs()
    clears(post, 1)
    assert post.works() == ["[Cleared] disk.full on H-1"]


def test_a_digest_leaves_out_what_is_over_and_the_ends_of_what_it_told_are_told(
    post: Post,
) -> None:
    post.add_group(limits="5/m")
    post.raises(*range(1, 5))
    post.works()
    post.raises(11, 12, 13)
    assert post.works() == []
    clears(post, 12)
    post.world.passes(minutes=2)
    assert post.works() == ["[Digest] 2 alarms"]
    assert [row.reason for row in post.rows(kind="clear")] == ["raise_not_told"]
    clears(post, 11)
    assert post.works() == ["[Cleared] disk.full on H-11"]


def test_a_digest_that_nothing_is_left_of_is_not_sent(post: Post) -> None:
    post.add_group(limits="5/m")
    post.raises(*range(1, 5))
    post.works()
    post.raises(11, 12)
    post.works()
    clears(post, 11, 12)
    post.world.passes(minutes=2)
    assert post.works() == []
    assert [(row.state, row.reason) for row in post.rows(kind="digest")] == [
        ("cancelled", "nothing_left")
    ]


def test_what_a_dead_worker_had_is_sent_again_and_marked(post: Post) -> None:
    post.add_group()
    post.raises(1)
    [lost] = post.claims()
    assert not lost.is_doubtful
    post.world.passes(seconds=30)
    assert post.claims() == []
    post.world.passes(seconds=31)
    post.works()
    [(_, again)] = post.sent
    assert again.id == lost.id
    assert again.dedupe == lost.dedupe
    assert again.is_doubtful


def test_a_receiver_that_is_asked_too_often_is_left_alone_by_all_messages(post: Post) -> None:
    post.add_group()

    def refuse(message: DueMessage) -> None:
        raise SendError("too often", retry_after_s=600)

    post.raises(1)
    post.works(refuse)
    post.raises(2, 3)
    post.world.passes(minutes=9)
    assert post.works() == []
    # the one that failed comes up to a fifth later
    post.world.passes(minutes=3)
    assert len(post.works()) == 3
    assert set(post.states()) == {"sent"}


def test_an_address_that_is_asked_too_often_is_left_alone_and_no_other(post: Post) -> None:
    post.add_mail(people=(_person(post, "anna"), _person(post, "ben")), limits="address 9/m")

    def refuse(message: DueMessage) -> None:
        if message.address.startswith("anna"):
            raise SendError("too often", retry_after_s=600, is_about_address=True)

    post.raises(1)
    post.works(refuse)
    post.raises(2)
    assert {message.address for _, message in post.sent} == {"ben@yw.example"}
    post.works()
    assert {message.address for _, message in post.sent} == {"ben@yw.example"}
    post.world.passes(minutes=11)
    post.works()
    assert post.sent[-1][1].address == "anna@yw.example"


def _person(post: Post, name: str) -> int:
    draft = PersonDraft(
        username=name,
        role=Role.OPERATOR,
        tenant=post.world.installation.tenant,
        email=f"{name}@yw.example",
    )
    return create_user(SYSTEM, draft, password="correct horse battery 7").id


def test_alarms_that_a_rule_puts_into_the_digest_are_told_together_at_the_quarter(
    post: Post,
) -> None:
    post.world.masks(condition=DISKS, effect=Effect.DIGEST)
    post.add_group()
    post.world.passes(minutes=2)
    post.raises(1, 2, 3)
    post.world.passes(minutes=12)
    post.raises(4)
    clears(post, 3)
    assert post.works() == []
    post.world.passes(minutes=1)
    assert post.works() == ["[Digest] 3 alarms"]
    assert post.works() == []


def test_a_digest_on_screen_is_one_message(post: Post) -> None:
    post.world.masks(condition=DISKS, effect=Effect.DIGEST)
    post.raises(1, 2, 3)
    assert post.rows(state="sent") == ()
    post.world.passes(minutes=15)
    assert post.works() == []
    [told] = post.rows(state="sent")
    assert (told.kind, told.channel_name, told.recipient) == ("digest", "", "olga")
    assert "3 条告警" in told.content.subject


def test_the_outcome_of_a_digest_is_that_of_its_members(post: Post) -> None:
    post.add_group(limits="5/m")
    post.raises(*range(1, 10))

    def refuse_digest(message: DueMessage) -> None:
        if message.kind == "digest":
            raise SendError("busy")

    post.works(refuse_digest)
    assert [row.sent_at for row in post.rows(state="merged")] == [None] * 6
    post.world.passes(minutes=2)
    assert post.works() == ["[Digest] 6 alarms"]
    assert None not in [row.sent_at for row in post.rows(state="merged")]


def test_sending_is_bounded_by_nothing_when_a_channel_has_no_limits(post: Post) -> None:
    post.add_group()
    post.raises(*range(1, 51))
    assert len(post.works()) == 50
