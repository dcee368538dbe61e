"""What makes an escalation policy acceptable. Pure."""

from datetime import timedelta

from yunwei.base.core.errors import Invalid
from yunwei.monitor.notify.facts.escalation import AckMode, PolicyDraft, PolicyStep

MOST_STEPS = 20
MOST_LOOPS = 10
MOST_REPEATS = 50
LONGEST_DELAY = timedelta(days=7)
SHORTEST_REPEAT = timedelta(minutes=1)


def check_policy(draft: PolicyDraft) -> None:
    """Raise Invalid naming the first field that is wrong: `name`, `steps`, `steps.0.delay_s`…"""
    if not draft.name.strip():
        raise Invalid("name", "a policy needs a name")
    if not 1 <= len(draft.steps) <= MOST_STEPS:
        raise Invalid("steps", f"between 1 and {MOST_STEPS} steps")
    for number, step in enumerate(draft.steps):
        _check_step(step, f"steps.{number}")
    if not 0 <= draft.loops <= MOST_LOOPS:
        raise Invalid("loops", f"between 0 and {MOST_LOOPS}")
    if draft.loops and not _is_between(draft.loop_delay_s, SHORTEST_REPEAT):
        raise Invalid("loop_delay_s", "between one minute and seven days")


def _check_step(step: PolicyStep, field: str) -> None:
    if not _is_between(step.delay_s, timedelta()):
        raise Invalid(f"{field}.delay_s", "at most seven days")
    if not 0 <= step.repeats <= MOST_REPEATS:
        raise Invalid(f"{field}.repeats", f"between 0 and {MOST_REPEATS}")
    if step.repeats and not _is_between(step.repeat_s, SHORTEST_REPEAT):
        raise Invalid(f"{field}.repeat_s", "between one minute and seven days")
    if not step.targets.has_people and not step.targets.has_ways:
        raise Invalid(f"{field}.targets", "a step needs somebody, or a channel")
    if step.targets.has_people and not step.on_screen and not step.targets.has_ways:
        raise Invalid(f"{field}.targets", "a step needs a way: a channel, or the screen")
    if step.ack_mode is AckMode.EACH and not step.targets.has_people:
        raise Invalid(f"{field}.ack_mode", "nobody in particular is told by this step")


def _is_between(length_s: int, least: timedelta) -> bool:
    return least <= timedelta(seconds=length_s) <= LONGEST_DELAY
