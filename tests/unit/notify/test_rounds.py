"""What a channel sends, merges and lets wait: nothing is lost, no limit broken, nobody starved."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.alarms import START
from yunwei.monitor.notify.facts.buckets import UNLIMITED, Allowance
from yunwei.monitor.notify.rules.rounds import Round, Waiting, plan_round

LATER = START + timedelta(minutes=1)


def waiting(id: int, recipient: str = "", rank: int = 3, **more: bool) -> Waiting:
    created_at = START + timedelta(seconds=id)
    return Waiting(id=id, recipient=recipient, rank=rank, created_at=created_at, **more)


def tokens(urgent: int, normal: int | None = None) -> Allowance:
    return Allowance(
        urgent=urgent,
        normal=urgent if normal is None else normal,
        urgent_at=LATER,
        normal_at=LATER,
    )


def plan(*due: Waiting, channel: Allowance = UNLIMITED, **recipients: Allowance) -> Round:
    return plan_round(due, channel=channel, recipients=recipients)


def many(count: int, recipient: str = "", rank: int = 3, start: int = 1) -> list[Waiting]:
    return [waiting(start + number, recipient, rank) for number in range(count)]


def test_without_limits_all_go_as_they_are_urgent_first() -> None:
    found = plan(waiting(1), waiting(2, rank=0), waiting(3, rank=2))
    assert found == Round(singles=(2, 3, 1))


def test_the_last_token_carries_all_that_is_left() -> None:
    found = plan(*many(40), channel=tokens(20))
    assert found.singles == tuple(range(1, 20))
    [merge] = found.merges
    assert (merge.members, merge.into, merge.at) == (tuple(range(20, 41)), None, None)
    assert found.waits == ()


def test_without_a_token_messages_become_a_digest_that_waits() -> None:
    found = plan(*many(3), channel=tokens(0))
    [merge] = found.merges
    assert (merge.members, merge.at) == ((1, 2, 3), LATER)


def test_one_alone_without_a_token_waits_as_it_is() -> None:
    assert plan(waiting(1), channel=tokens(0)) == Round(waits=((1, LATER),))


def test_what_comes_later_joins_the_digest_that_waits() -> None:
    digest = waiting(7, is_digest=True)
    found = plan(digest, *many(2, start=8), channel=tokens(0))
    [merge] = found.merges
    assert (merge.into, merge.members, merge.at) == (7, (8, 9), LATER)


def test_a_digest_goes_in_the_round_in_which_others_join_it() -> None:
    found = plan(waiting(7, is_digest=True), waiting(8), channel=tokens(1))
    assert found.singles == (7,)
    assert found.merges[0].members == (8,)


def test_a_critical_alarm_uses_the_reserve_and_is_not_merged_with_others() -> None:
    found = plan(waiting(1, rank=0), *many(5, start=2), channel=tokens(4, normal=0))
    assert found.singles == (1,)
    assert [merge.members for merge in found.merges] == [(2, 3, 4, 5, 6)]
    assert found.merges[0].at == LATER


def test_critical_alarms_beyond_all_tokens_go_together_with_the_last() -> None:
    found = plan(*many(10, rank=0), channel=tokens(4, normal=0))
    assert found.singles == (1, 2, 3)
    assert found.merges[0].members == tuple(range(4, 11))


def test_what_was_tried_as_it_is_stays_as_it_is() -> None:
    tried = waiting(1, is_fixed=True)
    assert plan(tried, *many(3, start=2), channel=tokens(1)).singles == (1,)
    found = plan(tried, *many(3, start=2), channel=tokens(0))
    assert found.merges[0].members == (2, 3, 4)
    assert found.waits == ((1, LATER),)


def test_a_flood_to_one_does_not_hold_up_another() -> None:
    found = plan(*many(50, "anna"), waiting(99, "ben"), channel=tokens(4))
    assert 99 in found.singles
    assert found.singles[:2] == (1, 99)


def test_each_address_keeps_its_own_limit() -> None:
    found = plan(*many(3, "anna"), *many(2, "ben", start=10), anna=tokens(1), ben=tokens(0))
    assert [(merge.recipient, merge.members, merge.at) for merge in found.merges] == [
        ("anna", (1, 2, 3), None),
        ("ben", (10, 11), LATER),
    ]


dues = st.lists(
    st.tuples(st.sampled_from(["anna", "ben", "chen"]), st.integers(0, 6), st.booleans()),
    max_size=40,
)
allowances = st.one_of(
    st.just(UNLIMITED),
    st.tuples(st.integers(0, 12), st.integers(0, 4)).map(
        lambda pair: tokens(pair[0], max(0, pair[0] - pair[1]))
    ),
)


@given(due=dues, channel=allowances, anna=allowances)
def test_every_message_has_one_fate_and_no_limit_is_broken(
    due: list[tuple[str, int, bool]], channel: Allowance, anna: Allowance
) -> None:
    messages = [
        waiting(id, who, rank, is_fixed=is_fixed) for id, (who, rank, is_fixed) in enumerate(due, 1)
    ]
    found = plan(*messages, channel=channel, anna=anna)
    merged = [id for merge in found.merges for id in merge.members]
    fates = [*found.singles, *merged, *(id for id, _ in found.waits)]
    assert sorted(fates) == [each.id for each in messages]
    sent_now = [merge for merge in found.merges if merge.at is None]
    whose = {each.id: each.recipient for each in messages}
    for allowance, who in ((channel, None), (anna, "anna")):
        spent = sum(who in (None, whose[id]) for id in found.singles)
        spent += sum(who in (None, merge.recipient) for merge in sent_now)
        assert allowance.urgent is None or spent <= allowance.urgent


@given(due=dues)
def test_everybody_gets_something_when_there_is_a_token_for_each(
    due: list[tuple[str, int, bool]],
) -> None:
    messages = [waiting(id, who, rank) for id, (who, rank, _) in enumerate(due, 1)]
    people = {each.recipient for each in messages}
    # urgent and other messages of one person are served apart
    found = plan(*messages, channel=tokens(2 * len(people)))
    whose = {each.id: each.recipient for each in messages}
    served = {whose[id] for id in found.singles}
    served |= {merge.recipient for merge in found.merges if merge.at is None}
    assert served == people
