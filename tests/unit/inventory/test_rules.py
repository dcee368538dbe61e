"""What is believed of a page, and what is counted from it."""

from datetime import UTC, datetime

import pytest

from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import (
    LoginState,
    PoolSeen,
    SeenKind,
    SessionSeen,
)
from yunwei.monitor.inventory.rules import polls as rules

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ROWS = [
    {"pool": "", "users_online": 3, "connected": 4, "disconnected": 1},
    {"pool": "p1", "users_online": 0, "connected": 0, "disconnected": 0},
]


def test_each_object_is_taken_once_as_last_told() -> None:
    first, last = PoolSeen(native_id="p", name="old"), PoolSeen(native_id="p", name="new")
    assert rules.sort_seen([first, last]) == {SeenKind.POOL: [last]}


def test_a_desktop_has_one_session_for_each_person() -> None:
    def session(login: str, state: LoginState) -> SessionSeen:
        return SessionSeen(desktop="d", login=login, state=state)

    live = [session("li", LoginState.CONNECTED), session("wu", LoginState.DISCONNECTED)]
    ready = session("", LoginState.READY)
    assert rules.sort_seen([*live, ready]) == {SeenKind.SESSION: live}


@pytest.mark.parametrize(
    ("kind", "known", "seen", "is_believed"),
    [
        (SeenKind.DESKTOP, 20, 0, False),
        (SeenKind.DESKTOP, 19, 0, True),
        (SeenKind.DESKTOP, 2000, 1, True),
        (SeenKind.LICENCE, 20, 0, False),
        (SeenKind.SESSION, 2000, 0, True),
        (SeenKind.HOST, 0, 0, True),
    ],
)
def test_all_of_many_do_not_vanish_at_once(
    kind: SeenKind, known: int, seen: int, is_believed: bool
) -> None:
    try:
        rules.check_completeness(kind, known=known, seen=seen)
    except SourceBabbled:
        assert not is_believed
    else:
        assert is_believed


def test_zero_is_counted_and_what_was_given_is_not() -> None:
    given = frozenset({"users.online"})
    counted = rules.count_observations(SeenKind.SESSION, ROWS, given=given, at=AT)
    told = {(each.object_kind, each.object_id, each.metric): each.value for each in counted}
    assert told == {
        ("source", "", "sessions.connected"): 4,
        ("source", "", "sessions.disconnected"): 1,
        ("pool", "p1", "users.online"): 0,
        ("pool", "p1", "sessions.connected"): 0,
        ("pool", "p1", "sessions.disconnected"): 0,
    }
