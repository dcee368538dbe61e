"""A licence changes in the desktop cloud: people hear of it once it is read, and of no more."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.clouds import CloudSource, add_cloud, control_of, simulated_cloud
from tests.support.platform import wait_until
from tests.support.sinks import text_of
from tests.support.world import World
from yunwei_sim.serve import SimulatorThread

WITHIN_S = 90
"""Licences are read each minute, and at once when a source is enabled; a reading that was under way
then may put off the next by its minute."""

_numbers = itertools.count(1)

USERS, CERTIFICATE = "/licence/users", "/licence/directory_certificate"
CHANGED, EXPIRING = "licence.changed", "licence.expiring"


@pytest.fixture
def cloud() -> Iterator[SimulatorThread]:
    with simulated_cloud(desktops=60, days=1) as running:
        control_of(running).post("licences", ends_at="2030-01-01T00:00:00Z")
        yield running


@pytest.fixture
def source(local_world: World, cloud: SimulatorThread) -> Iterator[CloudSource]:
    local_world.tell_people_about_types(CHANGED, EXPIRING)
    name = f"cloud with licences {next(_numbers)}"
    added = add_cloud(local_world.platform, name, cloud.url)
    added.gets("ok")
    wait_until(lambda: licence(local_world, "users"), timeout_s=30)
    yield added
    for each in local_world.api.all("/sources", connector="huawei_workspace"):
        local_world.api.delete(f"/sources/{each['id']}")


def licence(world: World, name: str) -> dict[str, object]:
    """Return the quota of the whole project; sites have quotas of the same name."""
    found = world.api.all("/licences", search=name)
    return next((dict(each) for each in found if each["native_id"] == name), {})


def read_again(world: World, source: CloudSource) -> None:
    """Read the cloud now instead of minutes later, and wait until its licences were read."""
    number = source.row()["id"]
    seen_at = licence(world, "users")["last_seen_at"]
    world.api.post(f"/sources/{number}/disable")
    world.api.post(f"/sources/{number}/enable")
    wait_until(lambda: licence(world, "users")["last_seen_at"] != seen_at, timeout_s=120)


def told(world: World, source: CloudSource, path: str) -> list[str]:
    """Return the texts of what people were told of a licence of the source, in order."""
    found = [body["data"] for body in world.webhook.about(path)]
    return [str(data["text"]) for data in found if data["source"] == source.name]


def test_a_changed_quota_is_told_with_before_and_after_and_nothing_else_is(
    local_world: World, cloud: SimulatorThread, source: CloudSource
) -> None:
    world, control = local_world, control_of(cloud)
    before = int(licence(world, "users")["total"])  # type: ignore[call-overload]
    read_again(world, source)
    assert told(world, source, USERS) == []

    control.post("licences", type="users", limit=before + 50)
    read_again(world, source)
    wait_until(lambda: len(told(world, source, USERS)) == 1, timeout_s=WITHIN_S)
    [text] = told(world, source, USERS)
    assert f"总数 {before} → {before + 50}" in text
    [mail] = wait_until(lambda: world.mail.about(USERS), timeout_s=15)
    assert f"总数 {before} → {before + 50}" in text_of(mail)

    control.post("licences", ends_at="2029-01-01T00:00:00Z")
    read_again(world, source)
    wait_until(lambda: len(told(world, source, CERTIFICATE)) == 1, timeout_s=WITHIN_S)
    assert "到期 2030-01-01 → 2029-01-01" in told(world, source, CERTIFICATE)[0]
    changes = world.api.all("/licences/changes", source=source.row()["id"])
    assert [(each["licence_name"], each["field"]) for each in changes] == [
        ("directory_certificate", "expires_at"),
        ("users", "total"),
    ]
    assert len(told(world, source, USERS)) == 1


def test_a_cloud_that_is_away_says_nothing_of_licences(
    local_world: World, cloud: SimulatorThread, source: CloudSource
) -> None:
    control = control_of(cloud)
    control.post("face", fault="server_error")
    number = source.row()["id"]
    local_world.api.post(f"/sources/{number}/disable")
    local_world.api.post(f"/sources/{number}/enable")
    source.gets("babbling")
    control.post("face", fault="none")
    source.gets("ok", timeout_s=90)
    read_again(local_world, source)
    assert local_world.api.all("/licences/changes", source=number) == []


def test_an_end_within_a_week_stands_until_it_is_renewed(
    local_world: World, cloud: SimulatorThread, source: CloudSource
) -> None:
    world, control = local_world, control_of(cloud)
    soon = datetime.now(UTC) + timedelta(days=5)
    control.post("licences", ends_at=soon.isoformat())
    read_again(world, source)
    wait_until(lambda: standing(world) == [("major", CERTIFICATE)], timeout_s=WITHIN_S)
    control.post("licences", ends_at=(soon + timedelta(days=400)).isoformat())
    read_again(world, source)
    wait_until(lambda: standing(world) == [], timeout_s=WITHIN_S)


def standing(world: World) -> list[tuple[str, str]]:
    found = world.api.all("/alarms", view="open", alarm_type=EXPIRING)
    return [(each["severity"], each["managed_object"]) for each in found]
