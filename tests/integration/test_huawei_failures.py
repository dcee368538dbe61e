"""The connector against a simulated cloud that misbehaves: the typed error, as the SDK has one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkworkspace.v2 import WorkspaceClient, model

from yunwei.base.core.errors import (
    SourceBabbled,
    SourceError,
    SourceRefused,
    SourceThrottled,
    SourceUnreachable,
)
from yunwei.base.core.readings import SeenKind
from yunwei.plugins.sdk.contract import Connector, Read, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context, take_pages, take_until_error
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

ACCESS = Access()
READS = [Read.INVENTORY, Read.SESSIONS, Read.METRICS, Read.ACTIVITY, Read.ALARMS]


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    with start_in_thread(Options(desktops=100, days=2, control_port=0)) as running:
        yield running


@pytest.fixture
def face(sim: SimulatorThread) -> Iterator[Any]:
    """Make the REST face misbehave for one test."""

    def disturb(fault: str, **more: object) -> None:
        body = {"fault": fault, **more}
        httpx.post(f"{sim.control_url}/sim/face", json=body).raise_for_status()

    yield disturb
    disturb("none")


def connect(sim: SimulatorThread, timeout_s: float = 5.0, **changed: str) -> Connector:
    settings = {
        "endpoint": sim.url,
        "project_id": ACCESS.project_id,
        "ak": ACCESS.access_key,
        "sk": ACCESS.secret_key,
        **changed,
    }
    clock = StillClock(datetime.now(UTC))
    context = make_context(settings, clock, timeout_s=timeout_s)
    opened: Connector = load(CONNECTORS, "huawei_workspace")(context)
    return opened


def wanted(*desktops: str) -> Wanted:
    history_from = datetime.now(UTC) - timedelta(hours=3)
    return Wanted(watermark=None, history_from=history_from, desktops=desktops)


async def fail(connector: Connector, what: Read = Read.SESSIONS, *desktops: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await take_pages(connector.read(what, wanted(*desktops)))
    await connector.close()
    assert ACCESS.secret_key not in f"{caught.value} {getattr(caught.value, 'excerpt', '')}"
    return caught.value


def fail_with_sdk(sim: SimulatorThread, **changed: str) -> ServiceResponseException:
    keys = {"ak": ACCESS.access_key, "sk": ACCESS.secret_key, "project_id": ACCESS.project_id}
    credentials = BasicCredentials(**{**keys, **changed})
    client = (
        WorkspaceClient.new_builder().with_credentials(credentials).with_endpoint(sim.url).build()
    )
    with pytest.raises(ServiceResponseException) as caught:
        client.list_users(model.ListUsersRequest())
    client._http_client.close()
    return caught.value


@pytest.mark.parametrize(
    "changed",
    [{"sk": "wrong-secret-key-0123456789"}, {"ak": "UNKNOWNACCESSKEY0001"}],
    ids=["wrong_sk", "unknown_ak"],
)
async def test_wrong_keys_are_refused_as_the_sdk_is(
    sim: SimulatorThread, changed: dict[str, str]
) -> None:
    error = await fail(connect(sim, **changed))
    theirs = fail_with_sdk(sim, **changed)
    assert isinstance(error, SourceRefused)
    assert theirs.status_code == 401
    assert theirs.error_code in error.message
    assert "wrong-secret-key" not in error.message


async def test_a_wrong_project_is_named(sim: SimulatorThread) -> None:
    error = await fail(connect(sim, project_id="ffffffffffffffffffffffffffffffff"))
    theirs = fail_with_sdk(sim, project_id="ffffffffffffffffffffffffffffffff")
    assert str(theirs.status_code) in error.message
    assert theirs.error_code in error.message


async def test_a_clock_that_is_off_is_refused(sim: SimulatorThread) -> None:
    connector = connect(sim)
    connector._context.clock.move(by=timedelta(hours=1))  # type: ignore[attr-defined]
    error = await fail(connector)
    assert isinstance(error, SourceRefused)


@pytest.mark.parametrize("what", READS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("garbage", SourceBabbled),
        ("html", SourceBabbled),
        ("wrong_types", SourceBabbled),
        ("server_error", SourceBabbled),
        ("bad_gateway", SourceBabbled),
        ("throttle", SourceThrottled),
    ],
)
async def test_each_mischief_is_its_error_in_each_read(
    sim: SimulatorThread, face: Any, fault: str, kind: type[SourceError], what: Read
) -> None:
    face(fault)
    desktop_id = sim.call(lambda each: each.cloud.world.fleet.ids[0])
    error = await fail(connect(sim), what, desktop_id)
    assert type(error) is kind


async def test_an_empty_page_empties_no_inventory(sim: SimulatorThread, face: Any) -> None:
    face("empty_page", path="/desktops/detail")
    connector = connect(sim)
    pages, error = await take_until_error(connector.read(Read.INVENTORY, wanted()))
    await connector.close()
    assert isinstance(error, SourceBabbled)
    assert not any(SeenKind.DESKTOP in page.completes for page in pages)


async def test_no_answer_is_unreachable_in_time(sim: SimulatorThread, face: Any) -> None:
    face("hang")
    error = await fail(connect(sim, timeout_s=0.3))
    assert isinstance(error, SourceUnreachable)
    assert "no answer in 0.3 s" in error.message


async def test_nobody_listening_is_unreachable_and_then_back(
    sim: SimulatorThread, face: Any
) -> None:
    face("refuse")
    await wait_until_closed(sim)
    assert isinstance(await fail(connect(sim)), SourceUnreachable)
    face("none")
    connector = connect(sim)
    await wait_until_open(sim)
    assert await take_pages(connector.read(Read.SESSIONS, wanted()))
    await connector.close()


async def _answers(sim: SimulatorThread) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            await client.get(sim.url)
        except httpx.ConnectError:
            return False
    return True


async def wait_until_closed(sim: SimulatorThread) -> None:
    while await _answers(sim):
        pass


async def wait_until_open(sim: SimulatorThread) -> None:
    while not await _answers(sim):
        pass


async def test_throttling_says_for_how_long(sim: SimulatorThread, face: Any) -> None:
    face("throttle")
    error = await fail(connect(sim))
    assert isinstance(error, SourceThrottled)
    assert error.retry_after_s == 1.0


async def test_the_next_read_after_mischief_is_whole(sim: SimulatorThread, face: Any) -> None:
    face("garbage", requests=1)
    connector = connect(sim)
    with pytest.raises(SourceBabbled):
        await take_pages(connector.read(Read.SESSIONS, wanted()))
    pages = await take_pages(connector.read(Read.SESSIONS, wanted()))
    await connector.close()
    assert SeenKind.SESSION in set().union(*(page.completes for page in pages))
