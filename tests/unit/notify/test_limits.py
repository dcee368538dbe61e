"""Limits as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.monitor.notify.facts.buckets import Limit
from yunwei.monitor.notify.rules.limits import parse_limits, render_limits

limits = st.builds(
    Limit,
    count=st.integers(1, 999_999),
    per_s=st.one_of(st.integers(1, 99_999), st.sampled_from([60, 3600, 86_400, 31 * 86_400])),
    scope=st.sampled_from(["channel", "address"]),
)


def test_what_people_write() -> None:
    assert parse_limits("20/m; address 1/m, 5/h 50/d") == (
        Limit(count=20, per_s=60),
        Limit(count=1, per_s=60, scope="address"),
        Limit(count=5, per_s=3600, scope="address"),
        Limit(count=50, per_s=86_400, scope="address"),
    )
    assert parse_limits("30/5m") == (Limit(count=30, per_s=300),)
    assert parse_limits("") == ()


@given(st.lists(limits, max_size=5))
def test_what_is_shown_can_be_typed(found: list[Limit]) -> None:
    typed = parse_limits(render_limits(found))
    assert sorted(typed, key=str) == sorted(found, key=str)


@pytest.mark.parametrize("text", ["20", "m/20", "0/m", "20/0m", "20/y", "x 1/m", "9/99d"])
def test_what_is_no_limit_is_said_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_limits(text)
    assert caught.value.field == "limits"
