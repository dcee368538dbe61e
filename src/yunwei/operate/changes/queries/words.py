"""How changes are said, on pages and on paper: closed sets, texts of templates, outcomes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from yunwei.operate.changes.facts import ChangeState, LineKind, Outcome, Phase, Risk, StepState
from yunwei.operate.diagnosis.facts.verdicts import Said

type Texts = Mapping[Any, Any]

STATES: Texts = {
    ChangeState.PLANNED: pgettext_lazy("change", "Planned"),
    ChangeState.WORKING: pgettext_lazy("change", "Under way"),
    ChangeState.HALTED: pgettext_lazy("change", "Halted: a step failed"),
    ChangeState.ROLLING_BACK: pgettext_lazy("change", "Being rolled back"),
    ChangeState.SUCCEEDED: pgettext_lazy("change", "Succeeded and verified"),
    ChangeState.ROLLED_BACK: pgettext_lazy("change", "Rolled back"),
    ChangeState.FAILED: pgettext_lazy("change", "Failed, and not rolled back"),
    ChangeState.CANCELLED: pgettext_lazy("change", "Given up before it began"),
}
STEP_STATES: Texts = {
    StepState.PENDING: pgettext_lazy("step", "Not begun"),
    StepState.STARTED: pgettext_lazy("step", "Being done"),
    StepState.DONE: pgettext_lazy("step", "Done"),
    StepState.FAILED: pgettext_lazy("step", "Failed"),
    StepState.SKIPPED: pgettext_lazy("step", "Left out"),
}
PHASES: Texts = {
    Phase.DO: pgettext_lazy("change", "Carry out"),
    Phase.VERIFY: pgettext_lazy("change", "Verify"),
    Phase.ROLLBACK: pgettext_lazy("change", "Roll back"),
}
RISKS: Texts = {
    Risk.LOW: pgettext_lazy("change", "Low risk"),
    Risk.MEDIUM: pgettext_lazy("change", "Medium risk"),
    Risk.HIGH: pgettext_lazy("change", "High risk"),
}
LINES: Texts = {
    LineKind.PLANNED: pgettext_lazy("change", "The change was planned"),
    LineKind.STARTED: pgettext_lazy("change", "The change was begun"),
    LineKind.STEP_STARTED: pgettext_lazy("change", "Step begun"),
    LineKind.STEP_REFUSED: pgettext_lazy("change", "Step could not begin"),
    LineKind.STEP_DONE: pgettext_lazy("change", "Step done"),
    LineKind.STEP_FAILED: pgettext_lazy("change", "Step failed"),
    LineKind.STEP_SKIPPED: pgettext_lazy("change", "Step left out"),
    LineKind.STEP_ACCEPTED: pgettext_lazy("change", "Step counted as done though it failed"),
    LineKind.STEP_AGAIN: pgettext_lazy("change", "Step tried again"),
    LineKind.ROLLING_BACK: pgettext_lazy("change", "Rolling back was decided"),
    LineKind.SUCCEEDED: pgettext_lazy("change", "All is done and verified"),
    LineKind.ROLLED_BACK: pgettext_lazy("change", "The state before is back"),
    LineKind.GIVEN_UP: pgettext_lazy("change", "Rolling back was given up"),
    LineKind.CANCELLED: pgettext_lazy("change", "The change was given up"),
    LineKind.CONCLUDED: pgettext_lazy("change", "The change was concluded"),
}
_RUNS: Texts = {
    "finished": gettext_lazy("the run came to its end"),
    "stopped": gettext_lazy("the run was stopped: too much failed"),
    "cancelled": gettext_lazy("the run was cancelled"),
    "declined": gettext_lazy("the run was not approved"),
    "lapsed": gettext_lazy("nobody approved the run in time"),
}


def say(texts: Texts, value: StrEnum) -> str:
    return str(texts[value])


def say_said(said: Said) -> str:
    """Return a text of a template in the language of whoever reads."""
    return said.in_language(get_language() or "zh")


def say_outcome(outcome: Outcome) -> str:
    """Return what a step's run came to, in one line."""
    told = _("%(succeeded)s of %(total)s desktops succeeded, %(failed)s failed") % {
        "succeeded": outcome.succeeded,
        "total": outcome.total,
        "failed": outcome.failed,
    }
    return f"{told}; {_RUNS.get(outcome.state, outcome.state)}"
