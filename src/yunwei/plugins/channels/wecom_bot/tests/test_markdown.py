"""The Markdown: its limit in bytes, and that an alarm's text can not become markup."""

from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.severity import Severity
from yunwei.plugins.channels.wecom_bot.markdown import MAX_BYTES, render_message
from yunwei.plugins.sdk.contract import OutgoingMessage

texts = st.text(st.characters(codec="utf-8"), max_size=3000)
links = st.sampled_from(["", "https://yunwei.test/alarms/17", "https://yunwei.test/" + "x" * 5000])
severities = st.one_of(st.none(), st.sampled_from(Severity))


def message(subject: str = "s", body: str = "b", **more: object) -> OutgoingMessage:
    return OutgoingMessage(key="k", subject=subject, body=body, **more)  # type: ignore[arg-type]


def test_a_raise_and_its_clear() -> None:
    raised = message("主机宕机", "行一\n行二", severity=Severity.CRITICAL, link="https://y.test/1")
    assert render_message(raised) == (
        '**<font color="warning">主机宕机</font>**\n> 行一\n> 行二'
        "\n[https://y.test/1](https://y.test/1)"
    )
    cleared = message("恢复", "好了", severity=Severity.CRITICAL, is_clear=True)
    assert render_message(cleared) == '**<font color="info">恢复</font>**\n> 好了'


@given(subject=texts, body=texts, link=links, severity=severities, is_clear=st.booleans())
def test_never_more_than_the_limit(
    subject: str, body: str, link: str, severity: Severity | None, is_clear: bool
) -> None:
    rendered = render_message(
        message(subject, body, link=link, severity=severity, is_clear=is_clear)
    )
    assert len(rendered.encode()) <= MAX_BYTES


def test_a_long_body_is_cut_and_the_link_stays() -> None:
    rendered = render_message(message(body="告" * 3000, link="https://y.test/1"))
    assert rendered.endswith("…\n[https://y.test/1](https://y.test/1)")
    assert MAX_BYTES - 3 <= len(rendered.encode()) <= MAX_BYTES


def test_a_subject_of_several_lines_is_one_line() -> None:
    assert render_message(message("a\nb\r\n# c")).splitlines()[0] == "**a b # c**"
