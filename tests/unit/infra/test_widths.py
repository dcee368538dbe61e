"""Columns of tables are as wide as their words want."""

from yunwei.base.infra.documents.widths import widths_of


def test_short_columns_stay_narrow_and_long_texts_get_the_rest() -> None:
    narrow, wide = widths_of([("P", "Advice"), ("1", "Go through the table of reasons, twice.")])
    assert wide > 4 * narrow


def test_a_moment_and_a_heading_stay_whole_where_much_stands_beside_them() -> None:
    crowd = ["a long text that goes on and on " * 3] * 6
    widths = widths_of([["When", "Importance", *"abcdef"], ["2026-10-01 09:00", "x", *crowd]])
    letters = [each * 100 / sum(widths) for each in widths]
    assert letters[0] >= 16
    assert letters[1] >= len("Importance")


def test_many_columns_of_nothing_share_evenly() -> None:
    assert len(set(widths_of([[""] * 14, [""] * 14]))) == 1
