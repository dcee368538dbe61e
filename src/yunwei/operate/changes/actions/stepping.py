"""The steps of a change: begun in order, ended by a person or a run, left out, tried again.

What a step changes passes the gate: a person's as a change, a script's as a run. What verifies, or
brings back the state before by hand, is no change, so that a freeze keeps nothing half done.
"""

from datetime import datetime

from yunwei.base.core.errors import Conflict, Refused, YunweiError
from yunwei.base.infra.announce import announce_work
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.changes import store
from yunwei.operate.changes.actions.moving import (
    access,
    act_of,
    end_step,
    lock,
    step_of,
    tell_step,
)
from yunwei.operate.changes.actions.telling import PART, tell
from yunwei.operate.changes.facts import (
    ChangeState,
    LineKind,
    Phase,
    Step,
    StepState,
    WholeChange,
)
from yunwei.operate.changes.rules import check_text, check_turn, check_window, deadline_of
from yunwei.operate.runs.actions.starting import start_run
from yunwei.operate.runs.facts.runs import Plan, RunDraft
from yunwei.operate.service.rules.seals import sha256_of_bytes
from yunwei.operate.service.rules.uploads import Upload

_MOST_FILES = 20
_LONGEST_NOTE = 300
_PLAN = Plan()
"""A canary first, nobody in maintenance, and no more than a tenth may fail."""


def start_step(viewer: Viewer, change: int, step: int, *, box: SecretBox, now: datetime) -> None:
    """Begin the step whose turn it is; a script's run is started. Raises Refused; Conflict when it
    is not its turn, outside the window, and with the reason when it may not be done now."""
    whole = access(viewer, change)
    known = _check_begin(whole, step, now)
    if known.phase is Phase.DO and not known.is_script:
        pass_gate(act_of(viewer, whole.change, known), by=viewer.name, now=now)
    if known.is_script:
        require(viewer, Permission.RUN_SCRIPTS, whole.change.tenant)
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        known = _check_begin(whole, step, now)
        values = {"step_id": step, "now": now, "by": viewer.name}
        attempt = int(store.rows(conn, "begin_step", values)[0]["attempt"])
        if not known.is_script:
            about = (viewer.name, now)
            store.add_line(conn, change, LineKind.STEP_STARTED, about, step=step)
        tell(conn, viewer, "changes.start_step", whole.change, after={"step": known.spec.name})
    if known.is_script:
        try:
            begin_run(viewer, whole, known, attempt, box=box, now=now)
        except YunweiError as error:
            _take_back(viewer, (whole, known), attempt, error.message, now)
            raise


def begin_run(
    viewer: Viewer, whole: WholeChange, step: Step, attempt: int, *, box: SecretBox, now: datetime
) -> None:
    """Start the run of a step that was begun. Its key is the step and the attempt: whoever is
    killed in between, there is one run. Raises as starting a run does."""
    if step.script_id is None:
        raise Refused()
    change = whole.change
    draft = RunDraft(
        key=f"change-{step.id}-{attempt}",
        tenant=change.tenant,
        script=step.script_id,
        choice=change.choice,
        plan=_PLAN,
        deadline_at=deadline_of(whole, step, now=now),
        values=step.spec.values,
        note=f"{change.code} {step.spec.title.zh}"[:_LONGEST_NOTE],
    )
    run = start_run(viewer, draft, box=box, now=now)
    with transaction() as conn:
        store.run(conn, "note_run", {"step_id": step.id, "run": run, "attempt": attempt})
        about = (viewer.name, now)
        store.add_line(conn, change.id, LineKind.STEP_STARTED, about, step=step.id, run_id=run)
    announce_work(PART)


def finish_step(
    viewer: Viewer, change: int, step: int, *, is_done: bool, result: str, now: datetime
) -> None:
    """Say what came of a step that a person does: done, or failed, which halts the change. Raises
    Refused, Invalid; Conflict for a script's, of which its run says what came of it."""
    text = check_text("result", result, needed="say what came of it")
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        known = step_of(whole, step)
        if known.is_script:
            raise Conflict("what came of this step, its run says")
        check_turn(whole, known, StepState.STARTED)
        became = StepState.DONE if is_done else StepState.FAILED
        kind = LineKind.STEP_DONE if is_done else LineKind.STEP_FAILED
        end_step(conn, viewer.name, (whole, known), (became, kind), text=text, now=now)
        tell_step(conn, viewer, whole, known, kind)


