"""A process that governs and delivers as the platform's do, and dies by SIGKILL after one stage.

Its only argument is a JSON `Life`. With stage "none" it ends by itself once everything is governed
and delivered.
"""

import asyncio
import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from yunwei.base.infra import postgres
from yunwei.base.infra.bus import Reader, connect_bus
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.governance.actions import judging
from yunwei.monitor.notify.actions import outbox
from yunwei.monitor.notify.jobs import Sender
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.plugins.channels.webhook.channel import Channel
from yunwei.run.doors import patiently
from yunwei.run.governor import Governor
from yunwei.run.rulebook import Rulebook

STAGES: dict[str, tuple[Any, str]] = {
    "fetched": (Reader, "fetch"),
    "applied": (alarm_actions, "apply_raw_alarms"),
    "judged": (judging, "judge_steps"),
    "planned": (outbox, "plan_messages"),
    "position saved": (alarm_actions, "save_position"),
    "committed": (Governor, "_apply_waiting"),
    "due done": (Governor, "_do_what_is_due"),
    "published": (TelemetryPublisher, "publish_judged"),
    "claimed": (Sender, "_claim"),
    "sent": (Channel, "send"),
    "delivery noted": (Sender, "_finish"),
}
"""The stages in the order in which an alarm passes them, each with what does its work."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """What a process is given. batches: how many there will be. calls: after so many of its stage
    it dies. late_s: how far its clock is ahead, so that nobody waits for the leases of the dead."""

    database: str
    nats: str
    token: str
    secret_key: str
    batches: int
    stage: str = "none"
    calls: int = 1
    late_s: float = 0.0


class LateClock(SystemClock):
    """Each life begins some minutes later, so that nobody waits for the leases of the dead."""

    def __init__(self, late: timedelta) -> None:
        super().__init__()
        self._late = late

    def now(self) -> datetime:
        return super().now() + self._late


def die_after(stage: str, calls: int) -> None:
    """Let this process be killed right after the stage's work was done so often."""
    holder, name = STAGES[stage]
    real: Callable[..., Any] = getattr(holder, name)
    left = calls

    def count() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if inspect.iscoroutinefunction(real):

        @functools.wraps(real)
        async def deadly(*args: Any, **options: Any) -> Any:
            done = await real(*args, **options)
            count()
            return done
    else:

        @functools.wraps(real)
        def deadly(*args: Any, **options: Any) -> Any:
            done = real(*args, **options)
            count()
            return done

    setattr(holder, name, deadly)


async def live(life: Life) -> None:
    """Govern and deliver until nothing is left."""
    postgres.open_pool(life.database)
    bus = await connect_bus(life.nats, token=life.token, name="mortal")
    clock = LateClock(timedelta(seconds=life.late_s))
    governor = Governor(
        bus=bus,
        clock=clock,
        rulebook=Rulebook(public_url="https://yw.example", time_zone="Asia/Shanghai"),
        connectors=_no_connector,
        publish=TelemetryPublisher(bus.append).publish_judged,
        # many rounds, so that each stage comes as often as it has to
        messages_at_once=4,
    )
    box = SecretBox((life.secret_key,))
    sender = Sender(box=box, clock=clock, public_url="https://yw.example", on_dead=_no_death)
    governed = asyncio.Event()

    async def govern() -> None:
        while governor.position < life.batches or governor.counts.unpublished:
            await patiently(partial(governor.step, wait_s=0.1))
        governed.set()

    async def deliver() -> None:
        while not governed.is_set() or await asyncio.to_thread(_is_anything_left):  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(min(await sender.step(), 0.2))

    await asyncio.gather(govern(), deliver())
    await sender.close()
    await bus.close()
    postgres.close_pool()


def _no_connector(source: object) -> Any:
    raise AssertionError(f"there are no traps here, but of {source}")


async def _no_death(message: object, error: str) -> None:
    raise AssertionError(f"{message} died: {error}")


def _is_anything_left() -> bool:
    question = "SELECT EXISTS (SELECT 1 FROM notify_message WHERE state IN ('pending', 'sending'))"
    with postgres.transaction() as conn, postgres.cursor(conn) as opened:
        row = opened.execute(f"{question} AS is_left").fetchone()
    return bool(row and row["is_left"])


def main(said: str) -> None:
    life = msgspec.json.decode(said, type=Life)
    if life.stage != "none":
        die_after(life.stage, life.calls)
    asyncio.run(live(life))


if __name__ == "__main__":
    main(sys.argv[1])
