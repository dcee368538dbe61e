"""Days on site, drawings that are signatures, and what a seal on a visit notices."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import ContractId, TenantId, TicketId, UserId
from yunwei.operate.service.facts.visits import (
    Position,
    SignDraft,
    SignMethod,
    Visit,
    VisitDraft,
    VisitFile,
    VisitSignature,
    VisitState,
    Work,
)
from yunwei.operate.service.rules.visits import (
    check_position,
    check_signature,
    check_state,
    check_visit,
    check_work,
    days_of,
    digest_signature,
    draw_signature,
    is_intact,
    propose_times,
    seal_visit,
)

AT = datetime(2026, 11, 30, 1, tzinfo=UTC)
DRAFT = VisitDraft(
    starts_at=AT, ends_at=AT + timedelta(hours=3), engineer=UserId(1), address="Building 3"
)
STROKES = "10,10 200,150 400,20;100,300 600,320"
VISIT = Visit(
    id=1,
    tenant=TenantId(1),
    tenant_name="A",
    ticket=TicketId(1),
    ticket_title="t",
    contract=ContractId(1),
    contract_name="c",
    time_zone="Asia/Shanghai",
    state=VisitState.DONE,
    version=1,
    starts_at=AT,
    ends_at=AT,
    first_on=date(2026, 11, 30),
    days=1,
    engineer=UserId(1),
    engineer_name="Olga",
    address="Building 3",
    contact="",
    bring="",
    note="",
    planned_at=AT,
    planned_by="olga",
    arrived_at=AT,
    arrived_by="olga",
    latitude=None,
    longitude=None,
    accuracy_m=None,
    result="a cable was loose",
    minutes=30,
    done_at=AT,
    done_by="olga",
    cancelled_at=None,
    cancelled_by="",
    cancel_note="",
)
FILE = VisitFile(
    id=1, name="a.png", content_type="image/png", size_bytes=1, sha256="ab", by="olga", at=AT
)


def signed() -> VisitSignature:
    made = VisitSignature(
        name="Li Lei",
        role="IT",
        remark="",
        method=SignMethod.SCREEN,
        at=AT,
        by="olga",
        address="",
        content_type="image/svg+xml",
        image_sha256="cd",
        seal=seal_visit(VISIT, (FILE,)),
        digest="",
    )
    return replace(made, digest=digest_signature(made))


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        ("2026-11-30T09:00+08:00", "2026-11-30T17:00+08:00", 1),
        ("2026-11-30T23:00+08:00", "2026-12-01T00:00+08:00", 1),
        ("2026-11-30T23:00+08:00", "2026-12-01T01:00+08:00", 2),
        ("2026-11-30T09:00+08:00", "2026-12-04T17:00+08:00", 5),
        # one day in Berlin, two in Shanghai, where the contract is
        ("2026-11-30T16:00+01:00", "2026-11-30T18:00+01:00", 2),
    ],
)
def test_days_are_those_of_the_contract_s_calendar(begins: str, ends: str, days: int) -> None:
    draft = replace(
        DRAFT, starts_at=datetime.fromisoformat(begins), ends_at=datetime.fromisoformat(ends)
    )
    assert days_of(draft, "Asia/Shanghai") == days


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": AT}, "ends_at"),
        ({"ends_at": AT + timedelta(days=15)}, "ends_at"),
        ({"address": "  "}, "address"),
        ({"bring": "x" * 8001}, "bring"),
    ],
)
def test_what_is_wrong_with_a_visit_is_said(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as told:
        check_visit(replace(DRAFT, **changes))  # type: ignore[arg-type]
    assert told.value.field == field


def test_a_signature_is_drawn_by_us_from_numbers_only() -> None:
    picture = draw_signature(STROKES).decode()
    assert picture.count("<polyline") == 2
    assert 'points="10,10 200,150 400,20"' in picture
    for wrong in (
        "",
        "10,10",
        "10,10 12,12",
        "1001,10 10,10 500,300",
        "10,401 10,10 500,300",
        '10,10 200,150"/><script>',
        "10,10 " * 6000,
    ):
        with pytest.raises(Invalid) as told:
            draw_signature(wrong)
        assert told.value.field == "strokes", wrong


def test_a_seal_notices_any_change_of_what_was_signed() -> None:
    signature = signed()
    assert is_intact(VISIT, (FILE,), signature, "cd")
    # the same instants in another zone are the same
    zone = timezone(timedelta(hours=8))
    moved = replace(VISIT, starts_at=AT.astimezone(zone), done_at=AT.astimezone(zone))
    assert is_intact(moved, (FILE,), signature, "cd")
    assert not is_intact(replace(VISIT, result="all is well"), (FILE,), signature, "cd")
    assert not is_intact(replace(VISIT, minutes=31), (FILE,), signature, "cd")
    assert not is_intact(VISIT, (), signature, "cd")
    assert not is_intact(VISIT, (FILE,), replace(signature, name="Han Mei"), "cd")
    assert not is_intact(VISIT, (FILE,), signature, "ce")


def test_what_is_said_on_site_is_checked() -> None:
    assert check_position(None) is None
    here = check_position(Position(latitude=31.2304161, longitude=121.4737, accuracy_m=12.34))
    assert here == Position(latitude=31.230416, longitude=121.4737, accuracy_m=12.3)
    for wrong in ((91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0)):
        with pytest.raises(Invalid):
            check_position(Position(latitude=wrong[0], longitude=wrong[1], accuracy_m=1))
    with pytest.raises(Invalid):
        check_work(Work(result=" "))
    with pytest.raises(Invalid):
        check_work(Work(result="x", minutes=-1))
    with pytest.raises(Invalid):
        check_signature(SignDraft(name=" "))
    with pytest.raises(Conflict):
        check_state(VISIT, VisitState.PLANNED)


@pytest.mark.parametrize("hour", range(24))
def test_what_is_proposed_is_on_one_day_whatever_the_hour(hour: int) -> None:
    now = datetime(2026, 11, 29, hour, 17, tzinfo=UTC)
    starts_at, ends_at = propose_times(now, "Asia/Shanghai")
    draft = VisitDraft(engineer=UserId(1), address="x", starts_at=starts_at, ends_at=ends_at)
    assert days_of(draft, "Asia/Shanghai") == 1
    assert ends_at - starts_at == timedelta(hours=2)
    assert timedelta(hours=2) <= starts_at - now <= timedelta(hours=13)
