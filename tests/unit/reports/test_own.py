"""What a version changed, in as few words as it takes."""

from dataclasses import replace

import pytest

from yunwei.operate.reports.definitions import ABOUT, BUILT_IN, FILTERED, SectionKind
from yunwei.operate.reports.own import (
    Difference,
    OwnContent,
    OwnSection,
    build_definition,
    check_content,
    copy_built_in,
    find_differences,
    moved,
    own_id,
    read_content,
    write_content,
)
from yunwei.operate.reports.periods import PeriodKind

A, B, C = (OwnSection(kind=SectionKind(each)) for each in ("activity", "logons", "alarms"))
FIRST = OwnContent(title_en="Ours", sections=(A, B, C))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, set()),
        ({"title_zh": "我们的"}, {("title", None)}),
        ({"period": PeriodKind.WEEK, "colour": "#000000"}, {("period", None), ("cover", None)}),
        ({"condition": 'login == "x"'}, {("condition", None)}),
        ({"sections": (A, C)}, {("removed", "logons")}),
        ({"sections": (A, B, C, A)}, {("added", "activity")}),
        ({"sections": (C, A, B)}, {("moved", "alarms")}),
        ({"sections": (A, replace(B, most_rows=5), C)}, {("changed", "logons")}),
        (
            {"sections": (C, replace(A, starts_page=True))},
            {("removed", "logons"), ("changed", "activity"), ("moved", "activity")},
        ),
    ],
)
def test_each_change_is_said_once(changes: dict[str, object], told: set[tuple[str, str]]) -> None:
    found = find_differences(FIRST, replace(FIRST, **changes))  # type: ignore[arg-type]
    assert len(found) == len(set(found))
    assert {(what.value, kind.value if kind else None) for what, kind in found} == told


def test_the_first_version_is_a_beginning() -> None:
    assert find_differences(None, FIRST) == ((Difference.BEGUN, None),)


@pytest.mark.parametrize(
    ("after", "count"), [("abcd", 0), ("bacd", 1), ("dabc", 1), ("dcba", 3), ("badc", 2)]
)
def test_the_fewest_are_said_to_have_moved(after: str, count: int) -> None:
    assert len(moved(list("abcd"), list(after))) == count


@pytest.mark.parametrize("key", list(BUILT_IN))
def test_every_built_in_report_can_be_copied(key: str) -> None:
    built_in = BUILT_IN[key]
    content = check_content(copy_built_in(built_in, {"en": "Copy", "zh-hans": "副本"}))
    assert read_content(write_content(content)) == content
    made = build_definition("own-1", content, "zh-hans")
    assert (made.title, made.wishes) == ("副本", built_in.wishes)
    # findings of a copy are of what stands in it
    assert set(made.about) <= set(built_in.about)


def test_a_section_says_what_it_is_about_and_whether_it_can_be_filtered() -> None:
    assert set(ABOUT) == set(SectionKind)
    assert set(SectionKind) >= FILTERED


@pytest.mark.parametrize(
    ("key", "found"),
    [("own-7", 7), ("own-", None), ("monthly", None), ("own-x", None), ("own-1" + "0" * 30, None)],
)
def test_a_key_names_one_or_none(key: str, found: int | None) -> None:
    assert own_id(key) == found
