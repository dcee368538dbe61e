"""A script that makes desktops slow is stopped at the canary by what is measured there; an innocent
one passes. On the simulated cloud, over its sockets, by its own measurements of its desktops."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.integration.telemetry.support import write
from tests.support.running import Stage, make_stage
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RunId, ScriptId
from yunwei.base.core.readings import DesktopSeen, DesktopState, ReadingPage
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory
from yunwei.operate.runs.actions import judging
from yunwei.operate.runs.facts.runs import Blind, Choice, Plan, Run, RunState, TargetState
from yunwei.operate.runs.facts.watching import GuardMeasure, Verdict
from yunwei.operate.runs.jobs.clouds import CloudOrders
from yunwei.operate.runs.jobs.watching import Guard
from yunwei.operate.scripts.actions import library, review
from yunwei.operate.scripts.facts.library import ScriptDraft, ScriptLanguage, VersionDraft
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import make_context, take_pages
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

pytestmark = pytest.mark.timeout(600)
# a working Monday, 10:30 in Beijing, whenever this runs: people are in
BEGIN = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
HARMLESS = "Write-Output 'tidied up'\n"
HARMFUL = "Start-Job { while ($true) {} }\n"
WATCH = Plan(canary="2", stop_at="", watch_minutes=20)
DESKTOPS = 8
STEP_S = 150
ACCESS = Access()


class _Clock:
    """The cloud's own time, which is the run's."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def now(self) -> datetime:
        return self._stage.now


