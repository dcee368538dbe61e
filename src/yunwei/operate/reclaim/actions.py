"""What people do about reclaims: begin them, answer, stop or undo them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from yunwei.base.core.acts import Act as GateAct
from yunwei.base.core.acts import Operation
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import system_people
from yunwei.base.people.rules import require
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.reclaim import store
from yunwei.operate.reclaim.facts import Answer, ReclaimRow, ReclaimState, Started, Terms
from yunwei.operate.reclaim.queries import access_my_reclaim
from yunwei.operate.reclaim.rules import moving as rules
from yunwei.operate.reclaim.rules import telling
from yunwei.operate.selfservice.actions.reclaiming import system_withdraw
from yunwei.operate.selfservice.actions.telling import system_tell
from yunwei.operate.selfservice.facts.requests import RequestKind, RequestRule
from yunwei.operate.selfservice.queries.requests import access_rule, system_kept_until
from yunwei.operate.selfservice.rules.acts import clean_text
from yunwei.operate.usage.facts.idle import Idle, IdleLimits
from yunwei.operate.usage.queries.idle import find_idle

PART = "selfservice"
_MAY = Permission.OPERATE_DESKTOPS
_MOST = 200


def begin_reclaims(
    viewer: Viewer,
    desktops: Sequence[int],
    terms: Terms,
    *,
    limits: IdleLimits | None = None,
    clock: Clock | None = None,
) -> Started:
    """Ask for desktops back that nobody uses; each by itself, with the reason where it may not be.
    Raises Refused, Invalid; EngineAway when it can not be told which are unused."""
    require(viewer, _MAY)
    kept = rules.check_terms(terms)
    wanted = list(dict.fromkeys(desktops))[:_MOST]
    found = find_idle(viewer, frozenset(wanted), limits, clock=clock)
    now = (clock or SystemClock()).now()
    begun, refused = [], {}
    for desktop in wanted:
        try:
            idle = found.get(desktop)
            if idle is None:
                raise Conflict("there is no such desktop")
            begun.append(begin_reclaim(viewer, idle, kept, now=now))
        except Conflict as error:
            refused[desktop] = error.message
    for tenant in {each.desktop.tenant for each in found.values()}:
        announce_live(PART, tenant)
    return Started(begun=tuple(begun), refused=refused)


def answer(viewer: Viewer, reclaim: int, said: Answer, *, note: str = "", now: datetime) -> None:
    """Keep a desktop of one's own, saying why, or give it back. Raises Refused, Conflict,
    Invalid."""
    kept = clean_text(note, "note")
    known, _whole = access_my_reclaim(viewer, reclaim)
    with transaction() as conn:
        row = _lock(conn, known.id)
        rules.check_answer(row, said, kept)
        row = replace(row, answer=said, answered_by=viewer.name, answered_at=now, note=kept)
        if said is Answer.KEEP:
            _leave(conn, row, ReclaimState.KEPT, by=viewer.name, now=now)
            _record(conn, viewer, "reclaim.keep", row)
        else:
            store.note_reclaim(conn, row, None)
            _record(conn, viewer, "reclaim.give_back", row)
    announce_live(PART, row.tenant)


def stop(viewer: Viewer, reclaim: int, *, note: str = "", now: datetime) -> None:
    """Let a desktop stay after all; what was done is undone, as long as it was not deleted. Raises
    Refused, Conflict."""
    require(viewer, _MAY)
    kept = clean_text(note, "note")
    with transaction() as conn:
        row = _lock(conn, reclaim)
        require(viewer, _MAY, row.tenant)
        if not row.state.is_open or row.leaves_as:
            raise Conflict("this is over already")
        row = replace(row, note=kept or row.note)
        _leave(conn, row, ReclaimState.STOPPED, by=viewer.name, now=now)
        _record(conn, viewer, "reclaim.stop", row)
    announce_live(PART, row.tenant)


def begin_reclaim(viewer: Viewer, idle: Idle, terms: Terms, *, now: datetime) -> int:
    """Ask for one desktop back of which it is known how it is used; return the reclaim. Raises
    Refused; Conflict with the reason why it may not be."""
    desktop = idle.desktop.id
    with transaction() as conn:
        is_open, quiet_until = store.fetch_standing(conn, [desktop]).get(desktop, (False, None))
        kept_until = system_kept_until(conn, [desktop]).get(desktop)
    if quiet_until is not None and quiet_until <= now:
        quiet_until = None
    is_granted = kept_until is not None and kept_until > now
    rules.check_startable(idle, open_now=is_open, quiet_until=quiet_until, is_granted=is_granted)
    row = inventory.access_desktop(viewer, desktop)
    require(viewer, _MAY, row.tenant)
    rule = access_rule(row.tenant, RequestKind.RECLAIM)
    rules.check_rule(rule, started_by=viewer.name)
    _pass_gate(viewer, row, now)
    return _add(viewer, (idle, row), rule, terms, now)


def _add(
    viewer: Viewer, about: tuple[Idle, DesktopRow], rule: RequestRule, terms: Terms, now: datetime
) -> int:
    idle, row = about
    with transaction() as conn:
        rules.check_quota(rule, within=store.count_within(conn, row.tenant, now - rules.WITHIN))
        values = {
            "tenant": row.tenant,
            "desktop": row.id,
            "source": row.source,
            "native": row.native_id,
            "name": row.name,
            "logins": list(row.logins),
            "asked": list(_askable(conn, row.tenant, row.logins)),
            "by": viewer.name,
            "now": now,
            "due_at": rules.due_at(terms, row.logins, now),
            **asdict(terms),
            "unused_days": None if idle.unused_s is None else int(idle.unused_s // 86_400),
            "last_used_at": idle.last_at,
            "cpu": row.cpu,
            "memory_mb": row.memory_mb,
            "disk_gib": _disk(row.raw),
        }
        made = store.add_reclaim(conn, values)
        if made is None:
            raise Conflict("it is being asked back already")
        known = store.fetch_reclaim(conn, made)
        untold = telling.tell_users(known, zone=viewer.time_zone)
        if untold is not None:
            system_tell(conn, untold, now)
        _record(conn, viewer, "reclaim.begin", known)
    return made


def _askable(conn: Connection, tenant: TenantId, logins: Sequence[str]) -> tuple[str, ...]:
    """Return the sign-in names of those users of a desktop who can be asked here."""
    wanted = {each.casefold() for each in logins}
    return tuple(
        each.username
        for each in system_people(conn)
        if each.tenant == tenant and each.desktop_login.casefold() in wanted
    )


def _disk(raw: Mapping[str, str]) -> int | None:
    told = raw.get("disk_gib", "")
    return int(told) if told.isdecimal() else None


def _pass_gate(viewer: Viewer, row: DesktopRow, now: datetime) -> None:
    wanted = GateAct(
        operation=Operation.CONFIGURE,
        tenant=row.tenant,
        things=(row.act_object,),
        title="reclaim",
        is_customers=False,
    )
    pass_gate(wanted, by=viewer.name, now=now)


def _leave(
    conn: Connection, row: ReclaimRow, state: ReclaimState, *, by: str, now: datetime
) -> None:
    """End a reclaim, at once or when what was done is undone."""
    if row.request is None:
        ended = replace(row, state=state, ended_at=now, held_by="")
        store.note_reclaim(conn, ended, None)
        untold = telling.tell_end(ended) if state is not ReclaimState.KEPT else None
        if untold is not None:
            system_tell(conn, untold, now)
        return
    system_withdraw(conn, row.request, row.tenant, by=by, now=now)
    store.note_reclaim(conn, replace(row, leaves_as=state.value), None)
    if state is ReclaimState.KEPT:
        system_tell(conn, telling.tell_answer(replace(row, answered_by=by)), now)


def _lock(conn: Connection, reclaim: int) -> ReclaimRow:
    row = store.lock_reclaim(conn, reclaim)
    if row is None:
        raise Refused()
    return row


def _record(conn: Connection, viewer: Viewer, verb: str, row: ReclaimRow) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="reclaim",
        object_id=row.id,
        object_name=f"{row.code} {row.desktop_name}",
        tenant=row.tenant,
        detail=row.note,
    )
