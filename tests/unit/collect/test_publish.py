"""What the intake gets: raw alarms of sources, and our own words about sources."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.support.alarms import build_raw
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.readings import Observation, ReadingPage
from yunwei.monitor.collect.facts import Poll, SourceHealth, SourceState
from yunwei.monitor.collect.publish import RawAlarmPublisher, SelfAlarms
from yunwei.plugins.sdk.contract import Read

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
POLL = Poll(
    source=SourceId(5),
    tenant=TenantId(2),
    source_name="Cloud",
    connector="scripted",
    read=Read.ALARMS,
    started_at=AT,
)
WELL = SourceHealth(
    source=SourceId(5),
    tenant=TenantId(2),
    name="Cloud",
    is_enabled=True,
    state=SourceState.OK,
    text="",
    changes=1,
)


class Intake:
    def __init__(self) -> None:
        self.batches: list[IntakeBatch] = []

    async def append(self, batch: IntakeBatch) -> None:
        self.batches.append(batch)


@pytest.fixture
def intake() -> Intake:
    return Intake()


async def test_the_same_page_has_the_same_id_whenever_it_is_read(intake: Intake) -> None:
    publish = RawAlarmPublisher(intake.append)
    for minutes in (0, 5):
        raw = replace(build_raw(native_id="one"), received_at=AT.replace(minute=minutes))
        await publish(POLL, ReadingPage(readings=(raw,), read_at=AT))
    assert intake.batches[0].batch_id == intake.batches[1].batch_id
    other = ReadingPage(readings=(build_raw(native_id="two"),), read_at=AT)
    await publish(POLL, other)
    assert len({batch.batch_id for batch in intake.batches}) == 2


async def test_a_long_page_goes_in_batches(intake: Intake) -> None:
    raws = tuple(build_raw(native_id=str(number)) for number in range(1201))
    await RawAlarmPublisher(intake.append)(POLL, ReadingPage(readings=raws, read_at=AT))
    assert [len(batch.raw_alarms) for batch in intake.batches] == [500, 500, 201]
    assert len({batch.batch_id for batch in intake.batches}) == 3


async def test_a_page_without_alarms_says_nothing(intake: Intake) -> None:
    told = Observation(metric="users.online", object_kind="source", object_id="", at=AT, value=1)
    await RawAlarmPublisher(intake.append)(POLL, ReadingPage(readings=(told,), read_at=AT))
    assert intake.batches == []


async def test_trouble_is_raised_and_its_end_cleared_under_one_key(intake: Intake) -> None:
    say = SelfAlarms(intake.append, SourceId(1))
    bad = replace(WELL, state=SourceState.UNREACHABLE, text="sessions: no answer", changes=2)
    await say(WELL, bad, AT)
    await say(bad, replace(WELL, changes=3), AT)
    (raised,), (cleared,) = (batch.raw_alarms for batch in intake.batches)
    assert (raised.act, cleared.act) == (AlarmAct.RAISE, AlarmAct.CLEAR)
    assert (raised.source, raised.tenant) == (SourceId(1), TenantId(2))
    assert raised.alarm_type == cleared.alarm_type == "source.unreachable"
    assert raised.managed_object == cleared.managed_object == "/source/5"
    assert "Cloud" in raised.text
    assert "no answer" in raised.text


async def test_another_trouble_ends_the_first(intake: Intake) -> None:
    before = replace(WELL, state=SourceState.UNREACHABLE, changes=2)
    after = replace(WELL, state=SourceState.REFUSED, changes=3)
    await SelfAlarms(intake.append, SourceId(1))(before, after, AT)
    acts = [(raw.act, raw.alarm_type) for raw in intake.batches[0].raw_alarms]
    assert acts == [(AlarmAct.CLEAR, "source.unreachable"), (AlarmAct.RAISE, "source.refused")]


@pytest.mark.parametrize("state", [SourceState.OK, SourceState.THROTTLED, SourceState.DISABLED])
async def test_what_is_no_trouble_is_no_alarm(intake: Intake, state: SourceState) -> None:
    await SelfAlarms(intake.append, SourceId(1))(WELL, replace(WELL, state=state, changes=2), AT)
    assert intake.batches == []


async def test_the_same_change_said_twice_has_one_id(intake: Intake) -> None:
    say = SelfAlarms(intake.append, SourceId(1))
    bad = replace(WELL, state=SourceState.REFUSED, changes=2)
    await say(WELL, bad, AT)
    await say(WELL, bad, AT)
    assert intake.batches[0].batch_id == intake.batches[1].batch_id
