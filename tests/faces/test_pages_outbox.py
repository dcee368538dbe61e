"""Messages on pages: what became of each, what its receiver said, and sending one again."""

import hmac
import json

import pytest
from django.test import Client

from tests.support.pages import Cloud, Page, make_cloud, sign_in
from tests.support.told import make_alarm
from yunwei.base.core.errors import SendError
from yunwei.base.core.ids import MessageId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.faces.web.console.channels import receipt_signer, secret_box
from yunwei.monitor.notify.actions import claiming, sending
from yunwei.monitor.notify.actions.channels import add_channel
from yunwei.monitor.notify.actions.receipts import make_token
from yunwei.monitor.notify.actions.routes import add_route
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.monitor.notify.facts.messages import MessageRow
from yunwei.monitor.notify.facts.receipts import About
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import messages as message_queries

pytestmark = pytest.mark.django_db
HOOK = {"url": "http://127.0.0.1:9/hook"}


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def tell(cloud: Cloud, *, kind: str = "webhook", settings: dict[str, str] | None = None) -> int:
    """Let an alarm be told to a group; returns the channel."""
    root = cloud.people["root"]
    draft = ChannelDraft(kind=kind, name="hook", settings=settings or HOOK)
    channel = add_channel(root, cloud.tenant, draft, box=secret_box(), now=cloud.now)
    route = RouteDraft(
        name="all", condition={"field": "*", "op": "always"}, channels=(channel,), on_screen=False
    )
    add_route(root, cloud.tenant, route, now=cloud.now)
    make_alarm(cloud.tenant, cloud.source, now=cloud.now)
    return channel


def work(cloud: Cloud, channel: int, error: SendError | None = None) -> MessageRow:
    """Let a worker send what is due, with success or without."""
    now = SystemClock().now()
    with transaction() as conn:
        claimed = claiming.claim_messages(conn, channel, now=now, room=9)
    for message in claimed:
        with transaction() as conn:
            sending.finish_message(
                conn,
                message,
                error=error,
                detail="200 taken",
                duration_s=0.1,
                now=now,
                native_id="" if error else "n-1",
            )
    return only(cloud)


def only(cloud: Cloud) -> MessageRow:
    [row] = message_queries.fetch_messages(cloud.people["root"]).items
    return row


def post_receipt(about: About, id: int, **said: object) -> int:
    token = make_token(receipt_signer(), about, id)
    response = Client().post(
        f"/api/v1/receipts/{token}", json.dumps(said), content_type="application/json"
    )
    return response.status_code


def test_what_a_receiver_says_stands_on_the_message_and_on_the_alarm(cloud: Cloud) -> None:
    row = work(cloud, tell(cloud))
    assert row.alarm is not None
    browser = sign_in("olga")
    before = Page(browser.get(f"/messages/{row.id}"))
    assert before.tests.count("attempt") == 1
    assert "said" not in before.tests
    assert post_receipt(About.MESSAGE, row.id, state="undelivered", reason="空号 <b>") == 200
    page = Page(browser.get(f"/messages/{row.id}"))
    assert {"receipt", "attempt", "said"} <= set(page.tests)
    assert "空号 &lt;b&gt;" in page.html
    assert "receipt" in Page(browser.get(f"/alarms/{row.alarm}")).tests
    listed = Page(browser.get("/outbox?receipt=undelivered"))
    assert f"/messages/{row.id}" in listed.links
    assert f"/messages/{row.id}" not in Page(browser.get("/outbox?receipt=read")).links


def test_a_channels_page_shows_its_receivers_address_to_those_who_set_it_up(cloud: Cloud) -> None:
    channel = tell(cloud)
    page = Page(sign_in("olga").get(f"/channels/{channel}"))
    [address] = [each for each in page.html.split('"') if "/api/v1/receipts/" in each]
    row = work(cloud, channel)
    response = Client().post(
        address, '{"id": "n-1", "state": "delivered"}', content_type="application/json"
    )
    assert (response.status_code, response.json()) == (200, {"code": 0, "message": "ok"})
    assert only(cloud).receipt == "delivered"
    assert "receipt-url" not in Page(sign_in("audrey").get(f"/channels/{channel}")).tests
    assert only(cloud).id == row.id


def test_a_door_for_receipts_refuses_what_is_not_signed_for_it(cloud: Cloud) -> None:
    row = work(cloud, tell(cloud))
    assert post_receipt(About.MESSAGE, row.id + 1000, state="read") == 404
    assert Client().post("/api/v1/receipts/abc", "{}", "application/json").status_code == 404
    token = make_token(receipt_signer(), About.MESSAGE, row.id)
    path = f"/api/v1/receipts/{token}"
    for body in ("{", "[1]", "\x00\xff"):
        assert Client().post(path, body, "application/json").status_code == 422
    large = Client().post(path, "x" * 300_000, "application/json")
    assert large.status_code == 413
    assert Client().get(path).status_code == 405


def test_a_gateway_with_a_secret_must_sign(cloud: Cloud) -> None:
    settings = {
        "url": "http://127.0.0.1:9/sms",
        "template": "{}",
        "receipt_secret": "s",
        "receipt_state_field": "report.stat",
        "receipt_id_field": "msgid",
        "receipt_delivered": "DELIVRD",
    }
    root = cloud.people["root"]
    draft = ChannelDraft(kind="sms_http", name="sms", settings=settings)
    channel = add_channel(root, cloud.tenant, draft, box=secret_box(), now=cloud.now)
    path = f"/api/v1/receipts/{make_token(receipt_signer(), About.CHANNEL, channel)}"
    body = b'{"msgid": "n-1", "report": {"stat": "DELIVRD"}}'
    assert Client().post(path, body, "application/json").status_code == 403
    signed = {"X-Signature": hmac.new(b"s", body, "sha256").hexdigest()}
    assert Client().post(path, body, "application/json", headers=signed).status_code == 200
    assert Client().post(path, body + b" ", "application/json", headers=signed).status_code == 403


def test_a_message_that_was_given_up_is_sent_again_from_its_page(cloud: Cloud) -> None:
    channel = tell(cloud)
    row = work(cloud, channel, SendError("no such group", permanent=True))
    assert "retry" not in Page(sign_in("audrey").get(f"/messages/{row.id}")).tests
    browser = sign_in("olga")
    assert "retry" in Page(browser.get(f"/messages/{row.id}")).tests
    assert browser.post(f"/messages/{row.id}/retry").status_code == 303
    again = work(cloud, channel)
    assert again.state == "sent"
    assert browser.post(f"/messages/{row.id}/retry").status_code == 409


def test_nobody_sees_another_customers_messages(cloud: Cloud) -> None:
    row = work(cloud, tell(cloud))
    assert sign_in("chen").get(f"/messages/{row.id}").status_code == 404
    assert message_queries.access_message(cloud.people["olga"], MessageId(row.id)).id == row.id
