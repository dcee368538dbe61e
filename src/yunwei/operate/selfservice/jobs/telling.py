"""Puts what people are to be told of self-service into the outbox. Copies share the work."""

import asyncio
from datetime import timedelta

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.facts.routes import Snapshot
from yunwei.monitor.notify.queries.routes import system_snapshot
from yunwei.operate.selfservice.facts.telling import Untold
from yunwei.operate.selfservice.store import telling as store

_PACE_S = 3.0
_KEPT_FOR = timedelta(days=30)


class Teller:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, *, public_url: str, time_zone: str) -> None:
        self._clock = clock
        self._public_url = public_url
        self._time_zone = time_zone

    async def step(self) -> float:
        """Tell what is to be told; returns when to come again. Raises EngineAway."""
        await asyncio.to_thread(self.tell)
        return _PACE_S

    def tell(self) -> int:
        """Do so once, in whichever thread; return how many things were told."""
        now = self._clock.now()
        with transaction() as conn:
            found = store.lock_untold(conn)
            if not found:
                return 0
            known = system_snapshot(conn, public_url=self._public_url, time_zone=self._time_zone)
            plan_notices(conn, [_notice(each, known) for each in found.values()], known, now)
            store.note_told(conn, list(found), now)
            store.remove_told(conn, now - _KEPT_FOR)
        return len(found)


def _notice(untold: Untold, known: Snapshot) -> Notice:
    names = frozenset(untold.people)
    return Notice(
        tenant=untold.tenant,
        key=untold.key,
        subject=Bilingual(zh=untold.subject_zh, en=untold.subject_en),
        body=Bilingual(zh=untold.body_zh, en=untold.body_en),
        people=tuple(each.user for each in known.contacts if each.username in names),
        roles=untold.roles,
        link=untold.link,
    )
