"""Receipts: awaited when a message is taken, read when they come or are asked for, acted upon.

A message that did not arrive goes by its channel's fallback, or is given up, as if sending it had
failed; unless it is no longer worth sending.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.errors import Conflict, Refused, SendError
from yunwei.base.core.ids import AlarmId, ChannelId, UserId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.signing import Signer
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import viewer_of
from yunwei.base.people.rules import require
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import OperatorState
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.notify.actions.fallback import find_fallback, replace_message
from yunwei.monitor.notify.facts.messages import DueMessage, MessageState
from yunwei.monitor.notify.facts.receipts import (
    About,
    MessageReceipt,
    Question,
    ReceiptAddress,
    Undelivered,
)
from yunwei.monitor.notify.queries.channels import access_channel
from yunwei.monitor.notify.rules.receipts import (
    after_receipt,
    next_question,
    pack_address,
    unpack_address,
)
from yunwei.monitor.notify.rules.relevance import why_gone
from yunwei.monitor.notify.rules.retry import after_failure
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.monitor.notify.store import receipts as receipt_store
from yunwei.monitor.notify.store import sending as sending_store
from yunwei.plugins.sdk.manifest import CHANNELS, load, manifests
from yunwei.plugins.sdk.receipts import (
    AsksReceipts,
    LaterReceipt,
    ReceiptPost,
    ReceiptState,
    shorten,
)

READS, ASKS = "receipts", "asks_receipts"
BY_RECEIPT = "by the channel"
_LEASE = timedelta(minutes=2)
_AT_ONCE = 20


def make_token(signer: Signer, about: About, id: int) -> str:
    """Return the last part of an address for receipts."""
    return signer.sign(pack_address(ReceiptAddress(about=about, id=id)))


def make_channel_token(viewer: Viewer, channel: ChannelId, signer: Signer) -> str:
    """Return the last part of the address to which a channel's receiver posts receipts; "" for a
    channel without. Whoever knows it can pretend that messages arrived. Raises Refused."""
    found = access_channel(viewer, channel)
    require(viewer, Permission.MANAGE_RULES, found.tenant)
    manifest = manifests(CHANNELS).get(found.kind)
    if manifest is None or READS not in manifest.supports:
        return ""
    return make_token(signer, About.CHANNEL, channel)


def await_receipt(conn: Connection, message: DueMessage, native_id: str, now: datetime) -> None:
    """Note the receiver's own number of a message that it took just now."""
    access = channel_store.channel_access(conn, message.channel)
    kind = manifests(CHANNELS).get(access["kind"]) if access else None
    if access is None or kind is None or not {READS, ASKS} & set(kind.supports):
        return
    plugin: Any = load(CHANNELS, kind.slug)
    is_asked = ASKS in kind.supports and plugin.is_to_be_asked(access["settings"])
    receipt_store.await_receipt(
        conn,
        message.id,
        channel=message.channel,
        native_id=native_id,
        ask_at=next_question(0, now, now) if is_asked else None,
    )


def take_receipts(
    signer: Signer, token: str, post: ReceiptPost, *, box: SecretBox, now: datetime
) -> Mapping[str, object]:
    """Take what a receiver posted; returns what to answer. Of messages that we do not know, and of
    what we know already, nothing comes. Raises Invalid when the address or the post is not
    right, Refused when its channel is gone."""
    address = unpack_address(signer.read(token))
    with transaction() as conn:
        channel = _find_channel(conn, address)
        access = channel_store.channel_access(conn, channel) if channel else None
    if access is None or READS not in manifests(CHANNELS)[access["kind"]].supports:
        raise Refused()
    kind: Any = load(CHANNELS, access["kind"])
    settings = {**access["settings"], **box.open(access["secrets"])}
    said: Sequence[LaterReceipt] = kind.read_receipts(settings, post)
    acknowledged: list[MessageReceipt] = []
    with transaction() as conn:
        # in one order, so that two posts do not wait for each other
        for each in sorted(said, key=lambda one: one.native_id):
            found = _find_receipts(conn, address, each)
            for receipt in found:
                hear_receipt(conn, receipt, each, now=now)
            acknowledged += found if each.is_acknowledged else ()
    for receipt in acknowledged:
        _acknowledge(receipt, now)
    answer: Mapping[str, object] = kind.answer_receipts()
    return answer


def hear_receipt(
    conn: Connection, receipt: MessageReceipt, said: LaterReceipt, *, now: datetime
) -> None:
    """Write down what was said of a message, when that is anything new."""
    after = after_receipt(receipt, said, now=now)
    if after is None:
        return
    receipt_store.save_receipt(conn, after)
    announce_live("messages", receipt.tenant)
    if after.state is ReceiptState.UNDELIVERED:
        announce_work("receipts")


