"""Channels against servers of the documented protocols, which check signatures for themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.receivers import DingTalk, Feishu, WeCom, aliyun, dingtalk, feishu, receiving
from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient
from yunwei.plugins.sdk.manifest import CHANNELS, load
from yunwei.plugins.sdk.receipts import TakenMessage

MESSAGE = OutgoingMessage(
    key="m-17",
    subject="【紧急】主机 H-03 宕机",
    body="主机 H-03 宕机\n\n对象：/host/H-03",
    severity=Severity.CRITICAL,
    link="https://y.test/alarms/1",
    facts=(("对象", "/host/H-03"),),
    data={"managed_object": "/host/H-03"},
)
NOBODY = Recipient(name="")
ANNA = Recipient(name="Anna", address="anna")
MOBILE = Recipient(name="Anna", address="+86 138-0000-0000")
SECRET = "SECret-of-the-bot-0123456789"


async def send(kind: str, settings: dict[str, str], to: Recipient = NOBODY, **more: Any) -> str:
    channel = load(CHANNELS, kind)(settings, **more)
    try:
        receipt = await channel.send(MESSAGE, to)
        return str(receipt.detail)
    finally:
        await channel.close()


async def fail(kind: str, settings: dict[str, str], to: Recipient = NOBODY) -> SendError:
    with pytest.raises(SendError) as caught:
        await send(kind, settings, to)
    assert SECRET not in caught.value.message
    return caught.value


async def test_dingtalk_takes_what_is_signed_and_refuses_the_rest() -> None:
    async with receiving(dingtalk("abc", SECRET)) as bot:
        settings = {"access_token": "abc", "secret": SECRET, "endpoint": bot.url}
        mentions = {**settings, "at_mobiles": "13800000000", "keyword": "告警"}
        assert await send("dingtalk_bot", mentions) == "0 ok"
        sent = bot.asked[0].json
        assert sent["at"] == {"atMobiles": ["13800000000"], "isAtAll": False}
        assert sent["markdown"]["title"] == "【紧急】主机 H-03 宕机"
        assert "@13800000000" in sent["markdown"]["text"]
        assert sent["markdown"]["text"].endswith("告警")
        wrong = await fail("dingtalk_bot", {**settings, "secret": "another"})
        assert (wrong.permanent, "310000" in wrong.message) == (True, True)
        assert (await fail("dingtalk_bot", {**settings, "access_token": "x"})).permanent
        # too early or too late by more than an hour
        old = load(CHANNELS, "dingtalk_bot")(
            settings, now=lambda: datetime.now(UTC) - timedelta(hours=2)
        )
        with pytest.raises(SendError, match="310000"):
            await old.send(MESSAGE, NOBODY)
        await old.close()


@pytest.mark.parametrize(
    ("code", "permanent", "retry_after_s"),
    [(130101, False, 600.0), (410100, False, 600.0), (-1, False, None), (400102, True, None)],
)
async def test_dingtalk_says_what_went_wrong(
    code: int, permanent: bool, retry_after_s: float | None
) -> None:
    async with receiving(dingtalk("abc", SECRET)) as bot:
        bot.said.append((200, {"errcode": code, "errmsg": f"bad {SECRET}"}))
        settings = {"access_token": "abc", "secret": SECRET, "endpoint": bot.url}
        error = await fail("dingtalk_bot", settings)
        assert (error.permanent, error.retry_after_s) == (permanent, retry_after_s)


async def test_feishu_takes_what_is_signed_and_refuses_the_rest() -> None:
    async with receiving(feishu("tok", SECRET)) as bot:
        settings = {"token": "tok", "secret": SECRET, "endpoint": bot.url}
        assert await send("feishu_bot", {**settings, "at_open_ids": "ou_1"}) == "0 success"
        card = bot.asked[0].json["card"]
        assert card["header"]["title"] == {"tag": "plain_text", "content": MESSAGE.subject}
        assert card["elements"][2]["actions"][0]["url"] == MESSAGE.link
        wrong = await fail("feishu_bot", {**settings, "secret": "another"})
        assert (wrong.permanent, "19021" in wrong.message) == (True, True)
        assert (await fail("feishu_bot", {**settings, "token": "other"})).permanent


@pytest.mark.parametrize(
    ("answer", "permanent", "retry_after_s"),
    [
        ({"code": 11232, "msg": "frequency limited"}, False, 60.0),
        ({"code": 9499, "msg": "too many request"}, False, 60.0),
        ({"code": 9499, "msg": "Bad Request"}, True, None),
        ({"code": 2200, "msg": "internal"}, False, None),
        ({"code": 19024, "msg": "Key Words Not Found"}, True, None),
        ({"hello": 1}, False, None),
    ],
)
async def test_feishu_says_what_went_wrong(
    answer: dict[str, object], permanent: bool, retry_after_s: float | None
) -> None:
    async with receiving(feishu("tok", SECRET)) as bot:
        bot.said.append((200, answer))
        error = await fail("feishu_bot", {"token": "tok", "secret": SECRET, "endpoint": bot.url})
        assert (error.permanent, error.retry_after_s) == (permanent, retry_after_s)


def wecom_settings(url: str, **changes: str) -> dict[str, str]:
    return {"corp_id": "corp", "agent_id": "1000002", "secret": SECRET, "endpoint": url} | changes


async def test_wecom_gets_a_card_with_a_token_that_is_kept_until_its_end() -> None:
    enterprise = WeCom("corp", SECRET, ("anna",))
    async with receiving(enterprise) as app:
        now = [datetime(2026, 11, 23, 6, 0, tzinfo=UTC)]
        channel = load(CHANNELS, "wecom_app")(wecom_settings(app.url), now=lambda: now[0])
        for minutes in (0, 60, 114, 2):
            now[0] += timedelta(minutes=minutes)
            assert (await channel.send(MESSAGE, ANNA)).detail == "0 ok m1"
        await channel.close()
        assert len(enterprise.issued) == 2
        sent = next(each.json for each in app.asked if each.path == "/cgi-bin/message/send")
        assert (sent["touser"], sent["agentid"], sent["msgtype"]) == ("anna", 1000002, "textcard")
        assert sent["textcard"]["url"] == MESSAGE.link
        assert sent["enable_duplicate_check"] == 1


async def test_wecom_a_token_that_ended_early_is_fetched_again_once() -> None:
    enterprise = WeCom("corp", SECRET, ("anna",))
    async with receiving(enterprise) as app:
        channel = load(CHANNELS, "wecom_app")(wecom_settings(app.url))
        await channel.send(MESSAGE, ANNA)
        enterprise.issued.append("somebody else's newer token")
        await channel.send(MESSAGE, ANNA)
        await channel.close()
    assert len(enterprise.issued) == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"secret": "wrong"}, "40001"), ({"corp_id": "other"}, "40001")],
)
async def test_wecom_a_wrong_credential_is_permanent(changes: dict[str, str], code: str) -> None:
    async with receiving(WeCom("corp", SECRET, ("anna",))) as app:
        error = await fail("wecom_app", wecom_settings(app.url, **changes), ANNA)
        assert (error.permanent, code in error.message) == (True, True)


@pytest.mark.parametrize("who", ["nobody", "anna|nobody"])
async def test_wecom_a_member_that_is_not_there_is_permanent(who: str) -> None:
    async with receiving(WeCom("corp", SECRET, ("anna",))) as app:
        error = await fail("wecom_app", wecom_settings(app.url), Recipient(name="", address=who))
        assert error.permanent


@pytest.mark.parametrize(
    ("code", "permanent", "retry_after_s"), [(45009, False, 60.0), (-1, False, None)]
)
async def test_wecom_says_what_went_wrong(
    code: int, permanent: bool, retry_after_s: float | None
) -> None:
    async with receiving(WeCom("corp", SECRET, ("anna",))) as app:
        app.said.append((200, {"errcode": code, "errmsg": SECRET}))
        error = await fail("wecom_app", wecom_settings(app.url), ANNA)
        assert (error.permanent, error.retry_after_s) == (permanent, retry_after_s)


def dingtalk_settings(url: str, **changes: str) -> dict[str, str]:
    return {"app_key": "ding1", "app_secret": SECRET, "agent_id": "77", "endpoint": url} | changes


async def test_dingtalk_tells_a_person_by_a_work_notification() -> None:
    enterprise = DingTalk("ding1", SECRET)
    async with receiving(enterprise) as app:
        now = [datetime(2026, 11, 23, 6, 0, tzinfo=UTC)]
        channel = load(CHANNELS, "dingtalk_app")(dingtalk_settings(app.url), now=lambda: now[0])
        for minutes in (0, 60, 114):
            now[0] += timedelta(minutes=minutes)
            receipt = await channel.send(MESSAGE, ANNA)
            assert (receipt.detail, receipt.native_id) == ("0 ok 4711", "4711")
        # somebody fetched a newer token: ours is fetched anew, once
        enterprise.issued.append("newer")
        assert (await channel.send(MESSAGE, ANNA)).native_id == "4711"
        await channel.close()
        assert len(enterprise.issued) == 4
        sent = next(each.json for each in app.asked if each.path.endswith("/asyncsend_v2"))
        assert (sent["userid_list"], sent["agent_id"], sent["to_all_user"]) == ("anna", 77, False)
        assert sent["msg"]["action_card"]["single_url"] == MESSAGE.link


@pytest.mark.parametrize(
    ("result", "state"),
    [
        ({}, None),
        ({"unread_user_id_list": ["anna"]}, "delivered"),
        ({"read_user_id_list": ["anna"], "unread_user_id_list": []}, "read"),
        ({"invalid_user_id_list": ["anna"]}, "undelivered"),
        ({"forbidden_user_id_list": ["anna"]}, "undelivered"),
        ({"failed_user_id_list": ["anna"]}, "undelivered"),
    ],
)
async def test_dingtalk_says_whether_it_was_read(
    result: dict[str, object], state: str | None
) -> None:
    enterprise = DingTalk("ding1", SECRET, results={4711: result})
    async with receiving(enterprise) as app:
        channel = load(CHANNELS, "dingtalk_app")(dingtalk_settings(app.url))
        taken = TakenMessage(native_id="4711", address="anna", sent_at=datetime.now(UTC))
        said = await channel.ask_receipt(taken)
        await channel.close()
        assert (said and said.state) == state


@pytest.mark.parametrize(
    ("answer", "permanent", "retry_after_s", "is_about_address"),
    [
        ({"errcode": 88, "sub_code": "90018", "errmsg": SECRET}, False, 60.0, False),
        ({"errcode": 143104, "errmsg": "QPM"}, False, 60.0, False),
        ({"errcode": 143105, "errmsg": "day"}, False, 21600.0, True),
        ({"errcode": -1, "errmsg": "busy"}, False, None, False),
        ({"errcode": 40035, "errmsg": "bad"}, True, None, False),
        ({"hello": 1}, False, None, False),
    ],
)
async def test_dingtalk_app_says_what_went_wrong(
    answer: dict[str, object],
    permanent: bool,
    retry_after_s: float | None,
    is_about_address: bool,
) -> None:
    enterprise = DingTalk("ding1", SECRET)
    async with receiving(enterprise) as app:
        app.said = [enterprise_token(enterprise), (200, answer)]
        error = await fail("dingtalk_app", dingtalk_settings(app.url), ANNA)
        assert (error.permanent, error.retry_after_s) == (permanent, retry_after_s)
        assert error.is_about_address is is_about_address
        wrong = dingtalk_settings(app.url, app_secret="x")
        assert (await fail("dingtalk_app", wrong, ANNA)).permanent


def enterprise_token(enterprise: DingTalk) -> tuple[int, object]:
    enterprise.issued.append("first")
    return 200, {"errcode": 0, "access_token": "first", "expires_in": 7200}


def feishu_settings(url: str, **changes: str) -> dict[str, str]:
    return {"app_id": "cli_1", "app_secret": SECRET, "endpoint": url} | changes


@pytest.mark.parametrize("address", ["ou_1", "anna@yw.example", "a1b2"])
async def test_feishu_tells_a_person_by_its_bot(address: str) -> None:
    tenant = Feishu("cli_1", SECRET, (address,))
    async with receiving(tenant) as app:
        now = [datetime(2026, 11, 23, 6, 0, tzinfo=UTC)]
        channel = load(CHANNELS, "feishu_app")(feishu_settings(app.url), now=lambda: now[0])
        to = Recipient(name="Anna", address=address)
        for minutes in (0, 60, 114):
            now[0] += timedelta(minutes=minutes)
            assert (await channel.send(MESSAGE, to)).detail == "0 ok om_1"
        tenant.issued.append("newer")
        assert (await channel.send(MESSAGE, to)).detail == "0 ok om_1"
        await channel.close()
        sent = [each for each in app.asked if each.path == "/open-apis/im/v1/messages"]
        # tries of one message are one to Feishu
        assert len({each.json["uuid"] for each in sent}) == 1
        assert sent[0].json["msg_type"] == "interactive"
        assert len(tenant.issued) == 4


@pytest.mark.parametrize(
    ("status", "answer", "permanent", "retry_after_s", "is_about_address"),
    [
        (429, {"code": 99991400, "msg": "request trigger frequency limit"}, False, 60.0, False),
        (400, {"code": 230020, "msg": f"frequency {SECRET}"}, False, 60.0, True),
        (400, {"code": 230006, "msg": "Bot ability is not activated."}, True, None, False),
        (503, {"hello": 1}, False, None, False),
    ],
)
async def test_feishu_app_says_what_went_wrong(
    status: int,
    answer: dict[str, object],
    permanent: bool,
    retry_after_s: float | None,
    is_about_address: bool,
) -> None:
    async with receiving(Feishu("cli_1", SECRET, ("anna",))) as app:
        settings = feishu_settings(app.url)
        token = {"code": 0, "tenant_access_token": "t", "expire": 7200}
        app.said = [(200, token), (status, answer)]
        error = await fail("feishu_app", settings, ANNA)
        assert (error.permanent, error.retry_after_s) == (permanent, retry_after_s)
        assert error.is_about_address is is_about_address
        nobody = await fail("feishu_app", settings, Recipient(name="", address="ben"))
        assert (nobody.permanent, "230013" in nobody.message) == (True, True)
        assert (await fail("feishu_app", feishu_settings(app.url, app_secret="x"), ANNA)).permanent


def aliyun_settings(url: str, **changes: str) -> dict[str, str]:
    return {
        "access_key_id": "LTAI5t",
        "access_key_secret": SECRET,
        "sign_name": "云维",
        "template_code": "SMS_154950909",
        "template_params": "text={{subject}}\nobject={{data.managed_object}}",
        "endpoint": url,
    } | changes


async def test_aliyun_takes_what_is_signed_and_refuses_the_rest() -> None:
    async with receiving(aliyun("LTAI5t", SECRET)) as gateway:
        assert await send("sms_aliyun", aliyun_settings(gateway.url), MOBILE) == "OK 9006"
        query = gateway.asked[0].query
        assert query["PhoneNumbers"] == "+8613800000000"
        assert query["TemplateParam"] == '{"text":"【紧急】主机 H-03 宕机","object":"/host/H-03"}'
        wrong = await fail(
            "sms_aliyun", aliyun_settings(gateway.url, access_key_secret="x" * 20), MOBILE
        )
        assert (wrong.permanent, "SignatureDoesNotMatch" in wrong.message) == (True, True)
        other = await fail("sms_aliyun", aliyun_settings(gateway.url, access_key_id="A"), MOBILE)
        assert other.permanent


@pytest.mark.parametrize(
    ("code", "said", "permanent", "retry_after_s", "is_about_address"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", False, 60.0, True),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", False, 3600.0, True),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", False, 21600.0, True),
        ("isv.DAY_LIMIT_CONTROL", "触发日发送限额", False, 3600.0, False),
        ("Throttling.User", "Request was denied", False, 10.0, False),
        ("isp.SYSTEM_ERROR", "system", False, None, False),
        ("isv.SMS_TEMPLATE_ILLEGAL", "模板不合法", True, None, False),
        ("isv.AMOUNT_NOT_ENOUGH", "余额不足", True, None, False),
    ],
)
async def test_aliyun_says_what_went_wrong(
    code: str, said: str, permanent: bool, retry_after_s: float | None, is_about_address: bool
) -> None:
    async with receiving(aliyun("LTAI5t", SECRET)) as gateway:
        gateway.said.append((200, {"Code": code, "Message": f"{said} {SECRET}"}))
        error = await fail("sms_aliyun", aliyun_settings(gateway.url), MOBILE)
        assert (error.permanent, error.retry_after_s) == (permanent, retry_after_s)
        assert error.is_about_address is is_about_address


@pytest.mark.parametrize("kind", ["sms_http", "voice_http"])
async def test_a_gateway_is_called_as_its_settings_say(kind: str) -> None:
    async with receiving(lambda asked: (200, {"result": {"code": 0}})) as gateway:
        settings = {
            "url": f"{gateway.url}/send?app=1",
            "template": '{"to": "{{recipient.address}}", "text": "{{subject}}", "id": "{{key}}"}',
            "header": "Authorization",
            "token": f"Bearer {SECRET}",
            "ok_field": "result.code",
            "ok_values": "0, OK",
            "busy_values": "7",
        }
        await send(kind, settings, MOBILE)
        asked = gateway.asked[0]
        assert (asked.method, asked.path, asked.query) == ("POST", "/send", {"app": "1"})
        assert asked.headers["authorization"] == f"Bearer {SECRET}"
        assert asked.json["to"] == "+8613800000000"
        assert asked.json["id"] == "m-17"
        gateway.said.append((200, {"result": {"code": 7}}))
        assert (await fail(kind, settings, MOBILE)).retry_after_s == 60.0
        gateway.said.append((200, {"result": {"code": 9, "why": SECRET}}))
        assert (await fail(kind, settings, MOBILE)).permanent
        gateway.said.append((503, {}))
        assert not (await fail(kind, settings, MOBILE)).permanent
        form = settings | {
            "encoding": "form",
            "template": "to={{recipient.address}}\nt={{subject}}",
        }
        await send(kind, form, MOBILE)
        assert gateway.asked[-1].headers["content-type"] == "application/x-www-form-urlencoded"
        await send(kind, form | {"method": "GET"}, MOBILE)
        last = gateway.asked[-1]
        assert (last.method, last.query["app"], last.query["to"]) == ("GET", "1", "+8613800000000")


async def test_a_webhook_says_it_in_the_receivers_own_words() -> None:
    async with receiving(lambda asked: (200, {})) as hook:
        template = '{"title": "{{subject}}", "where": "{{data.managed_object}}", "n": 1}'
        await send("webhook", {"url": hook.url, "template": template, "secret": SECRET})
        assert hook.asked[0].json == {"title": MESSAGE.subject, "where": "/host/H-03", "n": 1}
        assert hook.asked[0].headers["x-yunwei-signature"].startswith("v1=")


async def test_apprise_reaches_what_it_knows() -> None:
    async with receiving(lambda asked: (200, {})) as service:
        url = service.url.replace("http://", "json://")
        await send("apprise", {"url": url})
        assert service.asked[0].json["title"] == MESSAGE.subject
        assert service.asked[0].json["type"] == "failure"
        service.said.append((500, {}))
        assert not (await fail("apprise", {"url": url})).permanent
