"""A desktop's host or image is the one that held when somebody connected to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.operate.usage.rules.places import Move, build_history, find_as_of

NOW = ["", "h2", "h9", ""]
MOVES = [
    # desktop 1 was on h1 until 100, off until 200, and is on h2 since
    Move(desktop=1, at_ms=100, before="h1"),
    Move(desktop=1, at_ms=200, before=""),
    # desktop 3 was on h3 until 50, and is off since
    Move(desktop=3, at_ms=50, before="h3"),
]


@pytest.mark.parametrize(
    ("desktop", "at_ms", "wanted"),
    [
        (1, 0, "h1"),
        (1, 99, "h1"),
        (1, 100, "h2"),  # off then: what was said next
        (1, 200, "h2"),
        (2, 0, "h9"),
        (2, 10**12, "h9"),
        (3, 49, "h3"),
        (3, 50, ""),
        (0, 50, ""),
    ],
)
def test_a_place_is_the_one_that_held_then(desktop: int, at_ms: int, wanted: str) -> None:
    history = build_history(NOW, MOVES)
    found = find_as_of(history, np.array([desktop]), np.array([at_ms]))
    assert history.names[int(found[0])] == wanted


def test_without_changes_a_place_is_the_present_one() -> None:
    history = build_history(NOW, [])
    found = find_as_of(history, np.array([1, 2, 3]), np.array([1, 2, 3]))
    assert [history.names[place] for place in found.tolist()] == ["h2", "h9", ""]


moves = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 20), st.sampled_from(["", "a", "b", "c"])),
    max_size=12,
    unique_by=lambda each: (each[0], each[1]),
)


@given(told=moves)
def test_columns_equal_what_is_looked_up_one_by_one(told: list[tuple[int, int, str]]) -> None:
    history = build_history(NOW, (Move(*each) for each in told))
    for desktop in range(1, 4):
        own = sorted((at, before) for number, at, before in told if number == desktop)
        for at in range(22):
            following = [before for since, before in own if since > at] + [NOW[desktop]]
            wanted = next((each for each in following if each), "")
            found = find_as_of(history, np.array([desktop]), np.array([at]))
            assert history.names[int(found[0])] == wanted
