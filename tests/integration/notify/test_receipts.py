"""What receivers say later of messages that they took: what did not arrive goes another way."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tests.support.posted import Post
from tests.support.receivers import Asked, Receiver, aliyun, receiving
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import ChannelId, UserId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.signing import Signer
from yunwei.base.people.actions import contacts
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, AddressKind, PersonDraft, Role
from yunwei.base.people.queries import viewer_by_name
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.queries import access_alarm, fetch_changes
from yunwei.monitor.notify.actions import messages as message_actions
from yunwei.monitor.notify.actions.receipts import make_token, take_receipts
from yunwei.monitor.notify.facts.messages import DueMessage, MessageRow
from yunwei.monitor.notify.facts.receipts import About
from yunwei.plugins.sdk.receipts import ReceiptPost
from yunwei.run.receipts import ReceiptAddresses, ReceiptKeeper

SIGNER = Signer(("key",), "delivery receipt")


class Desk:
    """Takes what receivers post, and does what follows. dead: what was given up."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.dead: list[tuple[int, str]] = []

    def push(self, channel: ChannelId, *reports: dict[str, object]) -> object:
        """Post as Aliyun does (SmsReport)."""
        token = make_token(SIGNER, About.CHANNEL, channel)
        return self.take(token, json.dumps(list(reports)).encode())

    def say(self, message: MessageRow, **said: object) -> object:
        """Post to the address that came with one message."""
        token = make_token(SIGNER, About.MESSAGE, message.id)
        return self.take(token, json.dumps(said).encode())

    def take(self, token: str, body: bytes, **headers: str) -> object:
        post = ReceiptPost(body=body, headers=headers)
        now = self.post.world.clock.now()
        return take_receipts(SIGNER, token, post, box=self.post.box, now=now)

    def keep(self) -> None:
        """Let the keeper do its round."""

        async def on_dead(message: DueMessage, why: str) -> None:
            self.dead.append((message.id, why))

        clock = self.post.world.clock
        asyncio.run(ReceiptKeeper(box=self.post.box, clock=clock, on_dead=on_dead).step())


