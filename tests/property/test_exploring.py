"""The usage explorer's groups equal what one counts one by one."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yunwei.operate.usage.rules.exploring import Bins, add_up_time, count_users, find_peaks
from yunwei.operate.usage.rules.frames import Pieces, cut

LENGTH, PARTS, USERS = 60, 3, 4

stays = st.lists(
    st.tuples(
        st.integers(0, PARTS - 1),
        st.integers(1, USERS),
        st.integers(0, LENGTH - 1),
        st.integers(1, 30),
    ),
    max_size=25,
)
cuts = st.lists(st.tuples(st.integers(1, LENGTH - 1), st.integers(0, 2)), max_size=6)


def build(drawn: list[tuple[int, int, int, int]]) -> Pieces:
    columns = np.array(drawn or np.zeros((0, 4)), dtype=np.int64).T
    whole = Pieces(part=columns[0], who=columns[1], begin=columns[2], end=columns[2] + columns[3])
    return cut(whole, 0, LENGTH)


def build_bins(drawn: list[tuple[int, int]]) -> Bins:
    inner = dict(sorted(drawn))
    kinds = [0, *inner.values()]
    return Bins(
        bounds=np.array([0, *inner, LENGTH], dtype=np.int64),
        kind=np.array(kinds, dtype=np.int64),
        kinds=3,
    )


def instants(pieces: Pieces, bins: Bins) -> dict[int, dict[int, set[int]]]:
    """Who is there in each millisecond, by group; the slow and plain way."""
    found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for place in range(len(pieces)):
        for at in range(int(pieces.begin[place]), int(pieces.end[place])):
            number = int(np.searchsorted(bins.bounds, at, side="right")) - 1
            group = int(pieces.part[place]) * bins.kinds + int(bins.kind[number])
            found[group][at].add(int(pieces.who[place]))
    return found


@given(drawn=stays, bounds=cuts)
def test_groups_equal_what_is_counted_one_by_one(
    drawn: list[tuple[int, int, int, int]], bounds: list[tuple[int, int]]
) -> None:
    pieces, bins = build(drawn), build_bins(bounds)
    plain = instants(pieces, bins)
    users = {group: len(set().union(*each.values())) for group, each in plain.items()}
    peaks = {group: max(map(len, each.values())) for group, each in plain.items()}
    time = {group: sum(map(len, each.values())) / 1000 for group, each in plain.items()}
    assert count_users(pieces, bins) == users
    assert find_peaks(pieces, bins) == peaks
    assert add_up_time(pieces, bins) == time


@given(drawn=stays)
def test_the_order_of_pieces_does_not_matter_for_peaks(
    drawn: list[tuple[int, int, int, int]],
) -> None:
    pieces, bins = build(drawn), build_bins([(20, 1), (40, 2)])
    turned = pieces.take(np.arange(len(pieces))[::-1])
    assert find_peaks(turned, bins) == find_peaks(pieces, bins)
