"""The signature against the example of its documentation, and numbers that are none."""

from datetime import UTC, datetime

import pytest

from yunwei.base.core.errors import SendError
from yunwei.plugins.channels.sms_aliyun import Channel
from yunwei.plugins.channels.sms_aliyun.signature import Request, encode_query, sign_request
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient


def test_the_example_of_the_documentation() -> None:
    request = Request(
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        query={
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            "RegionId": "cn-shanghai",
        },
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    signed = sign_request(request, key_id="YourAccessKeyId", key_secret="YourAccessKeySecret")
    assert signed["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_query_is_encoded_as_rfc_3986_has_it() -> None:
    assert encode_query({"b": "云 维*~", "a": "+/"}) == "a=%2B%2F&b=%E4%BA%91%20%E7%BB%B4%2A~"


@pytest.mark.parametrize("number", ["", "anna", "138", "13800000000,13900000000", "+86<script>"])
async def test_what_is_no_number_is_permanent(number: str) -> None:
    settings = {
        "access_key_id": "id",
        "access_key_secret": "secret",
        "sign_name": "云维",
        "template_code": "SMS_1",
        "template_params": "text={{subject}}",
    }
    channel = Channel(settings)
    with pytest.raises(SendError) as caught:
        await channel.send(
            OutgoingMessage(key="k", subject="s", body="b"), Recipient(name="", address=number)
        )
    assert caught.value.permanent
    await channel.close()
