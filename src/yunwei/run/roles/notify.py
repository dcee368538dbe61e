"""The role `notify`: moves escalations, delivers messages. Many copies may run; each escalation and
each message is claimed by one."""

import asyncio
import contextlib

from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.self_alarm import build_self_alarm
from yunwei.base.infra.bus import INTAKE
from yunwei.base.infra.loop import run_for_ever
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.signing import open_signer
from yunwei.monitor.notify.facts.messages import DueMessage
from yunwei.monitor.notify.jobs import Sender
from yunwei.monitor.notify.rules.links import PURPOSE
from yunwei.monitor.notify.rules.receipts import PURPOSE as RECEIPTS
from yunwei.run import figures
from yunwei.run.ack_links import AckLinks
from yunwei.run.auditor import Auditor
from yunwei.run.doors import Doors, patiently
from yunwei.run.escalator import Escalator
from yunwei.run.receipts import ReceiptAddresses, ReceiptKeeper
from yunwei.run.report_letters import ReportLetters
from yunwei.run.roles.collect import internal_source
from yunwei.run.roles.receive import append_intake

_NEW_MESSAGES = "yunwei.work.outbox"
_ESCALATIONS = "yunwei.work.escalation"
_RECEIPTS = "yunwei.work.receipts"
_RULES = "yunwei.config.notify"


async def run(doors: Doors) -> None:
    internal = await patiently(lambda: asyncio.to_thread(internal_source))
    box = open_secret_box(doors.settings)

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

    links = AckLinks(
        open_signer(doors.settings, PURPOSE), clock=doors.clock, public_url=doors.public_url
    )
    sender = Sender(
        box=box,
        clock=doors.clock,
        public_url=doors.public_url,
        on_dead=tell_dead,
        find_link=links.find_link,
        find_receipt_url=_receipt_addresses(doors).find_address,
        find_enclosure=ReportLetters().find_enclosure,
    )
    keeper = ReceiptKeeper(box=box, clock=doors.clock, on_dead=tell_dead)

    async def append(batch: IntakeBatch) -> None:
        await append_intake(doors.bus, batch)

    escalator = Escalator(
        clock=doors.clock,
        public_url=doors.public_url,
        time_zone=doors.settings.time_zone,
        internal=internal,
        append=append,
    )
    auditor = Auditor(
        clock=doors.clock,
        public_url=doors.public_url,
        internal=internal,
        append=append,
        find_end=lambda: doors.bus.last_sequence(INTAKE),
        box=box,
        heartbeat_url=doors.settings.heartbeat_url or "",
    )
    figures.show_auditor(auditor)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_deliver(doors, sender))
            group.create_task(_escalate(doors, escalator))
            group.create_task(_keep_receipts(doors, keeper))
            group.create_task(run_for_ever("audit", auditor.step, pause_s=10, max_backoff_s=30))
    finally:
        await sender.close()


async def _escalate(doors: Doors, escalator: Escalator) -> None:
    """Move escalations when their time comes, or somebody hurries one on."""
    rang = asyncio.Event()

    async def ring(subject: str, data: bytes) -> None:
        if subject == _RULES:
            escalator.mark_stale()
        rang.set()

    async def step() -> float:
        rang.clear()
        await _rest(rang, await escalator.step())
        return 0.0

    stops = [await doors.bus.listen(subject, ring) for subject in (_ESCALATIONS, _RULES)]
    try:
        await run_for_ever("escalation", step, max_backoff_s=5)
    finally:
        for stop in stops:
            await stop()


async def _deliver(doors: Doors, sender: Sender) -> None:
    rang = asyncio.Event()

    async def ring(subject: str, data: bytes) -> None:
        rang.set()

    async def step() -> float:
        rang.clear()
        await _rest(rang, await sender.step())
        return 0.0

    stop = await doors.bus.listen(_NEW_MESSAGES, ring)
    try:
        await run_for_ever("notify", step, max_backoff_s=5)
    finally:
        await stop()


def _receipt_addresses(doors: Doors) -> ReceiptAddresses:
    signer = open_signer(doors.settings, RECEIPTS)
    return ReceiptAddresses(signer, public_url=doors.settings.public_url or "")


async def _keep_receipts(doors: Doors, keeper: ReceiptKeeper) -> None:
    """Act on receipts when one came, and ask for those that are due."""
    rang = asyncio.Event()

    async def ring(subject: str, data: bytes) -> None:
        rang.set()

    async def step() -> float:
        rang.clear()
        await _rest(rang, await keeper.step())
        return 0.0

    stop = await doors.bus.listen(_RECEIPTS, ring)
    try:
        await run_for_ever("receipts", step, max_backoff_s=30)
    finally:
        await stop()


async def _rest(rang: asyncio.Event, wait_s: float) -> None:
    """Wait for the time, or until somebody rings."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            await rang.wait()
