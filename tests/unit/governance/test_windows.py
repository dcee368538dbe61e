"""When mask rules hold."""

from datetime import UTC, datetime, timedelta

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.monitor.governance.facts.masks import MaskRuleDraft, Window
from yunwei.monitor.governance.rules.drafts import check_draft

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday, 14:00 in Shanghai


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        (Window(), shanghai(23, 3), True),
        (Window(weekdays=(5, 6)), shanghai(23, 12), False),
        (Window(weekdays=(5, 6)), shanghai(22, 12), True),
        (Window(from_minute=540, until_minute=1080), shanghai(23, 9), True),
        (Window(from_minute=540, until_minute=1080), shanghai(23, 18), False),
        (Window(from_minute=1320, until_minute=360), shanghai(23, 23), True),
        (Window(from_minute=1320, until_minute=360), shanghai(23, 5, 59), True),
        (Window(from_minute=1320, until_minute=360), shanghai(23, 6), False),
        # Sunday night reaches into Monday morning, and Monday morning alone does not count
        (Window(weekdays=(6,), from_minute=1320, until_minute=360), shanghai(23, 5), True),
        (Window(weekdays=(0,), from_minute=1320, until_minute=360), shanghai(23, 5), False),
        (Window(from_minute=0, until_minute=1440), shanghai(23, 23, 59), True),
    ],
)
def test_window(window: Window, at: datetime, expected: bool) -> None:
    assert window.holds(at) is expected


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("reason", {"reason": ""}),
        ("expires_at", {"expires_at": NOW}),
        ("expires_at", {"expires_at": NOW + timedelta(days=91)}),
        ("starts_at", {"starts_at": NOW + timedelta(days=2)}),
        ("condition", {"condition": {"field": "*", "op": "always"}}),
        ("condition", {"condition": {"field": "nothing", "op": "eq", "value": "x"}}),
        ("window.until_minute", {"window": Window(until_minute=1441)}),
        ("window.weekdays", {"window": Window(weekdays=(7,))}),
        ("window.time_zone", {"window": Window(time_zone="Mars/Olympus")}),
    ],
)
def test_wrong_draft_names_its_field(field: str, changes: dict[str, object]) -> None:
    fields: dict[str, object] = {
        "name": "night",
        "reason": "backup",
        "condition": {"field": "severity", "op": "eq", "value": "minor"},
        "expires_at": NOW + timedelta(days=1),
    }
    with pytest.raises(Invalid) as caught:
        check_draft(MaskRuleDraft(**{**fields, **changes}), NOW)  # type: ignore[arg-type]
    assert caught.value.field == field
