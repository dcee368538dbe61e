"""The world is one world: repeatable, nobody in two places, its history agrees with its truth."""

import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sim.support import MONDAY_S, build_world, local_s
from yunwei_sim.world.departments import DEPARTMENTS, Assignment
from yunwei_sim.world.faults import KINDS
from yunwei_sim.world.fleet import NOBODY
from yunwei_sim.world.places import DESKTOPS_PER_HOST
from yunwei_sim.world.power import Login, Status
from yunwei_sim.world.rows import Rows, connected_at, succeeded
from yunwei_sim.world.world import World

FAULTS = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.integers(60, 1500), st.integers(0, 900)),
    max_size=6,
)


def all_rows(world: World) -> Rows:
    return np.concatenate([block.rows for block in world.ledger.blocks])


def overlaps(rows: Rows, who: str) -> int:
    """Count connections that begin before the last one of the same person or desktop ended."""
    rows = rows[succeeded(rows)]
    rows = rows[np.lexsort((rows["start"], rows[who]))]
    same = rows[who][1:] == rows[who][:-1]
    return int((same & (rows["start"][1:] < rows["end"][:-1])).sum())


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(desktops=900, days=12)


def test_the_same_seed_makes_the_same_world() -> None:
    one, other = build_world(seed=3), build_world(seed=3)
    assert (all_rows(one) == all_rows(other)).all()
    assert one.people.full_names == other.people.full_names
    assert one.fleet.ids == other.fleet.ids
    assert [fault.target_id for fault in one.troubles.log] == [
        fault.target_id for fault in other.troubles.log
    ]


def test_another_seed_makes_another_world() -> None:
    assert build_world(seed=3).fleet.ids != build_world(seed=4).fleet.ids


def test_how_often_one_looks_changes_nothing() -> None:
    restless, patient = build_world(), build_world()
    for world in (restless, patient):
        world.inject("host_down", lasts_s=600)
        world.inject("gateway_loss", lasts_s=1200)
    for step in range(1, 73):
        restless.advance(MONDAY_S + step * 50)
    patient.advance(MONDAY_S + 3600)
    same = ("user", "desktop", "start", "setup", "end", "failure", "rtt_add_ms", "delay_s")
    for one, other in zip(restless.ledger.blocks, patient.ledger.blocks, strict=True):
        for column in same:
            assert sorted(one.rows[column].tolist()) == sorted(other.rows[column].tolist())


@given(seed=st.integers(0, 10_000), plan=FAULTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nobody_is_in_two_places_whatever_breaks(
    seed: int, plan: list[tuple[str, int, int]]
) -> None:
    world = build_world(seed=seed, desktops=150, days=2)
    for name, lasts_s, pause_s in plan:
        world.inject(name, lasts_s=lasts_s)
        world.advance(world.at_s + pause_s)
    world.advance(world.at_s + 20_000)
    rows = all_rows(world)
    assert overlaps(rows, "user") == 0
    assert overlaps(rows, "desktop") == 0
    assert (rows["setup"] <= rows["end"])[succeeded(rows)].all()
    assert (rows["end"] <= rows["logoff"])[succeeded(rows)].all()


@given(plan=FAULTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_the_broker_says_is_the_truth_whatever_breaks(
    plan: list[tuple[str, int, int]],
) -> None:
    world = build_world(desktops=150, days=1)
    for name, lasts_s, pause_s in plan:
        world.inject(name, lasts_s=lasts_s)
        world.advance(world.at_s + pause_s)
        states, now = world.states(), world.snapshot()
        assert ((states.login == Login.CONNECTED) == (now.connected != NOBODY)).all()
        assert ((states.login == Login.DISCONNECTED) == (now.waiting != NOBODY)).all()
        assert (states.status[now.connected != NOBODY] == Status.ACTIVE).all()


@given(at_s=st.integers(MONDAY_S - 2 * 86_400, MONDAY_S + 7200), plan=FAULTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_faults_never_change_what_is_past(at_s: int, plan: list[tuple[str, int, int]]) -> None:
    world = build_world(desktops=150, days=2)
    world.advance(max(at_s, MONDAY_S))
    before = world.online_user_ids(min(at_s, world.at_s - 1))
    for name, lasts_s, _ in plan:
        world.inject(name, lasts_s=lasts_s)
    world.advance(world.at_s + 3000)
    assert world.online_user_ids(at_s if at_s < MONDAY_S else at_s - 1) == before


@given(back_s=st.integers(0, 8 * 86_400))
@settings(max_examples=40, deadline=None)
def test_history_agrees_with_who_was_online(world: World, back_s: int) -> None:
    at_s = world.at_s - back_s
    rows = all_rows(world)
    rows = rows[succeeded(rows) & connected_at(rows, at_s)]
    expected = {world.people.ids[user] for user in rows["user"].tolist()}
    assert world.online_user_ids(at_s) == expected


def test_a_snapshot_counts_each_desktop_once(world: World) -> None:
    now = world.snapshot()
    assert not ((now.connected != NOBODY) & (now.waiting != NOBODY)).any()
    assert now.connected_count == len(now.online_users)
    assert now.connected_count + now.disconnected_count <= world.fleet.count


def test_dedicated_desktops_are_used_by_their_owners(world: World) -> None:
    rows = all_rows(world)
    owner = world.fleet.owner[rows["desktop"]]
    has_owner = (rows["desktop"] >= 0) & (owner != NOBODY)
    assert (owner[has_owner] == rows["user"][has_owner]).all()
    dynamic = [d.assignment == Assignment.DYNAMIC for d in DEPARTMENTS]
    floating = np.array(dynamic)[world.fleet.department]
    assert (world.fleet.owner[floating] == NOBODY).all()


def test_disabled_people_never_work(world: World) -> None:
    disabled = np.flatnonzero(world.people.is_disabled)
    assert len(disabled) > 0
    assert not np.isin(all_rows(world)["user"], disabled).any()


@pytest.mark.parametrize(("desktops", "budget_s"), [(2000, 4.0), (10_000, 15.0)])
def test_a_month_of_history_is_quick_to_make(desktops: int, budget_s: float) -> None:
    began = time.process_time()
    world = build_world(desktops=desktops, days=30)
    assert time.process_time() - began < budget_s
    assert world.fleet.count == desktops
    assert len(world.ledger.blocks) == 31
    assert len(set(world.fleet.ids)) == len(set(world.fleet.names)) == desktops
    assert len(set(world.people.logins)) == world.people.count


def test_infrastructure_grows_with_the_desktops() -> None:
    world = build_world(desktops=2000, days=1)
    kinds = {kind.value: len(places) for kind, places in world.places.by_kind.items()}
    assert kinds["host"] == 34
    assert kinds["datastore"] == 8
    assert np.bincount(world.fleet.host).max() <= DESKTOPS_PER_HOST
    assert len(DEPARTMENTS) == 12


def test_a_jump_over_days_lives_through_them() -> None:
    world = build_world(desktops=150, days=1)
    world.advance(local_s("2026-11-26 10:30"))
    assert [block.day for block in world.ledger.blocks[-3:]] == list(
        range(world.ledger.last_day - 2, world.ledger.last_day + 1)
    )
    assert world.snapshot().connected_count > 60
