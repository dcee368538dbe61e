"""What a template may say, which step is next, and where what becomes of a step leads. Pure."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.operate.changes.facts import (
    ChangeDraft,
    ChangeState,
    Outcome,
    Phase,
    Risk,
    Step,
    StepSpec,
    StepState,
    Template,
    WholeChange,
)
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.runs.facts.runs import Choice, Run
from yunwei.operate.runs.rules.choosing import check_choice

_TEXT = "text"
_LONGEST = 100_000
_LONGEST_SAID = 2000
_LONGEST_TEXT = 8000
_MOST_STEPS = 60
_MOST_MINUTES = 24 * 60
_LONGEST_WINDOW = timedelta(days=14)
ROLLBACK_TIME = timedelta(hours=4)
"""So long may a run of a step go on after the window: what was begun must be brought back."""


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    title: Said
    how: Said
    minutes: int = 5
    script: str = ""
    values: dict[str, str] = {}


class _Whole(msgspec.Struct, forbid_unknown_fields=True):
    title: Said
    purpose: Said
    risk: Risk = Risk.LOW
    step: list[_Step] = []
    verify: list[_Step] = []
    rollback: list[_Step] = []


def parse_template(text: str) -> Template:
    """Return the template that a text says; raises Invalid, saying where it is wrong."""
    if len(text) > _LONGEST:
        raise Invalid(_TEXT, "at most 100000 characters")
    try:
        told: dict[str, Any] = tomllib.loads(text)
        whole = msgspec.convert(told, _Whole, strict=False)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(_TEXT, f"this is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise Invalid(_TEXT, f"this can not be read: {error}") from error
    return _check_whole(whole)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_whole(whole: _Whole) -> Template:
    _check_said("title", whole.title)
    _check_said("purpose", whole.purpose)
    if not whole.step:
        raise Invalid(_TEXT, "a template has at least one step")
    if not whole.verify:
        raise Invalid(_TEXT, "a template says how it is verified")
    if not whole.rollback:
        raise Invalid(_TEXT, "a template says how it is rolled back")
    phases = (
        (Phase.DO, whole.step),
        (Phase.VERIFY, whole.verify),
        (Phase.ROLLBACK, whole.rollback),
    )
    steps = tuple(_build(each, phase) for phase, told in phases for each in told)
    if len(steps) > _MOST_STEPS:
        raise Invalid(_TEXT, "at most 60 steps")
    name, count = Counter(each.name for each in steps).most_common(1)[0]
    if count > 1:
        raise Invalid(_TEXT, f"{name} is there twice")
    return Template(title=whole.title, purpose=whole.purpose, risk=whole.risk, steps=steps)


def _build(told: _Step, phase: Phase) -> StepSpec:
    is_name = told.name.replace("_", "a").isalnum() and told.name.isascii()
    if not is_name or len(told.name) > 60:
        raise Invalid(_TEXT, f"a name is made of letters, digits and _: {told.name[:60]}")
    _check_said(told.name, told.title)
    _check_said(told.name, told.how)
    if not 1 <= told.minutes <= _MOST_MINUTES:
        raise _wrong(told.name, "it takes between 1 and 1440 minutes")
    if told.values and not told.script:
        raise _wrong(told.name, "only a script has values")
    return StepSpec(
        name=told.name,
        title=told.title,
        how=told.how,
        phase=phase,
        minutes=told.minutes,
        script=told.script.strip(),
        values=told.values,
    )


def _check_said(name: str, said: Said) -> None:
    for text in (said.zh, said.en):
        if not text.strip() or len(text) > _LONGEST_SAID or "\0" in text:
            raise _wrong(name, "say it in both languages, in at most 2000 characters")


def _wrong(name: str, why: str) -> Invalid:
    return Invalid(_TEXT, f"{name}: {why}")


def check_draft(draft: ChangeDraft, template: Template, *, now: datetime) -> ChangeDraft:
    """Return a change that can be so; raises Invalid at the field."""
    if draft.ends_at <= draft.starts_at or draft.ends_at <= now:
        raise Invalid("ends_at", "it must end after it began, and not in the past")
    if draft.ends_at - draft.starts_at > _LONGEST_WINDOW:
        raise Invalid("ends_at", "at most 14 days")
    names = {each.name for each in template.steps if each.script}
    if unknown := set(draft.values) - names:
        raise Invalid("values", f"no step with a script is called {min(unknown)}")
    note = check_text("note", draft.note)
    choice = check_choice(draft.choice) if template.has_scripts else Choice()
    return replace(draft, note=note, choice=choice)


def check_text(field: str, text: str, *, needed: str = "") -> str:
    """Return a text without what stands around it. needed: what is said where there is none."""
    text = text.strip()
    if needed and not text:
        raise Invalid(field, needed)
    if len(text) > _LONGEST_TEXT or "\0" in text:
        raise Invalid(field, "at most 8000 characters")
    return text


def check_window(whole: WholeChange, *, now: datetime) -> None:
    """Raise Conflict outside the window in which a change may be begun and carried on."""
    change = whole.change
    if now < change.starts_at:
        raise Conflict("the window of this change has not begun")
    if now >= change.ends_at:
        raise Conflict("the window of this change is over")


def next_step(whole: WholeChange) -> Step | None:
    """Return the step whose turn it is: while it is worked on, that one; None when all are over, or
    nothing is to be begun."""
    phases: tuple[Phase, ...]
    match whole.change.state:
        case ChangeState.WORKING | ChangeState.HALTED:
            phases = (Phase.DO, Phase.VERIFY)
        case ChangeState.ROLLING_BACK:
            phases = (Phase.ROLLBACK,)
        case _:
            return None
    for each in whole.steps:
        if each.phase in phases and not each.state.is_over:
            return each
    return None


def check_turn(whole: WholeChange, step: Step, *states: StepState) -> None:
    """Raise Conflict unless it is a step's turn, and it is in one of these states."""
    turn = next_step(whole)
    if turn is None or turn.id != step.id:
        raise Conflict("it is not this step's turn")
    if step.state not in states:
        raise Conflict("this is not possible while the step is as it is")


