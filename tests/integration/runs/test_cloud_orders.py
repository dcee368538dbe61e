"""Desktops without an agent are reached by their cloud: each is told once, whoever dies when, and
what became of it is told as it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.support.running import PASSWORD, Stage, make_stage
from yunwei.base.core.errors import SourceRefused, SourceThrottled, SourceUnreachable
from yunwei.base.core.ids import RunId, SourceId
from yunwei.base.infra.clock import Clock
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import clouds as actions
from yunwei.operate.runs.actions import judging
from yunwei.operate.runs.facts.clouds import CloudOrder, OrderState
from yunwei.operate.runs.facts.runs import (
    Choice,
    Plan,
    Reachability,
    RunState,
    TargetState,
)
from yunwei.operate.runs.jobs.clouds import CloudOrders
from yunwei.operate.scripts.facts.library import VersionDraft
from yunwei.plugins.sdk.contract import FarRecord, FarState, ScriptOrder

_T = TargetState
SECONDS = timedelta(seconds=1)


@dataclass
class PlayedCloud:
    """A desktop cloud that takes orders. fate: what becomes of each desktop, a success unless it
    says otherwise. trouble: what asking meets; with is_taken it was carried out all the same."""

    orders: dict[str, ScriptOrder] = field(default_factory=dict)
    fate: dict[str, FarState] = field(default_factory=dict)
    trouble: Exception | None = None
    is_taken: bool = False
    is_done: bool = True
    stopped: list[str] = field(default_factory=list)
    times: dict[str, datetime] = field(default_factory=dict)
    now: datetime | None = None

    async def start_script(self, order: ScriptOrder) -> str:
        number = f"t{len(self.orders) + 1}"
        if self.trouble is None or self.is_taken:
            self.orders[number] = order
            assert self.now is not None
            self.times[number] = self.now
        if self.trouble is not None:
            raise self.trouble
        return number

    async def find_script_orders(
        self, desktops: tuple[str, ...], canary: tuple[str, ...], since: datetime
    ) -> tuple[str, ...]:
        return tuple(
            number
            for number, each in self.orders.items()
            if each.desktops == desktops and each.canary == canary and self.times[number] >= since
        )

    async def read_script_records(self, order_id: str) -> AsyncIterator[tuple[FarRecord, ...]]:
        for desktop in self.orders[order_id].desktops:
            state = self.fate.get(desktop, FarState.SUCCEEDED)
            if not self.is_done:
                state = FarState.RUNNING
            if order_id in self.stopped:
                state = FarState.STOPPED
            began = None if state is FarState.SKIPPED else self.times[order_id]
            yield (
                FarRecord(
                    native_id=f"{order_id}/{desktop}",
                    desktop=desktop,
                    state=state,
                    said=state.value,
                    exit_code={FarState.SUCCEEDED: 0, FarState.FAILED: 3}.get(state),
                    started_at=began,
                    ended_at=began,
                ),
            )

    async def read_script_output(self, record_id: str) -> str:
        return f"hello from {record_id.rpartition('/')[2]}\n"

    async def stop_script(self, order_id: str) -> None:
        self.stopped.append(order_id)

    async def close(self) -> None:
        pass

    @property
    def told(self) -> list[str]:
        """Every desktop as often as the cloud was told to run something on it."""
        return [desktop for order in self.orders.values() for desktop in order.desktops]


@dataclass
class _StageClock:
    stage: Stage

    def now(self) -> datetime:
        return self.stage.now


class Scene:
    """A run on desktops without agents, moved on step by step."""

    def __init__(self) -> None:
        self.stage = make_stage(agents=0)
        self.cloud = PlayedCloud()
        self.stage.script = self.stage.approve("plain", VersionDraft(body="echo hello\n"))
        found = queries.preview_targets(
            self.stage.olga,
            self.stage.cloud.tenant,
            Choice(condition='state == "running"'),
            now=self.stage.now,
        )
        self.stage.names = tuple(
            each.name
            for each in found.candidates
            if each.reachability is Reachability.CLOUD and not each.is_in_maintenance
        )[:8]

    def start(self, **changes: object) -> RunId:
        usual = {"values": {}, "plan": Plan(canary="", stop_at="")}
        return self.stage.start(**(usual | changes))

    def worker(self) -> CloudOrders:
        def open_to(source: SourceId, clock: Clock) -> PlayedCloud:
            self.cloud.now = self.stage.now
            return self.cloud

        clock: Clock = _StageClock(self.stage)  # type: ignore[assignment]
        return CloudOrders(clock, self.stage.box, open_to)

    def go_on(self, run: RunId, *, rounds: int = 6) -> dict[str, int]:
        """Let time pass and both jobs look, as often."""
        worker = self.worker()
        for _round in range(rounds):
            self.stage.advance(run)
            asyncio.run(worker.step())
            self.stage.pass_time(20 * SECONDS)
        return dict(self.stage.advance(run).counts)

    def orders(self, run: RunId) -> tuple[CloudOrder, ...]:
        return queries.fetch_cloud_orders(self.stage.olga, run)


@pytest.fixture
def scene(database_pool: object) -> Scene:
    return Scene()


def test_each_desktop_runs_it_once_and_its_output_comes_back(scene: Scene) -> None:
    run = scene.start(plan=Plan(canary="1", batch="4", stop_at=""))
    assert scene.go_on(run, rounds=10) == {"succeeded": 8}
    assert sorted(scene.cloud.told) == sorted(set(scene.cloud.told))
    assert [len(order.desktops) for order in scene.cloud.orders.values()] == [1, 4, 3]
    (one,) = queries.fetch_groups(scene.stage.olga, run)
    assert (one.count, one.exit_code) == (8, 0)
    assert one.output.startswith("hello from d")
    whole = queries.fetch_all_output(scene.stage.olga, run)
    assert all(text.startswith(b"hello from d") for _target, text in whole)
    assert {each.state for each in scene.orders(run)} == {OrderState.OVER}
    assert scene.stage.run(run).state is RunState.FINISHED


def test_values_reach_the_cloud_by_their_names_and_secrets_never(scene: Scene) -> None:
    secret = scene.stage.approve("sealed", VersionDraft(body="x\n", parameters=(PASSWORD,)))
    run = scene.start(script=secret, values={"PASSWORD": "hunter2"})
    assert scene.go_on(run) == {"skipped": 8}
    assert {each.reason for each in scene.stage.targets(run)} == {"cloud_secrets"}
    assert scene.cloud.orders == {}


def test_a_lost_answer_is_looked_for_and_nothing_is_told_twice(scene: Scene) -> None:
    scene.cloud.trouble, scene.cloud.is_taken = SourceUnreachable("no answer"), True
    run = scene.start()
    assert scene.go_on(run) == {"succeeded": 8}
    assert len(scene.cloud.orders) == 1


def test_who_dies_between_the_intent_and_the_answer_leaves_an_order_that_is_found(
    scene: Scene,
) -> None:
    run = scene.start()
    scene.stage.advance(run)
    (mine,) = actions.system_claim(scene.stage.now, limit=10)
    # told, and killed before it could be written down
    told = ScriptOrder(language="shell", body="echo hello\n", desktops=mine.desktops)
    scene.cloud.now = scene.stage.now
    asyncio.run(scene.cloud.start_script(told))
    assert scene.go_on(run, rounds=3) == {"sent": 8}  # nobody takes it while it may be in hand
    assert scene.go_on(run, rounds=8) == {"succeeded": 8}
    assert len(scene.cloud.orders) == 1


def test_what_the_cloud_does_not_show_is_unknown_and_left_to_a_person(scene: Scene) -> None:
    scene.cloud.trouble = SourceUnreachable("no answer")
    run = scene.start()
    assert scene.go_on(run, rounds=12) == {"unknown": 8}
    assert {each.reason for each in scene.stage.targets(run)} == {"order_lost"}
    assert scene.cloud.orders == {}
    assert scene.stage.run(run).state is RunState.FINISHED


def test_two_that_fit_are_none(scene: Scene) -> None:
    scene.cloud.trouble, scene.cloud.is_taken = SourceUnreachable("no answer"), True
    run = scene.start()
    scene.stage.advance(run)
    asyncio.run(scene.worker().step())
    again = next(iter(scene.cloud.orders.values()))
    scene.cloud.trouble = None
    asyncio.run(scene.cloud.start_script(again))  # somebody, in the cloud's own console
    assert scene.go_on(run, rounds=12) == {"unknown": 8}


def test_what_the_cloud_refuses_is_told_with_its_words(scene: Scene) -> None:
    scene.cloud.trouble = SourceRefused("no right to run scripts")
    run = scene.start()
    assert scene.go_on(run) == {"refused": 8}
    assert scene.orders(run)[0].reason == "no right to run scripts"


def test_a_cloud_that_asks_for_patience_is_told_later(scene: Scene) -> None:
    scene.cloud.trouble = SourceThrottled("slowly", retry_after_s=60)
    run = scene.start()
    assert scene.go_on(run, rounds=2) == {"sent": 8}
    scene.cloud.trouble = None
    assert scene.go_on(run, rounds=8) == {"succeeded": 8}
    assert len(scene.cloud.orders) == 1


def test_what_runs_at_a_cloud_is_stopped_there(scene: Scene) -> None:
    scene.cloud.is_done = False
    run = scene.start()
    assert scene.go_on(run) == {"running": 8}
    judging.cancel_run(scene.stage.olga, run, now=scene.stage.now)
    assert scene.go_on(run) == {"cancelled": 8}
    assert scene.cloud.stopped == ["t1"]
    assert scene.stage.run(run).state is RunState.CANCELLED


def test_what_its_cloud_does_not_know_yet_is_over_at_once(scene: Scene) -> None:
    run = scene.start()
    scene.stage.advance(run)
    judging.cancel_run(scene.stage.olga, run, now=scene.stage.now)
    assert scene.go_on(run) == {"cancelled": 8}
    assert scene.cloud.orders == {}


def test_a_canary_that_fails_at_its_cloud_stops_the_run(scene: Scene) -> None:
    run = scene.start(plan=Plan(canary="1"))
    scene.cloud.fate = dict.fromkeys((f"d{n}" for n in range(60)), FarState.FAILED)
    assert scene.go_on(run) == {"failed": 1, "skipped": 7}
    assert scene.stage.run(run).reason == "canary"


def test_the_cloud_keeps_the_plans_limit_though_nobody_is_looking(scene: Scene) -> None:
    run = scene.start(plan=Plan(canary="", stop_at="1"))
    scene.stage.advance(run)
    asyncio.run(scene.worker().step())
    (told,) = scene.cloud.orders.values()
    assert (len(told.canary), told.fail_threshold) == (2, 2)


def test_what_is_left_out_by_its_cloud_says_why(scene: Scene) -> None:
    run = scene.start()
    scene.cloud.fate = dict.fromkeys((f"d{n}" for n in range(60)), FarState.SKIPPED)
    assert scene.go_on(run) == {"skipped": 8}
    assert {each.reason for each in scene.stage.targets(run)} == {"cloud_skipped"}


def test_a_cloud_that_never_tells_holds_nothing_for_ever(scene: Scene) -> None:
    scene.cloud.is_done = False
    run = scene.start()
    scene.go_on(run)
    scene.stage.pass_time(timedelta(hours=3))
    assert scene.go_on(run) == {"unknown": 8}


def test_many_at_once_are_as_many_as_the_plan_says(scene: Scene) -> None:
    run = scene.start(plan=replace(Plan(canary="", stop_at=""), parallel=3))
    scene.cloud.is_done = False
    assert scene.go_on(run) == {"queued": 5, "running": 3}
    scene.cloud.is_done = True
    assert scene.go_on(run, rounds=20) == {"succeeded": 8}
