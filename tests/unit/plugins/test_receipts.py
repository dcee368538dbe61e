"""What gateways post of messages, in the words that an administrator describes."""

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.plugins.sdk.receipts import ReceiptPost, read_posted

CMPP = {
    "receipt_id_field": "msgid",
    "receipt_state_field": "stat",
    "receipt_delivered": "DELIVRD, 0",
    "receipt_reason_field": "err",
}


def read(body: str, **settings: str) -> list[tuple[str, str, str]]:
    post = ReceiptPost(body=body.encode(), headers={})
    return [(each.native_id, each.state.value, each.reason) for each in read_posted(settings, post)]


def test_without_settings_the_plain_words_are_understood() -> None:
    assert read('{"id": "7", "state": "delivered"}') == [("7", "delivered", "")]
    assert read('{"state": "undelivered", "reason": "空号"}') == [("", "undelivered", "空号")]
    assert read('{"state": "sending"}') == []
    assert read('{"digits": "1"}') == [("", "read", "")]


def test_a_list_and_a_form_are_read_by_the_fields_that_are_named() -> None:
    both = '[{"msgid": 7, "stat": "DELIVRD"}, {"msgid": "8", "stat": "UNDELIV", "err": "12"}]'
    assert read(both, **CMPP) == [("7", "delivered", ""), ("8", "undelivered", "12")]
    assert read("msgid=9&stat=EXPIRED", **CMPP) == [("9", "undelivered", "EXPIRED")]
    assert read("msgid=9&stat=0&x=", **CMPP) == [("9", "delivered", "")]


def test_where_failures_are_listed_other_words_are_no_verdict() -> None:
    listed = {**CMPP, "receipt_undelivered": "UNDELIV"}
    assert read('{"msgid": "1", "stat": "ACCEPTD"}', **listed) == []
    assert read('{"msgid": "1", "stat": "UNDELIV"}', **listed) == [("1", "undelivered", "UNDELIV")]


def test_a_reason_is_one_harmless_line() -> None:
    [(_, _, reason)] = read('{"state": "undelivered", "reason": "a\\nb\\u0007' + "x" * 900 + '"}')
    assert "\n" not in reason
    assert len(reason) <= 200


@pytest.mark.parametrize("body", ["", "{", "[1]", "[[]]", "no form", '"text"', "\udce4"])
def test_what_can_not_be_read_is_refused(body: str) -> None:
    post = ReceiptPost(body=body.encode("utf-8", "surrogateescape"), headers={})
    with pytest.raises(Invalid):
        read_posted({}, post)
