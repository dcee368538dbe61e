"""The role `notify`: delivers messages. Many copies may run; each message is claimed by one."""

import asyncio
import contextlib

from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.infra.loop import run_for_ever
from yunwei.base.infra.secrets import open_secret_box
from yunwei.monitor.notify.facts.messages import DueMessage
from yunwei.monitor.notify.jobs import Sender
from yunwei.run.doors import Doors, patiently
from yunwei.run.roles.collect import internal_source
from yunwei.run.roles.receive import append_intake

_NEW_MESSAGES = "yunwei.config.outbox"


async def run(doors: Doors) -> None:
    internal = await patiently(lambda: asyncio.to_thread(internal_source))

    async def tell_dead(message: DueMessage, error: str) -> None:
        raw = build_self_alarm(
            source=internal,
            tenant=message.tenant,
            act=AlarmAct.RAISE,
            code="notify.message_dead",
            managed_object=f"/channel/{message.channel}",
            texts=(f"通知未能送达：{error}", f"A message could not be delivered: {error}"),
            now=doors.clock.now(),
            raw={"message": str(message.id), "alarm": str(message.alarm or "")},
        )
        batch = IntakeBatch(batch_id=f"dead-{message.id}-{message.attempts}", raw_alarms=(raw,))
        await append_intake(doors.bus, batch)

    sender = Sender(
        box=open_secret_box(doors.settings),
        clock=doors.clock,
        public_url=doors.public_url,
        on_dead=tell_dead,
    )
    rang = asyncio.Event()

    async def ring(subject: str, data: bytes) -> None:
        rang.set()

    async def step() -> float:
        rang.clear()
        wait_s = await sender.step()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await rang.wait()
        return 0.0

    stop = await doors.bus.listen(_NEW_MESSAGES, ring)
    try:
        await run_for_ever("notify", step, max_backoff_s=5)
    finally:
        await stop()
        await sender.close()
