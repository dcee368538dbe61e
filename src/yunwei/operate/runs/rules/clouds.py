"""What goes to a desktop cloud, how, and what its words mean for targets. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from yunwei.operate.runs.facts.clouds import Claimed, CloudResult, ScriptNeeds
from yunwei.operate.runs.facts.runs import Plan, TargetState
from yunwei.operate.runs.rules.plan import stop_limit
from yunwei.plugins.sdk.contract import Act, FarRecord, FarState
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest, manifests

MOST_IN_ORDER = 500
LOOKED_FOR = timedelta(minutes=2)
"""How long an order that got no answer is looked for at its cloud."""
_LATE = timedelta(hours=1)
_EVERY_S = (1, 2, 5, 10)
_NUMBERS = re.compile(rb"[0-9]+")
_LONGEST_REASON = 300

_STATES: Mapping[FarState, TargetState] = {
    FarState.RUNNING: TargetState.RUNNING,
    FarState.SUCCEEDED: TargetState.SUCCEEDED,
    FarState.FAILED: TargetState.FAILED,
    FarState.SKIPPED: TargetState.SKIPPED,
    FarState.STOPPED: TargetState.CANCELLED,
}


def able_connectors(needs: ScriptNeeds | None) -> tuple[str, ...]:
    """Return the connectors whose clouds carry out scripts; with needs, scripts such as this."""
    able = (slug for slug, each in manifests(CONNECTORS).items() if Act.RUN_SCRIPT in each.acts)
    return tuple(slug for slug in able if not why_no_cloud(slug, needs))


def why_no_cloud(connector: str, needs: ScriptNeeds | None) -> str:
    """Return why a cloud does not carry out a script, "" when nothing is known against it."""
    if needs is None:
        return ""
    if needs.has_secrets:
        return "cloud_secrets"
    languages = get_manifest(CONNECTORS, connector).script_languages
    return "" if needs.language in languages else "cloud_language"


def choose_canary(plan: Plan, *, total: int, failed: int, size: int) -> int:
    """Return how many of an order go first at the cloud, so that it stops by itself, though nobody
    here is looking, once more have failed than the plan allows: when all of them fail. 0: none.

    It never stops earlier than the plan would. Where that would be half of the order or more, the
    order is too small for it to help."""
    limit = stop_limit(plan, total)
    if limit is None:
        return 0
    enough = limit - failed + 1
    return enough if 0 < enough <= size // 2 else 0


def state_of(record: FarRecord, *, is_stop_wanted: bool) -> tuple[TargetState, str] | None:
    """Return what a target is by its record and why; None as long as nothing is to be told."""
    state = _STATES.get(record.state)
    if state is None:
        return None
    said = record.reason[:_LONGEST_REASON]
    if state is TargetState.SKIPPED:
        return state, said or "cloud_skipped"
    if state is TargetState.CANCELLED:
        return state, "" if is_stop_wanted else said or "cloud_stopped"
    return state, said if state is TargetState.FAILED else ""


def read_result(
    target: int, record: FarRecord, state: tuple[TargetState, str], output: str | None, limit: int
) -> CloudResult:
    """Return what becomes of a target. output: None where it could not be had."""
    whole = (output or "").encode()
    data = whole[:limit]
    return CloudResult(
        target=target,
        state=state[0],
        reason=state[1],
        record=record.native_id,
        exit_code=record.exit_code,
        started_at=record.started_at,
        ended_at=record.ended_at,
        data=data,
        size_bytes=len(whole),
        is_cut=output is None or len(data) < len(whole),
        digest=digest_of(whole),
    )


def digest_of(data: bytes) -> str:
    """Alike for outputs that differ in numbers only, as agents do it."""
    return hashlib.sha256(_NUMBERS.sub(b"0", data)).hexdigest()[:16] if data else ""


def next_look(order: Claimed) -> timedelta:
    """Return after how long an order is asked about again: soon at first, then less often."""
    return timedelta(seconds=_EVERY_S[min(order.tries, len(_EVERY_S)) - 1])


def is_given_up(order: Claimed, now: datetime) -> bool:
    """Say whether a cloud that took an order has had time enough to tell of it."""
    since = order.given_at or now
    begun_by = max(since, order.deadline_at if order.deadline_at < now else since)
    return now > begun_by + timedelta(seconds=2 * order.timeout_s) + _LATE


def pick_found(found: Sequence[str], taken: frozenset[str]) -> str | None:
    """Return the one order of the cloud that a lost one can be; None when it is not certain."""
    free = [each for each in found if each not in taken]
    return free[0] if len(free) == 1 else None
