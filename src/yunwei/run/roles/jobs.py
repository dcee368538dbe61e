"""The role `jobs`: what is due by the clock and by nobody's report. Copies do no harm."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from yunwei.base.infra.loop import run_for_ever
from yunwei.base.infra.secrets import open_secret_box
from yunwei.monitor.collect.actions import dead_letters
from yunwei.operate.changes.jobs import RunbookKeeper
from yunwei.operate.letters.jobs.fetching import MailFetcher
from yunwei.run.calendar_watch import CalendarWatch
from yunwei.run.doors import Doors, patiently
from yunwei.run.duty_watch import DutyWatch
from yunwei.run.remedy_watch import RemedyWatch
from yunwei.run.roles.collect import internal_source
from yunwei.run.roles.receive import append_intake
from yunwei.run.timetable_watch import TimetableWatch
from yunwei.run.trigger_watch import TriggerWatch
from yunwei.run.troubles import Troubles

_FORGET_EVERY = timedelta(hours=1)

type Step = Callable[[], Awaitable[float]]


async def run(doors: Doors) -> None:
    """Do what is due until cancelled."""
    internal = await patiently(lambda: asyncio.to_thread(internal_source))
    troubles = Troubles(
        append=partial(append_intake, doors.bus), internal=internal, clock=doors.clock
    )
    watch = CalendarWatch(troubles=troubles, clock=doors.clock, time_zone=doors.settings.time_zone)
    duty = DutyWatch(
        troubles=troubles,
        clock=doors.clock,
        public_url=doors.public_url,
        time_zone=doors.settings.time_zone,
    )
    box = await asyncio.to_thread(open_secret_box, doors.settings)
    remedies = RemedyWatch(troubles=troubles, clock=doors.clock, box=box)
    triggers = TriggerWatch(troubles=troubles, clock=doors.clock, box=box)
    timetables = TimetableWatch(troubles=troubles, clock=doors.clock, box=box)
    runbooks = RunbookKeeper(doors.clock, box)
    fetcher = MailFetcher(doors.clock, box)
    async with asyncio.TaskGroup() as group:
        group.create_task(_keep(doors, "watch calendars", "calendar", watch.step))
        group.create_task(_keep(doors, "keep duty going", "duty", duty.step))
        group.create_task(_keep(doors, "apply remedies", "remedies", remedies.step))
        group.create_task(_keep(doors, "set off triggers", "triggers", triggers.step))
        group.create_task(_keep(doors, "start timetables", "timetables", timetables.step))
        group.create_task(_keep(doors, "carry out changes", "changes", runbooks.step))
        group.create_task(_keep(doors, "fetch mail", "letters", fetcher.step))
        group.create_task(_forget_letters(doors))


async def _forget_letters(doors: Doors) -> None:
    """Let go of dead letters that were dealt with long ago."""
    kept = timedelta(days=doors.settings.dead_letter_retention_days)

    async def forget() -> float:
        before = doors.clock.now() - kept
        await asyncio.to_thread(dead_letters.system_forget_letters, before=before)
        return _FORGET_EVERY.total_seconds()

    await run_for_ever("jobs: forget dead letters", forget)


async def _keep(doors: Doors, name: str, part: str, step: Step) -> None:
    """Call a step when it is due, and at once when somebody announces a change of its part."""
    rang = asyncio.Event()

    async def ring(subject: str, data: bytes) -> None:
        rang.set()

    async def go_round() -> float:
        rang.clear()
        wait_s = await step()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await rang.wait()
        return 0.0

    stop = await patiently(lambda: doors.bus.listen(f"yunwei.config.{part}", ring))
    try:
        await run_for_ever(name, go_round)
    finally:
        await stop()
