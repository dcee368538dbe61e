"""Desktops made, given back and assigned over sockets; Huawei's own SDK is the witness."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

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
from yunwei.plugins.sdk.http import AnswerRejected
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
