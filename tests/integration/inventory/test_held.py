"""Who holds each desktop: by assignment, and by a live session."""

from collections.abc import Callable

from tests.integration.inventory.conftest import Cloud, at, desktop
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopUserSeen,
    LoginState,
    PoolSeen,
    SeenKind,
    SessionSeen,
)
from yunwei.monitor.inventory import queries
from yunwei.monitor.inventory.facts import HeldDesktop
from yunwei.plugins.sdk.contract import Read


def held(cloud: Cloud) -> dict[str, HeldDesktop]:
    found = queries.fetch_held_desktops(cloud.viewer, cloud.viewer.tenants)
    return {each.native_id: each for each in found}


def test_whose_a_desktop_is_and_whose_user_is_gone(cloud: Cloud) -> None:
    people = [
        DesktopUserSeen(native_id="u1", login="li"),
        DesktopUserSeen(native_id="u2", login="wang", is_disabled=True),
        DesktopUserSeen(native_id="u3", login="zhao"),
    ]
    cloud.polled(
        0,
        *people,
        PoolSeen(native_id="p1", name="Finance"),
        desktop("d1", pool="p1", logins=("li",)),
        desktop("d2", logins=("wang", "li")),
        desktop("d3", logins=("zhao",)),
        desktop("d4", logins=("never.read",)),
        desktop("d5"),
    )
    cloud.polled(5, *people[:2], completes=SeenKind.DESKTOP_USER)
    found = held(cloud)
    assert {name: each.logins for name, each in found.items()} == {
        "d1": ("li",),
        "d2": ("li", "wang"),
        "d3": ("zhao",),
        "d4": ("never.read",),
        "d5": (),
    }
    # a login that the source never listed may be a user of another directory: nothing is said
    assert {name: each.gone_logins for name, each in found.items() if each.gone_logins} == {
        "d2": ("wang",),
        "d3": ("zhao",),
    }
    assert found["d1"].pool_name == "Finance"
    assert found["d1"].kind is DesktopKind.DEDICATED


def test_the_session_that_counts_most(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1"), desktop("d2"))
    cloud.polled(
        1,
        SessionSeen(desktop="d1", login="li", state=LoginState.DISCONNECTED),
        SessionSeen(desktop="d1", login="wang", state=LoginState.CONNECTED),
        completes=SeenKind.SESSION,
        read=Read.SESSIONS,
    )
    found = held(cloud)
    one = found["d1"]
    assert (one.session_login, one.session_state, one.session_since) == (
        "wang",
        "connected",
        at(1.1),
    )
    assert (found["d2"].session_state, found["d2"].session_since) == ("", None)


def test_another_tenant_s_desktops_are_not_there(
    cloud: Cloud, make_cloud: Callable[[str], Cloud]
) -> None:
    cloud.polled(0, desktop("d1"))
    other = make_cloud("other")
    assert queries.fetch_held_desktops(other.viewer, cloud.viewer.tenants) == ()
