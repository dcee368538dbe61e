"""net-snmp's own snmptrap and snmpinform are the judges of the receiver and the codec."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping

import pytest

from tests.support.receiving import Receiving, receiving, source
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.infra.clock import SystemClock
from yunwei.plugins.sdk.contract import SourceContext
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.snmp.notification import decode_trap

IMAP = "1.3.6.1.4.1.2011.2.15.2.4.3.3"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
LINK_UP = "1.3.6.1.6.3.1.1.5.4"
IF_INDEX = ("1.3.6.1.2.1.2.2.1.1.3", "i", "3")
V2C = ("-v2c", "-c", "public")
# -r: how often an inform is sent again, -t: seconds until then
INFORM = (*V2C, "-r", "0", "-t", "20")


async def start(program: str, *words: str) -> Process:
    return await asyncio.create_subprocess_exec(program, *words, stdout=DEVNULL, stderr=PIPE)


async def sent(program: str, *words: str) -> int:
    """Run a program of net-snmp to its end and return its exit code."""
    process = await start(program, *words)
    async with asyncio.timeout(30):
        _, said = await process.communicate()
    assert process.returncode is not None
    assert process.returncode in (0, 1), said
    return process.returncode


def alarms(got: Receiving, settings: Mapping[str, str] | None = None) -> list[RawAlarm]:
    """Read what was stored as `govern` does: through the connector, from the bytes alone."""
    connector = load(CONNECTORS, "snmp_trap")(
        SourceContext(
            tenant=source().tenant,
            source=source().source,
            settings=settings or {},
            clock=SystemClock(),
        )
    )
    return [
        alarm
        for each in got.stream.datagrams
        for alarm in connector.parse_trap(
            decode_trap(each.data, address=each.address),
            native_id="b:0",
            received_at=each.received_at,
        )
    ]


def imap(*, category: str, text: tuple[str, str]) -> list[str]:
    variables = {
        1: ("s", "2000143"),
        2: ("s", category),
        4: ("s", "CNA-03"),
        9: ("i", "1100138"),
        11: ("i", "6"),
        26: ("i", "1"),
        28: text,
    }
    return [word for item, (k, v) in variables.items() for word in (f"{IMAP}.{item}.0", k, v)]


async def test_a_v2c_trap_and_its_clear():
    async with receiving() as got:
        assert await sent("snmptrap", *V2C, got.target, "", LINK_DOWN, *IF_INDEX) == 0
        assert await sent("snmptrap", *V2C, got.target, "", LINK_UP, *IF_INDEX) == 0
        await got.stream.holds(2)

        raised, cleared = alarms(got)
        assert (raised.act, cleared.act) == (AlarmAct.RAISE, AlarmAct.CLEAR)
        assert raised.managed_object == "/device/127.0.0.1/interface/3"
        assert (raised.managed_object, raised.alarm_type, raised.qualifier) == (
            cleared.managed_object,
            cleared.alarm_type,
            cleared.qualifier,
        )


async def test_a_v1_trap_is_the_agents():
    v1 = ("-v1", "-c", "public")
    async with receiving() as got:
        head = ("1.3.6.1.4.1.8072.3.2.10", "192.0.2.7", "2", "0", "")
        assert await sent("snmptrap", *v1, got.target, *head, *IF_INDEX) == 0
        await got.stream.holds(1)

        (alarm,) = alarms(got)
        assert alarm.alarm_type == "snmp.link_down"
        assert alarm.managed_object == "/device/192.0.2.7/interface/3"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
async def test_chinese_text(encoding: str):
    text = ("x", "存储空间不足".encode(encoding).hex())
    async with receiving() as got:
        words = imap(category="1", text=text)
        assert await sent("snmptrap", *V2C, got.target, "", f"{IMAP}.0.1", *words) == 0
        await got.stream.holds(1)

        (alarm,) = alarms(got)
        assert (alarm.text, alarm.act) == ("存储空间不足", AlarmAct.RAISE)
        assert (alarm.alarm_type, alarm.qualifier) == ("imap.1100138", "2000143")


async def test_an_inform_ends_well_only_after_it_is_stored():
    async with receiving() as got:
        got.stream.gate.clear()
        process = await start("snmpinform", *INFORM, got.target, "", LINK_DOWN, *IF_INDEX)
        await got.stream.was_asked(1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.3)

        got.stream.gate.set()
        async with asyncio.timeout(10):
            assert await process.wait() == 0
        assert len(alarms(got)) == 1


async def test_an_inform_sent_again_and_again_is_stored_once():
    impatient = (*V2C, "-r", "50", "-t", "0.1")
    async with receiving() as got:
        got.stream.is_away = True
        process = await start("snmpinform", *impatient, got.target, "", LINK_DOWN, *IF_INDEX)
        await got.stream.was_asked(4)
        got.stream.is_away = False

        async with asyncio.timeout(20):
            assert await process.wait() == 0
        assert got.receiver.counts.informs_repeated > 0
        assert len(alarms(got)) == 1


async def test_an_inform_of_an_unknown_community_is_not_answered():
    async with receiving() as got:
        stranger = ("-v2c", "-c", "guess", "-r", "0", "-t", "0.3")
        assert await sent("snmpinform", *stranger, got.target, "", LINK_DOWN) == 1
        (told,) = await got.stream.tells()

        assert (told.reason, told.address) == ("unknown_community", "127.0.0.1")
        assert got.stream.datagrams == []


async def test_an_inform_over_ipv6():
    async with receiving(host="::1") as got:
        assert await sent("snmpinform", *INFORM, got.target, "", LINK_DOWN, *IF_INDEX) == 0

        assert alarms(got)[0].managed_object == "/device/::1/interface/3"


async def test_a_trap_that_nobody_knows_is_seen():
    async with receiving() as got:
        words = ("1.3.6.1.4.1.99999.0.7", "1.3.6.1.4.1.99999.1.1", "s", "磁盘故障")
        assert await sent("snmptrap", *V2C, got.target, "", *words) == 0
        await got.stream.holds(1)

        (alarm,) = alarms(got, {"language": "en"})
        assert alarm.alarm_type == "unmapped.1.3.6.1.4.1.99999.0.7"
        assert alarm.text == "Unmapped trap 1.3.6.1.4.1.99999.0.7: 1.3.6.1.4.1.99999.1.1=磁盘故障"
