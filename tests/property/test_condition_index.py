"""The index finds what asking every condition would find, whatever the conditions are like."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.conditions import FIELDS, chances, random_condition, random_row
from yunwei.base.core.condition import All, Condition, build_index, compile_condition
from yunwei.base.core.condition.index.literals import literal_of_glob, literal_of_regex
from yunwei.base.core.condition.values import compile_regex, translate_glob


def find_linearly(rules: list[Condition], row: dict[str, object]) -> tuple[int, ...]:
    return tuple(
        place
        for place, condition in enumerate(rules)
        if compile_condition(condition, fields=FIELDS)(row)
    )


def check(rules: list[Condition], chance: Random) -> None:
    index = build_index(enumerate(rules), fields=FIELDS)
    for row in [random_row(chance) for _ in range(20)]:
        assert index.match(row) == find_linearly(rules, row)
        assert index.match(row) == find_linearly(rules, row), "remembered wrongly"


@settings(deadline=None)
@given(chance=chances)
def test_index_equals_linear_scan(chance: Random) -> None:
    check([random_condition(chance) for _ in range(40)], chance)


@settings(deadline=None, max_examples=30)
@given(chance=chances)
def test_index_equals_linear_scan_when_rules_crowd_on_few_terms(chance: Random) -> None:
    shared = [random_condition(chance, depth=7) for _ in range(3)]
    check(
        [All(parts=(chance.choice(shared), random_condition(chance, depth=5))) for _ in range(80)],
        chance,
    )


@settings(deadline=None, max_examples=30)
@given(chance=chances)
def test_index_made_from_an_earlier_one_equals_a_new_one(chance: Random) -> None:
    rules = {place: random_condition(chance) for place in range(30)}
    index = build_index(rules.items(), fields=FIELDS)
    for place in chance.sample(range(40), 10):
        rules[place] = random_condition(chance)
    del rules[0]
    again = build_index(rules.items(), fields=FIELDS, before=index)
    anew = build_index(rules.items(), fields=FIELDS)
    for row in [random_row(chance) for _ in range(20)]:
        assert again.match(row) == anew.match(row)


_SIGNS = st.sampled_from(
    [
        *"abcAB.|()[]^$?*+{}-,12\\",
        "abc",
        "(?:",
        r"\d",
        r"\.",
        r"\pN",
        r"\x41",
        "[^a]",
        "{2}",
        "|def",
    ]
)


@settings(max_examples=400)
@given(
    pattern=st.lists(_SIGNS, max_size=9).map("".join), text=st.text("abcdefAB1N{}|.", max_size=12)
)
def test_what_an_expression_finds_holds_its_literal(pattern: str, text: str) -> None:
    try:
        compiled = compile_regex(pattern)
    except Exception:  # noqa: BLE001  re2.error, which is not typed
        return
    if compiled.search(text):
        assert literal_of_regex(pattern) in text
    if compile_regex(translate_glob(pattern)).search(text):
        assert literal_of_glob(pattern) in text


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"disk.*is full", "is full"),
        (r"^link\.down$", "link.down"),
        (r"\bfull\b", "full"),
        (r"colou?r", "colo"),
        (r"disk|full", ""),
        (r"(?i)disk", ""),
        (r"(disk|link) is down", " is down"),
        (r"abc{|def}", ""),
        (r"\d+", ""),
    ],
)
def test_the_literal_of_an_expression(pattern: str, literal: str) -> None:
    assert literal_of_regex(pattern) == literal
