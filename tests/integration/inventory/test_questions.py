"""What people ask of the inventory: lists, filters, one thing, the present. Only their own."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.integration.inventory.conftest import Cloud, at, desktop
from tests.support.alarms import build_viewer
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import DesktopId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import (
    DesktopState,
    DesktopUserSeen,
    HostSeen,
    LicenceSeen,
    LoginState,
    PoolSeen,
    SeenKind,
    SessionSeen,
)
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.monitor.collect.actions import sources as collect_actions
from yunwei.monitor.collect.store import sources as collect_store
from yunwei.monitor.inventory import queries
from yunwei.monitor.inventory.store import topology as store
from yunwei.plugins.sdk.contract import Read


@pytest.fixture
def office(cloud: Cloud) -> Cloud:
    """Two pools, a host, four desktops, three people of whom two are connected."""
    cloud.polled(
        0,
        PoolSeen(native_id="fin", name="Finance"),
        PoolSeen(native_id="hr", name="人事"),
        HostSeen(native_id="h1", name="host-1", cpu_total=10, cpu_used=5),
        DesktopUserSeen(native_id="u1", login="li.lei", name="李雷", department="财务"),
        DesktopUserSeen(native_id="u2", login="han", name="韩梅梅", department="人事"),
        DesktopUserSeen(native_id="u3", login="lucy", department="财务", is_locked=True),
        desktop("a", pool="fin", ip="10.0.0.20", logins=("li.lei",), host="h1"),
        desktop("b", pool="hr", ip="10.0.0.3", logins=("han",), is_in_maintenance=True),
        desktop("c", DesktopState.ERROR, ip="10.0.1.1", login_state=LoginState.UNREGISTERED),
        desktop("d", DesktopState.STOPPED, pool="hr", kind="pooled"),
        LicenceSeen(native_id="ccu", name="CCU", total=100, used=95, expires_at=at(60)),
        LicenceSeen(native_id="gpu", name="GPU", total=10, used=1),
    )
    cloud.polled(
        1,
        SessionSeen(desktop="a", login="li.lei", state=LoginState.CONNECTED),
        SessionSeen(desktop="b", login="han", state=LoginState.DISCONNECTED),
        SessionSeen(desktop="d", login="li.lei", state=LoginState.CONNECTED),
        completes=SeenKind.SESSION,
        read=Read.SESSIONS,
    )
    with transaction() as conn:
        conn.execute(
            "INSERT INTO collect_sourceread (tenant_id, source_id, read, state, last_ok_at)"
            " VALUES (%s, %s, 'sessions', 'ok', %s)",
            (cloud.tenant, cloud.source, at(1)),
        )
    return cloud


def natives(cloud: Cloud, **filters: object) -> str:
    found = queries.fetch_desktops(cloud.viewer, filters=filters)
    assert found.total == len(found.items)
    return "".join(row.native_id for row in found.items)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "abcd"),
        ({"search": "pc-A"}, "a"),
        ({"search": "10.0.0."}, "ab"),
        ({"search": "fin"}, "a"),
        ({"search": "人事"}, "bd"),
        ({"search": "LI.L"}, "ad"),
        ({"search": "梅梅"}, "b"),
        ({"search": "%"}, ""),
        ({"search": "_"}, ""),
        ({"state": "running"}, "ab"),
        ({"state": ["error", "stopped"]}, "cd"),
        ({"login_state": "connected"}, "ad"),
        ({"login_state": "unregistered"}, "c"),
        ({"user": "li.lei"}, "ad"),
        ({"kind": "pooled"}, "d"),
        ({"is_in_maintenance": True}, "b"),
        ({"is_in_maintenance": False}, "acd"),
        ({"source": 999}, ""),
        ({"search": "pc", "state": "running", "login_state": "connected"}, "a"),
    ],
)
def test_desktops_are_found_by(office: Cloud, filters: dict[str, object], found: str) -> None:
    assert natives(office, **filters) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("name", "abcd"),
        ("-name", "dcba"),
        ("ip", "bacd"),
        ("-state", "cdba"),
        ("login_state", "dabc"),
        ("pool", "adbc"),
        ("state_since", "dcba"),
        ("host", "adcb"),
        ("last_seen_at", "dcba"),
        ("source", "dcba"),
        ("first_seen_at", "dcba"),
    ],
)
def test_desktops_are_sorted_by(office: Cloud, sort: str, found: str) -> None:
    rows = queries.fetch_desktops(office.viewer, page=PageRequest(sort=sort)).items
    assert "".join(row.native_id for row in rows) == found


@pytest.mark.parametrize(
    ("fetch", "sorts", "filters"),
    [
        (queries.fetch_desktops, queries.DESKTOP_SORTS, queries.DESKTOP_FILTERS),
        (queries.fetch_desktop_users, queries.USER_SORTS, queries.USER_FILTERS),
        (queries.fetch_sessions, queries.SESSION_SORTS, queries.SESSION_FILTERS),
        (queries.fetch_pools, queries.POOL_SORTS, queries.POOL_FILTERS),
        (queries.fetch_hosts, queries.HOST_SORTS, queries.HOST_FILTERS),
        (queries.fetch_licences, queries.LICENCE_SORTS, queries.LICENCE_FILTERS),
    ],
)
def test_every_sort_and_filter_is_sound(
    office: Cloud, fetch: Callable[..., object], sorts: tuple[str, ...], filters: tuple[str, ...]
) -> None:
    values = {
        "gone": "with",
        "expires_before": at(0),
        "state_before": at(0),
        "state": "x",
        "search": "x",
        "called": ["x"],
        "login": "x",
    }
    for sort in sorts:
        fetch(office.viewer, page=PageRequest(sort=f"-{sort}"))
    for name in filters:
        value = values.get(name, True if name.startswith("is_") else None)
        texts = ("kind", "department", "user", "login_state", "image", "agent_version", "client")
        fetch(office.viewer, filters={name: value or ("x" if name in texts else 1)})


def test_what_is_not_there_to_ask_is_named(office: Cloud) -> None:
    with pytest.raises(Invalid, match="no such filter"):
        queries.fetch_desktops(office.viewer, filters={"colour": "red"})
    with pytest.raises(Invalid, match="no such sort"):
        queries.fetch_desktops(office.viewer, page=PageRequest(sort="colour"))


def test_pages_follow_each_other(office: Cloud) -> None:
    first = queries.fetch_desktops(office.viewer, page=PageRequest(limit=3))
    second = queries.fetch_desktops(office.viewer, page=PageRequest(limit=3, cursor=first.next))
    assert [len(first.items), first.total, len(second.items), second.next] == [3, 4, 1, None]


def test_pools_hosts_and_users_tell_what_is_on_them(office: Cloud) -> None:
    pools = {row.native_id: row for row in queries.fetch_pools(office.viewer).items}
    assert (pools["fin"].desktops_count, pools["fin"].users_online) == (1, 1)
    assert (pools["hr"].desktops_count, pools["hr"].running_count) == (2, 1)
    (host,) = queries.fetch_hosts(office.viewer).items
    assert (host.desktops_count, host.cpu_used) == (1, 5)
    users = {row.login: row for row in queries.fetch_desktop_users(office.viewer).items}
    assert (users["li.lei"].is_online, users["li.lei"].desktops_count) == (True, 1)
    assert (users["han"].is_online, users["lucy"].is_locked) == (False, True)


def test_a_pool_is_a_filter_of_desktops(office: Cloud) -> None:
    pool = next(row for row in queries.fetch_pools(office.viewer).items if row.native_id == "hr")
    host = queries.fetch_hosts(office.viewer).items[0]
    assert natives(office, pool=pool.id) == "bd"
    assert natives(office, host=host.id) == "a"
    assert queries.access_pool(office.viewer, pool.id) == pool
    assert queries.access_host(office.viewer, host.id) == host


def test_a_desktop_user_has_desktops_and_sessions(office: Cloud) -> None:
    user = queries.access_desktop_user_by_login(office.viewer, office.source, "li.lei")
    desktops = queries.fetch_desktops_of_user(office.viewer, user.id)
    sessions = queries.fetch_sessions_of_user(office.viewer, user.id)
    assert [row.native_id for row in desktops] == ["a", "d"]
    assert sorted(row.desktop_native_id for row in sessions) == ["a", "d"]
    assert {row.user_name for row in sessions} == {"李雷"}


def test_a_desktop_tells_who_is_on_it(office: Cloud) -> None:
    row = queries.access_desktop_by_native_id(office.viewer, office.source, "d")
    assert (row.logins, row.users_now) == ((), ("li.lei",))
    assert [each.login for each in queries.fetch_desktop_sessions(office.viewer, row.id)] == [
        "li.lei"
    ]


def test_departments_are_listed_once(office: Cloud) -> None:
    assert queries.fetch_departments(office.viewer) == ("人事", "财务")


def test_the_fullest_licence_comes_first(office: Cloud) -> None:
    found = queries.fetch_licences(office.viewer).items
    assert [row.native_id for row in found] == ["ccu", "gpu"]
    soon = queries.fetch_licences(office.viewer, filters={"expires_before": at(120)})
    assert [row.native_id for row in soon.items] == ["ccu"]


def test_the_present(office: Cloud) -> None:
    now = queries.fetch_now(office.viewer)
    assert (now.users_online, now.sessions_connected, now.sessions_disconnected) == (1, 2, 1)
    assert (now.desktops, now.sessions_as_of, now.stale_sources) == (4, at(1), ())
    assert now.desktops_by_state[DesktopState.RUNNING] == 2
    assert now.desktops_by_state[DesktopState.HIBERNATED] == 0
    assert now.desktops_by_login_state[LoginState.UNREGISTERED] == 1
    assert [(each.tenant, each.users_online, each.desktops) for each in now.by_tenant] == [
        (office.tenant, 1, 4)
    ]


def test_the_present_before_the_first_session_poll_is_unknown_not_zero(cloud: Cloud) -> None:
    cloud.polled(0, desktop("a"))
    now = queries.fetch_now(cloud.viewer)
    assert (now.users_online, now.sessions_connected, now.sessions_as_of) == (None, None, None)
    assert now.desktops == 1


def test_a_source_in_trouble_makes_the_present_stale(office: Cloud) -> None:
    with transaction() as conn:
        conn.execute("UPDATE collect_sourceread SET state = 'unreachable'")
    assert queries.fetch_now(office.viewer).stale_sources == ("Cloud north",)


def test_a_disabled_source_is_not_in_the_present(office: Cloud) -> None:
    collect_actions.disable_source(office.viewer, office.source)
    now = queries.fetch_now(office.viewer)
    assert (now.desktops, now.users_online) == (0, None)
    assert natives(office) == "abcd"


def test_a_removed_sources_things_are_in_no_list(office: Cloud) -> None:
    collect_actions.remove_source(office.viewer, office.source)
    for fetch in (
        queries.fetch_desktops,
        queries.fetch_desktop_users,
        queries.fetch_sessions,
        queries.fetch_pools,
        queries.fetch_hosts,
        queries.fetch_licences,
    ):
        assert fetch(office.viewer).total == 0


@pytest.fixture
def stranger(make_cloud: Callable[[str], Cloud]) -> Viewer:
    return make_cloud("south").viewer


def test_another_tenants_things_are_not_there(office: Cloud, stranger: Viewer) -> None:
    desktop_id = queries.fetch_desktops(office.viewer).items[0].id
    user_id = queries.fetch_desktop_users(office.viewer).items[0].id
    licence_id = queries.fetch_licences(office.viewer).items[0].id
    assert queries.fetch_desktops(stranger).total == 0
    assert queries.fetch_now(stranger).desktops == 0
    for access, wanted in (
        (queries.access_desktop, desktop_id),
        (queries.access_desktop, DesktopId(12345)),
        (queries.fetch_desktop_changes, desktop_id),
        (queries.fetch_desktop_sessions, desktop_id),
        (queries.access_desktop_user, user_id),
        (queries.fetch_desktops_of_user, user_id),
        (queries.fetch_licence_changes, licence_id),
    ):
        with pytest.raises(Refused):
            access(stranger, wanted)  # type: ignore[operator]


def test_who_may_only_use_the_portal_sees_nothing_but_the_own_desktops(office: Cloud) -> None:
    una = replace(
        build_viewer(office.tenant),
        permissions=frozenset({Permission.USE_PORTAL}),
        desktop_login="Li.Lei",
    )
    with pytest.raises(Refused):
        queries.fetch_desktops(una)
    assert [row.native_id for row in queries.fetch_my_desktops(una)] == ["a"]
    assert queries.fetch_my_desktops(replace(una, desktop_login="")) == ()
    elsewhere = replace(una, tenant=office.viewer.tenant + 1, tenants=(office.tenant,))
    assert queries.fetch_my_desktops(elsewhere) == ()


def test_a_removed_source_takes_its_things_out_of_the_topology(cloud: Cloud) -> None:
    with transaction() as conn:
        before = store.placed_signature(conn)
    cloud.polled(0, HostSeen(native_id="h1", name="CNA-01"), desktop("a", host="h1"))
    with transaction() as conn:
        assert {each.name for each in store.placed_things(conn)} == {"CNA-01", "PC-a"}
        there = store.placed_signature(conn)
        collect_store.remove_source(conn, cloud.source, at(1))
        assert store.placed_things(conn) == ()
        assert len({before, there, store.placed_signature(conn)}) == 3
