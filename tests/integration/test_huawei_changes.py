"""Desktops made, given back and assigned over sockets; Huawei's own SDK is the witness."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkworkspace.v2 import model

from tests.sim.support import sdk_client
from yunwei.base.core.errors import Refused
from yunwei.plugins.sdk.contract import (
    ChangeOrder,
    ChangesDesktops,
    DesktopChange,
    FarState,
    Read,
    Wanted,
)
from yunwei.plugins.sdk.http import AnswerNotFound, AnswerRejected
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

# The SDK's signer asks for the time in a way that Python has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

ACCESS = Access()


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    """A cloud whose clock stands still."""
    with start_in_thread(Options(desktops=60, days=2, speed=0)) as running:
        yield running


@pytest.fixture
async def connector(sim: SimulatorThread) -> AsyncIterator[ChangesDesktops]:
    settings = {
        "endpoint": sim.url,
        "project_id": ACCESS.project_id,
        "ak": ACCESS.access_key,
        "sk": ACCESS.secret_key,
    }
    clock = StillClock(datetime.now(UTC))
    opened = load(CONNECTORS, "huawei_workspace")(make_context(settings, clock))
    yield opened
    await opened.close()


def passes(sim: SimulatorThread, seconds: float) -> None:
    sim.call(lambda each: each.cloud.clock.step(seconds))


def desktop_at(sim: SimulatorThread, place: int) -> str:
    return str(sim.call(lambda each: each.cloud.world.fleet.ids[place]))


def login_at(sim: SimulatorThread, place: int) -> str:
    return str(sim.call(lambda each: each.cloud.world.people.logins[place]))


def seen(sim: SimulatorThread, name: str) -> list[tuple[str, list[str]]]:
    """The desktops of a name, with whose they are, as the SDK sees them."""
    asked = model.ListDesktopsDetailRequest(computer_name=name, limit=10, offset=0)
    found = sdk_client(sim).list_desktops_detail(asked).desktops
    users = [[user.user_name for user in each.attach_user_infos] for each in found]
    return [(each.desktop_id, names) for each, names in zip(found, users, strict=True)]


async def test_a_desktop_is_made_once_and_is_its_user_s(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    user = login_at(sim, 3)
    order = ChangeOrder(
        change=DesktopChange.CREATE, desktop=desktop_at(sim, 1), name="YWR-000001", user=user
    )
    assert not (await connector.look_up_change(order)).is_so
    number = await connector.begin_change(order)
    assert (await connector.read_change(order, number)).state is FarState.RUNNING
    assert seen(sim, "YWR-000001") == []
    # whoever asks again, since the answer was lost, is told that there is one
    with pytest.raises(AnswerRejected):
        await connector.begin_change(order)
    passes(sim, 150)
    assert (await connector.read_change(order, number)).state is FarState.SUCCEEDED
    found = await connector.look_up_change(order)
    assert found.is_so
    assert seen(sim, "YWR-000001") == [(found.desktop, [user])]
    like = sdk_client(sim).show_desktop_detail(
        model.ShowDesktopDetailRequest(desktop_id=order.desktop)
    )
    made = sdk_client(sim).show_desktop_detail(
        model.ShowDesktopDetailRequest(desktop_id=found.desktop)
    )
    assert made.desktop.product.product_id == like.desktop.product.product_id
    # it is read like every other
    wanted = Wanted(watermark=None, history_from=datetime.now(UTC))
    names = {
        getattr(reading, "native_id", "")
        async for page in connector.read(Read.INVENTORY, wanted)  # type: ignore[attr-defined]
        for reading in page.readings
    }
    assert found.desktop in names


async def test_a_desktop_that_is_given_back_is_gone(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    order = ChangeOrder(change=DesktopChange.DELETE, desktop=desktop_at(sim, 5))
    assert not (await connector.look_up_change(order)).is_so
    assert await connector.begin_change(order) == ""
    passes(sim, 60)
    assert (await connector.look_up_change(order)).is_so
    with pytest.raises(ClientRequestException, match="does not exist"):
        sdk_client(sim).show_desktop_detail(
            model.ShowDesktopDetailRequest(desktop_id=order.desktop)
        )


async def test_a_colleague_is_let_in_and_taken_off_again(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    desktop, colleague = desktop_at(sim, 7), login_at(sim, 9)
    add = ChangeOrder(change=DesktopChange.ASSIGN, desktop=desktop, user=colleague)
    number = await connector.begin_change(add)
    passes(sim, 30)
    assert (await connector.read_change(add, number)).state is FarState.SUCCEEDED
    assert (await connector.look_up_change(add)).is_so
    shown = sdk_client(sim).show_desktop_detail(model.ShowDesktopDetailRequest(desktop_id=desktop))
    assert colleague in [each.user_name for each in shown.desktop.attach_user_infos]
    take = ChangeOrder(change=DesktopChange.UNASSIGN, desktop=desktop, user=colleague)
    assert not (await connector.look_up_change(take)).is_so
    await connector.begin_change(take)
    passes(sim, 30)
    assert (await connector.look_up_change(take)).is_so


async def test_a_locked_account_is_let_in_again(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    login, client = login_at(sim, 4), sdk_client(sim)

    def user() -> model.UserDetail:
        [found] = client.list_users(model.ListUsersRequest(user_name=login)).users
        return found

    lock = model.OperateUserReq(op_type="LOCK")
    client.change_user_status(model.ChangeUserStatusRequest(user_id=user().id, body=lock))
    assert user().locked
    order = ChangeOrder(change=DesktopChange.UNLOCK, desktop=desktop_at(sim, 4), user=login.upper())
    assert not (await connector.look_up_change(order)).is_so
    assert await connector.begin_change(order) == ""
    assert (await connector.look_up_change(order)).is_so
    assert not user().locked
    nobody = ChangeOrder(change=DesktopChange.UNLOCK, desktop=order.desktop, user="nobody")
    with pytest.raises(Refused):
        await connector.begin_change(nobody)


async def test_what_the_cloud_has_no_room_for_has_failed_with_its_reason(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    sim.call(lambda each: setattr(each.cloud.jobs, "to_fail", 1))
    order = ChangeOrder(
        change=DesktopChange.CREATE,
        desktop=desktop_at(sim, 1),
        name="YWR-000002",
        user=login_at(sim, 3),
    )
    number = await connector.begin_change(order)
    passes(sim, 150)
    told = await connector.read_change(order, number)
    assert (told.state, told.reason) == (FarState.FAILED, "There are not enough resources.")
    assert not (await connector.look_up_change(order)).is_so


def made_of(sim: SimulatorThread, desktop: str) -> tuple[str, str, int]:
    """Processors, memory in MB and disks in GB of a desktop, as the SDK sees them."""
    asked = model.ShowDesktopDetailRequest(desktop_id=desktop)
    found = sdk_client(sim).show_desktop_detail(asked).desktop
    disks = [found.root_volume, *found.data_volumes]
    return found.product.cpu, found.product.memory, sum(each.size for each in disks)


def job_of(sim: SimulatorThread, number: str) -> tuple[str, str]:
    told = sdk_client(sim).show_job(model.ShowJobRequest(job_id=number))
    return told.job_type, told.status


async def test_a_desktop_gets_the_smallest_size_that_has_what_is_asked(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    desktop = desktop_of_size(sim, "4")
    _cpu, _memory, disk = made_of(sim, desktop)
    order = ChangeOrder(change=DesktopChange.RESIZE, desktop=desktop, cpu=5, memory_gib=8)
    assert not (await connector.look_up_change(order)).is_so
    number = await connector.begin_change(order)
    assert (await connector.read_change(order, number)).state is FarState.RUNNING
    assert job_of(sim, number) == ("RESIZE_DESKTOP", "RUNNING")
    passes(sim, 120)
    assert (await connector.read_change(order, number)).state is FarState.SUCCEEDED
    assert (await connector.look_up_change(order)).is_so
    # its disks are not another size's
    assert made_of(sim, desktop) == ("8", "16384", disk)
    with pytest.raises(Refused, match="no size"):
        await connector.begin_change(replace(order, cpu=64))


async def test_what_is_sold_out_or_beyond_the_quota_is_refused_and_nothing_changes(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    desktop = desktop_of_size(sim, "2")
    before = made_of(sim, desktop)
    order = ChangeOrder(change=DesktopChange.RESIZE, desktop=desktop, cpu=8, memory_gib=16)
    [largest] = {each for each in product_ids(sim) if "ultimate" in each}
    sim.call(lambda each: each.cloud.holdings.sold_out.add(largest))
    with pytest.raises(Refused, match="sold out"):
        await connector.begin_change(order)
    sim.call(lambda each: each.cloud.holdings.sold_out.clear())
    limit = used_quotas(sim)["cores"] + 5
    sim.call(lambda each: each.cloud.world.bought.update(cores=limit))
    try:
        with pytest.raises(AnswerRejected, match="quota of cores is insufficient: 5 left"):
            await connector.begin_change(order)
    finally:
        sim.call(lambda each: each.cloud.world.bought.clear())
    assert made_of(sim, desktop) == before


async def test_a_disk_grows_to_what_is_asked_in_all_and_never_shrinks(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    desktop = desktop_of_size(sim, "4")
    cpu, memory, before = made_of(sim, desktop)
    change = DesktopChange.EXPAND_DISK
    order = ChangeOrder(change=change, desktop=desktop, disk_gib=before + 30, disk="data")
    number = await connector.begin_change(order)
    assert job_of(sim, number) == ("EXPAND_VOLUME", "RUNNING")
    passes(sim, 60)
    assert (await connector.look_up_change(order)).is_so
    assert made_of(sim, desktop) == (cpu, memory, before + 30)
    # whoever was told nothing, asks again, and is told that it is so large already
    with pytest.raises(AnswerRejected, match="new_size"):
        await connector.begin_change(order)
    small = desktop_of_size(sim, "2")
    with pytest.raises(Refused, match="no such disk"):
        await connector.begin_change(replace(order, desktop=small, disk_gib=500))
    huge = replace(order, desktop=small, disk="system", disk_gib=made_of(sim, small)[2] + 900)
    with pytest.raises(AnswerRejected, match="quota of volume_gigabytes"):
        await connector.begin_change(huge)


async def test_somebody_is_let_into_another_pool_and_out_of_the_first(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    client = sdk_client(sim)
    pools = client.list_desktop_pools(model.ListDesktopPoolsRequest(limit=100)).desktop_pools
    first, second = pools[0].id, pools[1].id

    def members(pool: str) -> list[str]:
        asked = model.ListDesktopPoolAuthorizedObjectsRequest(pool_id=pool, limit=100)
        found = client.list_desktop_pool_authorized_objects(asked).objects
        return [each.object_name for each in found]

    user = members(first)[0]
    join = ChangeOrder(change=DesktopChange.JOIN_POOL, desktop=second, name="", user=user)
    leave = ChangeOrder(change=DesktopChange.LEAVE_POOL, desktop=first, name="", user=user)
    for order in (join, leave):
        assert not (await connector.look_up_change(order)).is_so
        assert await connector.begin_change(order) == ""
        assert (await connector.look_up_change(order)).is_so
    assert user in members(second)
    assert user not in members(first)
    with pytest.raises(AnswerNotFound):
        await connector.begin_change(replace(join, desktop="no-such-pool"))


async def test_it_is_told_when_somebody_works_on_it(
    sim: SimulatorThread, connector: ChangesDesktops
) -> None:
    owners = sim.call(lambda each: each.cloud.world.fleet.owner.tolist())
    desktop = log_in(sim, login_at(sim, next(each for each in owners if each >= 0)))
    order = ChangeOrder(change=DesktopChange.RESIZE, desktop=desktop, cpu=64, memory_gib=1)
    assert (await connector.look_up_change(order)).is_in_use


def desktop_of_size(sim: SimulatorThread, cores: str) -> str:
    """A desktop of the fleet with so many processors that no other test has changed."""
    asked = model.ListDesktopsDetailRequest(limit=200, offset=0)
    found = sdk_client(sim).list_desktops_detail(asked).desktops
    fitting = [each.desktop_id for each in found if each.product.cpu == cores]
    return str(fitting[-1])


def product_ids(sim: SimulatorThread) -> list[str]:
    found = sdk_client(sim).list_products(model.ListProductsRequest()).products
    return [each.product_id for each in found]


def used_quotas(sim: SimulatorThread) -> dict[str, int]:
    found = sdk_client(sim).show_quotas(model.ShowQuotasRequest()).quotas.resources
    return {each.type: each.used for each in found}


def log_in(sim: SimulatorThread, user: str) -> str:
    """Let somebody log in; return the desktop that they are on."""
    visit = httpx.post(f"{sim.control_url}/sim/login", json={"user": user}).json()
    return str(visit["desktop_id"])
