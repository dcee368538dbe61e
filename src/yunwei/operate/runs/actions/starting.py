"""Starts runs: an approved version, its parameters, and the desktops as they are at that moment.

What is started is frozen: another version, another pool's member or a changed name later changes
nothing about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.acts import Act, ActObject, Operation
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import RunId, ScriptId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import Connection, to_json, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.actions import tasks as agents
from yunwei.operate.agents.facts.tasks import OrderDraft
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions.promising import (
    Promised,
    add_follow_ups,
    describe_follow_ups,
    settle_follow_ups,
)
from yunwei.operate.runs.facts.clouds import ScriptNeeds
from yunwei.operate.runs.facts.runs import (
    Choice,
    Chosen,
    Offline,
    Plan,
    Reachability,
    Run,
    RunDraft,
    RunState,
    TargetState,
)
from yunwei.operate.runs.rules.choosing import check_choice, describe_choice
from yunwei.operate.runs.rules.machine import first_batch
from yunwei.operate.runs.rules.plan import MOST_TARGETS, check_plan, needs_approval
from yunwei.operate.runs.store import runs as store
from yunwei.operate.runs.store import targets as target_store
from yunwei.operate.runs.store.targets import NewTarget
from yunwei.operate.scripts.facts.library import (
    Asked,
    ParameterKind,
    Script,
    ScriptLanguage,
    Version,
)
from yunwei.operate.scripts.queries import library
from yunwei.operate.scripts.queries.library import WholeScript
from yunwei.operate.scripts.rules.parameters import MASK, check_values
from yunwei_wire.commands import Language, script_digest

PART = "runs"
APPROVE_WITHIN = timedelta(hours=24)
LONGEST_WAIT = timedelta(days=30)
_LONGEST_NOTE = 500
_AUDITED_NAMES = 500
_REACHED = (Reachability.HERE, Reachability.SSH, Reachability.WINRM, Reachability.CLOUD)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """All that a run is made of, looked at and found good."""

    draft: RunDraft
    script: Script
    version: Version
    asked: Asked
    chosen: Chosen
    reason: str
    then: tuple[Promised, ...] = ()


def start_run(viewer: Viewer, draft: RunDraft, *, box: SecretBox, now: datetime) -> RunId:
    """Start a run and return its number; with a key that was taken before, that run's.

    A run of a dangerous script, or on many desktops, waits for another person's approval. Raises
    Refused; Invalid naming the field, of a parameter its name; Conflict when the version that was
    looked at is not the one that may run.
    """
    require(viewer, Permission.RUN_SCRIPTS, draft.tenant)
    with transaction() as conn:
        known = store.run_of_key(conn, draft.tenant, _check_key(draft))
    if known is not None:
        return known
    start = _look(viewer, draft, now)
    pass_gate(_act(viewer, start), by=viewer.name, now=now)
    with transaction() as conn:
        run = _add(conn, viewer, start, box=box, now=now)
        _tell(conn, viewer, run, start)
    announce_work(PART)
    announce_live(PART, draft.tenant)
    return run


def retry_run(
    viewer: Viewer,
    known: Run,
    *,
    key: str,
    values: Mapping[str, str],
    deadline_at: datetime,
    box: SecretBox,
    now: datetime,
) -> RunId:
    """Start another run, of what may run now, on those desktops of a run that did not succeed.

    values: what is not among them is as before; secrets were forgotten. Raises as `start_run`;
    Conflict while the run is not over.
    """
    require(viewer, Permission.RUN_SCRIPTS, known.tenant)
    if known.state.is_open:
        raise Conflict("this run is not over")
    _whole, version = access_runnable(viewer, known.script)
    asked = {each.name for each in version.content.parameters}
    before = known.parameters.items()
    kept = {name: text for name, text in before if name in asked and text != MASK}
    draft = RunDraft(
        key=key,
        tenant=known.tenant,
        script=known.script,
        choice=Choice(retry_of=known.id),
        plan=known.plan,
        deadline_at=deadline_at,
        values={**kept, **values},
        note=known.note,
    )
    return start_run(viewer, draft, box=box, now=now)


def access_runnable(viewer: Viewer, script: ScriptId) -> tuple[WholeScript, Version]:
    """Return a script and the version of it that may run. Raises Refused; Conflict with none."""
    require(viewer, Permission.RUN_SCRIPTS)
    whole = library.access_script(viewer, script)
    if whole.approved is None:
        raise Conflict("no version of this script may run yet")
    return whole, whole.approved


def needs_of(language: ScriptLanguage, version: Version) -> ScriptNeeds:
    """Return what a version asks of the way to a desktop."""
    has_secrets = any(each.kind is ParameterKind.SECRET for each in version.content.parameters)
    return ScriptNeeds(language=language.value, has_secrets=has_secrets)


def _check_key(draft: RunDraft) -> str:
    if not 1 <= len(draft.key) <= 200:
        raise Invalid("key", "between 1 and 200 characters")
    return f"{draft.tenant}:{draft.key}"


def _look(viewer: Viewer, draft: RunDraft, now: datetime) -> _Start:
    whole, version = access_runnable(viewer, draft.script)
    script = whole.row.script
    if script.tenant != draft.tenant and not whole.row.may_be_shared:
        raise Refused()  # one customer's script is nothing for another's desktops
    if draft.sha256 not in ("", version.sha256):
        raise Conflict("another version may run by now; look at it first")
    check_plan(draft.plan)
    if not now < draft.deadline_at <= now + LONGEST_WAIT:
        raise Invalid("deadline_at", "within 30 days from now")
    if len(draft.note) > _LONGEST_NOTE:
        raise Invalid("note", f"at most {_LONGEST_NOTE} characters")
    asked = check_values(version.content.parameters, draft.values)
    then = settle_follow_ups(
        draft.tenant, draft.then, lambda script: access_runnable(viewer, script)
    )
    choice = check_choice(draft.choice)
    needs = needs_of(script.language, version)
    chosen = queries.preview_targets(viewer, draft.tenant, choice, needs=needs, now=now)
    _check_chosen(chosen)
    reason = needs_approval(
        is_dangerous=version.is_dangerous, total=len(_meant(chosen, draft.plan))
    )
    whole_draft = replace(draft, choice=choice)
    return _Start(
        draft=whole_draft,
        script=script,
        version=version,
        asked=asked,
        chosen=chosen,
        reason=reason,
        then=then,
    )


def _act(viewer: Viewer, start: _Start) -> Act:
    return Act(
        operation=Operation.SCRIPT,
        tenant=start.draft.tenant,
        things=tuple(ActObject(name=c.name, row=c.row) for c in start.chosen.candidates),
        title=start.script.name,
        is_customers=viewer.tenant == start.draft.tenant,
    )


def _check_chosen(chosen: Chosen) -> None:
    if chosen.missing or chosen.doubtful:
        first = (*chosen.missing, *chosen.doubtful)[0]
        raise Invalid("names", f"no desktop, or more than one, is called {first}")
    if not chosen.candidates:
        raise Invalid("targets", "no desktop is meant by this")
    if len(chosen.candidates) > MOST_TARGETS:
        raise Invalid("targets", "at most 100,000 desktops")


def _meant(chosen: Chosen, plan: Plan) -> tuple[NewTarget, ...]:
    """Return those that are not left out from the start."""
    return tuple(row for row in _targets(chosen, plan) if row.state != TargetState.SKIPPED)


def _targets(chosen: Chosen, plan: Plan) -> tuple[NewTarget, ...]:
    rows = []
    for place, each in enumerate(chosen.candidates, start=1):
        state, reason = TargetState.QUEUED, ""
        if each.reachability is Reachability.NO_AGENT:
            state, reason = TargetState.SKIPPED, each.why_not or "no_agent"
        elif each.reachability not in _REACHED:
            state = TargetState.WAITING
            if plan.offline is Offline.SKIP:
                state, reason = TargetState.SKIPPED, each.reachability.value
        rows.append(
            NewTarget(
                desktop=each.desktop,
                place=place,
                name=each.name,
                state=state.value,
                reason=reason,
                ssh_profile=each.ssh_profile,
            )
        )
    return tuple(rows)


def _add(
    conn: Connection, viewer: Viewer, start: _Start, *, box: SecretBox, now: datetime
) -> RunId:
    draft = start.draft
    rows = _targets(start.chosen, draft.plan)
    order = agents.system_open_order(
        conn, draft.tenant, _order_of(start), by=viewer.name, box=box, now=now
    )
    made = store.add_run(conn, _columns(viewer, start, len(rows), now) | {"order": order})
    if made is None:
        raise Conflict("this key was taken")
    target_store.add_targets(conn, made, rows, now)
    add_follow_ups(conn, made, start.then, by=viewer.name, now=now)
    tally = target_store.count_states(conn, made, 0, now)
    run = store.fetch_run(conn, made)
    store.note_standing(conn, replace(run, counts=tally.words))
    return made


def _order_of(start: _Start) -> OrderDraft:
    content, draft = start.version.content, start.draft
    plain = {k: text for k, text in start.asked.shown.items() if k not in start.asked.secrets}
    return OrderDraft(
        key=f"run:{draft.key}",
        title=start.script.name,
        language=Language(start.script.language.value),
        body=content.body,
        deadline_at=draft.deadline_at,
        # agents put YW_PARAM_ before each
        parameters=plain | start.asked.secrets,
        secrets=tuple(start.asked.secrets),
        timeout_s=content.timeout_s,
        output_limit_bytes=content.max_output_bytes,
    )


def _columns(viewer: Viewer, start: _Start, total: int, now: datetime) -> dict[str, Any]:
    draft, script, version = start.draft, start.script, start.version
    language = Language(script.language.value)
    waits = bool(start.reason)
    return {
        "tenant": draft.tenant,
        "script": script.id,
        "retry_of": draft.choice.retry_of,
        "follows": draft.choice.follows and draft.choice.follows.run,
        "key": _check_key(draft),
        "script_name": script.name,
        "version": version.number,
        "language": language.value,
        "sha256": version.sha256,
        "digest": script_digest(language, version.content.body).hex(),
        "parameters": to_json(start.asked.shown),
        "plan": to_json(draft.plan),
        "choice": to_json(describe_choice(draft.choice)),
        "note": draft.note.strip(),
        "state": (RunState.ASKED if waits else RunState.RUNNING).value,
        "reason": start.reason,
        "total": total,
        "batch": first_batch(draft.plan, total),
        "timeout_s": version.content.timeout_s,
        "now": now,
        "created_by": viewer.name,
        "approve_until": min(now + APPROVE_WITHIN, draft.deadline_at) if waits else None,
        "started_at": None if waits else now,
        "deadline_at": draft.deadline_at,
    }


def _tell(conn: Connection, viewer: Viewer, run: RunId, start: _Start) -> None:
    names = [each.name for each in start.chosen.candidates]
    record(
        conn,
        viewer,
        "runs.start",
        object_kind="run",
        object_id=run,
        object_name=start.script.name,
        tenant=start.draft.tenant,
        after={
            "version": start.version.number,
            "sha256": start.version.sha256,
            "parameters": start.asked.shown,
            "targets": len(names),
            "desktops": names[:_AUDITED_NAMES],
            "choice": describe_choice(replace(start.draft.choice, names=())),
            "deadline_at": start.draft.deadline_at.isoformat(),
            **({"then": describe_follow_ups(start.then)} if start.then else {}),
        },
        detail=start.draft.note,
    )
