"""What follows from hosts, pools and images, by hand and by chance."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.operate.posture.facts import (
    AlarmCount,
    Failing,
    FailingPool,
    Health,
    HostPosture,
    ImageCount,
    Imbalance,
    PoolPosture,
    SizeCount,
)
from yunwei.operate.posture.rules import hosts as host_rules
from yunwei.operate.posture.rules import pools as pool_rules

HOST = HostPosture(
    id=1,
    tenant=TenantId(1),
    source=SourceId(1),
    source_name="Cloud",
    native_id="h-1",
    name="CNA-01",
    site="HQ",
    state="available",
    is_healthy=True,
    cpu_total=100,
    cpu_used=40,
    memory_total_mb=1000,
    memory_used_mb=600,
    cpu_promised=150,
    memory_promised_mb=900,
    desktops=20,
    running=10,
)
POOL = PoolPosture(
    id=1,
    tenant=TenantId(1),
    source=SourceId(1),
    source_name="Cloud",
    native_id="p-1",
    name="Sales",
    kind="pooled",
    image="W11",
    desktop_limit=None,
    desktops=40,
    connected=10,
    disconnected=0,
    ready=30,
    off=0,
    unregistered=0,
    faulty=0,
    changing=0,
    other=0,
    maintenance=0,
    wrong_image=0,
    hosts=4,
    most_on_host=10,
)
SIZES = [
    SizeCount(source=SourceId(1), site="HQ", cpu=2, memory_mb=50, desktops=30),
    SizeCount(source=SourceId(1), site="HQ", cpu=8, memory_mb=200, desktops=9),
]


def test_as_many_desktops_fit_as_the_scarcer_of_cpu_and_memory_allows() -> None:
    usual = host_rules.usual_sizes(SIZES)
    # memory: 400 MB of 50 MB each; vCPUs would do for 30
    [host] = host_rules.judge_hosts([HOST], usual, {})
    assert (host.headroom, host.health) == (8, Health.GOOD)
    assert (host.cpu_overcommit, host.memory_overcommit) == (1.5, 0.9)


def test_a_host_that_is_not_well_has_no_room_and_what_is_not_told_is_not_guessed() -> None:
    usual = host_rules.usual_sizes(SIZES)
    hosts = [
        replace(HOST, is_healthy=False),
        replace(HOST, memory_used_mb=None),
        replace(HOST, site="elsewhere"),
    ]
    judged = host_rules.judge_hosts(hosts, usual, {})
    assert [host.headroom for host in judged] == [0, None, None]
    assert judged[0].health is Health.BAD


@pytest.mark.parametrize(
    ("severity", "health"),
    [
        (Severity.CRITICAL, Health.BAD),
        (Severity.MAJOR, Health.WATCH),
        (Severity.MINOR, Health.GOOD),
    ],
)
def test_an_alarm_about_a_host_says_how_it_is(severity: Severity, health: Health) -> None:
    alarms = {"CNA-01": AlarmCount(worst=severity, count=1)}
    [host] = host_rules.judge_hosts([HOST], host_rules.usual_sizes(SIZES), alarms)
    assert (host.health, host.alarms.count) == (health, 1)


def test_the_loss_of_the_fullest_host_takes_its_room_and_sends_its_desktops_to_the_others() -> None:
    usual = host_rules.usual_sizes(SIZES)
    hosts = [HOST, replace(HOST, id=2, name="CNA-02", desktops=5, memory_used_mb=0)]
    [cluster] = host_rules.gather_clusters(host_rules.judge_hosts(hosts, usual, {}), usual)
    # 8 on the first and 20 on the second; the first goes, its 20 desktops fit just so
    assert (cluster.headroom, cluster.after_loss, cluster.health) == (28, 0, Health.GOOD)
    short = [hosts[0], replace(hosts[1], memory_used_mb=100)]
    [cluster] = host_rules.gather_clusters(host_rules.judge_hosts(short, usual, {}), usual)
    assert (cluster.after_loss, cluster.health) == (-2, Health.WATCH)


@given(
    st.lists(
        st.tuples(st.integers(0, 1000), st.integers(0, 100), st.integers(0, 60)),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_placed_by_the_headroom_fits_and_one_more_would_not(
    drawn: list[tuple[int, int, int]],
) -> None:
    usual = host_rules.usual_sizes(SIZES)
    hosts = [
        replace(HOST, memory_used_mb=memory, cpu_used=cpu, desktops=count)
        for memory, cpu, count in drawn
    ]
    for host in host_rules.judge_hosts(hosts, usual, {}):
        room = host.headroom or 0
        cpu_free = (host.cpu_total or 0) - (host.cpu_used or 0)
        memory_free = (host.memory_total_mb or 0) - (host.memory_used_mb or 0)
        assert room * 2 <= cpu_free
        assert room * 50 <= memory_free
        assert (room + 1) * 2 > cpu_free or (room + 1) * 50 > memory_free


@pytest.mark.parametrize(
    ("changes", "peaks", "found"),
    [
        ({}, [30.0] * 7, []),
        ({}, [36.0] * 7, [Imbalance.TIGHT]),
        ({"connected": 37, "ready": 3}, [], [Imbalance.TIGHT]),
        ({}, [20.0] * 7, [Imbalance.SPARE]),
        ({}, [20.0] * 2, []),  # a weekend alone says nothing
        ({"most_on_host": 20}, [30.0] * 7, [Imbalance.LOPSIDED]),
        ({"hosts": 1, "most_on_host": 40}, [30.0] * 7, []),
        ({"wrong_image": 1}, [30.0] * 7, [Imbalance.IMAGES]),
        ({"id": None, "wrong_image": 1}, [], []),  # desktops in no pool are no pool
    ],
)
def test_a_pool_says_what_is_uneven_about_it(
    changes: dict[str, int], peaks: list[float], found: list[Imbalance]
) -> None:
    judged = pool_rules.judge_pool(replace(POOL, **changes), peaks)
    assert list(judged.imbalances) == found


def test_stopped_desktops_count_as_free_since_they_are_started_for_people() -> None:
    pool = pool_rules.judge_pool(replace(POOL, ready=0, off=30), [])
    assert (pool.busy_ratio, pool.imbalances) == (0.25, ())


@pytest.mark.parametrize(
    ("faulty", "health"), [(0, Health.GOOD), (2, Health.WATCH), (3, Health.BAD)]
)
def test_a_pool_needs_action_when_more_than_one_of_twenty_can_not_be_used(
    faulty: int, health: Health
) -> None:
    assert pool_rules.judge_pool(replace(POOL, faulty=faulty), []).health is health


def test_every_kind_of_failure_is_told_with_where_most_of_it_is() -> None:
    at = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    rows = [
        FailingPool(kind=Failing.FAULTY, pool=number, pool_name=f"P{number}", desktops=number,
                    since=at.replace(day=number))
        for number in range(1, 6)
    ]  # fmt: skip
    found = {each.kind: each for each in pool_rules.gather_failures(rows)}
    assert list(found) == list(Failing)
    assert (found[Failing.FAULTY].desktops, found[Failing.FAULTY].since) == (15, at.replace(day=1))
    assert [each.pool_name for each in found[Failing.FAULTY].pools] == ["P5", "P4", "P3"]
    assert (found[Failing.STUCK].desktops, found[Failing.STUCK].since) == (0, None)


def test_an_older_agent_is_one_below_the_newest_of_the_same_image() -> None:
    def count(image: str, version: str, desktops: int) -> ImageCount:
        return ImageCount(
            source=SourceId(1),
            source_name="Cloud",
            image=image,
            agent_version=version,
            desktops=desktops,
            wrong=0,
        )

    rows = [
        count("W11", "25.9.0", 2),
        count("W11", "25.10.0", 30),
        count("W11", "", 1),
        count("W10", "25.3", 7),
    ]
    found = {each.image: each for each in pool_rules.gather_images(rows)}
    assert (found["W11"].desktops, found["W11"].newest) == (33, "25.10.0")
    assert (found["W11"].behind, found["W11"].behind_versions) == (2, ("25.9.0",))
    assert (found["W10"].newest, found["W10"].behind) == ("25.3", 0)
