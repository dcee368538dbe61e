"""SNMP v3 at the receiver: net-snmp's programs are the judges; what they do not do, we send."""

import asyncio

import pytest

from tests.support.receiving import ENGINE_ID, Receiving, own_engine, receiving, source
from tests.support.snmp_v3 import (
    AUTH_WORDS,
    PRIVACY_WORDS,
    Agent,
    run,
    trap_user,
    words,
)
from yunwei.plugins.sdk.contract import Trap
from yunwei.plugins.sdk.snmp.message_v3 import read_message, read_scoped
from yunwei.plugins.sdk.snmp.notification import decode_trap
from yunwei.plugins.sdk.snmp.usm_keys import AuthProtocol, PrivacyProtocol

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
VARIABLE = ("1.3.6.1.2.1.2.2.1.1.3", "i", "3")
# -r: how often an inform is sent again, -t: seconds until then
PATIENT = ("-r", "1", "-t", "20")
HASTY = ("-r", "0", "-t", "0.5")


def traps(got: Receiving) -> list[Trap]:
    """Read what was stored as `govern` does: from the bytes alone, without a key."""
    return [decode_trap(each.data, address=each.address) for each in got.stream.datagrams]


def numbers(got: Receiving) -> list[int]:
    return [int(trap.varbinds[0].value) for trap in traps(got)]


def speaking(*users, number: int = 1):
    return source(number, communities=(), users=users)


@pytest.mark.parametrize("auth", AUTH_WORDS)
async def test_traps_and_informs_with_every_pair_of_protocols(auth: AuthProtocol):
    users = [
        trap_user(f"user-{privacy or 'none'}", auth=auth, privacy=privacy)
        for privacy in (None, *PRIVACY_WORDS)
    ]
    async with receiving(speaking(*users)) as got:
        sent = [
            run(program, *words(user), *more, got.target, "", LINK_DOWN, *VARIABLE)
            for user in users
            for program, more in (("snmptrap", ()), ("snmpinform", PATIENT))
        ]

        assert await asyncio.gather(*sent) == [0] * len(sent)
        await got.stream.holds(len(sent))

        heard = {(trap.user, trap.is_inform) for trap in traps(got)}
        assert heard == {(user.name, is_inform) for user in users for is_inform in (False, True)}
        assert {trap.varbinds[0].value for trap in traps(got)} == {"3"}
        assert got.receiver.counts.rejected == {}


async def test_an_unproven_user_is_taken_only_where_the_source_says_so():
    unproven = trap_user("nina", auth=None, privacy=None)
    proven = trap_user("olga")
    async with receiving(speaking(unproven), speaking(proven, number=2)) as got:
        for name in ("nina", "olga"):
            user = trap_user(name, auth=None, privacy=None)
            await run("snmptrap", *words(user), got.target, "", LINK_DOWN, *VARIABLE)
        (told,) = await got.stream.tells()
        await got.stream.holds(1)

        assert [trap.user for trap in traps(got)] == ["nina"]
        assert (told.reason, told.source) == ("unsupported_level", 2)


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        (trap_user("stranger"), "unknown_user"),
        (trap_user(auth_password="another-word"), "wrong_digest"),
        (trap_user(auth=AuthProtocol.SHA512), "wrong_digest"),
        (trap_user(privacy_password="another-word"), "undecryptable"),
        (trap_user(privacy=PrivacyProtocol.AES256), "undecryptable"),
        (trap_user(privacy=None), "unsupported_level"),
        (trap_user(auth=None, privacy=None), "unsupported_level"),
    ],
)
async def test_what_is_not_as_configured_is_counted_told_and_not_processed(user, reason: str):
    async with receiving(speaking(trap_user())) as got:
        assert await run("snmptrap", *words(user), got.target, "", LINK_DOWN) == 0
        assert await run("snmpinform", *words(user), *HASTY, got.target, "", LINK_DOWN) == 1
        told = await got.stream.tells()

        assert {each.reason for each in told} == {reason}
        assert {each.source for each in told} == {None if reason == "unknown_user" else 1}
        assert got.receiver.counts.rejected[reason] >= 1
        assert got.stream.datagrams == []


async def test_an_inform_ends_well_only_after_it_is_stored():
    async with receiving(speaking(trap_user())) as got:
        got.stream.gate.clear()
        said = (*words(trap_user()), *PATIENT, got.target, "", LINK_DOWN, *VARIABLE)
        sending = asyncio.create_task(run("snmpinform", *said))
        await got.stream.was_asked(1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(sending), 0.3)

        got.stream.gate.set()

        assert await sending == 0
        assert len(traps(got)) == 1


async def test_an_inform_sent_again_and_again_is_stored_once():
    async with receiving(speaking(trap_user())) as got:
        got.stream.is_away = True
        impatient = ("-r", "50", "-t", "0.1")
        said = (*words(trap_user()), *impatient, got.target, "", LINK_DOWN, *VARIABLE)
        sending = asyncio.create_task(run("snmpinform", *said))
        await got.stream.was_asked(4)
        got.stream.is_away = False

        assert await sending == 0
        assert got.receiver.counts.informs_repeated > 0
        assert len(traps(got)) == 1


