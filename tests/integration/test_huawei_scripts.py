"""The connector's act `run_script` against the simulated cloud over sockets: what is ordered runs
once on each desktop, the canary stops the rest, and outputs are those of the desktops."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from yunwei.base.core.errors import Invalid
from yunwei.base.core.readings import DesktopSeen, DesktopState
from yunwei.base.infra.clock import SystemClock
from yunwei.plugins.sdk.contract import FarRecord, FarState, Read, ScriptOrder, Wanted
from yunwei.plugins.sdk.http import AnswerNotFound
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest, load
from yunwei.plugins.sdk.testkit import make_context, take_pages
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

ACCESS = Access()
GOOD, BAD = "@echo off\necho ready %COMPUTERNAME%\n", "echo broken\nexit /b 3\n"


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    # a working Monday, 10:30 in Beijing, whenever this runs: most desktops are on
    at = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    with start_in_thread(Options(desktops=300, days=2, start_at=at, speed=0)) as running:
        yield running


def pass_time(sim: SimulatorThread, seconds: int) -> None:
    httpx.post(f"{sim.control_url}/sim/clock", json={"step_s": seconds}).raise_for_status()


@pytest.fixture
async def connector(sim: SimulatorThread) -> AsyncIterator[Any]:
    settings = {
        "endpoint": sim.url,
        "project_id": ACCESS.project_id,
        "ak": ACCESS.access_key,
        "sk": ACCESS.secret_key,
    }
    opened = load(CONNECTORS, "huawei_workspace")(make_context(settings, SystemClock()))
    yield opened
    await opened.close()


async def windows(connector: Any) -> list[str]:
    """Native ids of running desktops with Windows, as the connector's own inventory knows them."""
    wanted = Wanted(watermark=None, history_from=SystemClock().now())
    pages = await take_pages(connector.read(Read.INVENTORY, wanted))
    seen = [each for page in pages for each in page.readings if isinstance(each, DesktopSeen)]
    return sorted(
        each.native_id
        for each in seen
        if each.state is DesktopState.RUNNING and each.operating_system.startswith("Windows")
    )


async def records(connector: Any, order: str) -> list[FarRecord]:
    return [each async for page in connector.read_script_records(order) for each in page]


async def finish(sim: SimulatorThread, connector: Any, order: str) -> list[FarRecord]:
    for _ in range(2):  # the rest begins once the canary is over
        pass_time(sim, 60)
        found = await records(connector, order)
    return found


async def test_a_script_runs_once_on_each_desktop(sim: SimulatorThread, connector: Any) -> None:
    desktops = (await windows(connector))[:120]
    assert len(desktops) == 120
    order = await connector.start_script(
        ScriptOrder(language="batch", body=GOOD, desktops=tuple(desktops))
    )
    assert {each.state for each in await records(connector, order)} == {FarState.RUNNING}
    done = await finish(sim, connector, order)
    assert sorted(each.desktop for each in done) == desktops
    assert {(each.state, each.exit_code) for each in done} == {(FarState.SUCCEEDED, 0)}
    assert all(each.started_at and each.ended_at for each in done)
    output = await connector.read_script_output(done[0].native_id)
    assert output.startswith("ready ")


async def test_a_canary_that_fails_spares_the_rest(sim: SimulatorThread, connector: Any) -> None:
    desktops = tuple((await windows(connector))[:10])
    order = ScriptOrder(
        language="batch", body=BAD, desktops=desktops, canary=desktops[:2], fail_threshold=2
    )
    done = await finish(sim, connector, await connector.start_script(order))
    failed = {each.desktop for each in done if each.state is FarState.FAILED}
    assert failed == set(desktops[:2])
    assert {each.exit_code for each in done if each.is_canary} == {3}
    assert sum(each.state is FarState.SKIPPED for each in done) == 8


async def test_what_runs_is_stopped(sim: SimulatorThread, connector: Any) -> None:
    desktops = tuple((await windows(connector))[:3])
    order = await connector.start_script(
        ScriptOrder(language="batch", body=GOOD, desktops=desktops)
    )
    await connector.stop_script(order)
    assert {each.state for each in await finish(sim, connector, order)} == {FarState.STOPPED}


async def test_what_can_not_be_carried_out_is_said_before_anything_is_sent(connector: Any) -> None:
    with pytest.raises(Invalid, match="runs no python"):
        await connector.start_script(ScriptOrder(language="python", body="x", desktops=("d",)))
    with pytest.raises(AnswerNotFound):
        await connector.start_script(ScriptOrder(language="batch", body="x", desktops=("d",)))


def test_the_manifest_says_so() -> None:
    assert "run_script" in get_manifest(CONNECTORS, "huawei_workspace").acts
