"""What a contract may say is checked at its field; staff changes are announced in working days."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.support.service import CHINA, instant, terms
from yunwei.base.core.errors import Invalid
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceLevel, ServiceType
from yunwei.operate.service.rules.contracts import check_terms, hash_terms
from yunwei.operate.service.rules.hours import latest_notice

NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
GOOD = terms(NOW)


def level(**changes: Any) -> tuple[ServiceLevel, ...]:
    return (replace(GOOD.levels[0], **changes), *GOOD.levels[1:])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"services": ()}, "services"),
        ({"covers": "pool =="}, "covers"),
        ({"availability": 1.5}, "availability"),
        ({"notice_days": 99}, "notice_days"),
        ({"prices": "x" * 5000}, "prices"),
        ({"levels": GOOD.levels[1:]}, "p1.response"),
        ({"levels": level(response_minutes=0)}, "p1.response"),
        ({"levels": level(resolution_minutes=1)}, "p1.resolution"),
        ({"levels": level(arrival_minutes=10**9)}, "p1.arrival"),
        ({"levels": level(hours="every other day")}, "p1.hours"),
        # in so few minutes a year it is never over
        ({"levels": level(hours="makeup_workday 09:00-09:01")}, "p1.hours"),
        ({"services": (ServiceItem(type=ServiceType.EVENT, quota=-1),)}, "service.event.quota"),
    ],
)
def test_what_can_not_be_so_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_terms(replace(GOOD, **changes), CHINA, now=NOW)
    assert refused.value.field == field


def test_terms_are_known_by_their_hash() -> None:
    assert check_terms(GOOD, CHINA, now=NOW) == GOOD
    same = hash_terms("C-1", "n", GOOD)
    assert hash_terms("C-1", "n", terms(NOW)) == same
    assert hash_terms("C-1", "n", replace(GOOD, prices="1,001 a month")) != same
    assert hash_terms("C-2", "n", GOOD) != same
    assert {each.priority for each in GOOD.levels} == set(Priority)


@pytest.mark.parametrize(
    ("change", "days", "notice"),
    [
        ("06-03 09:00", 1, "06-02 09:00"),
        ("06-08 09:00", 1, "06-05 09:00"),  # over a weekend
        ("06-07 09:00", 1, "06-05 09:00"),  # on a Sunday
        ("10-08 09:00", 1, "09-30 09:00"),  # over National Day
        ("10-12 09:00", 1, "10-10 09:00"),  # a Saturday that is worked
        ("06-08 09:00", 3, "06-03 09:00"),
        ("06-03 09:00", 0, "06-03 09:00"),
    ],
)
def test_a_change_of_staff_is_announced_so_many_working_days_ahead(
    change: str, days: int, notice: str
) -> None:
    zone = "Asia/Shanghai"
    assert latest_notice(CHINA, zone, instant(change), days=days) == instant(notice)
