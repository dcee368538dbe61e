"""The latest connection of a user to a desktop, as records come late, twice and out of order."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.integration.inventory.conftest import Cloud, at, desktop
from yunwei.base.core.readings import ConnectionRecord, LoginState, SeenKind, SessionSeen
from yunwei.monitor.inventory import queries
from yunwei.monitor.inventory.facts import SessionRow
from yunwei.plugins.sdk.contract import Read


def used(start: float, end: float | None = None, **more: object) -> ConnectionRecord:
    told = {"login": "li", "desktop": "d1", "client_type": "Windows", **more}
    setup: datetime | None = told.pop("setup_at", at(start + 1))  # type: ignore[assignment]
    return ConnectionRecord(
        native_id=f"c{start}",
        started_at=at(start),
        setup_at=setup,
        ended_at=None if end is None else at(end),
        **told,  # type: ignore[arg-type]
    )


def sit(cloud: Cloud, minutes: float, state: LoginState = LoginState.CONNECTED) -> None:
    seen = SessionSeen(desktop="d1", login="li", state=state)
    cloud.polled(minutes, seen, completes=SeenKind.SESSION, read=Read.SESSIONS)


def row(cloud: Cloud) -> SessionRow:
    [found] = queries.fetch_sessions(cloud.viewer).items
    return found


@pytest.fixture
def sitting(cloud: Cloud) -> Cloud:
    cloud.polled(0, desktop("d1"))
    sit(cloud, 10)
    return cloud


def test_a_session_says_from_which_client_it_is_used(sitting: Cloud) -> None:
    assert (row(sitting).began_at, row(sitting).client_type) == (None, "")
    sitting.polled(11, used(9, client_version="24.8", client_ip="10.1.1.9", rtt_s=0.02))
    found = row(sitting)
    assert (found.client_type, found.client_version, found.client_ip) == (
        "Windows",
        "24.8",
        "10.1.1.9",
    )
    assert (found.began_at, found.rtt_s) == (at(10), 0.02)
    assert queries.fetch_session_clients(sitting.viewer) == ("Windows",)


def test_the_latest_record_stays_however_late_an_older_one_comes(sitting: Cloud) -> None:
    sitting.polled(11, used(9, client_type="macOS"), used(5, 8))
    sitting.polled(12, used(3, 4), used(9, client_type="macOS"))
    assert row(sitting).client_type == "macOS"


def test_what_failed_or_never_became_usable_is_no_use(sitting: Cloud) -> None:
    sitting.polled(
        11,
        used(9, setup_at=None),
        used(9.5, failure="no licence"),
        used(9.6, desktop=""),
    )
    assert row(sitting).began_at is None


def test_a_connection_that_had_ended_before_is_not_this_session_s(sitting: Cloud) -> None:
    sitting.polled(11, used(2, 8))
    assert row(sitting).client_type == ""
    sit(sitting, 20, LoginState.DISCONNECTED)
    # once it is disconnected, it is the last that was used
    assert row(sitting).client_type == "Windows"


def test_sessions_are_found_and_put_in_order_by_client(
    make_cloud: Callable[[str], Cloud],
) -> None:
    cloud = make_cloud("south")
    cloud.polled(0, desktop("d1"))
    people = ["li", "wang", "zhao"]
    seen = [SessionSeen(desktop="d1", login=name, state=LoginState.CONNECTED) for name in people]
    cloud.polled(10, *seen, completes=SeenKind.SESSION, read=Read.SESSIONS)
    cloud.polled(11, used(9), used(9, login="wang", client_type="Android"))
    found = queries.fetch_sessions(cloud.viewer, filters={"client": "Android"}).items
    assert [each.login for each in found] == ["wang"]
    found = queries.fetch_sessions(cloud.viewer, filters={"state_before": at(10)}).items
    assert found == ()


def test_another_tenant_s_clients_are_not_there(
    sitting: Cloud, make_cloud: Callable[[str], Cloud]
) -> None:
    sitting.polled(11, used(9))
    other = make_cloud("other")
    assert queries.fetch_session_clients(other.viewer) == ()
    assert queries.fetch_sessions(other.viewer).items == ()
