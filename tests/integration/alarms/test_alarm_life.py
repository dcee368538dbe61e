"""An alarm's life in the database: raised, repeated, cleared, and what people do about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.alarms import Installation, at, build_raw, build_viewer
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AlarmId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import actions, queries
from yunwei.monitor.alarms.facts import Alarm, AlarmView, OperatorState, Step, Verdict

CLEAR, NOTICE = AlarmAct.CLEAR, AlarmAct.NOTICE


def apply(installation: Installation, *raws: RawAlarm, minutes: float = 0) -> list[Step]:
    fitted = [_fit(installation, raw) for raw in raws]
    with transaction() as conn:
        return list(actions.apply_raw_alarms(conn, fitted, now=at(minutes)))


def _fit(installation: Installation, raw: RawAlarm) -> RawAlarm:

    return replace(raw, tenant=installation.tenant, source=installation.source)


def only(installation: Installation, view: AlarmView = AlarmView.OPEN) -> Alarm:
    rows = queries.fetch_alarms(installation.viewer, view=view).items
    assert len(rows) == 1
    return rows[0].alarm


def test_raise_stands_in_the_open_list(installation: Installation) -> None:
    [step] = apply(installation, build_raw())
    assert step.verdict is Verdict.RAISED
    row = queries.fetch_alarms(installation.viewer).items[0]
    assert (row.alarm.text, row.alarm.severity, row.source_name) == (
        "host H-03 is down",
        Severity.MAJOR,
        "SNMP",
    )
    assert row.alarm.raised_at == at(0)
    assert row.alarm.raw == {"where": "/host/H-03"}


def test_repeat_counts_and_clear_moves_to_history(installation: Installation) -> None:
    apply(installation, build_raw(), build_raw(minutes=1), build_raw(minutes=2))
    assert only(installation).count == 3
    [step] = apply(installation, build_raw(CLEAR, 5))
    assert step.verdict is Verdict.CLEARED
    assert queries.fetch_alarms(installation.viewer).total == 0
    cleared = only(installation, AlarmView.HISTORY)
    assert (cleared.cleared_at, cleared.count) == (at(5), 3)
    [occurrence] = queries.fetch_occurrences(installation.viewer, cleared.id)
    assert (occurrence.raised_at, occurrence.cleared_at) == (at(0), at(5))


def test_raise_and_clear_of_one_batch_are_both_told(installation: Installation) -> None:
    steps = apply(installation, build_raw(), build_raw(CLEAR, 1), build_raw(minutes=2))
    assert [step.verdict for step in steps] == [
        Verdict.RAISED,
        Verdict.CLEARED,
        Verdict.RAISED,
    ]
    alarm = only(installation)
    assert len(queries.fetch_occurrences(installation.viewer, alarm.id)) == 2
    verbs = [change.verb for change in queries.fetch_changes(installation.viewer, alarm.id)]
    assert verbs == ["raised", "cleared", "raised"]


def test_clear_that_overtook_its_raise_ends_it(installation: Installation) -> None:
    [orphan] = apply(installation, build_raw(CLEAR, 3))
    assert orphan.verdict is Verdict.ORPHAN_CLEAR
    steps = apply(installation, build_raw(minutes=1), minutes=4)
    assert [step.verdict for step in steps] == [Verdict.RAISED, Verdict.CLEARED]
    assert only(installation, AlarmView.HISTORY).cleared_at == at(3)


def test_clear_that_overtook_in_the_same_batch_ends_it(installation: Installation) -> None:
    steps = apply(installation, build_raw(CLEAR, 3), build_raw(minutes=1))
    assert [step.verdict for step in steps] == [
        Verdict.ORPHAN_CLEAR,
        Verdict.RAISED,
        Verdict.CLEARED,
    ]


def test_clear_older_than_the_raise_changes_nothing(installation: Installation) -> None:
    apply(installation, build_raw(minutes=10))
    [step] = apply(installation, build_raw(CLEAR, 5))
    assert step.verdict is Verdict.STALE
    assert not only(installation).is_cleared


def test_notice_is_kept_as_history(installation: Installation) -> None:
    [step] = apply(installation, build_raw(NOTICE, text="cold start"))
    assert step.verdict is Verdict.NOTICED
    assert only(installation, AlarmView.HISTORY).text == "cold start"


def test_worse_severity_takes_acknowledgement_back(installation: Installation) -> None:
    apply(installation, build_raw(severity=Severity.MINOR))
    alarm = only(installation)
    actions.acknowledge_alarm(installation.viewer, alarm.id, now=at(1), note="on it")
    apply(installation, build_raw(minutes=2, severity=Severity.CRITICAL), minutes=2)
    assert only(installation).operator_state is OperatorState.NONE
    verbs = [change.verb for change in queries.fetch_changes(installation.viewer, alarm.id)]
    assert verbs[:2] == ["reopened", "worsened"]


def test_same_report_twice_counts_once(installation: Installation) -> None:
    apply(installation, build_raw(native_id="record-7"))
    [step] = apply(installation, build_raw(native_id="record-7"))
    assert step.verdict is Verdict.DUPLICATE
    assert only(installation).count == 1


def test_manual_clear_opens_again_only_for_news(installation: Installation) -> None:
    apply(installation, build_raw())
    alarm = only(installation)
    actions.clear_alarm(installation.viewer, alarm.id, now=at(1), note="replaced")
    [told_again] = apply(installation, build_raw(native_id="resync"))
    assert told_again.verdict is Verdict.STALE
    [news] = apply(installation, build_raw(minutes=3))
    assert news.verdict is Verdict.RAISED


def test_shelf_takes_the_alarm_aside(installation: Installation) -> None:
    apply(installation, build_raw())
    alarm = only(installation)
    with pytest.raises(Invalid, match="reason"):
        actions.shelve_alarm(installation.viewer, alarm.id, now=at(1), until=at(60), note=" ")
    actions.shelve_alarm(
        installation.viewer, alarm.id, now=at(1), until=at(60), note="disk ordered"
    )
    assert queries.fetch_alarms(installation.viewer).total == 0
    assert only(installation, AlarmView.SHELVED).operator_note == "disk ordered"
    with pytest.raises(Conflict):
        actions.acknowledge_alarm(installation.viewer, alarm.id, now=at(2))


def test_not_yours_is_not_there(installation: Installation) -> None:
    apply(installation, build_raw())
    alarm = only(installation)
    stranger = build_viewer(installation.tenant + 1)
    with pytest.raises(Refused):
        queries.access_alarm(stranger, alarm.id)
    with pytest.raises(Refused):
        actions.acknowledge_alarm(stranger, alarm.id, now=at(1))
    with pytest.raises(Refused):
        actions.acknowledge_alarm(installation.viewer, AlarmId(999), now=at(1))


def test_bulk_tells_what_could_not_be_done(installation: Installation) -> None:
    apply(installation, build_raw(), build_raw(managed_object="/host/H-04"))
    ids = [row.alarm.id for row in queries.fetch_alarms(installation.viewer).items]
    actions.acknowledge_alarm(installation.viewer, ids[0], now=at(1))
    batch = actions.operate_on_many(
        [*ids, AlarmId(999)],
        lambda id: actions.acknowledge_alarm(installation.viewer, id, now=at(2)),
    )
    assert batch.done == (ids[1],)
    assert [id for id, _ in batch.failed] == [ids[0], 999]


def test_filters_and_search(installation: Installation) -> None:
    apply(
        installation,
        build_raw(managed_object="/pool/财务/desktop/D-1", alarm_type="disk.full", text="磁盘已满"),
        build_raw(managed_object="/pool/财务处/desktop/D-2", severity=Severity.CRITICAL),
    )

    def count(**filters: object) -> int:
        return queries.fetch_alarms(installation.viewer, filters=filters).total

    assert count(search="磁盘") == 1
    assert count(object="/pool/财务") == 1
    assert count(about=["D-2", "10.0.0.7"]) == 1
    assert count(about=["D"]) == 0
    assert count(severity=["critical", "minor"]) == 1
    assert count(alarm_type="disk.full", raised_since=at(-1)) == 1
    with pytest.raises(Invalid, match="no such filter"):
        count(colour="red")


def test_text_with_nul_is_kept_readable(installation: Installation) -> None:
    apply(installation, build_raw(text="a\0b\\u0000"))
    assert only(installation).text == "a\N{REPLACEMENT CHARACTER}b\\u0000"


def test_every_act_is_audited(installation: Installation) -> None:
    apply(installation, build_raw())
    actions.comment_alarm(installation.viewer, only(installation).id, now=at(1), note="hello")
    with transaction() as conn, cursor(conn) as opened:
        row = opened.execute(
            "SELECT verb, user_name FROM people_auditentry ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert row == {"verb": "alarms.comment", "user_name": "olga"}


def test_large_batch_keeps_the_order_of_each_alarm(installation: Installation) -> None:
    raws = [
        build_raw(CLEAR if number % 3 == 2 else AlarmAct.RAISE, number, managed_object=f"/h/{o}")
        for o in range(100)
        for number in range(9)
    ]
    apply(installation, *raws)
    assert queries.fetch_alarms(installation.viewer, view=AlarmView.HISTORY).total == 100
    found = queries.fetch_alarms(installation.viewer, view=AlarmView.HISTORY).items[0]
    occurrences = queries.fetch_occurrences(installation.viewer, found.alarm.id)
    assert len(occurrences) == 3
    assert all(each.cleared_at - each.raised_at == timedelta(minutes=2) for each in occurrences)
