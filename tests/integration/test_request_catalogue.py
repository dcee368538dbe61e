"""What the catalogue offers besides new desktops: size, disks, pools, time; costs and quotas."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.alarms import START, Installation
from tests.support.asking import Office
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.readings import LoginState
from yunwei.base.infra.postgres import transaction
from yunwei.operate.selfservice.actions import requests as actions
from yunwei.operate.selfservice.actions import working
from yunwei.operate.selfservice.facts.requests import (
    Cost,
    RequestKind,
    RequestRow,
    RequestState,
    Spent,
    StepState,
)
from yunwei.operate.selfservice.jobs.fulfilling import SERVICED, SIGNED_IN
from yunwei.operate.selfservice.queries import requests as queries
from yunwei.plugins.sdk.contract import ChangeOrder, DesktopChange, FarState

_K, _S = RequestKind, RequestState
MORE = {"cpu": "8", "memory_gib": "16"}
CHEAP = Cost(monthly=Decimal("120.50"), once=Decimal(50), currency="CNY", note="per 10 GiB")


@pytest.fixture
def office(installation: Installation) -> Office:
    made = Office(installation)
    made.is_seen()
    return made


def begun(office: Office, kind: RequestKind, details: dict[str, str]) -> int:
    request = office.approved(kind, desktop=office.desktop, details=details)
    office.works(2)
    return request


def test_a_larger_size_is_told_with_what_was_asked(office: Office) -> None:
    request = begun(office, _K.MORE_POWER, MORE)
    assert office.cloud.told == [
        ChangeOrder(change=DesktopChange.RESIZE, desktop="d-lei", user="lei", cpu=8, memory_gib=16)
    ]
    office.cloud.finishes()
    office.works(2)
    assert office.state(request) is _S.FULFILLED


@pytest.mark.parametrize("state", [LoginState.CONNECTED, LoginState.DISCONNECTED])
def test_nobody_loses_their_work_to_a_resize(office: Office, state: LoginState) -> None:
    office.is_seen(login_state=state)
    request = begun(office, _K.MORE_POWER, MORE)
    assert (office.state(request), office.sees(request).request.held_by) == (_S.APPROVED, SIGNED_IN)
    office.is_seen(is_in_maintenance=True)
    office.clock.advance(timedelta(minutes=6))
    office.works()
    assert office.sees(request).request.held_by == SERVICED
    # the inventory has seen them go, and the cloud itself says that somebody is there
    office.is_seen()
    office.cloud.is_in_use = True
    office.clock.advance(timedelta(minutes=6))
    office.works(2)
    [step] = office.sees(request).steps
    assert (step.state, step.reason, office.cloud.told) == (StepState.TODO, SIGNED_IN, [])
    office.cloud.is_in_use = False
    office.clock.advance(timedelta(minutes=6))
    office.works()
    assert len(office.cloud.told) == 1


def test_a_disk_may_grow_while_somebody_works(office: Office) -> None:
    office.is_seen(login_state=LoginState.CONNECTED)
    office.cloud.is_in_use = True
    begun(office, _K.MORE_DISK, {"disk_gib": "200", "disk": "data"})
    [told] = office.cloud.told
    assert (told.change, told.disk_gib, told.disk) == (DesktopChange.EXPAND_DISK, 200, "data")


def test_a_pool_is_left_when_the_other_is_joined_and_each_can_be_repaired(office: Office) -> None:
    request = begun(office, _K.CHANGE_POOL, {"pool": "New", "from_pool": "Old"})
    assert [(each.change, each.desktop) for each in office.cloud.told] == [
        (DesktopChange.JOIN_POOL, "p-New")
    ]
    office.cloud.finishes()
    office.works(2)
    office.cloud.state = FarState.FAILED
    office.works(2)
    # the first half is done, the second is not, and both are said
    joined, left = office.sees(request).steps
    assert (office.state(request), joined.state) == (_S.STUCK, StepState.DONE)
    assert (left.what, left.state, left.reason) == ("leave_pool", StepState.FAILED, "no room")
    working.retry_step(office.operator, request, left.id, now=office.clock.now())
    office.cloud.state = FarState.RUNNING
    office.works()
    office.cloud.finishes()
    office.works(2)
    assert office.state(request) is _S.FULFILLED
    assert [each.change.value for each in office.cloud.told] == [
        *("join_pool", "leave_pool", "leave_pool")
    ]


@pytest.mark.parametrize(
    ("kind", "details", "field"),
    [
        (_K.MORE_POWER, {"cpu": "4", "memory_gib": "8"}, "cpu"),
        (_K.MORE_DISK, {"disk_gib": "130", "disk": "data"}, "disk_gib"),
        (_K.MORE_DISK, {"disk_gib": "200", "disk": "floppy"}, "disk"),
        (_K.CHANGE_POOL, {"pool": "Nowhere"}, "pool"),
        (_K.CHANGE_POOL, {"pool": "New", "from_pool": "New"}, "from_pool"),
        (_K.EXTRA_TIME, {"until": "tomorrow"}, "until"),
        (_K.EXTRA_TIME, {"until": START.date().isoformat()}, "until"),
        (_K.EXTRA_TIME, {"until": "2999-01-01"}, "until"),
    ],
)
def test_what_can_not_be_meant_is_told_at_its_field(
    office: Office, kind: RequestKind, details: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        office.asks(kind, desktop=office.desktop, details=details)
    assert told.value.field == field


def test_extra_time_holds_when_it_is_granted_and_not_before(office: Office) -> None:
    until = (office.clock.now() + timedelta(days=10)).date()

    def kept_until() -> object:
        with transaction() as conn:
            return queries.system_kept_until(conn, [office.desktop]).get(office.desktop)

    office.rules(_K.EXTRA_TIME)
    details = {"until": until.isoformat()}
    request = office.asks(_K.EXTRA_TIME, desktop=office.desktop, details=details)
    office.works(2)
    assert kept_until() is None
    office.approves(request)
    office.approves(request)
    office.works(3)
    assert (office.state(request), office.cloud.told) == (_S.FULFILLED, [])
    kept = kept_until()
    assert kept is not None
    assert str(kept).startswith((until + timedelta(days=1)).isoformat())


def test_a_cost_stays_as_it_was_when_it_was_asked(office: Office) -> None:
    office.rules(_K.MORE_DISK, cost=CHEAP)
    request = office.asks(
        _K.MORE_DISK, desktop=office.desktop, details={"disk_gib": "200", "disk": "data"}
    )
    office.rules(_K.MORE_DISK, cost=Cost(monthly=Decimal(999), currency="EUR"))
    row = office.sees(request).request
    assert (row.cost, row.department) == (CHEAP, "Sales")


@pytest.mark.parametrize(
    ("cost", "field"),
    [
        (Cost(monthly=Decimal(-1), currency="CNY"), "monthly"),
        (Cost(monthly=Decimal("NaN"), currency="CNY"), "monthly"),
        (Cost(once=Decimal("0.001"), currency="CNY"), "once"),
        (Cost(once=Decimal("1e9"), currency="CNY"), "once"),
        (Cost(monthly=Decimal(1)), "currency"),
        (Cost(currency="RMB yuan"), "currency"),
        (Cost(currency="CNY", note="x" * 201), "cost_note"),
    ],
)
def test_a_cost_that_can_not_be_meant_is_told_at_its_field(
    office: Office, cost: Cost, field: str
) -> None:
    with pytest.raises(Invalid) as told:
        office.rules(_K.MORE_DISK, cost=cost)
    assert told.value.field == field


def test_who_decides_sees_what_was_agreed_before(office: Office) -> None:
    office.rules(cost=CHEAP)

    def asked() -> RequestRow:
        return office.sees(office.asks()).request

    first = asked()
    before = queries.fetch_spent_before(office.boss, first, now=office.clock.now())
    assert (before.by_approver, before.by_department, before.department) == ((), (), "Sales")
    office.approves(first.id)
    # the provider has not agreed yet, so that nothing is spent
    now = office.clock.now()
    assert queries.fetch_spent_before(office.boss, first, now=now).by_approver == ()
    office.approves(first.id)
    office.works(2)
    office.cloud.finishes()
    office.works(2)
    second = asked()
    spent = (Spent(currency="CNY", requests=1, monthly=Decimal("120.50"), once=Decimal(50)),)
    told = queries.fetch_spent_before(office.boss, second, now=office.clock.now())
    assert (told.by_approver, told.by_department) == (spent, spent)
    stranger = office.person("stranger")
    with pytest.raises(Refused):
        queries.fetch_spent_before(stranger, second, now=office.clock.now())
    # what is older than the month that quotas count is not reckoned
    later = office.clock.now() + timedelta(days=31)
    assert queries.fetch_spent_before(office.boss, second, now=later).by_department == ()


def test_how_much_of_a_quota_is_used_is_told_and_is_what_refuses(office: Office) -> None:
    office.rules(most_open=1, most_within=2, most_of_tenant=9)
    [rule] = [each for each in queries.fetch_offers(office.lei) if each.kind is _K.NEW_DESKTOP]

    def used() -> tuple[int, int, int]:
        found = queries.fetch_quota_use(office.lei, rule, now=office.clock.now())
        return found.open_now, found.within, found.of_tenant

    assert used() == (0, 0, 0)
    request = office.asks()
    assert used() == (1, 1, 1)
    with pytest.raises(Conflict, match="already"):
        office.asks()
    actions.cancel_request(office.lei, request, now=office.clock.now())
    assert used() == (0, 0, 0)
