"""Mails are read as people meant them, and machines are told from people; nothing is too broken."""

from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.mailbox import write_mail
from yunwei.operate.letters.facts.mails import Mail
from yunwei.operate.letters.rules.reading import (
    find_ticket,
    read_mail,
    strip_quoted,
    title_of,
)

FROM = "Li Lei <Li@Customer.Example>"


def read(subject: str = "s", text: str = "t", **more: str) -> Mail:
    return read_mail(write_mail(FROM, subject, text, **more))


def test_a_mail_says_who_wrote_what() -> None:
    mail = read("三楼黑屏", "请尽快处理\n\n\n\n谢谢", id="m1")
    assert (mail.sender, mail.sender_name) == ("li@customer.example", "Li Lei")
    assert (mail.subject, mail.text) == ("三楼黑屏", "请尽快处理\n\n谢谢")
    assert mail.key == "<m1@customer.example>"
    assert mail.automatic == ""


def test_what_old_programs_send_is_read_as_well() -> None:
    subject = Header("登录慢", "gb18030").encode()
    raw = (
        f"From: =?gb2312?B?wO7A1w==?= <li@a.example>\r\nSubject: {subject}\r\n"
        "Content-Type: text/plain; charset=gb2312\r\n\r\n"
    ).encode() + "从早上开始".encode("gb2312")
    mail = read_mail(raw)
    assert (mail.sender_name, mail.subject, mail.text) == ("李雷", "登录慢", "从早上开始")
    assert mail.key.startswith("sha256:")
    html = (
        b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        b"<style>p{}</style><p>one&nbsp;&amp; two</p><script>x()</script><div>three</div>"
    )
    assert read_mail(html).text == "one\xa0& two\nthree"


def test_what_is_more_than_is_kept_is_said() -> None:
    assert read("short", "a" * 7000, id="m1").note == ""
    long = read("long", "a" * 7001, id="m2")
    assert (len(long.text), "正文过长" in long.note) == (7000, True)
    parts = "".join(
        f"--x\r\nContent-Disposition: attachment; filename=f{number}.txt\r\n\r\n{number}\r\n"
        for number in range(22)
    )
    head = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    mail = read_mail(f"{head}{parts}--x--\r\n".encode(), note="before")
    assert [each.name for each in mail.enclosures] == [f"f{number}.txt" for number in range(20)]
    assert mail.note.startswith("before\n（附件过多，其中 2 个未保留")


@pytest.mark.parametrize(
    ("headers", "is_automatic"),
    [
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-generated; x=y"}, True),
        ({"Auto_Submitted": "auto-replied"}, True),
        ({"Precedence": "Bulk"}, True),
        ({"Precedence": "first-class"}, False),
        ({"List_Id": "<a.b>"}, True),
        ({"Return_Path": "<>"}, True),
        ({"Return_Path": "<li@customer.example>"}, False),
    ],
)
def test_what_a_machine_wrote_shows(headers: dict[str, str], is_automatic: bool) -> None:
    assert bool(read(**headers).automatic) is is_automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@a.example", "no-reply@a.example"])
def test_whom_nobody_answers_is_a_machine(sender: str) -> None:
    assert read_mail(write_mail(sender, "s", "t")).automatic


@pytest.mark.parametrize(
    ("subject", "references", "ticket"),
    [
        ("Re: [T-000012] dark", "", 12),
        ("答复：T-1234567 黑屏", "", 1234567),
        ("hello", "<a@b> <thread.T-000007@p.example>", 7),
        # what it answers counts more than what somebody typed
        ("T-000012", "<thread.T-000007@p.example>", 7),
        ("DT-000012x", "<T-000007@p.example>", None),
        ("T-12", "", None),
    ],
)
def test_a_ticket_is_found_by_what_a_mail_answers(
    subject: str, references: str, ticket: int | None
) -> None:
    more = {"References": references} if references else {}
    assert find_ticket(read(subject, **more)) == ticket


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 1 Jun 2026 at 10:00, Service <s@p.example> wrote:\n> so",
        "----- Original Message -----\nso",
        "-----原始邮件-----\n发件人：x",
        "发件人: Service <s@p.example>\n发送时间: x",
        "云维 <s@p.example> 于2026年6月1日周一 10:00写道：\n> so",
        "________________________________\nFrom: x",
    ],
)
def test_an_answer_is_told_from_what_it_answers(quoted: str) -> None:
    assert strip_quoted(f"it is solved\n\n{quoted}") == "it is solved"
    assert strip_quoted(quoted) == quoted.strip()


def test_a_mail_without_a_subject_is_called_by_its_first_line() -> None:
    assert title_of(read("", "\n  no sound \nat all")) == "no sound"
    assert title_of(read("", "")) == "li@customer.example"


@given(st.binary(max_size=2000))
def test_nothing_is_too_broken_to_be_read(raw: bytes) -> None:
    mail = read_mail(raw)
    for text in (mail.key, mail.sender, mail.sender_name, mail.subject, mail.text):
        text.encode()
        assert "\0" not in text


@given(st.text(max_size=200), st.binary(max_size=200))
def test_broken_headers_and_bodies_are_read(subject: str, body: bytes) -> None:
    encoded = subject.encode("utf-8", "replace").replace(b"\n", b" ").replace(b"\r", b" ")
    raw = (
        b"From: a@b.example\r\nSubject: " + encoded + b"\r\nContent-Type: multipart/mixed;"
        b" boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n" + body
    )
    read_mail(raw).text.encode()
