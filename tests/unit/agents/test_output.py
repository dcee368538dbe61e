"""What a script prints can not fill anything, and shows no secret."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from yunwei_wire.events import MOST_PIECES
from yunwei_wire.output import Bounded

LIMIT = 4096


def read_all(output: Bounded, chunks: list[bytes]) -> bytes:
    pieces = [piece for chunk in chunks for piece in output.feed(chunk)]
    return b"".join([*pieces, *output.finish()])


def test_the_beginning_and_the_end_of_much_are_kept() -> None:
    output = Bounded(LIMIT)
    kept = read_all(output, [b"begin"] + [b"\0\xff\x1b[31m<b>" * 500] * 200 + [b"end"])
    assert len(kept) <= LIMIT
    assert kept.startswith(b"begin")
    assert kept.endswith(b"end")
    assert b"bytes left out" in kept
    assert output.is_cut
    assert output.size_bytes > 1_000_000


@given(st.lists(st.binary(max_size=700), max_size=30), st.integers(200, 5000))
def test_no_output_is_larger_than_its_limit(chunks: list[bytes], limit: int) -> None:
    output = Bounded(limit)
    kept = read_all(output, chunks)
    whole = b"".join(chunks)
    assert len(kept) <= limit
    assert output.size_bytes == len(whole)
    if not output.is_cut:
        assert kept == whole


@given(st.binary(max_size=40), st.binary(max_size=40), st.integers(1, 30))
def test_a_secret_is_not_shown_however_it_is_cut(before: bytes, after: bytes, size: int) -> None:
    secret = "pässword-7"
    whole = before + secret.encode() + after
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    kept = read_all(Bounded(LIMIT, [secret]), chunks)
    assert secret.encode() not in kept
    assert b"******" in kept


def test_outputs_that_differ_in_numbers_are_alike() -> None:
    one, two, other = Bounded(LIMIT), Bounded(LIMIT), Bounded(LIMIT)
    read_all(one, [b"pid 17, 3 files"])
    read_all(two, [b"pid 418, 22 files"])
    read_all(other, [b"pid 17, no files"])
    assert one.digest == two.digest
    assert one.digest != other.digest


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_outputs_are_alike_wherever_they_were_cut(cuts: list[int]) -> None:
    text = b"step 1234 of 5678: 90% of 12345678 done, 0 left\n" * 3
    now = itertools.count(step=1000.0)
    # each piece goes on by itself
    whole, cut = Bounded(LIMIT), Bounded(LIMIT, clock_s=lambda: next(now))
    read_all(whole, [text])
    place = 0
    for length in cuts:
        cut.feed(text[place : place + length])
        place += length
    read_all(cut, [text[place:]])
    assert whole.digest == cut.digest


def test_a_day_of_slow_output_comes_to_fewer_pieces_than_are_taken() -> None:
    now_s = 0.0
    output = Bounded(8 * 1024**2, clock_s=lambda: now_s)
    count = 0
    for second in range(86_400):
        now_s = float(second)
        count += len(output.feed(b"x\n"))
    count += len(output.finish())
    assert 100 < count < MOST_PIECES / 4