def find_undelivered(conn: Connection, *, now: datetime) -> tuple[Undelivered, ...]:
    """Return the messages that did not arrive and of which nobody thought yet."""
    found: list[Undelivered] = []
    for message in receipt_store.unsettled_receipts(conn, _AT_ONCE):
        undelivered = _weigh(conn, message, now=now)
        if undelivered is not None:
            found.append(undelivered)
    return tuple(found)


def settle_undelivered(conn: Connection, message: int, *, now: datetime) -> None:
    """Do what follows from a message that did not arrive, once."""
    undelivered = _weigh(conn, message, now=now)
    if undelivered is None:
        return
    due = undelivered.message
    error = SendError(undelivered.reason, permanent=True)
    fallback = find_fallback(conn, due)
    verdict = after_failure(error, due, has_fallback=fallback is not None, now=now)
    if fallback is not None and verdict.state is MessageState.REPLACED:
        replace_message(conn, due, fallback, now=now)
        announce_work("outbox")
    sending_store.finish_message(conn, due.id, verdict, now)
    receipt_store.settle_receipt(conn, message)
    announce_live("messages", due.tenant)


def _weigh(conn: Connection, message: int, *, now: datetime) -> Undelivered | None:
    """Return a message to think of; one of which there is nothing to think is settled at once."""
    row = receipt_store.lock_unsettled(conn, message)
    if row is None:
        return None
    [due] = sending_store.weigh_messages(conn, [message])
    if row["state"] != MessageState.SENT.value or why_gone(due) is not None:
        receipt_store.settle_receipt(conn, message)
        return None
    reason = f"not delivered: {row['reason']}" if row["reason"] else "not delivered"
    is_last = find_fallback(conn, due) is None
    return Undelivered(message=due, reason=reason, is_last=is_last)


def claim_questions(conn: Connection, *, now: datetime) -> tuple[Question, ...]:
    """Take the receipts that are to be asked for now."""
    return receipt_store.claim_questions(conn, now=now, until=now + _LEASE, limit=_AT_ONCE)


def open_asked(channel: ChannelId, *, box: SecretBox) -> AsksReceipts:
    """Return a channel that can be asked, to be closed when done. Raises SendError, permanent, when
    it is not in use any more."""
    with transaction() as conn:
        access = channel_store.channel_access(conn, channel)
    if access is None:
        raise SendError("the channel is not in use any more", permanent=True)
    opened: AsksReceipts = load(CHANNELS, access["kind"])(
        {**access["settings"], **box.open(access["secrets"])}
    )
    return opened


def note_answer(
    conn: Connection,
    question: Question,
    said: LaterReceipt | None,
    *,
    error: SendError | None,
    now: datetime,
) -> None:
    """Write down what came of asking: a receipt, or when to ask again."""
    receipt = receipt_store.lock_receipt(conn, question.message)
    if receipt is None:
        return
    if said is not None:
        hear_receipt(conn, receipt, said, now=now)
        return
    is_over = error is not None and error.permanent
    at = None if is_over else next_question(question.asked, question.sent_at, now)
    reason = shorten(error.message) if error else ""
    receipt_store.ask_later(conn, question.message, ask_at=at, reason=reason)


def _find_channel(conn: Connection, address: ReceiptAddress) -> int | None:
    if address.about is About.CHANNEL:
        return address.id
    receipt = receipt_store.lock_receipt(conn, address.id)
    return receipt.channel if receipt else None


def _find_receipts(
    conn: Connection, address: ReceiptAddress, said: LaterReceipt
) -> tuple[MessageReceipt, ...]:
    if address.about is About.CHANNEL:
        return receipt_store.lock_receipts(conn, address.id, [said.native_id])
    receipt = receipt_store.lock_receipt(conn, address.id)
    return (receipt,) if receipt else ()


def _acknowledge(receipt: MessageReceipt, now: datetime) -> None:
    """Acknowledge as the person who got the message, when they may and there is anything to."""
    with transaction() as conn:
        reader: dict[str, Any] | None = receipt_store.reader_of(conn, receipt.message)
    viewer = viewer_of(UserId(reader["user"])) if reader else None
    if reader is None or viewer is None:
        return
    try:
        require(viewer, Permission.OPERATE_ALARMS, receipt.tenant)
        alarm = access_alarm(viewer, AlarmId(reader["alarm"])).alarm
        is_over = alarm.is_cleared or alarm.occurrence != reader["occurrence"]
        if is_over or alarm.operator_state is OperatorState.ACKNOWLEDGED:
            return
        alarm_actions.acknowledge_alarm(viewer, alarm.id, now=now, detail=BY_RECEIPT)
    except (Refused, Conflict):
        # the right was taken, or somebody was faster
        return
