"""How readings become rows, and rows messages of a bounded size."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.support.alarms import build_raw
from yunwei.base.core.codec import decode, encode
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopKind,
    DesktopSeen,
    DesktopState,
    DesktopUserSeen,
    LoginState,
    Observation,
    PoolSeen,
    Reading,
    UserAction,
)
from yunwei.monitor.telemetry.facts import JudgedRawAlarm, RowBatch
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules import batches

AT = datetime(2026, 11, 23, 6, 0, 0, 123000, tzinfo=UTC)
CONNECTION = ConnectionRecord(
    native_id="c1", login="li", desktop="d1", started_at=AT, stages_s={"LOGIN": 1.5, "CONNECT": 2}
)
OBSERVATION = Observation(
    metric="desktop.cpu", object_kind="desktop", object_id="d1", at=AT, value=0.5
)
ACTION = UserAction(native_id="a1", at=AT, login="li", kind="reboot")
USER = DesktopUserSeen(native_id="u1", login="li", department="财务部")
DESKTOP = DesktopSeen(
    native_id="d1",
    name="PC-1",
    kind=DesktopKind.POOLED,
    state=DesktopState.RUNNING,
    login_state=LoginState.READY,
    pool="p1",
)


def made_of(*readings: Reading) -> dict[str, RowBatch]:
    made = batches.batches_of_page(readings, tenant=TenantId(2), source=SourceId(1), read_at=AT)
    return {batch.table: batch for batch in made}


def test_every_row_has_exactly_the_columns_of_its_table() -> None:
    judged = [JudgedRawAlarm(id="b:0", raw_alarm=build_raw(), verdict="raised")]
    made = made_of(CONNECTION, OBSERVATION, ACTION, USER, DESKTOP)
    made["raw_alarms"] = batches.batch_of_raw_alarms(judged, written_at=AT)
    assert set(made) == set(TABLES)
    for name, batch in made.items():
        columns = {column.name for column in TABLES[name].columns}
        assert {*batch.columns, *batch.constants} == columns
        assert not {*batch.columns} & {*batch.constants}


def test_times_are_milliseconds_and_unknown_stays_unknown() -> None:
    batch = made_of(CONNECTION)["connections"]
    assert batch.columns["started_at"] == [1795413600123]
    assert batch.columns["setup_at"] == [None]
    assert batch.columns["rtt_s"] == [None]
    assert batch.constants == {"tenant": 2, "source": 1, "read_at": 1795413600123}


def test_stages_are_rows_of_their_own_and_only_where_they_were_read() -> None:
    assert made_of(CONNECTION)["logon_stages"].columns["stage"] == ["LOGIN", "CONNECT"]
    plain = ConnectionRecord(native_id="c", login="li", desktop="d", started_at=AT)
    assert set(made_of(plain)) == {"connections"}


def test_what_is_not_measured_makes_no_rows() -> None:
    assert made_of(PoolSeen(native_id="p", name="P"), build_raw()) == {}


def test_a_batch_survives_the_wire() -> None:
    for batch in made_of(CONNECTION, OBSERVATION, ACTION).values():
        assert decode(encode(batch), RowBatch) == batch


@given(st.integers(1, 60), st.integers(1, 60_000))
def test_messages_are_small_and_hold_every_row_once(rows: int, length: int) -> None:
    batch = RowBatch(
        table="x",
        constants={"tenant": 1},
        columns={"n": list(range(rows)), "text": ["x" * length] * rows},
    )
    messages = list(batches.messages_of(batch))
    assert all(len(data) <= batches.MAX_MESSAGE_BYTES for _, data in messages)
    told = [decode(data, RowBatch) for _, data in messages]
    assert [n for part in told for n in part.columns["n"]] == list(range(rows))
    assert {part.constants["tenant"] for part in told} == {1}


def test_one_row_that_is_too_long_still_goes() -> None:
    batch = RowBatch(table="x", constants={}, columns={"text": ["x" * 2_000_000]})
    assert len(list(batches.messages_of(batch))) == 1


def test_a_digest_names_content() -> None:
    assert batches.digest_of(b"a") == batches.digest_of(b"a") != batches.digest_of(b"b")
