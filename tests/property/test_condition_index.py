"""The index finds what asking every condition would find, whatever the conditions are like."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.conditions import FIELDS, chances, random_condition, random_row
from yunwei.base.core.condition import All, Condition, build_index, compile_condition
from yunwei.base.core.condition.literals import literals_of_glob, literals_of_regex
from yunwei.base.core.condition.values import compile_search, translate_glob


def find_linearly(rules: list[Condition], row: dict[str, object]) -> tuple[int, ...]:
    return tuple(
        place
        for place, condition in enumerate(rules)
        if compile_condition(condition, fields=FIELDS)(row)
    )


def check(rules: list[Condition], chance: Random) -> None:
    index = build_index(enumerate(rules), fields=FIELDS)
    for row in [random_row(chance) for _ in range(12)]:
        assert index.match(row) == find_linearly(rules, row)
        assert index.match(row) == find_linearly(rules, row), "remembered wrongly"


@settings(deadline=None, max_examples=40)
@given(chance=chances)
def test_index_equals_linear_scan(chance: Random) -> None:
    check([random_condition(chance) for _ in range(40)], chance)


@settings(deadline=None, max_examples=15)
@given(chance=chances)
def test_index_equals_linear_scan_when_rules_crowd_on_few_terms(chance: Random) -> None:
    shared = [random_condition(chance, depth=7) for _ in range(3)]
    check(
        [All(parts=(chance.choice(shared), random_condition(chance, depth=5))) for _ in range(80)],
        chance,
    )


@settings(deadline=None, max_examples=15)
@given(chance=chances)
def test_index_made_from_an_earlier_one_equals_a_new_one(chance: Random) -> None:
    rules = {place: random_condition(chance) for place in range(30)}
    index = build_index(rules.items(), fields=FIELDS)
    for place in chance.sample(range(40), 10):
        rules[place] = random_condition(chance)
    del rules[0]
    again = build_index(rules.items(), fields=FIELDS, before=index)
    anew = build_index(rules.items(), fields=FIELDS)
    for row in [random_row(chance) for _ in range(12)]:
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


@settings(max_examples=200)
@given(
    pattern=st.lists(_SIGNS, max_size=9).map("".join), text=st.text("abcdefAB1N{}|.", max_size=12)
)
def test_what_an_expression_finds_holds_its_literal(pattern: str, text: str) -> None:
    try:
        finds = compile_search(pattern)
    except Exception:  # noqa: BLE001  re2.error, which is not typed
        return
    if finds(text):
        assert all(each in text for each in literals_of_regex(pattern))
    if compile_search(translate_glob(pattern))(text):
        assert all(each in text for each in literals_of_glob(pattern))


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"disk.*is full", ["is full", "disk"]),
        (r"^link\.down$", ["link.down"]),
        (r"\bfull\b", ["full"]),
        (r"colou?r", ["colo"]),
        (r"disk|full", []),
        (r"(?i)disk", []),
        (r"(disk|link) is down", [" is down"]),
        (r"abc{|def}", []),
        (r"\d+", []),
    ],
)
def test_the_literals_of_an_expression(pattern: str, literals: list[str]) -> None:
    assert literals_of_regex(pattern) == literals
