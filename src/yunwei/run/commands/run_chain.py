"""What `yunwei run-script --then` runs afterwards: how it is said, waited for and judged."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.operate.runs.facts.runs import OPEN, TargetState
from yunwei.operate.runs.rules.following import read_exit_codes
from yunwei.run.commands.rest import Rest

GOOD, NOT_ALL, NOT_APPROVED, NOT_OVER = 0, 3, 4, 5
"""Exit codes: every desktop succeeded; not every one; it did not begin for want of an approval; the
time that was to be waited is over and the run is not. 1 is an error before that, 2 a wrong call."""
ENDS = ("finished", "stopped", "cancelled", "declined", "lapsed")
_UNAPPROVED = ("declined", "lapsed")
_HARMLESS = ("nobody", "before")
"""Why something does not follow though nothing went wrong: there was nothing to do."""
_PACE_S = 2.0

type Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Then:
    """A script that is run after the one before. script: its number, or its name."""

    script: str
    states: tuple[str, ...]
    exit_codes: tuple[int, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_then(said: str, parameters: Mapping[str, str]) -> Then:
    """Return what `WHEN:SCRIPT` says, such as `failed,3-5:Mend it`: states in which desktops end,
    and exit codes. Raises Invalid."""
    when, is_there, script = said.partition(":")
    words = [each.strip() for each in when.split(",") if each.strip()]
    if not is_there or not script.strip() or not words:
        raise Invalid("then", f"WHEN:SCRIPT, such as failed:NAME, not {said}")
    ended = {each.value for each in TargetState if each not in OPEN}
    states = tuple(each for each in words if each in ended)
    numbers = [each for each in words if each not in ended]
    try:
        codes = read_exit_codes(",".join(numbers))
    except Invalid as error:
        choices = ", ".join(sorted(ended))
        raise Invalid("then", f"{when} is none of {choices}, and no exit codes") from error
    return Then(script=script.strip(), states=states, exit_codes=codes, parameters=parameters)


def follow_chain(rest: Rest, first: Mapping[str, Any], ends: float, say: Say) -> list[Any]:
    """Wait until what was said with a run is over, or the time is; return each with its run, the
    groups of its results, or None."""
    told: dict[int, str] = {}
    while True:
        chain = [
            each
            for each in rest.get(f"/runs/{first['id']}/follow-ups")
            if each["first"] == first["id"]
        ]
        for each in chain:
            now = each["run_state"] or f"{each['state']} {each['reason']}".strip()
            if told.get(each["place"]) != now:
                told[each["place"]] = now
                say(f"then {each['script_name']}: {now}")
        if all(map(_is_over, chain)) or time.monotonic() >= ends:
            return [each | {"run": _whole(rest, each["run"])} for each in chain]
        time.sleep(min(_PACE_S, max(0.0, ends - time.monotonic())))


def judge_chain(rest: Rest, first: Mapping[str, Any]) -> int:
    """Return the exit code of a run and of what followed it: good when the last script that each
    desktop had succeeded there."""
    follow_ups = first["follow_ups"]
    runs = [first, *(each["run"] for each in follow_ups if each["run"])]
    if any(run["state"] in _UNAPPROVED for run in runs):
        return NOT_APPROVED
    is_over = all(run["state"] in ENDS for run in runs)
    if not is_over or any(each["state"] == "waiting" for each in follow_ups):
        return NOT_OVER
    if not all(each["run"] or each["reason"] in _HARMLESS for each in follow_ups):
        return NOT_ALL
    return judge_last([list(rest.items(f"/runs/{run['id']}/targets")) for run in runs])


def judge_last(runs: Sequence[Sequence[Mapping[str, Any]]]) -> int:
    """Return the exit code of runs, each the targets that it had, in the order in which they
    followed each other."""
    last = {
        target["desktop"] or target["desktop_name"]: target["state"]
        for targets in runs
        for target in targets
    }
    return GOOD if set(last.values()) <= {TargetState.SUCCEEDED.value} else NOT_ALL


def _is_over(follow_up: Mapping[str, Any]) -> bool:
    if follow_up["run"] is None:
        return bool(follow_up["state"] != "waiting")
    return follow_up["run_state"] in ENDS


def _whole(rest: Rest, run: int | None) -> Any:
    if run is None:
        return None
    return rest.get(f"/runs/{run}") | {"groups": rest.get(f"/runs/{run}/groups")}