def state_after(whole: WholeChange, step: Step, became: StepState) -> ChangeState:
    """Return what a change is after a step became this. A roll-back whose step fails goes on being
    one: there is nothing else left to do."""
    state = whole.change.state
    if became is StepState.FAILED:
        return state if state is ChangeState.ROLLING_BACK else ChangeState.HALTED
    moved = tuple(
        replace(each, state=became) if each.id == step.id else each for each in whole.steps
    )
    going = ChangeState.ROLLING_BACK if state is ChangeState.ROLLING_BACK else ChangeState.WORKING
    after = replace(whole, change=replace(whole.change, state=going), steps=moved)
    if next_step(after) is not None:
        return going
    is_back = going is ChangeState.ROLLING_BACK
    return ChangeState.ROLLED_BACK if is_back else ChangeState.SUCCEEDED


def judge_run(run: Run) -> tuple[StepState, Outcome]:
    """Return what the run of a step came to, once it is over: done only when it succeeded on all of
    its desktops; anything else is for a person to look at."""
    outcome = Outcome(
        run=run.id,
        state=run.state.value,
        total=run.total,
        succeeded=run.succeeded,
        failed=run.failed,
    )
    return (StepState.DONE if run.is_good else StepState.FAILED), outcome


def deadline_of(whole: WholeChange, step: Step, *, now: datetime) -> datetime:
    """Return until when a step's run may begin things: what changes, within the window; what
    verifies or brings back, a while after it."""
    if step.phase is Phase.DO:
        return whole.change.ends_at
    return max(whole.change.ends_at, now) + ROLLBACK_TIME


def merge_values(spec: StepSpec, given: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return a step's values: the template's, and what was given for this change instead."""
    return {**spec.values, **given.get(spec.name, {})}
