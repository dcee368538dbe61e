"""Carries out what is to be run over SSH and WinRM. Copies share the work.

A target is noted as begun before anything begins on it; so whoever is killed meanwhile leaves one
that ends as interrupted, and never runs it a second time. What was not begun is given back.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from yunwei.base.core.errors import EngineAway, MachineUnreached
from yunwei.base.core.far import Offer, Ran, Task
from yunwei.base.core.ids import RunId, SshProfileId, TenantId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.together import Together
from yunwei.operate.agents.facts.tasks import WholeOrder
from yunwei.operate.agents.queries import tasks as ledger
from yunwei.operate.runs.actions import ssh as actions
from yunwei.operate.runs.actions.asking import ask_ssh_leave, refusal_of
from yunwei.operate.runs.facts.runs import TargetState
from yunwei.operate.runs.facts.ssh import SshResult, Taken
from yunwei.operate.runs.jobs.printed import Printed
from yunwei.operate.runs.jobs.ssh_connections import SshConnections
from yunwei.operate.runs.jobs.ways import Place, Reached, Way
from yunwei.operate.runs.jobs.winrm_connections import WinrmConnections
from yunwei.operate.runs.rules.ssh import is_tried_again, state_of_end, wait_before
from yunwei.operate.ssh import queries as profiles
from yunwei.operate.ssh.facts import Kind, Met, Opened
from yunwei.operate.ssh.rules import is_believed

_MOST_IN_HAND = 300
_PACE_S = 1.0
_LOOK_AGAIN_S = 10.0
_KEEP_EVERY_S = 10.0
_LIVE_EVERY_S = 1.0
_GATHER_S = 0.02
_AGAIN_S = 1.0
_T = TargetState


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A task with all that its worker needs to know."""

    task: Taken
    opened: Opened
    whole: WholeOrder
    at: Place
    stop: asyncio.Event


