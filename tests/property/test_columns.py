"""What is sent as columns arrives as it was: PostgreSQL reads each array back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yunwei.base.infra.postgres import cursor, in_columns, transaction

STATEMENT = """
SELECT * FROM unnest(%(rows.id)s::bigint[], %(rows.count)s::integer[], %(rows.is_open)s::boolean[],
                     %(rows.text)s::text[], %(rows.at)s::timestamptz[], %(rows.raw)s::jsonb[])
              WITH ORDINALITY AS r (id, count, is_open, text, at, raw, place)
 ORDER BY place
"""


@dataclass(frozen=True, kw_only=True)
class Fact:
    id: int
    count: int
    is_open: bool
    text: str | None
    at: datetime | None
    raw: dict[str, Any]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
times = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
facts = st.builds(
    Fact,
    id=st.integers(-(2**63), 2**63 - 1),
    count=st.integers(-(2**31), 2**31 - 1),
    is_open=st.booleans(),
    text=st.none() | st.sampled_from(["up", "关闭"]) | texts,
    at=st.none() | times,
    raw=st.dictionaries(texts, texts | st.integers(-5, 5) | st.lists(texts), max_size=3),
)


def with_facts(test: Callable[..., None]) -> Callable[..., None]:
    limits = settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        deadline=timedelta(seconds=5),
    )
    return limits(given(told=st.lists(facts, max_size=20))(test))


@with_facts
def test_what_engines_send_arrives_as_it_was(database_pool: str, told: list[Fact]):
    check_it_arrives(told)


@pytest.mark.django_db
@with_facts
def test_what_pages_send_arrives_as_it_was(told: list[Fact]):
    check_it_arrives(told)


def check_it_arrives(told: list[Fact]) -> None:
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(STATEMENT, in_columns(STATEMENT, told)).fetchall()

    assert [row["id"] for row in rows] == [each.id for each in told]
    assert [row["count"] for row in rows] == [each.count for each in told]
    assert [row["is_open"] for row in rows] == [each.is_open for each in told]
    assert [row["text"] for row in rows] == [_kept(each.text) for each in told]
    assert [row["at"] for row in rows] == [each.at for each in told]
    assert [row["raw"] for row in rows] == [_kept_json(each.raw) for each in told]


def _kept(text: str | None) -> str | None:
    """PostgreSQL keeps no NUL; a replacement sign shows that one was there."""
    return text and text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _kept_json(raw: dict[str, Any]) -> Any:
    return json.loads(json.dumps(raw, ensure_ascii=False).replace("\\u0000", "\ufffd"))
