"""What was signed here is believed; everything else is not."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.base.infra.signing import Signer

SIGNER = Signer(("key-of-today",), "links")


@given(st.binary(min_size=1, max_size=60))
def test_what_was_signed_is_read_again(payload: bytes) -> None:
    assert SIGNER.read(SIGNER.sign(payload)) == payload


@given(st.binary(min_size=1, max_size=40), st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(payload: bytes, place: int, change: int) -> None:
    text = SIGNER.sign(payload)
    signed = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    signed[place % len(signed)] ^= change
    with pytest.raises(Invalid):
        SIGNER.read(base64.urlsafe_b64encode(bytes(signed)).decode().rstrip("="))


@given(st.text(max_size=60))
def test_whatever_else_is_sent_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        SIGNER.read(text)


def test_signed_for_one_purpose_it_is_worth_nothing_for_another() -> None:
    with pytest.raises(Invalid):
        Signer(("key-of-today",), "something else").read(SIGNER.sign(b"x"))


def test_a_replaced_key_is_still_believed() -> None:
    newer = Signer(("key-of-tomorrow", "key-of-today"), "links")
    assert newer.read(SIGNER.sign(b"x")) == b"x"
    with pytest.raises(Invalid):
        SIGNER.read(newer.sign(b"x"))
