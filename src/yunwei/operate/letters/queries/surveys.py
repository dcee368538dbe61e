"""Questions about surveys as letters."""

from datetime import datetime, timedelta

from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.letters.facts.surveys import SurveyChoice, SurveyLetter
from yunwei.operate.letters.store import surveys as store

_REMIND_AFTER = timedelta(days=7)
_FRESH = timedelta(days=14)
"""What was asked longer ago is sent no more: who asks now asks anew."""


def system_letters(conn: Connection, *, now: datetime, limit: int) -> tuple[SurveyLetter, ...]:
    """Return the surveys that are to be sent, of all tenants, locked until the transaction ends."""
    return store.surveys_to_send(
        conn, now=now, since=now - _FRESH, until=now - _REMIND_AFTER, limit=limit
    )


def fetch_choices(viewer: Viewer) -> tuple[SurveyChoice, ...]:
    """Return which of the viewer's customers are sent surveys. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        return store.fetch_choices(conn, viewer.tenants)
