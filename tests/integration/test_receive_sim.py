"""The simulated desktop cloud's traps, met over sockets alone, are the faults it was given."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.support.receiving import Receiving, receiving, source
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.infra.clock import SystemClock
from yunwei.plugins.sdk.contract import SourceContext
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.snmp.notification import decode_trap

SMALL = ("--desktops", "60", "--days", "1", "--port", "0", "--heartbeat", "1")


@asynccontextmanager
async def cloud(got: Receiving, *words: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run a small cloud that sends its traps to `got`; yields a client of its control face."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "yunwei_sim", *SMALL, "--trap-target", got.target, *words),
        stdout=PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        address = line.removeprefix("sim ready: ").strip()
        async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
            yield client
    finally:
        process.terminate()
        await process.communicate()


def read(got: Receiving) -> list[RawAlarm]:
    context = SourceContext(
        tenant=source().tenant, source=source().source, settings={}, clock=SystemClock()
    )
    connector = load(CONNECTORS, "snmp_trap")(context)
    return [
        alarm
        for each in got.stream.datagrams
        for alarm in connector.parse_trap(
            decode_trap(each.data, address=each.address),
            native_id="b:0",
            received_at=each.received_at,
        )
    ]


async def wait_for_alarms(got: Receiving, count: int) -> list[RawAlarm]:
    """Wait past traps that are no alarms, such as heartbeats."""
    async with asyncio.timeout(15), got.stream.changed:
        await got.stream.changed.wait_for(lambda: len(read(got)) >= count)
    return read(got)


def key(alarm: RawAlarm) -> tuple[str, str, str]:
    return alarm.managed_object, alarm.alarm_type, alarm.qualifier


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="family A in v2c"),
        pytest.param(
            ("--trap-version", "1", "--trap-charset", "gbk"), id="family A in v1, Chinese as GBK"
        ),
        pytest.param(("--trap-family", "B"), id="family B"),
    ],
)
@pytest.mark.parametrize("fault", ["host_down", "link_down"])
async def test_a_fault_is_raised_and_cleared_under_one_key(words: tuple[str, ...], fault: str):
    async with receiving() as got, cloud(got, *words) as sim:
        injected = (await sim.post("/sim/faults", json={"name": fault})).json()
        (raised,) = await wait_for_alarms(got, 1)
        await sim.delete(f"/sim/faults/{injected['id']}")
        _, cleared = await wait_for_alarms(got, 2)
        await got.stream.holds(3)

        assert (raised.act, cleared.act) == (AlarmAct.RAISE, AlarmAct.CLEAR)
        assert key(raised) == key(cleared)
        assert not raised.alarm_type.startswith("unmapped.")
        assert "note" not in raised.raw
        assert raised.event_at <= cleared.event_at
        # the third and whatever came after were heartbeats, which are no alarms
        assert len(read(got)) == 2
        assert not got.receiver.counts.rejected


async def test_a_chinese_name_is_the_same_in_both_charsets():
    texts = []
    for charset in ("utf-8", "gbk"):
        async with receiving() as got, cloud(got, "--trap-charset", charset) as sim:
            await sim.post("/sim/faults", json={"name": "broker_down"})
            (raised,) = await wait_for_alarms(got, 1)
            # what follows names the place, which each run draws anew
            texts.append(raised.text.partition("（")[0])

    assert texts[0] == texts[1]
    assert not texts[0].isascii()