async def test_a_sender_that_does_not_know_our_time_is_told_it_signed():
    agent = Agent(user=trap_user(), boots=0, time_s=0)
    async with receiving(speaking(trap_user()), own=own_engine(boots=3, age_s=5000)) as got:
        got.send(agent.inform(1, to=ENGINE_ID))
        report = read_message(await got.answer())
        assert (report.flags, report.boots, report.user) == (1, 3, b"olga")
        assert 5000 <= report.time_s < 5060
        assert report.mac_stop - report.mac_at == AuthProtocol.SHA256.mac_bytes

        agent.boots, agent.time_s = report.boots, report.time_s
        got.send(agent.inform(2, to=ENGINE_ID))
        answer = read_message(await got.answer())

        assert (answer.flags, answer.message_id) == (3, agent.message_id)
        assert numbers(got) == [2]
        assert got.receiver.counts.rejected == {}


async def test_the_answer_carries_the_context_of_the_inform():
    agent = Agent(user=trap_user(privacy=None), boots=3, time_s=0)
    async with receiving(speaking(agent.user)) as got:
        got.send(agent.inform(9, to=ENGINE_ID))
        answer = await got.answer()

        message = read_message(answer)
        scoped = read_scoped(answer, message.data_at, message.end)
        assert (scoped.context_engine_id, scoped.context_name) == (agent.engine_id, b"ctx")
        assert scoped.pdu_tag == 0xA2


async def test_a_sender_that_goes_on_with_a_wrong_time_is_told_of():
    agent = Agent(user=trap_user(), boots=2, time_s=0)
    async with receiving(speaking(trap_user())) as got:
        for _ in range(3):
            got.send(agent.inform(1, to=ENGINE_ID))
            await got.answer()
        (told,) = await got.stream.tells()

        assert (told.reason, told.source) == ("not_in_time_window", 1)
        assert got.stream.datagrams == []


async def test_who_asks_who_we_are_is_told_and_counted_as_no_refusal():
    nobody = Agent(user=trap_user("", auth=None, privacy=None), boots=0, time_s=0)
    async with receiving(speaking(trap_user())) as got:
        got.send(nobody.say(0xA0, 77, engine_id=b"", flags=4))
        report = read_message(await got.answer())

        assert (report.engine_id, report.flags) == (ENGINE_ID, 0)
        assert got.receiver.counts.rejected == {}


async def test_strangers_get_no_answer_at_all():
    """Whoever is in no source's addresses learns nothing, not even that somebody listens."""
    elsewhere = source(1, communities=(), users=[trap_user()], networks=["192.0.2.0/24"])
    nobody = Agent(user=trap_user("", auth=None, privacy=None), boots=0, time_s=0)
    async with receiving(elsewhere) as got:
        got.send(nobody.say(0xA0, 77, engine_id=b"", flags=4), nobody.trap())
        (told,) = await got.stream.tells()

        assert told.reason == "unknown_user"
        with pytest.raises(BlockingIOError):
            got.sender.recv(1000)


async def test_a_captured_trap_is_refused_when_it_is_told_again_later():
    agent = Agent(user=trap_user(), boots=7, time_s=1000)
    captured = agent.trap(1)
    agent.time_s += 1000
    later = agent.trap(2)
    agent.boots, agent.time_s = 8, 3
    after_a_start = agent.trap(3)
    async with receiving(speaking(agent.user)) as got:
        got.send(captured, later, captured, after_a_start, later)
        (told,) = await got.stream.tells()
        await got.stream.holds(3)

        assert numbers(got) == [1, 2, 3]
        assert (told.reason, told.count, told.source) == ("not_in_time_window", 2, 1)


async def test_traps_that_overtake_each_other_on_the_way_are_taken():
    agent = Agent(user=trap_user(), time_s=1000)
    early = agent.trap(1)
    agent.time_s += 100
    async with receiving(speaking(agent.user)) as got:
        got.send(agent.trap(2), early)
        await got.stream.holds(2)

        assert numbers(got) == [2, 1]


async def test_a_user_of_one_name_with_two_customers_is_told_apart_by_its_password():
    ours, theirs = trap_user(), trap_user(auth_password="their-own-words")
    async with receiving(speaking(ours), speaking(theirs, number=2)) as got:
        got.send(Agent(user=theirs).trap(1), Agent(user=ours).trap(2))
        await got.stream.holds(2)

        assert [each.source for each in got.stream.datagrams] == [2, 1]


async def test_a_source_with_a_user_takes_no_public_unless_it_says_so():
    async with receiving(speaking(trap_user())) as got:
        await run("snmptrap", "-v2c", "-c", "public", got.target, "", LINK_DOWN)
        (told,) = await got.stream.tells()

        assert told.reason == "unknown_community"


async def test_a_question_from_a_user_is_no_notification():
    agent = Agent(user=trap_user(), boots=3, time_s=0)
    async with receiving(speaking(agent.user)) as got:
        got.send(agent.say(0xA0, 1, engine_id=ENGINE_ID, flags=4))
        (told,) = await got.stream.tells()

        assert told.reason == "malformed"


async def test_a_password_that_changes_counts_from_the_next_datagram_on():
    from yunwei.monitor.collect.receive import TrapSources

    before, after = trap_user(), trap_user(auth_password="a-newer-word")
    async with receiving(speaking(before)) as got:
        got.send(Agent(user=before).trap(1))
        await got.stream.holds(1)
        got.receiver.replace(TrapSources([speaking(after)]))
        got.send(Agent(user=before).trap(2), Agent(user=after).trap(3))
        await got.stream.holds(2)
        await got.stream.tells()

        assert numbers(got) == [1, 3]