@contextmanager
def standing(answer: Callable[[Asked], tuple[int, object]]) -> Iterator[Receiver]:
    """A receiver beside the test, whose steps have event loops of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = receiving(answer)
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(30)
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


def report(message: MessageRow, *, success: bool, **more: object) -> dict[str, object]:
    """One report as Aliyun documents it."""
    return {
        "phone_number": "13800000000",
        "send_time": "2026-11-23 14:00:00",
        "report_time": "2026-11-23 14:00:07",
        "success": success,
        "err_code": "DELIVERED" if success else "MK:0001",
        "err_msg": "用户接收成功" if success else "空号",
        "sms_size": "1",
        "biz_id": f"n-{message.id}",
        "out_id": "",
        **more,
    }


@pytest.fixture
def desk(post: Post) -> Desk:
    return Desk(post)


@pytest.fixture
def sam(post: Post) -> int:
    draft = PersonDraft(
        username="sam",
        role=Role.OPERATOR,
        tenant=post.world.installation.tenant,
        email="sam@yw.example",
    )
    create_user(SYSTEM, draft, password="correct horse battery 7")
    made = viewer_by_name("sam")
    user, now = made.user_id or UserId(0), post.world.clock.now()
    for kind in (AddressKind.MOBILE, AddressKind.VOICE):
        contact = contacts.add_contact(made, user, kind, "+8613800000000", now=now)
        contacts.vouch_for_contact(SYSTEM, user, contact, now=now)
    return int(user)


def sent_by_sms(post: Post, sam: int, **more: str) -> tuple[ChannelId, MessageRow]:
    """A critical alarm of which Olga was told by a short message."""
    channel = post.add_sms(people=(sam,), **more)
    post.raises(1, severity=Severity.CRITICAL)
    post.works()
    [row] = post.rows(channel=channel)
    assert (row.state, row.receipt, row.native_id) == ("sent", "awaited", f"n-{row.id}")
    return channel, row


def fresh(post: Post, row: MessageRow) -> MessageRow:
    return next(each for each in post.rows() if each.id == row.id)


def test_what_aliyun_reports_stands_at_the_message(post: Post, desk: Desk, sam: int) -> None:
    channel, row = sent_by_sms(post, sam)
    answer = desk.push(channel, report(row, success=True))
    assert answer == {"code": 0, "msg": "接收成功"}
    after = fresh(post, row)
    assert (after.state, after.receipt, after.receipt_reason) == ("sent", "delivered", "")
    # Aliyun's clock is China's
    assert after.receipt_said_at == datetime(2026, 11, 23, 6, 0, 7, tzinfo=UTC)
    assert after.receipt_at == post.world.clock.now()


def test_reports_said_twice_late_or_of_strangers_do_no_harm(
    post: Post, desk: Desk, sam: int
) -> None:
    spare = post.add_group("spare")
    channel, row = sent_by_sms(post, sam)
    at = post.world.clock.now()
    stranger = report(row, success=False, biz_id="nobody knows it")
    desk.push(channel, stranger, report(row, success=True), report(row, success=True))
    post.world.passes(minutes=1)
    # another part of the same message, or a report that overtook the first
    desk.push(channel, report(row, success=False), report(row, success=True))
    # the number is right, the channel another one's
    desk_answer = desk.take(
        make_token(SIGNER, About.CHANNEL, spare), json.dumps({"id": row.native_id}).encode()
    )
    assert desk_answer == {"code": 0, "message": "ok"}
    desk.keep()
    after = fresh(post, row)
    assert (after.state, after.receipt, after.receipt_at) == ("sent", "delivered", at)
    assert len(post.rows()) == 1
    assert desk.dead == []


def test_what_did_not_arrive_goes_by_the_fallback_once(post: Post, desk: Desk, sam: int) -> None:
    spare = post.add_group("spare")
    channel = post.add_sms(people=(sam,), fallback=spare)
    post.raises(1, severity=Severity.CRITICAL)
    post.works()
    [row] = post.rows(channel=channel)
    for _ in range(2):
        desk.push(channel, report(row, success=False))
        desk.keep()
        post.works()
    assert [(each.channel_name, each.state, each.receipt) for each in post.rows()] == [
        ("sms", "replaced", "undelivered"),
        ("spare", "sent", "awaited"),
    ]
    assert fresh(post, row).receipt_reason == "MK:0001 空号"
    assert post.rows()[1].replaces == row.id
    assert desk.dead == []


def test_without_a_fallback_it_is_given_up_aloud_and_can_be_sent_again(
    post: Post, desk: Desk, sam: int
) -> None:
    channel, row = sent_by_sms(post, sam)
    desk.push(channel, report(row, success=False))
    desk.keep()
    assert desk.dead == [(row.id, "not delivered: MK:0001 空号")]
    assert fresh(post, row).state == "dead"
    desk.keep()
    assert len(desk.dead) == 1
    message_actions.retry_message(post.world.viewer, row.id, now=post.world.clock.now())
    assert fresh(post, row).receipt == ""
    post.works()
    assert (fresh(post, row).state, fresh(post, row).receipt) == ("sent", "awaited")


def test_nobody_is_told_again_of_what_is_over(post: Post, desk: Desk, sam: int) -> None:
    spare = post.add_group("spare")
    channel = post.add_sms(people=(sam,), fallback=spare)
    post.raises(1, severity=Severity.CRITICAL)
    post.works()
    [row] = post.rows(channel=channel)
    assert row.alarm is not None
    post.world.passes(minutes=1)
    alarm_actions.acknowledge_alarm(post.world.viewer, row.alarm, now=post.world.clock.now())
    desk.push(channel, report(row, success=False))
    desk.keep()
    assert [(each.state, each.receipt) for each in post.rows()] == [("sent", "undelivered")]


def test_an_address_of_somebody_else_or_a_damaged_report_is_refused(
    post: Post, desk: Desk, sam: int
) -> None:
    channel, row = sent_by_sms(post, sam)
    token = make_token(SIGNER, About.CHANNEL, channel)
    forged = make_token(Signer(("another",), "delivery receipt"), About.CHANNEL, channel)
    for wrong in (forged, token[:-3], "x", ""):
        with pytest.raises(Invalid) as caught:
            desk.take(wrong, b"[]")
        assert caught.value.field == "token"
    for body in (b"", b"{}", b"[1]", b'[{"biz_id": 1}]', b"\xff"):
        with pytest.raises(Invalid):
            desk.take(token, body)
    with pytest.raises(Refused):
        desk.take(make_token(SIGNER, About.MESSAGE, row.id + 1000), b"{}")
    assert fresh(post, row).receipt == "awaited"


def test_a_gateway_says_it_in_its_own_words_and_signs_it(post: Post, desk: Desk) -> None:
    post.add_group("hook")
    post.raises(1)
    post.works()
    [row] = post.rows()
    assert desk.say(row, state="on its way") == {"code": 0, "message": "ok"}
    assert fresh(post, row).receipt == "awaited"
    desk.say(row, state="delivered")
    desk.say(row, state="read")
    assert fresh(post, row).receipt == "read"


def test_the_key_one_on_the_telephone_acknowledges_as_who_was_called(
    post: Post, desk: Desk, sam: int
) -> None:
    channel = post.add_voice(people=(sam,))
    post.raises(1, severity=Severity.CRITICAL)
    post.works()
    [row] = post.rows(channel=channel)
    assert row.alarm is not None
    desk.say(row, digits="2")
    assert access_alarm(post.world.viewer, row.alarm).alarm.operator_state == "none"
    for _ in range(2):
        desk.say(row, digits="1")
    assert access_alarm(post.world.viewer, row.alarm).alarm.operator_state == "acknowledged"
    changes = fetch_changes(post.world.viewer, row.alarm)
    assert [each.by for each in changes if each.verb == "acknowledged"] == ["sam"]


def test_aliyun_is_asked_until_it_knows(post: Post, desk: Desk, sam: int) -> None:
    details: dict[str, dict[str, object]] = {}
    with standing(aliyun("key", "secret", details)) as server:
        _channel, row = sent_by_sms(post, sam, receipts="ask", endpoint=server.url)
        desk.keep()
        assert server.asked == []
        post.world.passes(seconds=30)
        desk.keep()
        desk.keep()
        assert [each.query["BizId"] for each in server.asked] == [row.native_id]
        details[row.native_id] = {"SendStatus": 1, "ErrCode": ""}
        post.world.passes(minutes=2)
        desk.keep()
        assert fresh(post, row).receipt == "awaited"
        when = {"SendDate": "2026-11-23 14:00:00", "ReceiveDate": "2026-11-23 14:00:09"}
        details[row.native_id] = {"SendStatus": 3, "ErrCode": "DELIVERED", **when}
        post.world.passes(minutes=5)
        desk.keep()
        assert fresh(post, row).receipt == "delivered"
        assert fresh(post, row).receipt_said_at == datetime(2026, 11, 23, 6, 0, 9, tzinfo=UTC)
        count = len(server.asked)
        post.world.passes(minutes=60)
        desk.keep()
        assert len(server.asked) == count


def test_what_may_not_be_asked_is_said_and_not_asked_again(
    post: Post, desk: Desk, sam: int
) -> None:
    with standing(aliyun("key", "another secret")) as server:
        _channel, row = sent_by_sms(post, sam, receipts="ask", endpoint=server.url)
        post.world.passes(minutes=1)
        desk.keep()
        after = fresh(post, row)
        assert after.receipt == "awaited"
        assert "SignatureDoesNotMatch" in after.receipt_reason
        post.world.passes(minutes=60)
        desk.keep()
        assert len(server.asked) == 1


def test_no_answer_is_waited_for_longer_than_three_days(post: Post, desk: Desk, sam: int) -> None:
    with standing(aliyun("key", "secret")) as server:
        sent_by_sms(post, sam, receipts="ask", endpoint=server.url)
        for _ in range(4 * 24):
            post.world.passes(hours=1)
            desk.keep()
        assert 8 <= len(server.asked) <= 20
        count = len(server.asked)
        post.world.passes(hours=48)
        desk.keep()
        assert len(server.asked) == count


def test_an_address_is_made_only_where_others_can_reach_it(post: Post) -> None:
    post.add_group("hook")
    post.raises(1)
    [message] = post.claims()
    assert ReceiptAddresses(SIGNER, public_url="").find_address(message) == ""
    found = ReceiptAddresses(SIGNER, public_url="https://yw.example/").find_address(message)
    assert found.startswith("https://yw.example/api/v1/receipts/")
