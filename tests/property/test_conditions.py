"""One meaning everywhere: JSON, text, Python and ClickHouse say the same of any condition."""

import json
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from clickhouse_connect import get_client
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.conditions import FIELDS, chances, conditions, random_condition, random_row
from yunwei.base.core.condition import (
    BadText,
    Condition,
    Not,
    compile_condition,
    condition_to_json,
    condition_to_sql,
    condition_to_text,
    parse_condition,
    parse_text,
)
from yunwei.base.core.condition.tree import simplify
from yunwei.base.core.errors import Invalid

_TYPES = {
    "count": "UInt32",
    "raised_at": "DateTime64(3, 'UTC')",
    "tags": "Array(String)",
    "raw": "Map(String, String)",
    "severity": "LowCardinality(String)",
}
_NAMES = [*FIELDS.plain, "raw"]


def type_of(name: str) -> str:
    field = FIELDS.get(name)
    usual = "Nullable(String)" if field is not None and field.is_optional else "String"
    return _TYPES.get(name, usual)


@pytest.fixture(scope="module")
def chdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = get_client(interface="chdb", path=str(tmp_path_factory.mktemp("chdb")))
    columns = ", ".join(f"{name} {type_of(name)}" for name in _NAMES)
    client.command(f"CREATE TABLE facts (place UInt32, {columns}) ENGINE = Memory")
    yield client
    client.close()


def ask(chdb: Client, data: list[dict[str, Any]], asked: list[Condition]) -> list[tuple[int, ...]]:
    """Return for each row what ClickHouse says of each condition, in one statement."""
    chdb.command("TRUNCATE TABLE facts")
    values = [[place, *(row.get(name) for name in _NAMES)] for place, row in enumerate(data)]
    chdb.insert("facts", values, column_names=["place", *_NAMES])
    columns = {name: name for name in _NAMES}
    written = [
        condition_to_sql(each, columns, fields=FIELDS, prefix=f"c{place}_")
        for place, each in enumerate(asked)
    ]
    parameters = {name: value for each in written for name, value in each.parameters.items()}
    shown = ", ".join(f"{each.text} AS a{place}" for place, each in enumerate(written))
    statement = f"SELECT {shown} FROM facts ORDER BY place"  # noqa: S608  that is what is tested
    return list(chdb.query(statement, parameters=parameters).result_rows)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=chances)
def test_clickhouse_selects_what_the_matcher_selects(chdb: Client, chance: Random) -> None:
    asked = [random_condition(chance) for _ in range(12)]
    data = [random_row(chance) for _ in range(60)]
    matchers = [compile_condition(each, fields=FIELDS) for each in asked]
    differing = [
        (condition_to_text(asked[place], fields=FIELDS), row, theirs)
        for row, answers in zip(data, ask(chdb, data, asked), strict=True)
        for place, theirs in enumerate(answers)
        if matchers[place](row) is not bool(theirs)
    ]
    assert differing[:1] == []


@given(chance=chances)
def test_nothing_matches_both_a_condition_and_its_negation(chance: Random) -> None:
    asked = random_condition(chance)
    holds = compile_condition(asked, fields=FIELDS)
    fails = compile_condition(Not(part=asked), fields=FIELDS)
    data = [random_row(chance) for _ in range(10)]
    assert not any(holds(row) and fails(row) for row in data)


@given(asked=conditions(with_never=False))
def test_json_goes_there_and_back(asked: Condition) -> None:
    stored = json.loads(json.dumps(condition_to_json(asked)))
    assert parse_condition(stored, fields=FIELDS) == asked


@given(asked=conditions(with_never=False))
def test_text_goes_there_and_back(asked: Condition) -> None:
    written = condition_to_text(asked, fields=FIELDS)
    assert parse_text(written, fields=FIELDS) == simplify(asked), written


@given(asked=conditions(with_never=False), cut=st.integers(0, 400), put=st.text(max_size=3))
def test_a_damaged_text_is_read_or_refused_at_a_place(asked: Condition, cut: int, put: str) -> None:
    written = condition_to_text(asked, fields=FIELDS)
    damaged = written[:cut] + put + written[cut + 1 :]
    try:
        parse_text(damaged, fields=FIELDS)
    except BadText as error:
        line, column = error.line, error.column
    else:
        line, column = 1, 1
    lines = damaged.split("\n")
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1


@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("all", "any", "not", "field", "op", "value")), inner)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_a_condition_or_refused(data: object) -> None:
    with suppress(Invalid):
        parse_condition(data)
