"""The e-mail as a reader's program takes it apart again; nothing can be injected."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.channels.email.letter import (
    build_letter,
    make_thread_id,
    parse_address,
    render_html,
)
from yunwei.plugins.sdk.contract import OutgoingMessage, Recipient

AT = datetime(2026, 11, 23, 6, 50, tzinfo=UTC)
SENDER = parse_address("云维告警 <alarm@example.com>")
ANNA = Recipient(name="王安娜", address="anna@example.com")
MESSAGE = OutgoingMessage(
    key="m-17",
    subject="【严重】主机 H-03 宕机",
    body="主机 H-03 宕机\n\n对象：/host/H-03\n次数：3",
    severity=Severity.CRITICAL,
    link="https://yunwei.test/alarms/17?a=1&b=2",
    facts=(("对象", "/host/H-03"), ("次数", "3")),
)

texts = st.text(st.characters(codec="utf-8"), max_size=200)


def received(letter: EmailMessage) -> EmailMessage:
    taken_apart = message_from_bytes(letter.as_bytes(policy=SMTP), policy=default)
    assert isinstance(taken_apart, EmailMessage)
    return taken_apart


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


def test_headers_survive_the_way() -> None:
    letter = received(build_letter(MESSAGE, sender=SENDER, recipient=ANNA, at=AT))
    assert str(letter["Subject"]) == "【严重】主机 H-03 宕机"
    assert str(letter["From"]) == "云维告警 <alarm@example.com>"
    assert str(letter["To"]) == "王安娜 <anna@example.com>"
    assert letter["Date"].datetime == AT
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@example.com>")


def test_the_message_id_is_the_same_for_every_try_and_another_for_another() -> None:
    first, again = (
        build_letter(MESSAGE, sender=SENDER, recipient=ANNA, at=AT)["Message-ID"] for _ in range(2)
    )
    other = OutgoingMessage(key="m-18", subject="s", body="b")
    assert first == again
    assert build_letter(other, sender=SENDER, recipient=ANNA, at=AT)["Message-ID"] != first


def test_letters_about_the_same_are_one_conversation() -> None:
    first, second = (
        build_letter(
            OutgoingMessage(key=key, subject="s", body="b", thread="T-000012"),
            sender=SENDER,
            recipient=ANNA,
            at=AT,
        )
        for key in ("m-1", "m-2")
    )
    root = "<thread.T-000012@example.com>"
    assert {str(each["References"]) for each in (first, second)} == {root}
    assert first["In-Reply-To"] == root
    assert first["Message-ID"] != second["Message-ID"]
    alone = build_letter(MESSAGE, sender=SENDER, recipient=ANNA, at=AT)
    assert "References" not in alone
    assert make_thread_id("a b>\r\nX: y") == "thread.a-b---X--y"


def test_text_and_html_say_the_same() -> None:
    letter = received(build_letter(MESSAGE, sender=SENDER, recipient=ANNA, at=AT))
    text, html = part(letter, "plain"), part(letter, "html")
    assert text.replace("\r\n", "\n") == f"{MESSAGE.body}\n\n{MESSAGE.link}\n"
    assert html.count("/host/H-03") == 1
    assert 'href="https://yunwei.test/alarms/17?a=1&amp;b=2"' in html
    assert "#d63939" in html


def test_a_clear_is_green() -> None:
    cleared = OutgoingMessage(
        key="k", subject="s", body="b", severity=Severity.CRITICAL, is_clear=True
    )
    assert "#2fb344" in render_html(cleared)


def test_nothing_from_elsewhere_becomes_html() -> None:
    evil = "<script>alert(1)</script>\"'&"
    message = OutgoingMessage(
        key="k", subject=evil, body=evil, link=f"https://y.test/{evil}", facts=((evil, evil),)
    )
    html = render_html(message)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4


@given(subject=texts, name=texts, body=texts)
def test_no_text_can_add_a_header_or_end_the_headers(subject: str, name: str, body: str) -> None:
    message = OutgoingMessage(key="k", subject=subject, body=body)
    recipient = Recipient(name=name, address="anna@example.com")
    letter = build_letter(message, sender=SENDER, recipient=recipient, at=AT)
    wanted = {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    }
    taken_apart = received(letter)
    assert set(taken_apart.keys()) == wanted
    assert [each.addr_spec for each in taken_apart["To"].addresses] == ["anna@example.com"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "@example.com",
        "anna@example.com, eve@example.com",
        "anna@example.com\nBcc: eve@example.com",
        "anna@exa mple.com",
        "安娜@example.com",
        "anna@" + "x" * 70 + ".com",
        "anna@example.com>",
    ],
)
def test_what_is_no_address_is_permanent(address: str) -> None:
    with pytest.raises(SendError) as caught:
        parse_address(address)
    assert caught.value.permanent
    assert "\n" not in str(caught.value)


def test_a_chinese_domain_is_put_into_its_ascii_form() -> None:
    assert parse_address("anna@例子.中国").addr_spec == "anna@xn--fsqu00a.xn--fiqs8s"


def test_a_name_comes_with_the_address() -> None:
    assert parse_address('"Alarm, Yunwei" <a@b.test>').display_name == "Alarm, Yunwei"


def test_whoever_may_acknowledge_finds_the_link_in_text_and_page() -> None:
    link = "https://yunwei.test/acknowledge/abc?x=1&y=2"
    letter = received(
        build_letter(replace(MESSAGE, acknowledge_link=link), sender=SENDER, recipient=ANNA, at=AT)
    )
    assert link in part(letter, "plain")
    assert 'href="https://yunwei.test/acknowledge/abc?x=1&amp;y=2"' in part(letter, "html")
    assert "确认告警 / Acknowledge" in part(letter, "html")


def test_without_such_a_link_nothing_is_said_of_it() -> None:
    letter = received(build_letter(MESSAGE, sender=SENDER, recipient=ANNA, at=AT))
    assert "Acknowledge" not in part(letter, "plain") + part(letter, "html")
