"""The acts of runs of scripts, each as it is tried: a start, its batches and those that come of it
by hand or by themselves. Which gate each asks stands in `every_act`."""

import asyncio
from datetime import timedelta

from tests.support.acting import FarCloud, World
from tests.support.reading_acts import Try
from yunwei.base.core.ids import RunId, SourceId
from yunwei.base.infra.clock import Clock
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import judging, starting
from yunwei.operate.runs.facts.following import FollowState
from yunwei.operate.runs.facts.runs import Choice, FollowUpDraft, Outcome, RunState, TargetState
from yunwei.operate.runs.jobs.clouds import CloudOrders
from yunwei.operate.runs.jobs.following import FollowUps
from yunwei.operate.scripts.facts.library import VersionDraft

HOUR = timedelta(hours=1)


def start(world: World) -> Try:
    return lambda: bool(_started(world))


def _started(world: World, **changes: object) -> int:
    usual = {"script": world.clinic.script, "values": {}}
    return world.stage.start(**(usual | changes))


def next_batch(world: World) -> Try:
    run = world.stage.run(_started(world))

    def go() -> bool:
        after = world.stage.advance(run.id)
        assert after.state is RunState.RUNNING or after.reason.startswith("gate_")
        return bool(world.stage.targets(run.id, TargetState.SENT))

    return go


def approve(world: World) -> Try:
    risky = world.kept.get("risky")
    if risky is None:
        risky = world.stage.approve("risky", VersionDraft(body="echo risky\n", is_risky=True))
        world.kept["risky"] = risky
    run = _started(world, script=risky)
    assert world.stage.run(run).state is RunState.ASKED

    def go() -> bool:
        judging.approve_run(world.stage.cloud.people["root"], run, now=world.now)
        return world.stage.run(run).state is RunState.RUNNING

    return go


def retry(world: World) -> Try:
    run = world.stage.run(_started(world))
    world.stage.advance(run.id)
    for target in world.stage.targets(run.id):
        world.stage.tell(target, "failed", exit_code=1)
    known = world.stage.advance(run.id)

    def go() -> bool:
        made = starting.retry_run(
            world.stage.olga,
            known,
            key=f"again-{known.id}",
            values={},
            deadline_at=world.now + HOUR,
            box=world.stage.box,
            now=world.now,
        )
        return bool(made)

    return go


def follow(world: World) -> Try:
    outcome = Outcome(states=(TargetState.FAILED,))
    then = FollowUpDraft(script=world.clinic.script, outcome=outcome)
    first = world.stage.run(RunId(_started(world, then=(then,))))
    world.stage.advance(first.id)
    for target in world.stage.targets(first.id):
        world.stage.tell(target, "failed", exit_code=1)
    world.stage.advance(first.id)

    def go() -> bool:
        FollowUps(world.clock, world.stage.box).look()
        [told] = queries.fetch_chain(world.stage.olga, first.id)
        assert told.state in (FollowState.STARTED, FollowState.REFUSED)
        return told.state is FollowState.STARTED

    return go


def tell_cloud(world: World) -> Try:
    run = _started(world, choice=Choice(names=("PC-10",)))
    world.stage.advance(run)
    world.cloud.told.clear()

    def open_to(source: SourceId, clock: Clock) -> FarCloud:
        return world.cloud

    def go() -> bool:
        asyncio.run(CloudOrders(world.clock, world.stage.box, open_to).step())  # type: ignore[arg-type]
        return "script" in world.cloud.told

    return go
