"""A request is approved by whom its rule names, fulfilled once whatever dies when, and told of."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.alarms import Installation
from tests.support.asking import Office
from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.infra.gate import use_gate
from yunwei.operate.selfservice.actions import requests as actions
from yunwei.operate.selfservice.actions import working
from yunwei.operate.selfservice.facts.requests import RequestKind, RequestState, StepState
from yunwei.operate.selfservice.jobs.fulfilling import FROZEN
from yunwei.operate.selfservice.jobs.telling import Teller
from yunwei.operate.selfservice.queries import requests as queries
from yunwei.plugins.sdk.contract import DesktopChange, FarState

_K, _S = RequestKind, RequestState


@pytest.fixture
def office(installation: Installation) -> Office:
    return Office(installation)


def test_two_approvals_then_it_is_fulfilled_and_told(office: Office) -> None:
    office.rules()
    request = office.asks()
    assert [each.id for each in queries.fetch_to_approve(office.boss)] == [request]
    assert queries.fetch_to_approve(office.lei) == ()
    with pytest.raises(Conflict):
        actions.decide_for_provider(
            office.operator, request, is_approved=True, note="", now=office.clock.now()
        )
    office.approves(request)
    assert office.state(request) is _S.PROVIDER
    office.approves(request)
    assert office.state(request) is _S.APPROVED
    office.works(3)
    assert office.state(request) is _S.FULFILLING
    office.cloud.finishes()
    office.works(2)
    whole = office.sees(request)
    assert whole.request.state is _S.FULFILLED
    [step] = whole.steps
    assert (step.state, step.desktop, step.name) == (
        StepState.DONE,
        "d-new",
        f"YWR-{request:06d}",
    )
    assert [each.kind.value for each in whole.events] == [
        *("asked", "approved", "approved", "begun", "step_done", "fulfilled")
    ]
    assert len(office.cloud.told) == 1
    teller = Teller(office.clock, public_url="http://localhost", time_zone="UTC")
    # the two who approve, that it is approved, that it is done
    assert (teller.tell(), teller.tell()) == (4, 0)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (_K.NEW_DESKTOP, {}),
        (_K.MORE_POWER, {"cpu": "8", "memory_gib": "16"}),
        (_K.MORE_DISK, {"disk_gib": "200", "disk": "data"}),
        (_K.CHANGE_POOL, {"pool": "New"}),
    ],
)
def test_what_was_told_before_the_kill_is_found_and_done_once(
    office: Office, kind: RequestKind, details: dict[str, str]
) -> None:
    office.is_seen()
    request = office.approved(kind, desktop=office.desktop, details=details)
    office.works()
    with office.is_killed("after"):
        office.works()
    assert office.sees(request).steps[0].state is StepState.SENDING
    office.works(2)
    office.cloud.finishes()
    office.works(2)
    assert office.state(request) is _S.FULFILLED
    assert len(office.cloud.told) == 1


def test_what_was_perhaps_not_told_is_unknown_and_a_person_has_it_tried_again(
    office: Office,
) -> None:
    request = office.approved()
    office.works()
    with office.is_killed("before"):
        office.works()
    office.works(50)
    assert office.state(request) is _S.STUCK
    [step] = office.sees(request).steps
    assert step.state is StepState.UNKNOWN
    assert office.cloud.told == []
    working.retry_step(office.operator, request, step.id, now=office.clock.now())
    office.works(2)
    office.cloud.finishes()
    office.works(2)
    assert office.state(request) is _S.FULFILLED
    assert len(office.cloud.told) == 1


def test_what_is_tried_again_and_was_done_after_all_is_not_told_again(office: Office) -> None:
    request = office.approved()
    office.cloud.loses_answer = True
    office.works(60)
    [step] = office.sees(request).steps
    assert (step.state, len(office.cloud.told)) == (StepState.UNKNOWN, 1)
    office.cloud.finishes()
    working.retry_step(office.operator, request, step.id, now=office.clock.now())
    office.works(2)
    assert office.state(request) is _S.FULFILLED
    assert len(office.cloud.told) == 1


def test_what_the_cloud_could_not_do_is_stuck_and_can_be_done_by_hand(office: Office) -> None:
    request = office.approved()
    office.cloud.state = FarState.FAILED
    office.works(5)
    [step] = office.sees(request).steps
    assert (office.state(request), step.reason) == (_S.STUCK, "no room")
    working.finish_step(office.operator, request, step.id, note="made it", now=office.clock.now())
    assert office.state(request) is _S.FULFILLED


def test_a_request_is_declined_with_a_reason(office: Office) -> None:
    office.rules()
    request = office.asks()
    with pytest.raises(Invalid):
        office.approves(request, is_approved=False)
    office.approves(request, is_approved=False, note="Not this year")
    row = office.sees(request).request
    assert (row.state, row.end_note) == (_S.DECLINED, "Not this year")


def test_it_is_taken_back_until_it_is_begun(office: Office) -> None:
    request = office.approved()
    actions.cancel_request(office.lei, request, now=office.clock.now())
    assert office.state(request) is _S.CANCELLED
    office.works(3)
    assert office.cloud.told == []
    second = office.asks()
    office.approves(second)
    office.approves(second)
    office.works(2)
    with pytest.raises(Conflict, match="too late"):
        actions.cancel_request(office.lei, second, now=office.clock.now())


def test_quotas_refuse_with_their_reason(office: Office) -> None:
    office.rules(most_open=1, most_within=2, most_of_tenant=3)
    first = office.asks()
    with pytest.raises(Conflict, match="already"):
        office.asks()
    office.approves(first)
    office.approves(first)
    office.works(2)
    office.cloud.finishes()
    office.works(2)
    assert office.state(first) is _S.FULFILLED
    second = office.asks()
    actions.cancel_request(office.lei, second, now=office.clock.now())
    # what was taken back does not count
    third = office.asks()
    office.approves(third)
    office.approves(third)
    office.works(2)
    office.cloud.finishes()
    office.works(2)
    with pytest.raises(Conflict, match="30 days"):
        office.asks()


def test_what_is_not_offered_can_not_be_asked_for(office: Office) -> None:
    office.rules(is_offered=False)
    with pytest.raises(Conflict, match="not offered"):
        office.asks()


def test_nothing_is_begun_while_it_is_frozen(office: Office) -> None:
    request = office.approved()
    office.rules(frozen="00:00-24:00")
    office.works(2)
    row = office.sees(request).request
    assert (row.state, row.held_by) == (_S.APPROVED, FROZEN)
    office.rules()
    office.clock.advance(timedelta(minutes=6))
    office.works(2)
    assert office.state(request) is _S.FULFILLING


def test_the_gate_refuses_when_asked_and_holds_what_was_approved(office: Office) -> None:
    def decide(act: Act, by: str, now: datetime) -> Permit:
        return Permit(is_allowed=False, reason=PermitReason.ENDED)

    request = office.approved()
    use_gate(decide)
    try:
        office.works(2)
        assert office.state(request) is _S.APPROVED
        assert "authorisation does not hold" in office.sees(request).request.held_by
        with pytest.raises(Conflict, match="authorisation does not hold"):
            office.asks(_K.SNAPSHOT, desktop=office.desktop)
    finally:
        use_gate(None)


def test_what_nobody_approves_expires(office: Office) -> None:
    office.rules(expires_days=2)
    request = office.asks()
    office.clock.advance(timedelta(days=2, seconds=1))
    with pytest.raises(Conflict, match="expired"):
        office.approves(request)
    office.works()
    assert office.state(request) is _S.EXPIRED


def test_nobody_approves_their_own_nor_another_s_tenant_s(office: Office) -> None:
    office.rules(approvers=("lei",), needs_provider=True)
    request = office.asks()
    # she is the only one named, so that the provider alone decides
    assert office.state(request) is _S.PROVIDER
    stranger = replace(office.operator, tenants=(), tenant=office.operator.tenant)
    with pytest.raises(Refused):
        actions.decide_for_provider(
            stranger, request, is_approved=True, note="", now=office.clock.now()
        )
    with pytest.raises(Refused):
        queries.access_my_request(office.boss, request)


def test_an_act_is_part_of_a_request(office: Office) -> None:
    office.rules(_K.SNAPSHOT, approvers=(), needs_provider=False)
    request = office.asks(_K.SNAPSHOT, desktop=office.desktop)
    office.works(2)
    [step] = office.sees(request).steps
    assert (step.what, step.state) == ("snapshot", StepState.SENT)
    assert step.act is not None


def test_a_locked_account_is_let_in_again(office: Office) -> None:
    office.rules(_K.UNLOCK, approvers=(), needs_provider=False)
    request = office.asks(_K.UNLOCK, desktop=office.desktop)
    office.works(3)
    [told] = office.cloud.told
    assert (told.change, told.user) == (DesktopChange.UNLOCK, "lei")
    office.cloud.finishes()
    office.works(2)
    assert office.state(request) is _S.FULFILLED


def test_what_no_cloud_does_is_a_list_for_people(office: Office) -> None:
    office.rules(_K.SOFTWARE, approvers=(), needs_provider=False)
    request = office.asks(_K.SOFTWARE, desktop=office.desktop, details={"software": "Inkscape 1.3"})
    office.works(3)
    steps = office.sees(request).steps
    assert [each.what for each in steps] == [
        *("check_licence", "install_software", "check_with_user")
    ]
    for step in steps:
        assert office.state(request) is _S.FULFILLING
        working.finish_step(office.operator, request, step.id, now=office.clock.now())
    assert office.state(request) is _S.FULFILLED


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        (_K.SNAPSHOT, {}, "desktop"),
        (_K.OTHER, {"reason": " "}, "reason"),
        (_K.MORE_DISK, {"details": {"disk_gib": "five"}}, "disk_gib"),
        (_K.MORE_DISK, {"details": {"disk_gib": "5"}}, "disk_gib"),
        (_K.SHARE_DESKTOP, {"details": {"colleague": "nobody-knows"}}, "colleague"),
        (_K.SHARE_DESKTOP, {"details": {"colleague": "lei"}}, "colleague"),
    ],
)
def test_bad_input_is_told_at_its_field(
    office: Office, kind: RequestKind, values: dict[str, Any], field: str
) -> None:
    if field not in ("desktop", "reason"):
        values = {**values, "desktop": office.desktop}
    with pytest.raises(Invalid) as told:
        office.asks(kind, **values)
    assert told.value.field == field
