"""The role `dispatch`: moves runs on, and talks with agents on desktops and with desktop clouds
that carry out scripts. Copies share the work."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import ReadingPage
from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.agent_keys import AgentKeys, open_agent_keys
from yunwei.base.infra.health import Health, register
from yunwei.base.infra.loop import run_for_ever
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.signing import open_signer
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.operate.agents.jobs.gate import Gate
from yunwei.operate.agents.jobs.ledger import Hands, Ledger
from yunwei.operate.agents.jobs.presence import Presence
from yunwei.operate.agents.jobs.releases import ReleaseShelf
from yunwei.operate.agents.jobs.revocations import Revocations
from yunwei.operate.letters.jobs.sending import LetterWriter
from yunwei.operate.runs.actions.asking import ask_task_leave
from yunwei.operate.runs.jobs.advancing import Runs
from yunwei.operate.runs.jobs.clouds import CloudOrders
from yunwei.operate.runs.jobs.following import FollowUps
from yunwei.operate.runs.jobs.ssh import SshTasks
from yunwei.operate.selfservice.jobs.acts import Acts
from yunwei.operate.selfservice.jobs.fulfilling import Fulfilment
from yunwei.operate.selfservice.jobs.telling import Teller
from yunwei.operate.service.jobs.updating import Updater
from yunwei.operate.service.jobs.warning import Warner
from yunwei.operate.service.rules.surveys import PURPOSE
from yunwei.plugins.sdk.contract import Read
from yunwei.run import figures
from yunwei.run.doors import Doors, patiently

_CHANGED = "yunwei.config.agents"
_ORDERED = "yunwei.work.orders"
_RUNS = "yunwei.work.runs"
_CLOUDS = "yunwei.work.clouds"
_SSH = "yunwei.work.ssh"

type Step = Callable[[], Awaitable[float]]
type Stop = Callable[[], Awaitable[None]]


async def run(doors: Doors) -> None:
    """Talk with agents until cancelled."""
    keys = await asyncio.to_thread(open_agent_keys, doors.settings)
    channel = AgentChannel(doors.settings, keys, name=doors.name)
    await patiently(channel.connect)
    gate = Gate(doors.settings, keys, doors.clock)
    forget = register("agents", lambda: Health(is_ok=channel.is_connected))
    try:
        await _work(doors, channel, keys, gate)
    finally:
        forget()
        await channel.close()


async def _work(doors: Doors, channel: AgentChannel, keys: AgentKeys, gate: Gate) -> None:
    presence = Presence(doors.clock, _publisher(doors))
    revocations = Revocations(channel, doors.clock)
    box = open_secret_box(doors.settings)
    ledger = Ledger(
        Hands(
            channel=channel,
            keys=keys,
            gate=gate,
            presence=presence,
            shelf=ReleaseShelf(keys, doors.clock),
            box=box,
            clock=doors.clock,
            leave=ask_task_leave,
        )
    )
    figures.show_ledger(ledger)
    ordered, started, intended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    rang, reached, kept = asyncio.Event(), asyncio.Event(), asyncio.Event()
    ssh = SshTasks(doors.clock, box, reached.set)
    bells = {
        _CHANGED: (presence.forget, rang.set),
        _ORDERED: (ordered.set,),
        _RUNS: (started.set,),
        _CLOUDS: (intended.set,),
        _SSH: (reached.set, kept.set),
    }
    steps = {
        "dispatch: cut off": (_rung(rang, revocations.step), 30.0),
        "dispatch: hand out": (_rung(ordered, ledger.ring_step), 5.0),
        "dispatch: runs": (_rung(started, Runs(doors.clock).step), 5.0),
        "dispatch: follow-ups": (FollowUps(doors.clock, box).step, 5.0),
        "dispatch: clouds": (_rung(intended, CloudOrders(doors.clock, box).step), 15.0),
        "dispatch: ssh": (_rung(reached, ssh.step), 5.0),
        "dispatch: ssh kept": (_rung(kept, ssh.keep_step), 5.0),
        **{name: (step, 5.0) for name, step in _self_service(doors).items()},
    }
    stops = await _listen(doors, bells)
    await patiently(partial(channel.listen, presence.hear))
    await patiently(partial(channel.answer, ledger.hear))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_for_ever("dispatch: presence", presence.step))
            for name, (step, backoff_s) in steps.items():
                group.create_task(run_for_ever(name, step, max_backoff_s=backoff_s))
            for name, each in (
                ("dispatch: hear", ledger.hear_step),
                ("dispatch: take", ledger.take_step),
                ("dispatch: scripts", ledger.fetch_step),
                ("dispatch: answer", ledger.sync_step),
                ("dispatch: releases", ledger.release_step),
                ("dispatch: pages", ledger.pages_step),
                ("dispatch: ssh output", ssh.live_step),
            ):
                group.create_task(run_for_ever(name, each, pause_s=0.2, max_backoff_s=2))
    finally:
        await ssh.close()
        for stop in stops:
            await stop()


async def _listen(doors: Doors, bells: Mapping[str, Sequence[Callable[[], None]]]) -> list[Stop]:
    """Ring what stands beside a subject when something is said on it; returns how to stop."""
    stops: list[Stop] = []
    for subject, rings in bells.items():

        async def hear(
            _subject: str, _data: bytes, rings: Sequence[Callable[[], None]] = rings
        ) -> None:
            for ring in rings:
                ring()

        stops.append(await patiently(partial(doors.bus.listen, subject, hear)))
    return stops


def _self_service(doors: Doors) -> dict[str, Step]:
    """Return what self-service has done, and whom service tells, by the name in the log."""
    public_url, time_zone = doors.public_url, doors.settings.time_zone
    return {
        "dispatch: acts": Acts(doors.clock).step,
        "dispatch: requests": Fulfilment(doors.clock, time_zone=time_zone).step,
        "dispatch: notices": Teller(doors.clock, public_url=public_url, time_zone=time_zone).step,
        "dispatch: targets": Warner(doors.clock, public_url=public_url, time_zone=time_zone).step,
        "dispatch: updates": Updater(doors.clock, public_url=public_url, time_zone=time_zone).step,
        "dispatch: letters": LetterWriter(
            doors.clock,
            open_signer(doors.settings, PURPOSE),
            public_url=public_url,
            time_zone=time_zone,
        ).step,
    }


def _rung(rang: asyncio.Event, step: Step) -> Step:
    """Return a step that is done when it is due, and at once when somebody rings."""

    async def go_round() -> float:
        rang.clear()
        wait_s = await step()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await rang.wait()
        return 0.0

    return go_round


def _publisher(doors: Doors) -> Callable[[TenantId, SourceId, ReadingPage], Awaitable[None]]:
    """Return what stores figures of desktops as the poll of their source would."""
    publisher = TelemetryPublisher(doors.bus.append, clock=doors.clock)

    async def publish(tenant: TenantId, source: SourceId, page: ReadingPage) -> None:
        poll = Poll(
            source=source,
            tenant=tenant,
            source_name="",
            connector="agent",
            read=Read.METRICS,
            started_at=page.read_at,
        )
        await publisher(poll, page)

    return publish
