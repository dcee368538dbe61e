"""Tells people how an emergency stands, and reminds those who are to tell. Copies do no harm.

An update is noted as told in the transaction that writes its messages into the outbox; reminders
have a key that the outbox takes once. A process that dies before it has committed told nobody.
"""

import asyncio
from collections.abc import Iterable

from yunwei.base.core.severity import Severity
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Role
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.queries.routes import system_snapshot
from yunwei.operate.service.actions.contracts import PART
from yunwei.operate.service.facts.emergencies import LineKind, Update
from yunwei.operate.service.queries.emergencies import system_reminders, system_updates
from yunwei.operate.service.rules.emergencies import Reminder
from yunwei.operate.service.store.emergencies import note_told

_PACE_S = 5.0
_HEADS = {
    LineKind.DECLARED: ("【应急启动】", "[Emergency]"),
    LineKind.TOLD: ("【应急通报】", "[Update]"),
    LineKind.ENDED: ("【应急结束】", "[Resolved]"),
}


class Updater:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, *, public_url: str, time_zone: str) -> None:
        self._clock = clock
        self._public_url = public_url
        self._time_zone = time_zone
        self._reminded: frozenset[str] = frozenset()

    async def step(self) -> float:
        """Look once; returns when to come again. Raises EngineAway."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> int:
        """Tell what is to be told, in whichever thread; return how many things were news."""
        now = self._clock.now()
        with transaction() as conn:
            updates = system_updates(conn, now=now)
            due = system_reminders(conn, time_zone=self._time_zone, now=now)
            fresh = [each for each in due if each.key not in self._reminded]
            if updates or fresh:
                known = system_snapshot(
                    conn, public_url=self._public_url, time_zone=self._time_zone
                )
                notices = [*map(build_update, updates), *map(_build_reminder, fresh)]
                plan_notices(conn, notices, known, now)
            if updates:
                note_told(conn, [each.line for each in updates], now)
                _announce(updates)
        self._reminded = frozenset(each.key for each in due)
        return len(updates) + len(fresh)


def _announce(updates: Iterable[Update]) -> None:
    for tenant in {each.emergency.tenant for each in updates}:
        announce_live(PART, tenant)


def build_update(update: Update) -> Notice:
    """Return how an update is told: to all of the customer's contacts, to who speaks for them, and
    to those who were chosen; that it was declared, to who leads and tells as well. Its words are
    people's, in whichever language they wrote."""
    known, telling = update.emergency, update.emergency.telling
    zh, en = _HEADS[update.kind]
    leads = (telling.commander, telling.teller) if update.kind is LineKind.DECLARED else ()
    said = f"{known.tenant_name} · {known.ticket_code}\n{update.text}"
    return Notice(
        tenant=known.tenant,
        key=f"emergency-{known.id}-line-{update.line}",
        subject=Bilingual(
            zh=f"{zh}{known.code} {known.ticket_title}",
            en=f"{en} {known.code} {known.ticket_title}",
        ),
        body=Bilingual(zh=said, en=said),
        people=tuple(dict.fromkeys((*update.speakers, *telling.people, *leads))),
        roles=(Role.CUSTOMER_CONTACT.value,),
        outside=tuple(dict.fromkeys((*update.mails, *telling.outside))),
        link=f"/emergencies/{known.id}",
        severity=Severity.MINOR if update.kind is LineKind.ENDED else Severity.CRITICAL,
    )


def _build_reminder(reminder: Reminder) -> Notice:
    known = reminder.emergency
    return Notice(
        tenant=known.tenant,
        key=reminder.key,
        subject=Bilingual(zh=reminder.subject[0], en=reminder.subject[1]),
        body=Bilingual(zh=reminder.body[0], en=reminder.body[1]),
        people=reminder.people,
        roles=(Role.SERVICE_MANAGER.value,) if reminder.is_late else (),
        link=f"/emergencies/{known.id}",
        severity=Severity.CRITICAL if reminder.is_late else Severity.MAJOR,
    )