def skip_step(viewer: Viewer, change: int, step: int, *, reason: str, now: datetime) -> None:
    """Leave out a step, with a reason. Steps that verify are not left out. Raises Refused, Invalid,
    Conflict."""
    text = check_text("result", reason, needed="say why")
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        known = step_of(whole, step)
        if known.phase is Phase.VERIFY:
            raise Conflict("what verifies a change is not left out")
        check_turn(whole, known, StepState.PENDING)
        how = (StepState.SKIPPED, LineKind.STEP_SKIPPED)
        end_step(conn, viewer.name, (whole, known), how, text=text, now=now)
        tell_step(conn, viewer, whole, known, how[1])


def accept_step(viewer: Viewer, change: int, step: int, *, reason: str, now: datetime) -> None:
    """Count a step as done though it failed, with a reason: the change goes on. Raises Refused,
    Invalid, Conflict."""
    text = check_text("result", reason, needed="say why")
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        known = step_of(whole, step)
        check_turn(whole, known, StepState.FAILED)
        how = (StepState.DONE, LineKind.STEP_ACCEPTED)
        end_step(conn, viewer.name, (whole, known), how, text=text, now=now)
        tell_step(conn, viewer, whole, known, how[1])


def try_again(viewer: Viewer, change: int, step: int, *, box: SecretBox, now: datetime) -> None:
    """Begin a step that failed once more. Raises as `start_step`."""
    whole = access(viewer, change)
    known = step_of(whole, step)
    check_turn(whole, known, StepState.FAILED)
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        known = step_of(whole, step)
        check_turn(whole, known, StepState.FAILED)
        if known.phase is Phase.DO:
            check_window(whole, now=now)
        if whole.change.state is ChangeState.HALTED:
            store.run(conn, "note_state", {"id": change, "state": ChangeState.WORKING.value})
        values = {"now": None, "by": "", "text": ""}
        store.end_step(conn, step, StepState.PENDING, values)
        about = (viewer.name, now)
        store.add_line(conn, change, LineKind.STEP_AGAIN, about, step=step, text=known.result)
    start_step(viewer, change, step, box=box, now=now)


def access_step(viewer: Viewer, change: int, step: int) -> Step:
    """Return a step that a viewer may work on; raises Refused."""
    return step_of(access(viewer, change), step)


def add_evidence(viewer: Viewer, change: int, step: int, upload: Upload, *, now: datetime) -> int:
    """Keep a file that shows what came of a step, and return its number. Raises Refused; Conflict
    before the step is begun, once the change is concluded, and beyond 20 files."""
    with transaction() as conn:
        whole = lock(conn, viewer, change)
        known = step_of(whole, step)
        if known.state is StepState.PENDING or whole.change.concluded_at is not None:
            raise Conflict("this is not possible while the step is as it is")
        if sum(each.step == step for each in whole.evidence) >= _MOST_FILES:
            raise Conflict("at most 20 files to a step")
        values = {
            "step_id": step,
            "name": upload.name,
            "content_type": upload.content_type,
            "data": upload.data,
            "sha256": sha256_of_bytes(upload.data),
            "by": viewer.name,
            "now": now,
        }
        made = int(store.rows(conn, "add_evidence", values)[0]["id"])
        after = {"step": known.spec.name, "file": upload.name, "sha256": values["sha256"]}
        tell(conn, viewer, "changes.add_evidence", whole.change, after=after)
    return made


def _check_begin(whole: WholeChange, step: int, now: datetime) -> Step:
    known = step_of(whole, step)
    check_turn(whole, known, StepState.PENDING)
    if known.phase is Phase.DO:
        check_window(whole, now=now)
    return known


def _take_back(
    viewer: Viewer, about: tuple[WholeChange, Step], attempt: int, why: str, now: datetime
) -> None:
    """Note that a step's run could not be started: its turn comes again."""
    whole, step = about
    with transaction() as conn:
        values = {
            "step_id": step.id,
            "attempt": attempt,
            "state": StepState.PENDING.value,
            "text": "",
        }
        if store.rows(conn, "unbegin_step", values):
            kind, by = LineKind.STEP_REFUSED, (viewer.name, now)
            store.add_line(conn, whole.change.id, kind, by, step=step.id, text=why)
            tell_step(conn, viewer, whole, step, kind)
