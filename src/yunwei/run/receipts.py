"""Does what follows from receipts: another way for what did not arrive, and asking those receivers
that do not tell by themselves. Many may run."""

import asyncio
from collections.abc import Awaitable, Callable

from yunwei.base.core.errors import SendError
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt_async
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.signing import Signer
from yunwei.monitor.notify.actions import receipts
from yunwei.monitor.notify.facts.messages import DueMessage
from yunwei.monitor.notify.facts.receipts import About, Question, Undelivered
from yunwei.plugins.sdk.receipts import LaterReceipt, TakenMessage

IDLE_S = 5.0
_TIMEOUT_S = 20.0

type OnDead = Callable[[DueMessage, str], Awaitable[None]]
"""Raises an alarm on ourselves about a message that is given up."""


class ReceiptAddresses:
    """Gives messages the address where their receiver may say what became of them. public_url: ""
    where the platform has no address that others could reach; then there is none."""

    def __init__(self, signer: Signer, *, public_url: str) -> None:
        self._signer = signer
        self._public_url = public_url.rstrip("/")

    def find_address(self, message: DueMessage) -> str:
        if not self._public_url:
            return ""
        token = receipts.make_token(self._signer, About.MESSAGE, message.id)
        return f"{self._public_url}/api/v1/receipts/{token}"


class ReceiptKeeper:
    """`step` is one round."""

    def __init__(self, *, box: SecretBox, clock: Clock, on_dead: OnDead) -> None:
        self._box = box
        self._clock = clock
        self._on_dead = on_dead

    async def step(self) -> float:
        """Act on what did not arrive and ask for what is not known; returns the seconds until
        there may be more."""
        for undelivered in await asyncio.to_thread(self._find_undelivered):
            if undelivered.is_last:
                # said first: whoever dies between the two says it again, rather than never
                await self._on_dead(undelivered.message, undelivered.reason)
            await asyncio.to_thread(self._settle, undelivered.message)
        questions = await asyncio.to_thread(self._claim_questions)
        await asyncio.gather(*(self._ask(each) for each in questions))
        return 0.0 if questions else IDLE_S

    def _find_undelivered(self) -> tuple[Undelivered, ...]:
        with transaction() as conn:
            return receipts.find_undelivered(conn, now=self._clock.now())

    def _settle(self, message: DueMessage) -> None:
        with transaction() as conn:
            receipts.settle_undelivered(conn, message.id, now=self._clock.now())

    def _claim_questions(self) -> tuple[Question, ...]:
        with transaction() as conn:
            return receipts.claim_questions(conn, now=self._clock.now())

    async def _ask(self, question: Question) -> None:
        said, failure = await attempt_async(lambda: self._fetch(question))
        await asyncio.to_thread(self._note, question, said, _as_send_error(failure))

    async def _fetch(self, question: Question) -> LaterReceipt | None:
        opened = await asyncio.to_thread(receipts.open_asked, question.channel, box=self._box)
        taken = TakenMessage(
            native_id=question.native_id, address=question.address, sent_at=question.sent_at
        )
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await opened.ask_receipt(taken)
        except TimeoutError as error:
            raise SendError(f"no answer within {_TIMEOUT_S:.0f} s") from error
        finally:
            await opened.close()

    def _note(self, question: Question, said: LaterReceipt | None, error: SendError | None) -> None:
        with transaction() as conn:
            receipts.note_answer(conn, question, said, error=error, now=self._clock.now())


def _as_send_error(failure: Exception | None) -> SendError | None:
    if failure is None or isinstance(failure, SendError):
        return failure
    return SendError(f"{type(failure).__name__}: {failure}")
