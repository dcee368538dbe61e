"""Changes of timetables; and their starts: what is due is written down, then its run started."""

from dataclasses import replace
from datetime import datetime

from yunwei.base.calendar.queries import system_calendars
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import RunId, TenantId, TimetableId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import viewer_by_name
from yunwei.base.people.rules import require
from yunwei.operate.runs import queries as runs
from yunwei.operate.runs.actions.promising import settle_follow_ups
from yunwei.operate.runs.actions.starting import access_runnable, start_run
from yunwei.operate.runs.facts.runs import Choice, RunDraft
from yunwei.operate.runs.rules.choosing import check_choice
from yunwei.operate.runs.rules.plan import check_plan
from yunwei.operate.scripts.facts.library import ParameterKind
from yunwei.operate.scripts.rules.parameters import check_values
from yunwei.operate.timetables import queries, store
from yunwei.operate.timetables.facts import Start, StartState, Timetable, TimetableDraft
from yunwei.operate.timetables.rules import check_draft, list_due, settle

PART = "timetables"
_MAY = Permission.RUN_SCRIPTS
_MOST_AT_ONCE = 200
_LONGEST_REASON = 300


def add_timetable(
    viewer: Viewer, tenant: TenantId, draft: TimetableDraft, *, now: datetime
) -> TimetableId:
    """Have a script run at times, in the name of whoever saves this. Raises Refused; Invalid
    naming the field."""
    require(viewer, _MAY, tenant)
    draft = _settle_draft(viewer, tenant, draft, now)
    with transaction() as conn:
        made = store.add_timetable(conn, tenant, draft, acts_for=viewer.name, now=now)
        if made is None:
            raise Invalid("name", "this name is taken")
        _tell(conn, viewer, "timetables.add", timetable=made, draft=draft, tenant=tenant)
    return made


def change_timetable(
    viewer: Viewer, timetable: TimetableId, draft: TimetableDraft, *, now: datetime
) -> None:
    """Change a timetable: from now on it acts for the viewer, and nothing that was due before is
    caught up. Its script stays. Raises Refused; Invalid naming the field."""
    known = queries.access_timetable(viewer, timetable)
    require(viewer, _MAY, known.tenant)
    draft = _settle_draft(viewer, known.tenant, replace(draft, script=known.script), now)
    with transaction() as conn:
        if store.name_is_taken(conn, known.tenant, draft.name, timetable):
            raise Invalid("name", "this name is taken")
        store.change_timetable(conn, timetable, draft, acts_for=viewer.name, now=now)
        _tell(
            conn,
            viewer,
            "timetables.change",
            timetable=timetable,
            draft=draft,
            tenant=known.tenant,
        )


def switch_timetable(
    viewer: Viewer, timetable: TimetableId, *, is_enabled: bool, now: datetime
) -> None:
    """Pause a timetable or let it go on; what was due meanwhile is not caught up. Raises Refused,
    Invalid."""
    known = queries.access_timetable(viewer, timetable)
    change_timetable(viewer, timetable, replace(draft_of(known), is_enabled=is_enabled), now=now)


def remove_timetable(viewer: Viewer, timetable: TimetableId, *, now: datetime) -> None:
    """Remove a timetable; what it started goes on and stays told. Raises Refused."""
    known = queries.access_timetable(viewer, timetable)
    require(viewer, _MAY, known.tenant)
    with transaction() as conn:
        store.remove_timetable(conn, timetable, now)
        _tell(
            conn,
            viewer,
            "timetables.remove",
            timetable=timetable,
            draft=draft_of(known),
            tenant=known.tenant,
        )


def draft_of(timetable: Timetable) -> TimetableDraft:
    """Return a timetable as a person would have typed it."""
    names = TimetableDraft.__dataclass_fields__
    return TimetableDraft(**{name: getattr(timetable, name) for name in names})


def _settle_draft(
    viewer: Viewer, tenant: TenantId, draft: TimetableDraft, now: datetime
) -> TimetableDraft:
    draft = check_draft(draft, now)
    try:
        whole, version = access_runnable(viewer, draft.script)
    except Conflict as error:
        raise Invalid("script", error.message) from error
    if whole.row.script.tenant != tenant and not whole.row.may_be_shared:
        raise Refused()
    if any(each.kind is ParameterKind.SECRET for each in version.content.parameters):
        raise Invalid("script", "a timetable keeps no secrets; this script asks for one")
    check_plan(draft.plan)
    asked = check_values(version.content.parameters, draft.values)
    choice = check_choice(draft.choice)
    promised = settle_follow_ups(tenant, draft.then, lambda script: access_runnable(viewer, script))
    # as of the script itself: whichever version may run at the time
    then = tuple(
        replace(each.draft, values=each.values, outcome=each.outcome, sha256="")
        for each in promised
    )
    return replace(draft, values=dict(asked.shown), choice=choice, then=then)


