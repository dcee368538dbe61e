"""Changes of remedies, and their application: an attempt is written down, a run started, and the
alarm watched afterwards."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.brakes import opens_breaker
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AlarmId, RemedyId, RunId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import viewer_by_name
from yunwei.base.people.rules import require
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import Alarm
from yunwei.operate.remedies import queries, store
from yunwei.operate.remedies.facts import Attempt, AttemptState, Mode, Remedy, RemedyDraft
from yunwei.operate.remedies.rules import (
    check_draft,
    count_miss,
    desktop_of,
    next_state,
    why_not,
)
from yunwei.operate.runs import queries as runs
from yunwei.operate.runs.actions.starting import access_runnable, start_run
from yunwei.operate.runs.facts.runs import Choice, Offline, Plan, RunDraft
from yunwei.operate.scripts.facts.library import ParameterKind
from yunwei.operate.scripts.rules.parameters import check_values

PART = "remedies"
_MAY = Permission.RUN_SCRIPTS
_RUN_WITHIN = timedelta(hours=2)
_MOST_AT_ONCE = 200


def add_remedy(viewer: Viewer, tenant: TenantId, draft: RemedyDraft, *, now: datetime) -> RemedyId:
    """Add a remedy; its runs are started in the name of whoever saves it. Raises Refused; Invalid
    naming the field."""
    require(viewer, _MAY, tenant)
    draft = _settle(viewer, draft)
    with transaction() as conn:
        made = store.add_remedy(conn, tenant, draft, acts_for=viewer.name, now=now)
        if made is None:
            raise Invalid("name", "this name is taken")
        _tell(conn, viewer, "remedies.add", remedy=made, draft=draft, tenant=tenant)
    return made


def change_remedy(viewer: Viewer, remedy: RemedyId, draft: RemedyDraft, *, now: datetime) -> None:
    """Change a remedy and close its breaker. Raises Refused; Invalid naming the field."""
    known = queries.access_remedy(viewer, remedy)
    require(viewer, _MAY, known.tenant)
    draft = _settle(viewer, draft)
    with transaction() as conn:
        if store.name_is_taken(conn, known.tenant, draft.name, remedy):
            raise Invalid("name", "this name is taken")
        store.change_remedy(conn, remedy, draft, acts_for=viewer.name, now=now)
        _tell(conn, viewer, "remedies.change", remedy=remedy, draft=draft, tenant=known.tenant)


def switch_remedy(viewer: Viewer, remedy: RemedyId, *, is_enabled: bool, now: datetime) -> None:
    """Turn a remedy on, which closes its breaker, or off. Raises Refused, Invalid."""
    known = queries.access_remedy(viewer, remedy)
    change_remedy(viewer, remedy, replace(draft_of(known), is_enabled=is_enabled), now=now)


def remove_remedy(viewer: Viewer, remedy: RemedyId, *, now: datetime) -> None:
    """Remove a remedy; what it did stays told. Raises Refused."""
    known = queries.access_remedy(viewer, remedy)
    require(viewer, _MAY, known.tenant)
    with transaction() as conn:
        store.remove_remedy(conn, remedy, now)
        draft = draft_of(known)
        _tell(conn, viewer, "remedies.remove", remedy=remedy, draft=draft, tenant=known.tenant)


def draft_of(remedy: Remedy) -> RemedyDraft:
    """Return a remedy as a person would have typed it."""
    return RemedyDraft(**{name: getattr(remedy, name) for name in RemedyDraft.__dataclass_fields__})


def _settle(viewer: Viewer, draft: RemedyDraft) -> RemedyDraft:
    check_draft(draft)
    try:
        _whole, version = access_runnable(viewer, draft.script)
    except Conflict as error:
        raise Invalid("script", error.message) from error
    if any(each.kind is ParameterKind.SECRET for each in version.content.parameters):
        raise Invalid("script", "a remedy keeps no secrets; this script asks for one")
    asked = check_values(version.content.parameters, draft.values)
    return replace(draft, name=draft.name.strip(), values=dict(asked.shown))


def apply_remedy(
    viewer: Viewer, remedy: RemedyId, alarm: AlarmId, *, box: SecretBox, now: datetime
) -> int:
    """Apply a remedy to an alarm now; returns the attempt. The breaker and the rate hold back what
    applies itself, not a person; a desktop on which it is under way is left alone. Raises Refused;
    Conflict when it does not fit, or is under way; what starting a run raises."""
    known = queries.access_remedy(viewer, remedy)
    require(viewer, _MAY, known.tenant)
    if remedy not in {each.id for each in queries.fetch_fitting(viewer, alarm)}:
        raise Conflict("this remedy does not fit the alarm")
    about = alarms.access_alarm(viewer, alarm).alarm
    with transaction() as conn:
        store.lock_remedy(conn, remedy)
        if store.past(conn, remedy, about.managed_object, now).open_on_object:
            raise Conflict("it is under way on this desktop")
        attempt = _write_down(conn, known, about, by=viewer.name, is_automatic=False, now=now)
    if attempt is None:
        raise Conflict("it is under way on this desktop")
    system_start(attempt, box=box, now=now)
    return attempt


def system_intend(remedy: Remedy, alarm: Alarm, now: datetime) -> int | None:
    """Write down that a remedy is to apply itself, unless something speaks against it now."""
    with transaction() as conn:
        if not store.lock_remedy(conn, remedy.id):
            return None
        fresh = store.fetch_remedy(conn, remedy.id)
        if fresh is None or not fresh.is_enabled or fresh.mode is not Mode.AUTOMATIC:
            return None
        if why_not(fresh, store.past(conn, remedy.id, alarm.managed_object, now), now):
            return None
        return _write_down(conn, fresh, alarm, by=fresh.acts_for, is_automatic=True, now=now)


def _write_down(
    conn: Connection, remedy: Remedy, alarm: Alarm, *, by: str, is_automatic: bool, now: datetime
) -> int | None:
    announce_live("alarms", remedy.tenant)
    return store.add_attempt(
        conn,
        remedy.id,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        managed_object=alarm.managed_object,
        by=by,
        is_automatic=is_automatic,
        now=now,
    )


def system_open_attempts() -> tuple[int, ...]:
    with transaction() as conn:
        return store.open_attempts(conn, _MOST_AT_ONCE)


def system_start(attempt: int, *, box: SecretBox, now: datetime) -> None:
    """Start the run of an attempt that is intended. The run's key is the attempt: whoever is
    killed in between, there is one run. What can not be started is noted as refused."""
    with transaction() as conn:
        known = store.fetch_attempt(conn, attempt)
        remedy = store.fetch_remedy(conn, known.remedy)
    if known.state is not AttemptState.INTENDED:
        return
    try:
        if remedy is None:
            raise Refused()
        run = _start_run(viewer_by_name(known.by), remedy, known, box=box, now=now)
    except (Refused, Conflict, Invalid) as error:
        with transaction() as conn:
            _end(conn, known, remedy, AttemptState.REFUSED, reason=error.message, now=now)
        return
    with transaction() as conn:
        store.note_run(conn, attempt, run)
        announce_live("alarms", known.tenant)


def _start_run(
    viewer: Viewer, remedy: Remedy, attempt: Attempt, *, box: SecretBox, now: datetime
) -> RunId:
    draft = RunDraft(
        key=f"remedy-{attempt.id}",
        tenant=remedy.tenant,
        script=remedy.script,
        choice=Choice(names=(desktop_of(attempt.managed_object),)),
        plan=Plan(canary="", stop_at="", offline=Offline.SKIP),
        deadline_at=now + _RUN_WITHIN,
        values=remedy.values,
        note=remedy.name,
    )
    return start_run(viewer, draft, box=box, now=now)


def system_judge(attempt: int, now: datetime) -> None:
    """Look what became of an attempt, and count it for the breaker once it is over."""
    with transaction() as conn:
        if not store.lock_attempt(conn, attempt):
            return
        known = store.fetch_attempt(conn, attempt)
        remedy = store.fetch_remedy(conn, known.remedy)
        run = None if known.run is None else runs.system_run(conn, known.run)
        about = alarms.system_alarms(conn, [known.alarm]).get(known.alarm)
        is_over = about is None or about.alarm.occurrence != known.occurrence
        is_cleared = is_over or (about is not None and about.alarm.is_cleared)
        state, reason = next_state(known, run, is_cleared=is_cleared, now=now)
        if state is known.state:
            return
        if not state.is_open:
            _end(conn, known, remedy, state, reason=reason, now=now)
            return
        verify_s = remedy.verify_s if remedy is not None else 0
        until = now + timedelta(seconds=verify_s)
        store.note_state(conn, attempt, state, reason=reason, verify_until=until, now=now)
        announce_live("alarms", known.tenant)


def _end(
    conn: Connection,
    attempt: Attempt,
    remedy: Remedy | None,
    state: AttemptState,
    *,
    reason: str,
    now: datetime,
) -> None:
    until = attempt.verify_until
    store.note_state(conn, attempt.id, state, reason=reason[:300], verify_until=until, now=now)
    announce_live("alarms", attempt.tenant)
    announce_live(PART, attempt.tenant)
    if remedy is None or not store.lock_remedy(conn, remedy.id):
        return
    remedy = store.fetch_remedy(conn, remedy.id) or remedy
    misses = count_miss(remedy.misses, state)
    broken_at = now if opens_breaker(remedy, misses) else remedy.broken_at
    store.note_misses(conn, remedy.id, misses, broken_at)


def system_apply(found: Iterable[tuple[Remedy, Alarm]], now: datetime) -> None:
    """Write down the attempts that are due, remedy by remedy."""
    for remedy, alarm in found:
        system_intend(remedy, alarm, now)


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    *,
    remedy: RemedyId,
    draft: RemedyDraft,
    tenant: TenantId,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="remedy",
        object_id=remedy,
        object_name=draft.name,
        tenant=tenant,
        after={
            "condition": draft.condition,
            "script": draft.script,
            "mode": draft.mode.value,
            "is_enabled": draft.is_enabled,
        },
    )
    announce_live(PART, tenant)
