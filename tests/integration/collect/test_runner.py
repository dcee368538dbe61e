"""The runner on a scripted cloud: schedule, watermarks, trouble said once, leases."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.collect.conftest import Site
from tests.integration.collect.support import (
    NOTHING,
    Said,
    ScriptedCloud,
    eventually,
    hands_on,
    rows,
    running,
)
from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.errors import (
    Conflict,
    EngineAway,
    SourceBabbled,
    SourceRefused,
    SourceThrottled,
    SourceUnreachable,
)
from yunwei.base.core.readings import Observation, ReadingPage
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.collect import health, leases
from yunwei.monitor.collect.actions import sources as actions
from yunwei.monitor.collect.facts import Poll, SourceEdit
from yunwei.monitor.collect.hands import Hands
from yunwei.plugins.sdk.contract import Read, Wanted

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_FIRST_BACKOFF_S", 0.02)
    monkeypatch.setattr(health, "REFUSED_BACKOFF_S", 0.1)
    monkeypatch.setattr(health, "HELD_BACKOFF_S", 0.1)


def build_observation(value: float, kind: str = "source", name: str = "") -> Observation:
    return Observation(metric="users.online", object_kind=kind, object_id=name, at=AT, value=value)


def page(watermark: str | None = None, value: float = 1.0) -> ReadingPage:
    told = Observation(
        metric="users.online", object_kind="source", object_id="", at=AT, value=value
    )
    return ReadingPage(readings=(told,), read_at=AT, watermark=watermark)


def reads(source: int) -> dict[str, dict[str, object]]:
    found = rows("SELECT * FROM collect_sourceread WHERE source_id = %s", source)
    return {row["read"]: row for row in found}


async def test_it_polls_every_read_again_and_again(site: Site) -> None:
    source = site.add_source()
    cloud = ScriptedCloud({Read.INVENTORY: [[NOTHING]], Read.SESSIONS: [[NOTHING]]})
    async with running(hands_on(cloud)):
        await eventually(lambda: [read for read, _ in cloud.asked].count(Read.SESSIONS) >= 3)
        await eventually(lambda: reads(source)["inventory"]["last_ok_at"])
    assert {"inventory", "sessions"} == set(reads(source))
    assert cloud.closed == 1


async def test_what_the_customer_does_not_allow_is_not_read_until_they_do(site: Site) -> None:
    source = site.add_source()
    cloud = ScriptedCloud({Read.INVENTORY: [[NOTHING]]})
    allows = {"now": False}

    def decide(act: Act, by: str, now: datetime) -> Permit:
        return Permit(is_allowed=allows["now"], reason=PermitReason.NOT_AUTHORISED)

    use_gate(decide)
    try:
        async with running(hands_on(cloud)):
            await eventually(lambda: reads(source).get("inventory", {}).get("text"))
            assert cloud.asked == []
            assert reads(source)["inventory"]["state"] == "refused"
            assert "has not authorised" in str(reads(source)["inventory"]["text"])
            allows["now"] = True
            await eventually(lambda: reads(source)["inventory"]["last_ok_at"])
    finally:
        use_gate(None)
    assert cloud.asked


async def test_the_connector_gets_its_secrets_in_plain(site: Site) -> None:
    site.add_source()
    cloud = ScriptedCloud({Read.INVENTORY: [[NOTHING]]})
    async with running(hands_on(cloud)):
        await eventually(lambda: cloud.contexts)
    assert cloud.contexts[0].settings == {"url": "http://cloud", "key": "s3cret"}
    assert "s3cret" not in str(rows("SELECT * FROM collect_source"))


async def test_a_stored_page_moves_the_watermark(site: Site) -> None:
    site.add_source()
    cloud = ScriptedCloud({Read.ACTIVITY: [[page("one")], [page("two")], [NOTHING]]})
    async with running(hands_on(cloud)):
        await eventually(lambda: len(cloud.asked) >= 4)
    assert [wanted.watermark for _, wanted in cloud.asked[:4]] == [None, "one", "two", "two"]
    first = cloud.asked[0][1]
    assert first.history_from < AT


async def test_rows_and_watermark_are_one_transaction(site: Site) -> None:
    source = site.add_source()
    cloud = ScriptedCloud({Read.ACTIVITY: [[page("one")]]})

    def sink(conn: Connection, poll: Poll, taken: ReadingPage) -> tuple[()]:
        conn.execute("UPDATE collect_source SET history_days = 7")
        return ()

    async def publisher(poll: Poll, taken: ReadingPage) -> None:
        raise EngineAway("NATS is away")

    async with running(hands_on(cloud, sinks=(sink,), publishers=(publisher,))):
        await eventually(lambda: len(cloud.asked) >= 2)
    assert reads(source)["activity"]["watermark"] is None
    assert rows("SELECT history_days FROM collect_source") == [{"history_days": 30}]
    assert {wanted.watermark for _, wanted in cloud.asked} == {None}


async def test_what_follows_from_a_page_is_published_with_it(site: Site) -> None:
    site.add_source()
    cloud = ScriptedCloud({Read.SESSIONS: [[page()]]})
    derived = build_observation(2, "pool", "p")
    published: list[ReadingPage] = []

    async def publisher(poll: Poll, taken: ReadingPage) -> None:
        published.append(taken)

    hands = hands_on(cloud, sinks=(lambda conn, poll, page: (derived,),), publishers=(publisher,))
    async with running(hands):
        await eventually(lambda: published)
    assert published[0].readings == (*page().readings, derived)


async def test_a_poll_tells_later_pages_what_earlier_ones_gave(site: Site) -> None:
    site.add_source()
    cloud = ScriptedCloud({Read.SESSIONS: [[page(), NOTHING]]})
    given: list[frozenset[str]] = []

    def sink(conn: Connection, poll: Poll, taken: ReadingPage) -> tuple[()]:
        given.append(poll.given)
        return ()

    async with running(hands_on(cloud, sinks=(sink,))):
        await eventually(lambda: len(given) >= 2)
    assert given[:2] == [frozenset(), frozenset({"users.online"})]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SourceUnreachable(), "unreachable"),
        (SourceRefused("no right"), "refused"),
        (SourceBabbled("not JSON"), "babbling"),
        (KeyError("rows"), "babbling"),
    ],
)
async def test_trouble_and_its_end_are_said_once(
    site: Site, error: Exception, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = site.add_source()
    answers = [[NOTHING], error, error, error, [NOTHING]]
    cloud = ScriptedCloud({Read.INVENTORY: answers})
    said = Said()
    with caplog.at_level(logging.INFO, "yunwei.monitor.collect"):
        async with running(hands_on(cloud, say=said)):
            await eventually(lambda: len(said.changes) >= 3)
            await eventually(lambda: len(cloud.asked) >= 7)
    assert said.states == ["ok", state, "ok"]
    assert [after.changes for _, after in said.changes] == [1, 2, 3]
    assert len([each for each in caplog.messages if each.startswith("source Cloud is")]) == 3
    timeline = rows("SELECT after FROM collect_sourcestatechange WHERE source_id = %s", source)
    assert [row["after"] for row in timeline] == said.states


async def test_one_failed_poll_among_good_ones_is_not_said(site: Site) -> None:
    site.add_source()
    answers = [[NOTHING], SourceUnreachable(), [NOTHING]]
    said = Said()
    cloud = ScriptedCloud({Read.INVENTORY: answers})
    async with running(hands_on(cloud, say=said)):
        await eventually(lambda: len(cloud.asked) >= 5)
    assert said.states == ["ok"]


async def test_a_failed_poll_stores_nothing(site: Site) -> None:
    site.add_source()
    cloud = ScriptedCloud({Read.SESSIONS: [SourceUnreachable()]})
    published: list[ReadingPage] = []

    async def publisher(poll: Poll, taken: ReadingPage) -> None:
        published.append(taken)

    async with running(hands_on(cloud, publishers=(publisher,))):
        await eventually(lambda: len(cloud.asked) >= 3)
    assert published == []


async def test_a_throttled_source_is_left_alone_for_as_long_as_it_asks(site: Site) -> None:
    source = site.add_source()
    cloud = ScriptedCloud({Read.SESSIONS: [SourceThrottled(retry_after_s=3600)]})
    async with running(hands_on(cloud)):
        await eventually(lambda: reads(source).get("sessions", {}).get("state") == "throttled")
    told = reads(source)["sessions"]
    assert (told["next_at"] - told["last_started_at"]).total_seconds() > 3400  # type: ignore[operator]
    assert len(cloud.asked) == 1


async def test_a_source_that_hangs_is_given_up(site: Site) -> None:
    source = site.add_source()
    cloud = ScriptedCloud({Read.SESSIONS: [None]})
    async with running(hands_on(cloud, page_timeout_s=0.1)):
        await eventually(lambda: reads(source).get("sessions", {}).get("state") == "unreachable")
    assert reads(source)["sessions"]["text"] == "no answer within 0 s"


async def test_desktops_are_measured_once_it_is_known_which_there_are(site: Site) -> None:
    site.add_source()
    answers = {Read.INVENTORY: [SourceUnreachable(), [NOTHING]], Read.METRICS: [[NOTHING]]}
    cloud = ScriptedCloud(answers)
    hands = hands_on(cloud, choose_desktops=lambda source: ("d1", "d2"))
    async with running(hands):
        await eventually(lambda: [read for read, _ in cloud.asked].count(Read.METRICS) >= 2)
    order = [read for read, _ in cloud.asked]
    assert order[:2] == [Read.INVENTORY, Read.INVENTORY]
    wanted = next(wanted for read, wanted in cloud.asked if read is Read.METRICS)
    assert wanted.desktops == ("d1", "d2")


async def test_a_read_never_runs_twice_at_once(site: Site) -> None:
    site.add_source()
    cloud = ScriptedCloud({Read.SESSIONS: [[NOTHING]]}, every_s=0.001)
    async with running(hands_on(cloud)):
        await eventually(lambda: len(cloud.asked) >= 5)
    assert cloud.most_running == 1


async def test_a_changed_source_is_read_anew_within_3_s(site: Site) -> None:
    source = site.add_source(connector="huawei_workspace")
    with transaction() as conn:
        conn.execute("UPDATE collect_source SET settings = %s", ('{"project_id": "old"}',))
    cloud = ScriptedCloud({Read.SESSIONS: [[NOTHING]]})
    edit = SourceEdit(
        name="Cloud",
        settings={"project_id": "new", "region": "cn-north-4", "ak": "a", "sk": "b"},
    )
    async with running(hands_on(cloud)):
        await eventually(lambda: cloud.contexts)
        await asyncio.to_thread(actions.change_source, site.viewer, source, edit)
        await eventually(lambda: len(cloud.contexts) > 1)
    assert [each.settings["project_id"] for each in cloud.contexts] == ["old", "new"]


async def test_an_added_source_is_read_within_3_s(site: Site) -> None:
    cloud = ScriptedCloud({Read.SESSIONS: [[NOTHING]]})
    async with running(hands_on(cloud)) as runner:
        await eventually(lambda: rows("SELECT * FROM collect_runner"))
        source = await asyncio.to_thread(site.add_source)
        await eventually(lambda: runner.sources == (source,))


@pytest.mark.parametrize("leave", [actions.disable_source, actions.remove_source])
async def test_a_source_that_is_left_is_not_read_any_more(site: Site, leave: object) -> None:
    source = site.add_source()
    said = Said()
    cloud = ScriptedCloud({Read.SESSIONS: [SourceUnreachable()]})
    async with running(hands_on(cloud, say=said)) as runner:
        await eventually(lambda: said.states == ["unreachable"])
        await asyncio.to_thread(leave, site.viewer, source)  # type: ignore[arg-type]
        await eventually(lambda: said.states == ["unreachable", "disabled"])
        await eventually(lambda: runner.sources == ())
        await eventually(lambda: cloud.closed == 1)
    assert cloud.running == 0


async def test_a_source_of_an_unknown_connector_asks_a_person(site: Site) -> None:
    source = site.add_source(connector="no_such")
    said = Said()
    async with running(Hands(say=said)):
        await eventually(lambda: said.states == ["refused"])
    told = rows("SELECT state_text FROM collect_source WHERE id = %s", source)
    assert "no_such" in told[0]["state_text"]


async def test_two_copies_share_the_sources(site: Site) -> None:
    sources = {site.add_source(f"Cloud {number}") for number in range(5)}
    cloud = ScriptedCloud({Read.SESSIONS: [[NOTHING]]})
    async with running(hands_on(cloud), "a") as one, running(hands_on(cloud), "b") as two:
        await eventually(lambda: {*one.sources} | {*two.sources} == sources)
        await eventually(lambda: sorted((len(one.sources), len(two.sources))) == [2, 3])
        assert not {*one.sources} & {*two.sources}


async def test_a_copy_that_died_is_replaced(site: Site) -> None:
    source = site.add_source()
    with transaction() as conn:
        conn.execute(
            "INSERT INTO collect_sourcelease VALUES (%s, 'dead', now() + interval '1 second')",
            (source,),
        )
    cloud = ScriptedCloud({Read.SESSIONS: [[NOTHING]]})
    async with running(hands_on(cloud)) as runner:
        await eventually(lambda: runner.sources == (source,))


class GatedCloud(ScriptedCloud):
    """Answers once the gate is open."""

    gate: asyncio.Event

    async def answer(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]:
        self.asked.append((what, wanted))
        await self.gate.wait()
        yield page("ours")


async def test_a_copy_without_its_lease_writes_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = site.add_source()
    cloud = GatedCloud({Read.ACTIVITY: []})
    cloud.gate = asyncio.Event()
    refused: list[Exception] = []
    hold_lease = leases.hold_lease

    def note_refusal(*asked: Any) -> None:
        try:
            hold_lease(*asked)
        except Conflict as error:
            refused.append(error)
            raise

    monkeypatch.setattr(leases, "hold_lease", note_refusal)
    # a copy that does not look at its leases again, as one that was held up would not
    monkeypatch.setattr("yunwei.monitor.collect.runner._ROUND_S", 60)
    async with running(hands_on(cloud)):
        await eventually(lambda: cloud.asked)
        with transaction() as conn:
            conn.execute("UPDATE collect_sourcelease SET holder = 'other'")
        cloud.gate.set()
        await eventually(lambda: refused)
    assert reads(source)["activity"]["watermark"] is None
