"""From the intake to the outbox: the governor on a real database, its stream in memory."""

from dataclasses import replace

import pytest

from tests.support.alarms import at, build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.codec import encode
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import IntakeBatch, ReceivedDatagram, Rejection
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmView
from yunwei.monitor.collect.queries import dead_letters as letters
from yunwei.monitor.governance.actions import mask_life
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.governance.queries import judgements
from yunwei.monitor.governance.queries import mask_rules as mask_rule_queries
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.queries import messages as message_queries

RAISE, CLEAR = MessageKind.RAISE, MessageKind.CLEAR


def test_raise_and_clear_are_each_told_once(world: World) -> None:
    world.reports(build_raw(), build_raw(minutes=1))
    world.reports(build_raw(minutes=2))
    assert world.told() == [RAISE]
    world.reports(build_raw(AlarmAct.CLEAR, 3))
    world.reports(build_raw(AlarmAct.CLEAR, 4))
    assert world.told() == [RAISE, CLEAR]
    [message] = message_queries.fetch_messages(world.viewer, filters={"kind": "raise"}).items
    assert message.content.subject == "【重要】host H-03 is down"
    assert message.route_name == "兜底：其余全部告警 / Catch-all: every other alarm"


def test_masked_alarm_is_told_to_nobody_and_names_its_rule(world: World) -> None:
    rule = world.masks()
    world.reports(build_raw())
    assert world.told() == []
    alarm = world.alarm(AlarmView.MASKED)
    [reason] = alarm.suppressed_by
    assert (reason.kind, reason.rule_id, reason.rule_version) == ("mask", rule, 1)
    [judgement] = judgements.explain_alarm(world.viewer, alarm.id)
    assert [each.reason for each in judgement.decisions] == [
        "worth_telling",
        "not_shelved",
        "masked",
    ]
    world.reports(build_raw(AlarmAct.CLEAR, 1))
    assert world.told() == []


def test_muted_alarm_stays_in_the_open_list(world: World) -> None:
    world.masks(effect=Effect.MUTE)
    world.reports(build_raw())
    assert world.told() == []
    assert world.alarm().is_suppressed


def test_alarm_still_raised_when_its_mask_ends_is_told(world: World) -> None:
    rule = world.masks()
    world.reports(build_raw())
    world.passes(hours=2, seconds=1)
    world.governs()
    assert world.told() == [RAISE]
    assert not world.alarm().is_suppressed
    row = mask_rule_queries.access_mask_rule(world.viewer, rule, now=world.clock.now())
    assert (row.hits, row.hidden_now) == (1, 0)


def test_mask_made_after_the_raise_hides_what_is_open(world: World) -> None:
    world.reports(build_raw())
    rule = world.masks()
    world.governs()
    assert world.alarm(AlarmView.MASKED).is_hidden
    assert world.told() == [RAISE]
    mask_life.stop_mask_rule(world.viewer, rule, now=world.clock.now())
    world.governs()
    assert not world.alarm().is_hidden
    assert world.told() == [RAISE], "the same raise is told once"
    world.reports(build_raw(AlarmAct.CLEAR, 5))
    assert world.told() == [RAISE, CLEAR]


def test_shelf_ends_by_itself(world: World) -> None:
    world.reports(build_raw())
    alarm = world.alarm()
    alarm_actions.shelve_alarm(
        world.viewer, alarm.id, now=at(0), until=at(30), note="waits for the vendor"
    )
    world.governs()
    assert world.alarm(AlarmView.SHELVED).suppressed_by[0].kind == "shelved"
    world.passes(minutes=31)
    world.governs()
    assert not world.alarm().is_suppressed


def test_worse_severity_is_told_again(world: World) -> None:
    world.reports(build_raw(severity=Severity.MINOR))
    world.reports(build_raw(minutes=1, severity=Severity.CRITICAL))
    assert world.told() == [RAISE, RAISE]
    world.reports(build_raw(AlarmAct.CLEAR, 2))
    assert world.told() == [RAISE, RAISE, CLEAR]


def test_what_is_over_when_it_is_heard_of_wakes_nobody(world: World) -> None:
    world.reports(build_raw(), build_raw(AlarmAct.CLEAR, 3))
    assert world.told() == []
    alarm = world.alarm(AlarmView.HISTORY)
    reasons = [
        judgement.decisions[-1].reason
        for judgement in judgements.explain_alarm(world.viewer, alarm.id)
    ]
    assert sorted(reasons) == ["cleared", "over_already"]


def test_break_before_commit_applies_the_batch_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*args: object, **options: object) -> None:
        raise EngineAway("PostgreSQL")

    with monkeypatch.context() as patch:
        patch.setattr(alarm_actions, "save_position", break_off)
        with pytest.raises(EngineAway):
            world.reports(build_raw())
    assert alarm_queries.fetch_alarms(world.viewer).total == 0
    world.governor = world.build_governor()
    world.governs()
    world.governor = world.build_governor()
    world.governs()
    assert world.alarm().count == 1
    assert world.told() == [RAISE]


def test_alarms_do_not_wait_for_telemetry(world: World) -> None:
    world.telemetry_is_away = True
    world.reports(build_raw())
    assert world.told() == [RAISE]
    assert world.governor.counts.unpublished == 1
    world.telemetry_is_away = False
    world.governs()
    assert [each.verdict for each in world.judged] == ["raised"]


def test_stream_made_anew_is_read_from_its_beginning(world: World) -> None:
    world.reports(build_raw())
    world.stream.messages.clear()
    world.stream.made = "second"
    world.governor = world.build_governor()
    world.reports(build_raw(managed_object="/host/H-04"))
    assert alarm_queries.fetch_alarms(world.viewer).total == 2


