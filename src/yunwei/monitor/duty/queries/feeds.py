"""Questions about calendar feeds: somebody's address, and what a calendar program reads by it."""

import hashlib
from datetime import datetime, timedelta

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.postgres import transaction
from yunwei.base.people import queries as people_queries
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.duty.facts.feeds import Feed
from yunwei.monitor.duty.queries.people import shifts_of
from yunwei.monitor.duty.queries.snapshots import system_snapshot
from yunwei.monitor.duty.rules.feed import render_feed
from yunwei.monitor.duty.store import feeds as store

_BACK = timedelta(days=14)
_AHEAD = timedelta(days=90)
_LONGEST_TOKEN = 200


def fetch_my_feed(viewer: Viewer) -> Feed | None:
    """Return the viewer's address in use, without its secret; None when there is none."""
    require(viewer, Permission.SEE_MONITORING)
    if viewer.user_id is None:
        raise Refused()
    with transaction() as conn:
        return store.fetch_feed(conn, viewer.user_id)


def read_feed(token: str, *, now: datetime) -> str:
    """Return iCalendar of whose address this is: two weeks back, ninety days ahead.

    Needs no sign-in: the token is the secret. Raises Refused when it is no working one.
    """
    user = access_feed_user(token, now=now)
    with transaction() as conn:
        person = next(
            (each for each in people_queries.system_people(conn) if each.id == user), None
        )
        if person is None:
            raise Refused()
        sees = people_queries.system_sight(conn)
        snapshot = system_snapshot(conn, now=now)
        found = shifts_of(conn, snapshot, user, Span(now - _BACK, now + _AHEAD))
    shown = (each for each in found if sees(person, snapshot.schedules[each.schedule].tenant))
    return render_feed(shown, language=str(person.language), now=now)


def access_feed_user(token: str, *, now: datetime) -> UserId:
    """Return whose address this is. Raises Refused when it is no working one."""
    if not token or len(token) > _LONGEST_TOKEN:
        raise Refused()
    with transaction() as conn:
        user = store.fetch_feed_user(conn, hash_feed(token), now)
    if user is None:
        raise Refused()
    return user


def hash_feed(token: str) -> bytes:
    """Return what is stored of a feed's secret. It is random, so one round is enough."""
    return hashlib.sha256(token.encode()).digest()