def system_look(now: datetime) -> None:
    """Write down what is due of all timetables, and what is done about it."""
    with transaction() as conn:
        enabled = store.enabled_timetables(conn)
        calendars = system_calendars(conn) if enabled else None
    for each in enabled:
        if calendars is not None:
            _look_at(each.id, calendars.of(each.tenant), now)


def _look_at(timetable: TimetableId, calendar: Calendar, now: datetime) -> None:
    with transaction() as conn:
        if not store.lock_timetable(conn, timetable):
            return
        known = store.fetch_timetable(conn, timetable)
        if known is None:
            return
        after = max(known.since, known.last_due_at or known.since)
        due = tuple(list_due(known.times, calendar, after=after, until=now))
        is_open = known.is_last_open or known.last_state is StartState.INTENDED
        for verdict in settle(due, known.missed, is_last_open=is_open, now=now):
            store.add_start(conn, known, verdict, now)
        if due:
            announce_live(PART, known.tenant)


def system_open_starts() -> tuple[int, ...]:
    """Return the starts whose runs are not there yet."""
    with transaction() as conn:
        return store.open_starts(conn, _MOST_AT_ONCE)


def system_start(start: int, *, box: SecretBox, now: datetime) -> None:
    """Start the run of a start that is intended. The run's key is the start: whoever is killed in
    between, there is one run. What can not be started is noted as refused, with the reason."""
    with transaction() as conn:
        known = store.fetch_start(conn, start)
        timetable = store.fetch_timetable(conn, known.timetable)
    if known.state is not StartState.INTENDED:
        return
    if timetable is None or now >= known.until_at:
        _end(known, StartState.MISSED, "removed" if timetable is None else "window")
        return
    try:
        run, left_out = _start_run(timetable, known, box=box, now=now)
    except Refused:
        _end(known, StartState.REFUSED, "whoever saved it may not run this script here any more")
        return
    except (Conflict, Invalid) as error:
        _end(known, StartState.REFUSED, error.message[:_LONGEST_REASON])
        return
    with transaction() as conn:
        store.note_started(conn, start, run, left_out)
        announce_live(PART, known.tenant)


def _end(start: Start, state: StartState, reason: str) -> None:
    with transaction() as conn:
        store.note_ended(conn, start.id, state, reason)
        announce_live(PART, start.tenant)


def _start_run(
    timetable: Timetable, start: Start, *, box: SecretBox, now: datetime
) -> tuple[RunId, int]:
    viewer = viewer_by_name(start.by)
    choice, left_out = _drop_missing(viewer, timetable, now)
    draft = RunDraft(
        key=f"timetable-{start.id}",
        tenant=timetable.tenant,
        script=timetable.script,
        choice=choice,
        plan=timetable.plan,
        deadline_at=start.until_at,
        values=timetable.values,
        note=timetable.note or timetable.name,
        then=timetable.then,
    )
    return start_run(viewer, draft, box=box, now=now), left_out


def _drop_missing(viewer: Viewer, timetable: Timetable, now: datetime) -> tuple[Choice, int]:
    """Return the choice without names that mean no desktop any more, and how many those are: one
    desktop that was removed must not keep all the others from their script."""
    choice = timetable.choice
    if not choice.names:
        return choice, 0
    found = runs.preview_targets(viewer, timetable.tenant, choice, now=now)
    lost = {*found.missing, *found.doubtful}
    kept = tuple(name for name in choice.names if name not in lost)
    left = replace(choice, names=kept)
    has_more = kept or left.pools or left.condition or left.desktops
    return (left, len(lost)) if has_more else (choice, 0)


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    *,
    timetable: TimetableId,
    draft: TimetableDraft,
    tenant: TenantId,
) -> None:
    times = draft.times
    record(
        conn,
        viewer,
        verb,
        object_kind="timetable",
        object_id=timetable,
        object_name=draft.name,
        tenant=tenant,
        after={
            "script": draft.script,
            "rhythm": times.rhythm.value,
            "at_minute": times.at_minute,
            "time_zone": times.time_zone,
            "is_enabled": draft.is_enabled,
            "follow_ups": len(draft.then),
        },
    )
    announce_live(PART, tenant)