class SshTasks:
    """One copy's share of the work. ring: called when there is room for more."""

    def __init__(self, clock: Clock, box: SecretBox, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._box = box
        self._ring = ring
        self._holder = secrets.token_hex(8)
        self._stops: dict[int, asyncio.Event] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._live: dict[int, tuple[TenantId, Printed]] = {}
        self._ways: Mapping[Kind, Way] = {
            Kind.SSH: SshConnections(),
            Kind.WINRM: WinrmConnections(),
        }
        self._begun = Together(self._write_begun)
        self._ended = Together(self._write_ended)
        self._met = Together(self._write_met)

    async def step(self) -> float:
        """Take what is due and begin with it; returns when to come again. Raises EngineAway."""
        # several that end at once make room together
        await asyncio.sleep(_GATHER_S)
        room = _MOST_IN_HAND - len(self._stops)
        now = self._clock.now()
        taken = await asyncio.to_thread(actions.system_take, self._holder, now, limit=room)
        for task in taken:
            self._stops[task.target] = asyncio.Event()
        await self._begin(taken, now)
        if self._stops or taken:
            return _PACE_S
        is_waiting = await asyncio.to_thread(actions.system_has_open_tasks)
        return _PACE_S if is_waiting else _LOOK_AGAIN_S

    async def keep_step(self) -> float:
        """Say that we are at work on what we have in hand, and stop what is not wanted any more."""
        for way in self._ways.values():
            way.sweep()
        if self._stops:
            keep = actions.system_keep
            kept = await asyncio.to_thread(keep, self._holder, list(self._stops), self._clock.now())
            for target, is_stop_wanted in kept.items():
                if is_stop_wanted and target in self._stops:
                    self._stops[target].set()
        return _KEEP_EVERY_S

    async def live_step(self) -> float:
        """Let pages see what is printed while it still runs. Raises EngineAway."""
        news = {
            target: (tenant, *told)
            for target, (tenant, printed) in self._live.items()
            if (told := printed.news()) is not None
        }
        if news:
            stands = await asyncio.to_thread(actions.system_note_output, self._holder, news)
            for target in news.keys() & self._live.keys():
                _tenant, printed = self._live[target]
                printed.note_told(stands.get(target, 0))
        return _LIVE_EVERY_S

    @property
    def in_hand(self) -> int:
        return len(self._running)

    async def finish_one(self) -> None:
        """Wait until something that is in hand has come to its end."""
        if self._running:
            await asyncio.wait(set(self._running), return_when=asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Wait until all of it has."""
        while self._running:
            await self.finish_one()

    async def close(self) -> None:
        """Let go of everything: the far sides end what runs, and it is told as interrupted."""
        for each in self._running:
            each.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for way in self._ways.values():
            await way.close()

    async def _begin(self, taken: Sequence[Taken], now: datetime) -> None:
        if not taken:
            return
        opened = await asyncio.to_thread(
            profiles.system_open_profiles, {each.profile for each in taken}, self._box
        )
        orders = {each.order for each in taken if each.order is not None}
        whole = await asyncio.to_thread(ledger.system_whole_orders, orders, self._box)
        desktops = [each.desktop for each in taken if each.desktop is not None]
        trusted = await asyncio.to_thread(profiles.system_trusted_keys, desktops)
        refused = await asyncio.to_thread(self._ask, taken, now)
        for task in taken:
            why = refused.get(task.run, "") or _why_not(task, opened, now)
            work = self._refuse(task, why)
            if not why and task.order is not None and task.desktop is not None:
                job = _Job(
                    task=task,
                    opened=opened[task.profile],
                    whole=whole[task.order],
                    at=Place(
                        address=task.address or "",
                        name=task.name,
                        trusted=trusted.get(task.desktop, ""),
                    ),
                    stop=self._stops[task.target],
                )
                work.close()
                work = self._carry_out(job)
            running = asyncio.create_task(work)
            self._running.add(running)
            running.add_done_callback(partial(self._over, task))

    def _over(self, task: Taken, running: "asyncio.Task[None]") -> None:
        self._running.discard(running)
        self._stops.pop(task.target, None)
        self._ring()
        if not running.cancelled() and (error := running.exception()) is not None:
            # its lease runs out, so that it ends as interrupted; the defect is told by the loop
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a task over SSH or WinRM broke", "exception": error}
            )

    def _ask(self, taken: Sequence[Taken], now: datetime) -> Mapping[RunId, str]:
        by_run: defaultdict[RunId, list[int]] = defaultdict(list)
        for each in taken:
            by_run[each.run].append(each.target)
        return {
            run: refusal_of(ask_ssh_leave(run, targets, now)) for run, targets in by_run.items()
        }

    async def _refuse(self, task: Taken, why: str) -> None:
        state = _T.EXPIRED if why == "deadline" else _T.REFUSED
        await self._end(task, state, why)

    async def _carry_out(self, job: _Job) -> None:
        whole, offer = job.whole, Offer()
        hidden = [whole.parameters[name] for name in whole.secrets if name in whole.parameters]
        printed = Printed(whole.output_limit_bytes, hidden)
        try:
            way = self._ways[job.opened.profile.kind]
            reached = await way.reach(job.opened, job.at, offer, printed.take)
            try:
                await self._note_met(job, offer, "")
                ran = await self._run(job, reached, printed)
            except BaseException:
                reached.close()
                raise
        except MachineUnreached as error:
            await self._note_met(job, offer, error.reason)
            await self._not_reached(job, error)
            return
        if ran is None:
            reached.close()
            await self._end(job.task, _T.CANCELLED, "")
            return
        reached.give_back(ran)
        await self._end_ran(job, ran, printed)

    async def _run(self, job: _Job, reached: Reached, printed: Printed) -> Ran | None:
        """Return what became of it, None where it may not begin any more."""
        target = job.task.target
        if not await self._begun.put(target):
            return None
        self._live[target] = (job.task.tenant, printed)
        try:
            return await reached.run(self._task(job), job.stop)
        finally:
            del self._live[target]

    def _task(self, job: _Job) -> Task:
        return Task(
            mark=f"{job.task.target}-{secrets.token_hex(6)}",
            language=job.whole.language.value,
            body=job.whole.body,
            environment={f"YW_PARAM_{name}": text for name, text in job.whole.parameters.items()},
            timeout_s=job.whole.timeout_s,
        )

    async def _note_met(self, job: _Job, offer: Offer, reason: str) -> None:
        believed = is_believed(reason)
        is_news = bool(offer.key) and (offer.key != job.at.trusted or not believed)
        if is_news and believed is not None and job.task.desktop is not None:
            met = Met(
                desktop=job.task.desktop,
                address=job.at.address,
                key=offer.key,
                fingerprint=offer.fingerprint,
                is_believed=believed,
            )
            await self._met.put(met)

    async def _not_reached(self, job: _Job, error: MachineUnreached) -> None:
        task = job.task
        due_at = self._clock.now() + wait_before(task.tries)
        if is_tried_again(error.reason, task.tries) and due_at < task.deadline_at:
            later = actions.system_try_later
            await asyncio.to_thread(later, self._holder, task, due_at)
            return
        await self._end(task, _T.REFUSED, error.reason)

    async def _end_ran(self, job: _Job, ran: Ran, printed: Printed) -> None:
        output, data = printed.bounded, printed.finish()
        state, reason = state_of_end(ran)
        result = SshResult(
            target=job.task.target,
            state=state,
            ended_at=self._clock.now(),
            reason=reason,
            exit_code=ran.code,
            size_bytes=output.size_bytes,
            digest=output.digest if data else "",
            is_cut=output.is_cut,
            data=data,
        )
        await self._write_end(job.task, result)

    async def _end(self, task: Taken, state: TargetState, reason: str) -> None:
        now = self._clock.now()
        result = SshResult(target=task.target, state=state, ended_at=now, reason=reason)
        await self._write_end(task, result)

    async def _write_end(self, task: Taken, result: SshResult) -> None:
        """Write an end until it stands: what was run is not forgotten while PostgreSQL is away."""
        while True:
            try:
                await self._ended.put((task, result))
            except EngineAway:
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    def _write_begun(self, targets: Sequence[int]) -> Sequence[bool]:
        begun = actions.system_note_begun(self._holder, targets, self._clock.now())
        return [each in begun for each in targets]

    def _write_ended(self, ended: Sequence[tuple[Taken, SshResult]]) -> Sequence[None]:
        tenants = {task.tenant for task, _result in ended}
        actions.system_note_ended(self._holder, [result for _task, result in ended], tenants)
        return [None] * len(ended)

    def _write_met(self, met: Sequence[Met]) -> Sequence[None]:
        profiles.system_note_met(met, self._clock.now())
        return [None] * len(met)


def _why_not(task: Taken, opened: Mapping[SshProfileId, Opened], now: datetime) -> str:
    """Return why a task is not even begun to be reached, "" when nothing is in its way."""
    profile = opened.get(task.profile)
    if profile is None or not profile.profile.is_enabled:
        return "ssh_profile"
    if now >= task.deadline_at:
        return "deadline"
    return "" if task.address and task.desktop is not None else "ssh_no_address"