class Ward:
    """Some running desktops of the simulated cloud, and time that passes there and here alike."""

    def __init__(self, sim: SimulatorThread, clickhouse: ClickHouse) -> None:
        self.sim, self.clickhouse = sim, clickhouse
        self.stage = make_stage(agents=0)
        self.stage.now = self.step(0)
        self.natives: tuple[str, ...] = ()
        self.mark: str | None = None

    @property
    def clock(self) -> Any:
        return _Clock(self.stage)

    def connect(self, *_who: object) -> Any:
        settings = {
            "endpoint": self.sim.url,
            "project_id": ACCESS.project_id,
            "ak": ACCESS.access_key,
            "sk": ACCESS.secret_key,
        }
        return load(CONNECTORS, "huawei_workspace")(make_context(settings, self.clock))

    def step(self, seconds: int) -> datetime:
        """Let the cloud's clock go on; returns what it shows."""
        answer = httpx.post(f"{self.sim.control_url}/sim/clock", json={"step_s": seconds})
        return datetime.fromisoformat(str(answer.raise_for_status().json()["now"]))

    def wall_s(self) -> float:
        return self.stage.now.timestamp()

    async def admit(self) -> None:
        """Let our inventory know some desktops as the cloud tells of them."""
        connector = self.connect()
        wanted = Wanted(watermark=None, history_from=self.stage.now)
        pages = await take_pages(connector.read(Read.INVENTORY, wanted))
        await connector.close()
        running = [
            each
            for page in pages
            for each in page.readings
            if isinstance(each, DesktopSeen)
            and each.state is DesktopState.RUNNING
            and each.operating_system.startswith("Windows")
        ]
        seen = tuple(sorted(running, key=lambda each: each.native_id)[:DESKTOPS])
        self.natives = tuple(each.native_id for each in seen)
        self.stage.names = tuple(each.name for each in seen)
        poll = Poll(
            source=self.stage.cloud.source,
            tenant=self.stage.cloud.tenant,
            source_name="Cloud A",
            connector="huawei_workspace",
            read=Read.INVENTORY,
            started_at=self.stage.now,
        )
        with transaction() as conn:
            inventory.apply_page(conn, poll, ReadingPage(readings=seen, read_at=self.stage.now))

    def approve(self, body: str) -> ScriptId:
        people, now = self.stage.cloud.people, self.stage.now
        head = ScriptDraft(
            name=f"script {body[:20]}", language=ScriptLanguage.POWERSHELL, description_en="x"
        )
        made = library.add_script(
            people["olga"], self.stage.cloud.tenant, head, VersionDraft(body=body), now=now
        )
        review.ask_review(people["olga"], review.Meant(made, 1), now=now)
        review.approve(people["mia"], review.Meant(made, 1), now=now)
        return made

    def start(self, body: str, plan: Plan = WATCH) -> RunId:
        stage = self.stage
        run = stage.start(
            script=self.approve(body),
            choice=Choice(names=stage.names),
            plan=plan,
            values={},
            deadline_at=stage.now + timedelta(hours=5),
        )
        if stage.run(run).state is RunState.ASKED:
            judging.approve_run(stage.cloud.people["mia"], run, now=stage.now)
        return run

    async def pass_minutes(self, run: RunId, minutes: int, *, measures: bool = True) -> Run:
        """Let time pass, and everybody look now and then: the poll, the orders, the guard."""
        orders = CloudOrders(self.clock, self.stage.box, self.connect)
        for turn in range(minutes * 60 // STEP_S):
            self.stage.now = self.step(STEP_S)
            if measures and turn % 2:
                await self.measure()
            self.stage.advance(run)
            await orders.step()
            await Guard(self.clock).step()
            self.stage.advance(run)
        return self.stage.run(run)

    async def measure(self) -> None:
        connector = self.connect()
        wanted = Wanted(
            watermark=self.mark,
            history_from=self.stage.now - timedelta(hours=2),
            desktops=self.natives,
        )
        for page in await take_pages(connector.read(Read.METRICS, wanted)):
            self.mark = page.watermark
            write(
                self.clickhouse,
                page.readings,
                tenant=self.stage.cloud.tenant,
                source=self.stage.cloud.source,
                read_at=page.read_at,
            )
        await connector.close()


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    options = Options(desktops=200, days=2, start_at=BEGIN, speed=0)
    with start_in_thread(options) as running:
        yield running


@pytest.fixture
async def ward(
    sim: SimulatorThread,
    clickhouse: ClickHouse,
    database_pool: object,
) -> Ward:
    made = Ward(sim, clickhouse)
    # signatures are dated by the same clock as everything else here
    sim.simulation.date_signatures_by(made.wall_s)
    await made.admit()
    return made


async def test_a_script_that_makes_desktops_slow_is_stopped_at_the_canary(ward: Ward) -> None:
    run = ward.start(HARMFUL)
    over = await ward.pass_minutes(run, 30)
    assert (over.state, over.reason) == (RunState.STOPPED, "harmful")
    assert over.counts == {"succeeded": 2, "skipped": DESKTOPS - 2}
    assert over.watched is not None
    assert over.watched.verdict is Verdict.HARMFUL
    (cpu,) = (each for each in over.watched.findings if each.measure is GuardMeasure.CPU)
    assert (cpu.canary, cpu.control, cpu.is_worse) == (2, DESKTOPS - 2, True)
    # how much more it is hangs on what people do at that hour of the simulated day
    assert cpu.canary_after > 2 * cpu.canary_before
    assert cpu.excess > abs(cpu.control_after - cpu.control_before)


async def test_an_innocent_script_passes_after_it_was_watched(ward: Ward) -> None:
    run = ward.start(HARMLESS)
    watched = await ward.pass_minutes(run, 15)
    assert (watched.state, watched.batch) == (RunState.RUNNING, 0)
    assert watched.count(TargetState.SUCCEEDED) == 2
    over = await ward.pass_minutes(run, 25)
    assert (over.state, over.counts) == (RunState.FINISHED, {"succeeded": DESKTOPS})
    assert over.watched is not None
    assert over.watched.verdict is Verdict.FINE


@pytest.mark.parametrize(
    ("blind", "state", "succeeded"),
    [(Blind.STOP, RunState.STOPPED, 2), (Blind.GO_ON, RunState.FINISHED, DESKTOPS)],
)
async def test_without_measurements_it_does_as_it_was_told(
    ward: Ward, blind: Blind, state: RunState, succeeded: int
) -> None:
    run = ward.start(HARMLESS, replace(WATCH, watch_blind=blind))
    over = await ward.pass_minutes(run, 40, measures=False)
    assert (over.state, over.succeeded) == (state, succeeded)
    assert over.watched is not None
    assert over.watched.verdict is Verdict.BLIND


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"watch_minutes": -1}, "watch_minutes"),
        ({"watch_minutes": 1441}, "watch_minutes"),
        ({"watch_worse": 0}, "watch_worse"),
        ({"canary": ""}, "canary"),
    ],
)
async def test_a_guard_that_can_not_be_names_its_field(
    ward: Ward, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        ward.start(HARMLESS, replace(WATCH, **changes))
    assert told.value.field == field
