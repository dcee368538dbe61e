"""The calendar feed: a secret address that a calendar program reads without signing in."""

import icalendar
import pytest

from tests.integration.duty.conftest import Desk, at_wall
from yunwei.base.core.errors import Refused
from yunwei.monitor.duty.actions import feeds
from yunwei.monitor.duty.queries import feeds as feed_queries


def events(text: str) -> list[tuple[str, str, str]]:
    calendar = icalendar.Calendar.from_ical(text)
    return [
        (str(each["SUMMARY"]), at_wall(each.decoded("DTSTART")), at_wall(each.decoded("DTEND")))
        for each in calendar.walk("VEVENT")
    ]


def test_a_calendar_program_reads_ones_shifts(desk: Desk) -> None:
    token = feeds.renew_feed(desk["Anna"], now=desk.now)
    desk.passes(days=3, hours=1)
    desk.record()
    text = feed_queries.read_feed(token, now=desk.now)
    found = events(text)
    assert found[:3] == [
        ("值班：desk", "11-16 10:00", "11-17 09:00"),  # was, from the record
        ("值班：desk", "11-19 09:00", "11-20 09:00"),  # is
        ("值班：desk", "11-22 09:00", "11-23 09:00"),  # will be
    ]
    assert len(found) > 25
    uids = [str(each["UID"]) for each in icalendar.Calendar.from_ical(text).walk("VEVENT")]
    assert len(set(uids)) == len(uids)


def test_an_address_is_renewed_and_revoked(desk: Desk) -> None:
    first = feeds.renew_feed(desk["Anna"], now=desk.now)
    assert (feed := feed_queries.fetch_my_feed(desk["Anna"])) is not None
    assert feed.last_used_at is None
    second = feeds.renew_feed(desk["Anna"], now=desk.now)
    with pytest.raises(Refused):
        feed_queries.read_feed(first, now=desk.now)
    feed_queries.read_feed(second, now=desk.now)
    assert (feed := feed_queries.fetch_my_feed(desk["Anna"])) is not None
    assert feed.last_used_at == desk.now
    feeds.revoke_feed(desk["Anna"], now=desk.now)
    with pytest.raises(Refused):
        feed_queries.read_feed(second, now=desk.now)
    assert feed_queries.fetch_my_feed(desk["Anna"]) is None
    with pytest.raises(Refused):
        feeds.revoke_feed(desk["Anna"], now=desk.now)


@pytest.mark.parametrize("token", ["", "x", "x" * 500])
def test_what_is_no_address_of_ours_is_refused(desk: Desk, token: str) -> None:
    with pytest.raises(Refused):
        feed_queries.read_feed(token, now=desk.now)
