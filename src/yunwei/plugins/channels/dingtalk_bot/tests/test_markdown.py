"""The Markdown: its limit, its mentions, its keyword."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.channels.dingtalk_bot import Channel
from yunwei.plugins.channels.dingtalk_bot.markdown import MAX_BYTES, find_mentions, render_message
from yunwei.plugins.sdk.contract import OutgoingMessage

texts = st.text(st.characters(codec="utf-8"), max_size=3000)


def message(severity: Severity | None = Severity.CRITICAL, **more: object) -> OutgoingMessage:
    fields: dict[str, object] = {"key": "k", "subject": "主机宕机", "body": "行一\n行二"}
    return OutgoingMessage(**{**fields, **more}, severity=severity)  # type: ignore[arg-type]


def test_subject_text_link_and_mentions() -> None:
    found = render_message(message(link="https://y.test/1"), keyword="", mobiles=("13800000000",))
    assert found.title == "主机宕机"
    assert found.body == (
        '#### <font color="#D63939">主机宕机</font>\n\n行一  \n行二'
        "\n\n[https://y.test/1](https://y.test/1)\n\n@13800000000"
    )


@given(subject=texts, body=texts)
def test_never_more_than_the_limit(subject: str, body: str) -> None:
    found = render_message(message(subject=subject, body=body), keyword="告警", mobiles=("1",))
    assert len(found.body.encode()) <= MAX_BYTES
    assert "告警" in found.body


@pytest.mark.parametrize(
    ("severity", "is_clear", "wakes"),
    [
        (Severity.CRITICAL, False, True),
        (Severity.MAJOR, False, True),
        (Severity.CRITICAL, True, False),
        (Severity.MINOR, False, False),
        (None, False, False),
    ],
)
def test_only_what_is_serious_and_not_over_mentions_people(
    severity: Severity | None, is_clear: bool, wakes: bool
) -> None:
    found = find_mentions(message(severity, is_clear=is_clear), "138, 139")
    assert found == (("138", "139") if wakes else ())


def test_an_authority_that_is_none_is_permanent() -> None:
    with pytest.raises(SendError) as caught:
        Channel({"access_token": "t", "tls": "own_ca", "ca": "nothing"})
    assert caught.value.permanent
