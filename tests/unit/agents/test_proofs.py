"""A proof leads to the root from its own message and place, and from nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei_wire.errors import WireError
from yunwei_wire.proofs import Tree, root_of

MESSAGES = st.lists(st.binary(max_size=100), min_size=1, max_size=40)


@given(MESSAGES)
def test_each_message_leads_to_the_root(messages: list[bytes]) -> None:
    tree = Tree(messages)
    for place, message in enumerate(messages):
        assert root_of(message, place, tree.proof(place)) == tree.root


@given(MESSAGES, st.binary(max_size=100), st.data())
def test_no_other_message_does(messages: list[bytes], other: bytes, data: st.DataObject) -> None:
    tree = Tree(messages)
    place = data.draw(st.integers(0, len(messages) - 1))
    if other != messages[place]:
        assert root_of(other, place, tree.proof(place)) != tree.root


def test_an_inner_node_is_no_message() -> None:
    tree = Tree([b"one", b"two", b"three", b"four"])
    # what the first two hash to, offered as if it were a message
    left = tree.proof(2)[32:]
    assert root_of(left, 0, tree.proof(0)[32:]) != tree.root
    pair = tree.proof(1)[:32] + tree.proof(0)[:32]
    assert root_of(pair, 0, tree.proof(0)[32:]) != tree.root


@pytest.mark.parametrize(
    ("place", "proof"), [(-1, b""), (1, b""), (2, b"x" * 32), (0, b"x" * 31), (0, b"x" * 32 * 21)]
)
def test_what_can_be_no_proof_is_refused(place: int, proof: bytes) -> None:
    with pytest.raises(WireError):
        root_of(b"message", place, proof)
