"""Pages of readings into the inventory: what is there, what changed, what is gone."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.integration.inventory.conftest import Cloud, at, desktop
from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import (
    DesktopState,
    DesktopUserSeen,
    HostSeen,
    LicenceSeen,
    LoginState,
    Observation,
    PoolSeen,
    Reading,
    SeenKind,
    SessionSeen,
)
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.inventory import actions, queries
from yunwei.monitor.inventory.facts import Change
from yunwei.plugins.sdk.contract import Read


def session(name: str, login: str = "", state: LoginState = LoginState.CONNECTED) -> SessionSeen:
    return SessionSeen(desktop=name, login=login, state=state)


def counts(readings: tuple[Reading, ...]) -> dict[tuple[str, str], float]:
    found = [each for each in readings if isinstance(each, Observation)]
    return {(each.object_id, each.metric): each.value for each in found}


def names(cloud: Cloud, **filters: object) -> list[str]:
    return [each.name for each in queries.fetch_desktops(cloud.viewer, filters=filters).items]


def changes(cloud: Cloud, native_id: str) -> list[tuple[str, str, str]]:
    found = queries.access_desktop_by_native_id(cloud.viewer, cloud.source, native_id)
    told = queries.fetch_desktop_changes(cloud.viewer, found.id)
    return [(each.field, each.before, each.after) for each in told]


def test_a_desktop_with_all_its_fields_comes_back_as_it_was(cloud: Cloud) -> None:
    seen = desktop(
        "d1",
        pool="p1",
        host="h1",
        ip="10.0.0.9",
        cpu=4,
        memory_mb=8192,
        logins=("li", "wang"),
        created_at=at(-9),
        tags={"k": "v"},
        raw={"x": "1"},
        site="north-1",
        image="win11",
        agent_version="2.1",
        operating_system="Windows 11",
    )
    cloud.polled(
        0, PoolSeen(native_id="p1", name="Finance"), HostSeen(native_id="h1", name="H"), seen
    )
    listed = queries.fetch_desktops(cloud.viewer).items[0]
    row = queries.access_desktop(cloud.viewer, listed.id)
    for name in ("ip", "cpu", "memory_mb", "logins", "created_at", "tags", "raw", "site", "image"):
        assert getattr(row, name) == getattr(seen, name)
    assert (row.pool_name, row.host_name, row.source_name) == ("Finance", "H", "Cloud north")
    assert (row.first_seen_at, row.last_seen_at, row.gone_at) == (at(0.1), at(0.1), None)
    assert listed.raw == {}


def test_a_change_is_told_with_before_and_after(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1", host="h1"))
    cloud.polled(5, desktop("d1", host="h1"))
    cloud.polled(10, desktop("d1", DesktopState.STOPPED, host="h2"))
    assert sorted(changes(cloud, "d1")) == [("host", "h1", "h2"), ("state", "running", "stopped")]
    row = queries.fetch_desktops(cloud.viewer).items[0]
    assert (row.state, row.state_since, row.last_seen_at) == ("stopped", at(10.1), at(10.1))


def test_the_same_page_again_changes_nothing(cloud: Cloud) -> None:
    seen = desktop("d1", logins=("li",), tags={"a": "b"})
    cloud.polled(0, seen)
    before = queries.fetch_desktops(cloud.viewer).items
    cloud.polled(0, seen)
    assert queries.fetch_desktops(cloud.viewer).items == before
    assert changes(cloud, "d1") == []


def test_comings_and_goings_of_people_are_no_changes_but_unregistering_is(cloud: Cloud) -> None:
    for minutes, state in enumerate(("ready", "connected", "unregistered", "ready")):
        cloud.polled(minutes, desktop("d1", login_state=LoginState(state)))
    assert changes(cloud, "d1") == [
        ("is_registered", "false", "true"),
        ("is_registered", "true", "false"),
    ]


def test_what_a_complete_poll_has_not_seen_is_gone(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1"), desktop("d2"), completes=SeenKind.DESKTOP)
    cloud.polled(5, desktop("d1"), completes=SeenKind.DESKTOP)
    assert names(cloud) == ["PC-d1"]
    assert names(cloud, gone="only") == ["PC-d2"]
    assert names(cloud, gone="with") == ["PC-d1", "PC-d2"]
    gone = queries.fetch_desktops(cloud.viewer, filters={"gone": "only"}).items[0]
    assert gone.gone_at == at(5.1)
    assert changes(cloud, "d2") == [("exists", "yes", "no")]


def test_what_an_incomplete_poll_has_not_seen_stays(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1"), desktop("d2"), completes=SeenKind.DESKTOP)
    cloud.polled(5, desktop("d1"))
    assert names(cloud) == ["PC-d1", "PC-d2"]


def test_earlier_pages_of_the_same_poll_count_as_seen(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1"))
    cloud.polled(0, desktop("d2"), completes=SeenKind.DESKTOP)
    assert names(cloud) == ["PC-d1", "PC-d2"]


def test_a_desktop_that_comes_back_is_the_same(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1"), desktop("d2"), completes=SeenKind.DESKTOP)
    before = queries.access_desktop_by_native_id(cloud.viewer, cloud.source, "d2")
    cloud.polled(5, desktop("d1"), completes=SeenKind.DESKTOP)
    cloud.polled(10, desktop("d2"))
    after = queries.access_desktop_by_native_id(cloud.viewer, cloud.source, "d2")
    assert (after.id, after.first_seen_at, after.gone_at) == (before.id, before.first_seen_at, None)
    assert after.state_since == at(10.1)
    assert changes(cloud, "d2")[0] == ("exists", "no", "yes")


def test_an_answer_without_any_of_many_is_not_believed(cloud: Cloud) -> None:
    cloud.polled(0, *(desktop(f"d{n}") for n in range(20)), completes=SeenKind.DESKTOP)
    with pytest.raises(SourceBabbled, match="no desktop at all where there were 20"):
        cloud.polled(5, completes=SeenKind.DESKTOP)
    assert len(names(cloud)) == 20


def test_the_last_few_may_go(cloud: Cloud) -> None:
    cloud.polled(0, *(desktop(f"d{n}") for n in range(19)), completes=SeenKind.DESKTOP)
    cloud.polled(5, completes=SeenKind.DESKTOP)
    assert names(cloud) == []


def test_no_sessions_at_all_is_believed(cloud: Cloud) -> None:
    many = [session(f"d{n}", f"u{n}") for n in range(50)]
    cloud.polled(0, *many, completes=SeenKind.SESSION, read=Read.SESSIONS)
    cloud.polled(1, completes=SeenKind.SESSION, read=Read.SESSIONS)
    assert queries.fetch_sessions(cloud.viewer).total == 0


def test_one_source_says_nothing_of_another(make_cloud: Callable[[str], Cloud]) -> None:
    north, south = make_cloud("north"), make_cloud("south")
    north.polled(0, desktop("d1"), completes=SeenKind.DESKTOP)
    south.polled(1, desktop("d1"), completes=SeenKind.DESKTOP)
    south.polled(2, session("d1", "li"), completes=SeenKind.SESSION, read=Read.SESSIONS)
    north.polled(3, completes=SeenKind.DESKTOP)
    assert names(north) == []
    assert names(south) == ["PC-d1"]
    assert queries.fetch_sessions(south.viewer).total == 1


def test_assignments_follow_the_desktop(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1", logins=("li", "wang")), desktop("d2", logins=("li",)))
    cloud.polled(5, desktop("d1", logins=("wang", "zhao")))
    rows = queries.fetch_desktops(cloud.viewer).items
    assert [row.logins for row in rows] == [("wang", "zhao"), ("li",)]


def test_an_object_named_twice_in_a_page_is_written_once(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1", ip="1.1.1.1"), desktop("d1", ip="2.2.2.2"))
    rows = queries.fetch_desktops(cloud.viewer).items
    assert [row.ip for row in rows] == ["2.2.2.2"]


def test_a_nul_in_a_text_does_not_cost_the_rest(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1", raw={"a": "x\0y", "b": r"\u0000"}, ip="1\0"))
    row = queries.access_desktop_by_native_id(cloud.viewer, cloud.source, "d1")
    raw = queries.access_desktop(cloud.viewer, row.id).raw
    assert (raw, row.ip) == ({"a": "xy", "b": r"\u0000"}, "1")


def test_live_sessions_come_stay_and_go(cloud: Cloud) -> None:
    def polled(minutes: float, *seen: SessionSeen) -> None:
        cloud.polled(minutes, *seen, completes=SeenKind.SESSION, read=Read.SESSIONS)

    cloud.polled(0, desktop("d1"))
    polled(1, session("d1", "li"))
    polled(2, session("d1", "li", LoginState.DISCONNECTED))
    row = queries.fetch_sessions(cloud.viewer).items[0]
    assert (row.state, row.state_since, row.first_seen_at) == ("disconnected", at(2.1), at(1.1))
    assert row.desktop_name == "PC-d1"
    polled(3)
    assert queries.fetch_sessions(cloud.viewer).items == ()


def test_desktops_follow_their_sessions_between_inventory_polls(cloud: Cloud) -> None:
    cloud.polled(0, desktop("d1"), desktop("d2", login_state=LoginState.UNREGISTERED))

    def states_after(minutes: float, *seen: SessionSeen) -> list[str]:
        cloud.polled(minutes, *seen, completes=SeenKind.SESSION, read=Read.SESSIONS)
        return [row.login_state for row in queries.fetch_desktops(cloud.viewer).items]

    assert states_after(1, session("d1", "li")) == ["connected", "unregistered"]
    away = session("d1", "li", LoginState.DISCONNECTED)
    assert states_after(2, away) == ["disconnected", "unregistered"]
    assert states_after(3, away, session("d1", "wu")) == ["connected", "unregistered"]
    assert states_after(4) == ["ready", "unregistered"]


def test_sessions_without_anybody_are_not_kept(cloud: Cloud) -> None:
    cloud.polled(0, session("d1", "", LoginState.READY), read=Read.SESSIONS)
    assert queries.fetch_sessions(cloud.viewer).total == 0


def test_users_are_counted_by_pool_and_source_once_each(cloud: Cloud) -> None:
    pools = [PoolSeen(native_id=each, name=each) for each in ("p1", "p2", "p3")]
    placed = [desktop("d1", pool="p1"), desktop("d2", pool="p1"), desktop("d3", pool="p2")]
    cloud.polled(0, *pools, *placed)
    live = [
        session("d1", "li"),
        session("d2", "li"),
        session("d3", "li"),
        session("d3", "wu"),
        session("d1", "ma", LoginState.DISCONNECTED),
    ]
    told = counts(cloud.polled(1, *live, completes=SeenKind.SESSION, read=Read.SESSIONS))
    online = {pool: value for (pool, metric), value in told.items() if metric == "users.online"}
    assert online == {"": 2, "p1": 1, "p2": 2, "p3": 0}
    assert told["", "sessions.connected"] == 4
    assert told["p1", "sessions.disconnected"] == 1


def test_what_the_connector_counted_itself_is_not_counted_again(cloud: Cloud) -> None:
    cloud.given = frozenset({"users.online"})
    told = counts(cloud.polled(1, completes=SeenKind.SESSION, read=Read.SESSIONS))
    assert set(told) == {("", "sessions.connected"), ("", "sessions.disconnected")}


def test_desktops_are_counted_by_state_and_pool(cloud: Cloud) -> None:
    seen = [
        desktop("d1", pool="p1"),
        desktop("d2", DesktopState.STOPPED, pool="p1"),
        desktop("d3", DesktopState.ERROR),
        desktop("d4", login_state=LoginState.UNREGISTERED),
    ]
    pool = PoolSeen(native_id="p1", name="P")
    told = counts(cloud.polled(0, pool, *seen, completes=SeenKind.DESKTOP))
    assert told["", "desktops.total"] == 4
    assert told["", "desktops.unregistered"] == 1
    assert told["p1", "desktops.total"] == 2
    assert told["p1", "desktops.stopped"] == 1
    assert told["p1", "desktops.error"] == 0


def test_an_incomplete_page_is_not_counted(cloud: Cloud) -> None:
    assert cloud.polled(0, desktop("d1"), session("d1", "li")) == ()


def licence(total: float | None, used: float, expires_at: datetime | None) -> LicenceSeen:
    return LicenceSeen(native_id="l1", name="CCU", total=total, used=used, expires_at=expires_at)


def test_licence_changes_are_told_but_not_every_use(cloud: Cloud) -> None:
    cloud.polled(0, licence(100, 40, at(600)))
    cloud.polled(5, licence(100, 90, at(600)))
    cloud.polled(10, licence(150, 90, None))
    row = queries.fetch_licences(cloud.viewer).items[0]
    assert (row.total, row.used, row.used_ratio, row.expires_at) == (150, 90, 0.6, None)
    told = queries.fetch_licence_changes(cloud.viewer, row.id)
    assert set(told) == {
        Change(at=at(10.1), field="total", before="100", after="150"),
        Change(at=at(10.1), field="expires_at", before="2026-11-23T16:00:00Z", after=""),
    }


def test_a_licence_without_limit_has_no_ratio(cloud: Cloud) -> None:
    cloud.polled(0, licence(None, 40, None))
    assert queries.fetch_licences(cloud.viewer).items[0].used_ratio is None


def test_other_kinds_go_too(cloud: Cloud) -> None:
    kinds = {
        SeenKind.POOL: (PoolSeen(native_id="x", name="x"), queries.fetch_pools),
        SeenKind.HOST: (HostSeen(native_id="x", name="x"), queries.fetch_hosts),
        SeenKind.LICENCE: (licence(1, 1, None), queries.fetch_licences),
        SeenKind.DESKTOP_USER: (
            DesktopUserSeen(native_id="x", login="x"),
            queries.fetch_desktop_users,
        ),
    }
    cloud.polled(0, *(seen for seen, _ in kinds.values()))
    for minutes, (kind, (_, fetch)) in enumerate(kinds.items(), start=1):
        assert fetch(cloud.viewer).total == 1
        cloud.polled(minutes, completes=kind)
        assert fetch(cloud.viewer).total == 0
        assert fetch(cloud.viewer, filters={"gone": "only"}).total == 1


def test_all_have_their_turn_to_be_measured_those_in_use_first(cloud: Cloud) -> None:
    cloud.polled(0, *(desktop(f"d{n:02}") for n in range(20)), desktop("off", DesktopState.STOPPED))
    busy = [session(f"d{n:02}", "li") for n in range(10, 20)]
    cloud.polled(1, *busy, completes=SeenKind.SESSION, read=Read.SESSIONS)
    rounds = [actions.system_choose_desktops(cloud.source, limit=8) for _ in range(5)]
    assert [sum(name >= "d10" for name in chosen) for chosen in rounds] == [6] * 5
    assert {name for chosen in rounds for name in chosen} == {f"d{n:02}" for n in range(20)}
    assert all(chosen == tuple(sorted(chosen, key=lambda name: name < "d10")) for chosen in rounds)


def test_a_round_is_filled_when_few_are_in_use(cloud: Cloud) -> None:
    cloud.polled(0, *(desktop(f"d{n}") for n in range(9)))
    assert len(actions.system_choose_desktops(cloud.source, limit=6)) == 6
    assert len(actions.system_choose_desktops(cloud.source, limit=600)) == 9


def test_a_page_is_applied_whole_or_not_at_all(cloud: Cloud) -> None:
    cloud.polled(0, *(desktop(f"d{n}") for n in range(20)), completes=SeenKind.DESKTOP)
    with pytest.raises(SourceBabbled):
        cloud.polled(5, PoolSeen(native_id="p", name="P"), completes=SeenKind.DESKTOP)
    with transaction() as conn, cursor(conn) as opened:
        assert opened.execute("SELECT * FROM inventory_pool").fetchall() == []
