"""Who logs in in the cloud is counted, and the day's curve is the cloud's own truth."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support.clouds import add_cloud, control_of, simulated_cloud
from tests.support.platform import Api, wait_until
from tests.support.world import World
from yunwei_sim.serve import SimulatorThread

ZONE = ZoneInfo("Asia/Shanghai")
POLLED_EVERY_S = 30  # sessions, by the connector's manifest


@pytest.fixture
def cloud() -> Iterator[SimulatorThread]:
    with simulated_cloud(desktops=120, days=3) as running:
        yield running


@pytest.fixture
def customer(local_world: World) -> Iterator[Api]:
    """REST as somebody who sees one customer only."""
    tenant = local_world.api.post("/tenants", slug="online", name="客户甲")
    local_world.api.post(
        "/users",
        username="kai",
        password="ein-langes-kennwort-9",
        role="customer_contact",
        tenant=tenant["id"],
    )
    token = local_world.platform.command_json("token", "create", "kai")["token"]
    api = Api(local_world.platform.url, token)
    yield api
    api.close()
    for source in local_world.api.all("/sources", connector="huawei_workspace"):
        local_world.api.delete(f"/sources/{source['id']}")


def test_a_login_is_counted_within_a_poll_and_the_curve_is_the_truth(
    local_world: World, cloud: SimulatorThread, customer: Api
) -> None:
    control = control_of(cloud)
    source = add_cloud(local_world.platform, "cloud of kai", cloud.url, tenant="online")
    source.gets("ok")
    absent = wait_until(lambda: somebody_absent(customer), timeout_s=60)
    control.post("login", user=absent)
    wait_until(lambda: is_online(customer, absent), timeout_s=POLLED_EVERY_S + 10)
    polled = {second(poll["at"]): poll["online_users"] for poll in control.get("polls")["items"]}
    assert customer.get("/overview")["users_online"] == polled[max(polled)]
    measured = wait_until(lambda: curve_since(customer, min(polled), len(polled)), timeout_s=30)
    assert {at: polled[nearest(polled, at)] for at in measured} == measured


def somebody_absent(customer: Api) -> str:
    """Return the login of a person who is not connected, once people and sessions are known."""
    if not customer.get("/overview")["users_online"]:
        return ""
    people = customer.all("/desktop-users", is_online=False, is_locked=False)
    return str(people[0]["login"]) if people else ""


def is_online(customer: Api, login: str) -> bool:
    found = customer.all("/desktop-users", search=login, is_online=True)
    return any(person["login"] == login for person in found)


def curve_since(customer: Api, first: int, count: int) -> dict[int, float]:
    """Return what was measured since, by second; nothing while some of `count` polls is missing."""
    now = datetime.now(ZONE)
    days = {datetime.fromtimestamp(first, ZONE).date(), now.date()}  # two, around midnight
    curves = [customer.get("/overview/online", day=day.isoformat())["online"] for day in days]
    points = [
        (second(at), value)
        for curve in curves
        for at, value in zip(curve["times"], curve["values"], strict=True)
    ]
    measured = {at: value for at, value in points if at >= first - 1 and value is not None}
    return measured if len(measured) >= count else {}


def nearest(polled: dict[int, int], at: int) -> int:
    """Return the second of the poll that was answered at `at`: not more than two apart."""
    found = min(polled, key=lambda each: abs(each - at))
    assert abs(found - at) <= 2, f"nobody polled at {at}"
    return found


def second(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
