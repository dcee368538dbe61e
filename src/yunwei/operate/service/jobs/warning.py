"""Tells people of targets that are about to be missed, and of those that were. Copies do no harm.

What is told is written into the outbox under a key that it takes once; a process that dies before
it has committed has told nobody, and the next one tells them.
"""

import asyncio
from datetime import timedelta

from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Role
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.queries.routes import system_snapshot
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.queries.warnings import system_warnings
from yunwei.operate.service.rules.warnings import TargetWarning

_PACE_S = 20.0
_AHEAD = timedelta(days=30)
"""What is due later than this has used less than what is warned of: goals are shorter."""
_SEVERITIES = {Priority.P1: Severity.CRITICAL, Priority.P2: Severity.MAJOR}


class Warner:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, *, public_url: str, time_zone: str) -> None:
        self._clock = clock
        self._public_url = public_url
        self._time_zone = time_zone
        self._told: frozenset[str] = frozenset()

    async def step(self) -> float:
        """Look once; returns when to come again. Raises EngineAway."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> int:
        """Tell what is to be told, in whichever thread; return how many things were news."""
        now = self._clock.now()
        with transaction() as conn:
            due = system_warnings(conn, now=now, until=now + _AHEAD)
            fresh = [each for each in due if _known_as(each) not in self._told]
            if fresh:
                known = system_snapshot(
                    conn, public_url=self._public_url, time_zone=self._time_zone
                )
                plan_notices(conn, [_notice(each) for each in fresh], known, now)
        # only what is committed counts as told
        self._told = frozenset(map(_known_as, due))
        return len(fresh)


def _known_as(warning: TargetWarning) -> str:
    return f"{warning.key}-{','.join(map(str, warning.people))}"


def _notice(warning: TargetWarning) -> Notice:
    ticket = warning.ticket
    return Notice(
        tenant=ticket.tenant,
        key=warning.key,
        subject=Bilingual(zh=warning.subject[0], en=warning.subject[1]),
        body=Bilingual(zh=warning.body[0], en=warning.body[1]),
        people=warning.people,
        roles=() if warning.people else (Role.SERVICE_MANAGER.value,),
        link=f"/tickets/{ticket.id}",
        severity=_SEVERITIES.get(ticket.priority, Severity.MINOR),
    )
