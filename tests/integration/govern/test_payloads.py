"""What other systems post, from the intake to alarms; what can not be read waits for a person."""

import json
from dataclasses import replace

import pytest

from tests.integration.collect.support import rows
from tests.support import snmp_packets as packets
from tests.support.alarms import build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.codec import encode
from yunwei.base.core.errors import Conflict, EngineAway, Invalid, Refused
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, ReceivedPayload
from yunwei.base.people.facts import Permission
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.collect.actions import dead_letters
from yunwei.monitor.collect.actions.heard import system_note_heard
from yunwei.monitor.collect.facts import DeadLetter, LetterKind, LetterState
from yunwei.monitor.collect.queries import dead_letters as letters
from yunwei.monitor.collect.queries import heard
from yunwei.plugins.sdk.contract import PayloadConnector
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context

SETTINGS = {"mapping": "own", "managed_object": "/host/{host}", "alarm_type": "disk.full"}


type Settings = dict[str, str]


@pytest.fixture
def settings() -> Settings:
    """What the source's form says; a test may change it."""
    return dict(SETTINGS)


@pytest.fixture
def world(world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world whose one source takes posts."""
    here = world.installation

    def connect(source: SourceId) -> PayloadConnector:
        context = make_context(settings, StillClock(world.clock.now()))
        connector: PayloadConnector = load(CONNECTORS, "webhook_in")(
            replace(context, source=here.source, tenant=here.tenant)
        )
        return connector

    monkeypatch.setattr(world.governor, "_connectors", connect)
    return world


def posts(world: World, *bodies: object) -> None:
    wait(world, *(post_of(world, body) for body in bodies))
    world.governs()


def post_of(world: World, body: object) -> ReceivedPayload:
    here = world.installation
    return ReceivedPayload(
        tenant=here.tenant,
        source=here.source,
        received_at=world.clock.now(),
        address="192.0.2.7",
        data=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


def wait(world: World, *payloads: ReceivedPayload, raw_alarms: tuple[RawAlarm, ...] = ()) -> None:
    """Let a batch lie in the stream."""
    name = f"p{len(world.stream.messages)}"
    append(world, IntakeBatch(batch_id=name, payloads=payloads, raw_alarms=raw_alarms))


def append(world: World, batch: IntakeBatch) -> None:
    world.stream.messages.append(encode(batch))


def replays(world: World, *ids: int) -> None:
    lets_replay(world, *ids)
    world.governs()


def lets_replay(world: World, *ids: int) -> None:
    result = dead_letters.replay_letters(
        world.viewer, ids, append=lambda batch: append(world, batch), now=world.clock.now()
    )
    assert result.failed == ()


def open_types(world: World) -> list[str]:
    return sorted(row.alarm.alarm_type for row in alarm_queries.fetch_alarms(world.viewer).items)


def alarm_of(world: World, alarm_type: str) -> Alarm:
    found = alarm_queries.fetch_alarms(world.viewer).items
    return next(row.alarm for row in found if row.alarm.alarm_type == alarm_type)


def only_letter(world: World) -> DeadLetter:
    (row,) = letters.fetch_dead_letters(world.viewer).items
    return letters.access_dead_letter(world.viewer, row.id)


def test_a_post_becomes_alarms(world: World) -> None:
    posts(world, [{"host": "H-1"}, {"host": "H-2"}])

    assert open_types(world) == ["disk.full", "disk.full"]
    assert letters.fetch_dead_letters(world.viewer).total == 0


def test_the_bad_part_of_a_post_waits_and_is_said_and_the_rest_is_applied(world: World) -> None:
    posts(world, [{"host": "H-1"}, {"name": "nobody"}])

    assert open_types(world) == ["disk.full", "intake.dead_letter"]
    letter = only_letter(world)
    assert (letter.kind, letter.state) == (LetterKind.PAYLOAD, LetterState.OPEN)
    assert (json.loads(letter.data), letter.address) == ([{"name": "nobody"}], "192.0.2.7")
    assert letter.error == "managed_object: there is no value for host"


def test_a_repaired_letter_is_applied_once_and_its_alarm_on_ourselves_ends(world: World) -> None:
    posts(world, b"no JSON")
    letter = only_letter(world)
    with pytest.raises(Invalid):
        dead_letters.repair_letter(world.viewer, letter.id, "{")
    dead_letters.repair_letter(world.viewer, letter.id, '{"host": "H-9"}')
    repaired = letters.access_dead_letter(world.viewer, letter.id)
    assert (repaired.data, repaired.original) == (b'{"host": "H-9"}', b"no JSON")

    replays(world, letter.id)

    settled = letters.access_dead_letter(world.viewer, letter.id)
    assert (settled.state, settled.attempts) == (LetterState.DONE, 1)
    assert alarm_of(world, "disk.full").managed_object == "/host/H-9"
    world.passes(minutes=20)
    world.governs()
    assert open_types(world) == ["disk.full"]


def test_batches_that_wait_together_are_each_applied_though_one_can_not_be_read(
    world: World,
) -> None:
    posts(world, b"no JSON")
    letter = only_letter(world)
    dead_letters.repair_letter(world.viewer, letter.id, '{"host": "H-2"}')
    here = world.installation
    unfit = build_raw(managed_object="/host/H-3", native_id="n3")
    wait(world, post_of(world, {"host": "H-1"}))
    world.stream.messages.append(b"garbage")
    wait(world, raw_alarms=(replace(unfit, tenant=TenantId(999_999), source=here.source),))
    lets_replay(world, letter.id)
    wait(world, post_of(world, {"host": "H-4"}))
    world.governs()

    told = alarm_queries.fetch_alarms(world.viewer).items
    objects = {row.alarm.managed_object for row in told if row.alarm.alarm_type == "disk.full"}
    assert objects == {"/host/H-1", "/host/H-2", "/host/H-4"}
    assert letters.access_dead_letter(world.viewer, letter.id).state is LetterState.DONE
    assert world.governor.counts.verdicts["raised"] >= len(objects)
    assert world.governor.counts.dead_letters == 3, "the first post, the garbage, the unfit report"


def test_a_letter_that_fails_again_is_the_same_letter_open_again(
    world: World, settings: Settings
) -> None:
    posts(world, {"name": "H-7"})
    letter = only_letter(world)

    replays(world, letter.id)

    again = only_letter(world)
    assert (again.id, again.state, again.attempts) == (letter.id, LetterState.OPEN, 1)
    settings["managed_object"] = "/host/{name}"
    replays(world, letter.id)
    assert only_letter(world).state is LetterState.DONE
    assert alarm_of(world, "disk.full").managed_object == "/host/H-7"


def test_a_replay_that_is_not_certain_did_not_happen_and_one_twice_is_the_same(
    world: World,
) -> None:
    posts(world, {"name": "x"})
    letter = only_letter(world)
    asked: list[str] = []

    def away(batch: IntakeBatch) -> None:
        asked.append(batch.batch_id)
        raise EngineAway("NATS")

    for _ in range(2):
        with pytest.raises(EngineAway):
            dead_letters.replay_letters(
                world.viewer, [letter.id], append=away, now=world.clock.now()
            )
    assert only_letter(world).attempts == 0
    # the stream stores an id once
    assert asked == [f"letter-{letter.id}-1"] * 2


def test_a_discarded_letter_is_kept_with_its_reason(world: World) -> None:
    posts(world, b"noise")
    letter = only_letter(world)

    with pytest.raises(Invalid):
        dead_letters.discard_letters(world.viewer, [letter.id], reason=" ", now=world.clock.now())
    dead_letters.discard_letters(
        world.viewer, [letter.id], reason="a test of theirs", now=world.clock.now()
    )

    kept = only_letter(world)
    assert (kept.state, kept.note) == (LetterState.DISCARDED, "a test of theirs")
    result = dead_letters.replay_letters(
        world.viewer, [letter.id], append=lambda batch: None, now=world.clock.now()
    )
    assert [id for id, _ in result.failed] == [letter.id]
    verbs = [row["verb"] for row in rows("SELECT verb FROM people_auditentry ORDER BY id")]
    assert verbs[-1] == "collect.discard_letter"


def test_a_report_that_can_not_be_applied_can_be_replayed(world: World) -> None:
    stranger = replace(build_raw(), tenant=TenantId(999), source=SourceId(999))
    append(world, IntakeBatch(batch_id="x", raw_alarms=(stranger,)))
    world.governs()
    letter = only_letter(world)
    assert letter.kind is LetterKind.REPORT

    replays(world, letter.id)

    again = only_letter(world)
    assert (again.state, again.attempts) == (LetterState.OPEN, 1)
    assert "ForeignKeyViolation" in again.error


def test_a_datagram_is_kept_without_its_community(world: World) -> None:
    here = world.installation
    broken = [("1.3.6.1.4.1.9.1", (0x02, b""))]
    datagram = ReceivedDatagram(
        tenant=here.tenant,
        source=here.source,
        received_at=world.clock.now(),
        address="192.0.2.7",
        data=packets.build_trap_v2c("1.3.6.1.4.1.9", broken, community="our-community"),
    )
    append(world, IntakeBatch(batch_id="d", datagrams=(datagram,)))
    world.governs()

    letter = only_letter(world)
    assert letter.kind is LetterKind.DATAGRAM
    assert b"our-community" not in letter.data


def test_only_who_manages_sources_deals_with_letters(world: World) -> None:
    posts(world, b"noise")
    letter = only_letter(world)
    reader = replace(
        world.viewer, permissions=world.viewer.permissions - {Permission.MANAGE_SOURCES}
    )
    stranger = replace(world.viewer, tenants=(TenantId(999),))
    for viewer in (reader, stranger):
        with pytest.raises((Refused, Conflict)):
            dead_letters.repair_letter(viewer, letter.id, "{}")
        result = dead_letters.discard_letters(
            viewer, [letter.id], reason="x", now=world.clock.now()
        )
        assert result.done == ()
    with pytest.raises(Refused):
        letters.access_dead_letter(stranger, letter.id)


def test_what_came_lately_is_kept_with_what_it_became(world: World) -> None:
    source = world.installation.source
    posts(world, [{"host": "H-1"}, {"x": 1}])
    system_note_heard(world.governor.take_heard(), now=world.clock.now())

    (sample,) = heard.fetch_samples(world.viewer, source)

    assert (sample.shape, sample.address) == ("", "192.0.2.7")
    assert [each.managed_object for each in sample.outcome.alarms] == ["/host/H-1"]
    assert sample.outcome.errors == ("managed_object: there is no value for host",)
    assert heard.fetch_samples(world.viewer, source, after=sample.id) == ()
    since = world.clock.now().replace(minute=0)
    counts = heard.fetch_source_counts(world.viewer, source, since=since)
    assert {each.kind: each.count for each in counts} == {"received": 1, "buried": 1}


def test_of_each_shape_a_few_samples_are_kept(world: World) -> None:
    for number in range(8):
        posts(world, {"host": f"H-{number}"})
        system_note_heard(world.governor.take_heard(), now=world.clock.now())

    samples = heard.fetch_samples(world.viewer, world.installation.source)

    hosts = [json.loads(each.data)["host"] for each in samples]
    assert hosts == ["H-7", "H-6", "H-5", "H-4", "H-3"]
