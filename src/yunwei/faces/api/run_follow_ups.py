"""What REST says about runs that follow others: which desktops, and what is run by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from ninja import Schema
from pydantic import Field

from yunwei.base.core.ids import RunId, ScriptId
from yunwei.faces.api.lists import Body
from yunwei.operate.runs.facts.following import FollowState, FollowUp
from yunwei.operate.runs.facts.runs import (
    Follows,
    FollowUpDraft,
    Outcome,
    RunState,
    TargetState,
)


class RunOutcomeBody(Body):
    """How a desktop has to have ended; what is empty or absent does not matter."""

    states: list[TargetState] = Field(default_factory=list, max_length=20)
    exit_codes: list[int] = Field(default_factory=list, max_length=50)
    digest: str | None = Field(None, description="It printed what targets with this one did.")
    reason: str | None = None


class RunFollowsBody(Body):
    """Which desktops of another run are meant. With `desktops` only these of them; no other way to
    say desktops goes along with it."""

    run: int
    outcome: RunOutcomeBody = Field(default_factory=RunOutcomeBody)  # type: ignore[arg-type]


class RunThenBody(Body):
    """What is run by itself when the run before is over, as any start is: in the name of who said
    so, with the rights, the leave and the approval that are asked for at that moment."""

    script: int
    outcome: RunOutcomeBody
    parameters: dict[str, str] = Field(default_factory=dict)
    sha256: str = Field("", description="Of the version that was looked at; else it is refused.")
    within_minutes: int = Field(480, description="Its deadline, from its start.")


class RunFollowUpOut(Schema):
    first: int = Field(description="The run that it was said with.")
    place: int = Field(description="1 is run after that one, 2 after the run of 1.")
    after: int | None = Field(description="The run whose end it waits for, once that is there.")
    script: int
    script_name: str
    version: int
    sha256: str
    parameters: dict[str, str]
    outcome: RunOutcomeBody
    within_minutes: int
    by: str
    state: FollowState
    reason: str = Field(description="Why there is no run.")
    noted_at: datetime
    run: int | None
    run_state: RunState | None


def read_follows(body: RunFollowsBody) -> Follows:
    """Return which desktops of another run are meant."""
    return Follows(run=RunId(body.run), outcome=_read_outcome(body.outcome))


def _read_outcome(body: RunOutcomeBody) -> Outcome:
    return Outcome(
        states=tuple(body.states),
        exit_codes=tuple(body.exit_codes),
        digest=body.digest,
        reason=body.reason,
    )


def read_follow_up(body: RunThenBody) -> FollowUpDraft:
    """Return what is to be run after a run."""
    return FollowUpDraft(
        script=ScriptId(body.script),
        outcome=_read_outcome(body.outcome),
        values=body.parameters,
        sha256=body.sha256,
        within_minutes=body.within_minutes,
    )


def show_follow_up(follow_up: FollowUp) -> Mapping[str, Any]:
    """Return a follow-up as `RunFollowUpOut` has it."""
    own = ("parameters", "outcome")
    same = [name for name in RunFollowUpOut.model_fields if name not in own]
    return {name: getattr(follow_up, name) for name in same} | {
        "parameters": follow_up.values,
        "outcome": msgspec.to_builtins(follow_up.outcome),
    }


def show_then(draft: FollowUpDraft) -> Mapping[str, Any]:
    """Return what is to follow as `RunThenBody` has it."""
    return {
        "script": draft.script,
        "outcome": msgspec.to_builtins(draft.outcome),
        "parameters": draft.values,
        "sha256": draft.sha256,
        "within_minutes": draft.within_minutes,
    }