def test_report_of_nobody_we_know_stops_no_other(world: World) -> None:
    stranger = replace(build_raw(), tenant=TenantId(999), source=SourceId(999))
    here = world.installation
    known = replace(build_raw(managed_object="/host/H-04"), tenant=here.tenant, source=here.source)
    batch = IntakeBatch(batch_id="mixed", raw_alarms=(stranger, known))
    world.stream.messages.append(encode(batch))
    world.governs()
    assert world.alarm().managed_object == "/host/H-04"
    [letter] = letters.fetch_dead_letters(world.viewer).items
    assert "ForeignKeyViolation" in letter.error


def test_same_report_in_another_batch_is_applied_once(world: World) -> None:
    report = build_raw(AlarmAct.NOTICE, native_id="record-9")
    world.reports(report)
    world.reports(report, build_raw(managed_object="/host/H-04"))
    assert world.told() == [RAISE, RAISE]
    assert world.alarm(AlarmView.HISTORY).count == 1


def test_cleared_by_hand_is_told_to_those_who_were_told(world: World) -> None:
    world.reports(build_raw())
    rule = world.masks()
    world.governs()
    alarm = world.alarm(AlarmView.MASKED)
    alarm_actions.clear_alarm(world.viewer, alarm.id, now=at(1), note="replaced")
    world.governs()
    assert world.told() == [RAISE, CLEAR]
    row = mask_rule_queries.access_mask_rule(world.viewer, rule, now=world.clock.now())
    assert row.hidden_now == 0


def test_taken_off_the_shelf_it_is_loud_again(world: World) -> None:
    world.reports(build_raw())
    alarm = world.alarm()
    alarm_actions.shelve_alarm(
        world.viewer, alarm.id, now=at(0), until=at(30), note="waits for the vendor"
    )
    world.governs()
    alarm_actions.unshelve_alarm(world.viewer, alarm.id, now=at(1))
    world.governs()
    assert not world.alarm().is_suppressed


def test_masked_alarm_that_eases_out_of_its_rule_is_told(world: World) -> None:
    world.masks(condition={"field": "severity", "op": "eq", "value": "major"})
    world.reports(build_raw(severity=Severity.MAJOR))
    assert world.told() == []
    world.reports(build_raw(minutes=1, severity=Severity.MINOR))
    assert world.told() == [RAISE]


def test_worse_while_masked_is_told_when_the_mask_ends(world: World) -> None:
    world.reports(build_raw(severity=Severity.MINOR))
    world.masks()
    world.reports(build_raw(minutes=1, severity=Severity.MAJOR))
    assert world.told() == [RAISE]
    world.passes(hours=3)
    world.governs()
    assert world.told() == [RAISE, RAISE]


def test_masked_alarm_that_turns_critical_is_told_at_once(world: World) -> None:
    world.masks()
    world.reports(build_raw(severity=Severity.MINOR))
    assert world.told() == []
    world.reports(build_raw(minutes=1, severity=Severity.CRITICAL))
    assert world.told() == [RAISE]
    assert not world.alarm().is_suppressed


def test_unreadable_report_is_shelved_and_said(world: World) -> None:
    datagram = ReceivedDatagram(
        tenant=world.installation.tenant,
        source=world.installation.source,
        received_at=at(0),
        address="192.0.2.7",
        data=b"\x30\x03nonsense",
    )
    world.stream.messages.append(encode(IntakeBatch(batch_id="t", datagrams=(datagram,) * 2)))
    world.reports(build_raw())
    buried = letters.fetch_dead_letters(world.viewer)
    assert buried.total == 2
    assert buried.items[0].beginning == b"\x30\x03nonsense"
    types = {
        row.alarm.alarm_type: row.alarm.count
        for row in alarm_queries.fetch_alarms(world.viewer).items
    }
    assert types == {"host.down": 1, "intake.dead_letter": 2}


def test_flood_of_strangers_is_one_alarm_that_ends_when_they_are_quiet(world: World) -> None:
    for minute in range(3):
        rejection = Rejection(
            reason="unknown_community",
            address="192.0.2.9",
            count=10_000,
            first_at=at(minute),
            last_at=at(minute),
        )
        batch = IntakeBatch(batch_id=f"r{minute}", rejections=(rejection,))
        world.stream.messages.append(encode(batch))
    world.governs()
    alarm = world.alarm()
    assert (alarm.alarm_type, alarm.count) == ("intake.unknown_community", 3)
    assert "192.0.2.9" in alarm.text
    world.passes(minutes=20)
    world.governs()
    assert world.alarm(AlarmView.HISTORY).is_cleared


def test_garbage_on_the_bus_stops_nothing(world: World) -> None:
    world.stream.messages.append(b"\xc1garbage")
    world.reports(build_raw())
    assert world.alarm().text == "host H-03 is down"
    assert letters.fetch_dead_letters(world.viewer).total == 1


def test_alarm_without_a_route_is_said_once(world: World) -> None:
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("DELETE FROM notify_route")
    world.reports(build_raw(), build_raw(managed_object="/host/H-04"))
    assert types_of(world) == ["host.down", "host.down", "notify.no_route"]
    world.passes(minutes=20)
    world.governs()
    assert types_of(world) == ["host.down", "host.down"]


def types_of(world: World) -> list[str]:
    found = alarm_queries.fetch_alarms(world.viewer).items
    return sorted(row.alarm.alarm_type for row in found)
