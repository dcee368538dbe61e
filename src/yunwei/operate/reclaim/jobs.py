"""Moves reclaims on: reminds users, asks those who approve, sees what became of it. Copies share
the work.

What is decided about a reclaim is written with what comes of it in one transaction, under its lock:
whatever dies when, its request is made once. That the desktop is taken and deleted once is the work
of requests.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Conflict, EngineAway, Refused
from yunwei.base.core.readings import LoginState
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.reclaim import store
from yunwei.operate.reclaim.actions import PART
from yunwei.operate.reclaim.facts import Answer, ReclaimRow, ReclaimState, Seen
from yunwei.operate.reclaim.rules import moving as rules
from yunwei.operate.reclaim.rules import telling
from yunwei.operate.reclaim.rules.moving import Move, MoveKind
from yunwei.operate.selfservice.actions import reclaiming
from yunwei.operate.selfservice.actions.telling import system_tell
from yunwei.operate.selfservice.facts.requests import (
    KEEP_DAYS,
    RequestKind,
    RequestRule,
    WholeRequest,
)
from yunwei.operate.selfservice.facts.telling import Untold
from yunwei.operate.selfservice.queries.requests import (
    access_rule,
    system_kept_until,
    system_request,
)
from yunwei.operate.usage.queries.idle import system_last_use

_LEASE = timedelta(seconds=60)
_AGAIN_ASKED = timedelta(minutes=5)
_AGAIN_OPEN = timedelta(seconds=20)
_PACE_S, _IDLE_S = 0.2, 5.0


class Reclaims:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, *, time_zone: str) -> None:
        self._clock = clock
        self._time_zone = time_zone

    async def step(self) -> float:
        """Move one reclaim on; returns when to come again. Raises EngineAway."""
        is_done = await asyncio.to_thread(self.move_one)
        return _PACE_S if is_done else _IDLE_S

    def move_one(self) -> bool:
        """Do so in this thread; False when there is none to look at."""
        now = self._clock.now()
        with transaction() as conn:
            row = store.claim_reclaim(conn, now, now + _LEASE)
        if row is None:
            return False
        desktop = inventory.system_desktop(row.desktop) if row.desktop else None
        seen = replace(_look(row, desktop, now), is_granted=_is_granted(row, now))
        rule = access_rule(row.tenant, RequestKind.RECLAIM)
        order = None if desktop is None or seen.is_gone else _order(row, desktop)
        with transaction() as conn:
            self._move(conn, row.id, seen, rule, order)
        announce_live(PART, row.tenant)
        return True

    def _move(
        self,
        conn: Connection,
        reclaim: int,
        seen: Seen,
        rule: RequestRule,
        order: reclaiming.ReclaimOrder | None,
    ) -> None:
        now = self._clock.now()
        row = store.lock_reclaim(conn, reclaim)
        if row is None or row.ended_at is not None:
            return
        whole = system_request(conn, row.request) if row.request else None
        can_ask = order is not None and rule.is_offered
        can_ask = can_ask and bool(rules.approvers(rule, row.started_by))
        move = rules.next_move(row, seen, whole, now=now, can_ask=can_ask)
        moved = replace(row, state=move.state, held_by=move.held_by)
        if move.kind is MoveKind.ASK and order is not None:
            made = reclaiming.system_ask_reclaim(conn, _answered(order, row), rule, now)
            moved = replace(moved, request=made)
        elif move.kind is MoveKind.REMIND:
            moved = replace(moved, reminded_at=now)
            self._tell(conn, telling.tell_users(row, zone=self._time_zone, is_reminder=True))
        elif move.kind is MoveKind.WITHDRAW:
            moved = self._withdraw(conn, moved, move)
        elif move.kind is MoveKind.END:
            moved = replace(moved, ended_at=now, given_back_at=move.given_back_at)
            self._tell(conn, telling.tell_end(moved))
        elif whole is not None and not rules.is_with_users(whole) and not row.leaves_as:
            self._tell_taken(conn, row, whole)
        again = _AGAIN_ASKED if moved.state is ReclaimState.ASKED else _AGAIN_OPEN
        store.note_reclaim(conn, moved, None if moved.ended_at else now + again)

    def _withdraw(self, conn: Connection, row: ReclaimRow, move: Move) -> ReclaimRow:
        if row.request is None:
            return row
        try:
            reclaiming.system_withdraw(conn, row.request, row.tenant, by="", now=self._clock.now())
        except Conflict as error:
            return replace(row, held_by=error.message)
        return replace(row, leaves_as=move.leaves_as)

    def _tell_taken(self, conn: Connection, row: ReclaimRow, whole: WholeRequest) -> None:
        until = rules.keeps_until(row, whole)
        if until is None:
            return
        said = until.astimezone(ZoneInfo(self._time_zone)).strftime("%Y-%m-%d %H:%M")
        self._tell(conn, telling.tell_taken(row, until=said))

    def _tell(self, conn: Connection, untold: Untold | None) -> None:
        if untold is not None:
            system_tell(conn, untold, self._clock.now())


def _is_granted(row: ReclaimRow, now: datetime) -> bool:
    if row.desktop is None:
        return False
    with transaction() as conn:
        until = system_kept_until(conn, [row.desktop]).get(row.desktop)
    return until is not None and until > now


def _look(row: ReclaimRow, desktop: DesktopRow | None, now: datetime) -> Seen:
    if desktop is None or desktop.gone_at is not None:
        return Seen(is_gone=True, is_in_use=False, is_known=True, used_at=None)
    is_known, used_at = True, None
    try:
        used_at = system_last_use(row.tenant, desktop.source, desktop.native_id, now=now)
    except EngineAway:
        is_known = False
    return Seen(
        is_gone=False,
        is_in_use=desktop.login_state is LoginState.CONNECTED,
        is_known=is_known,
        used_at=used_at,
    )


def _order(row: ReclaimRow, desktop: DesktopRow) -> reclaiming.ReclaimOrder | None:
    try:
        can = reclaiming.system_abilities(desktop.source)
    except Refused:
        return None
    return reclaiming.ReclaimOrder(
        desktop=desktop,
        can=can,
        logins=desktop.logins,
        by=row.started_by,
        reason=f"{row.code} {row.desktop_name}",
        details={},
    )


def _answered(order: reclaiming.ReclaimOrder, row: ReclaimRow) -> reclaiming.ReclaimOrder:
    """Return the order with what whoever approves is to know."""
    said = "given_back" if row.answer is Answer.GIVE_BACK else "no_answer"
    if not row.asked and row.answer is Answer.NONE:
        said = "not_asked" if row.logins else "nobody"
    details = {
        "users": ", ".join(order.logins),
        "answer": said,
        KEEP_DAYS: str(row.keep_days),
        **({} if row.unused_days is None else {"unused_days": str(row.unused_days)}),
    }
    kept = {name: text for name, text in details.items() if text}
    return replace(order, reason=row.note or order.reason, details=kept)
