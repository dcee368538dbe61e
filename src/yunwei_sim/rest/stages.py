"""How long each phase of a login took. GET /statistics/metrics/access-stages."""

from collections.abc import Iterator

import numpy as np

from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.errors import invalid, not_found
from yunwei_sim.rest.failures import WORDINGS
from yunwei_sim.rest.parameters import Query
from yunwei_sim.rest.records import find_transaction
from yunwei_sim.world.rows import Attempt, Failure

ORDER = ("LOGIN", "MAIN_AUTH", "MFA_AUTH", "PRECONNECT", "CONNECT")
# What each phase weighs in an undisturbed logon; the profile is loaded while connecting.
WEIGHTS = {"LOGIN": 0.09, "MAIN_AUTH": 0.13, "MFA_AUTH": 0.12, "PRECONNECT": 0.18, "CONNECT": 0.48}


def show_access_stages(cloud: Cloud, query: Query, path: dict[str, str]) -> dict[str, object]:
    """GET /statistics/metrics/access-stages (ShowUserAccessStages); they add up to the logon."""
    identity = query.text("transaction_id")
    if identity is None:
        raise invalid("transaction_id", "required")
    attempt = find_transaction(cloud, identity)
    if attempt is None:
        raise not_found("transaction", identity)
    now_ms = cloud.world.at_s * 1000
    failure = Failure(attempt.failure)
    timeline = _failed(attempt, failure) if failure != Failure.NONE else _worked(cloud, attempt)
    return {
        "username": cloud.world.people.logins[attempt.user],
        "biz_type": "VDI",
        "stages": [stage for stage in timeline if int(str(stage["end_time"])) <= now_ms],
    }


def _names(attempt: Attempt) -> list[str]:
    # Only who comes from outside is asked for a second factor.
    return [name for name in ORDER if name != "MFA_AUTH" or attempt.is_from_home]


def _worked(cloud: Cloud, attempt: Attempt) -> Iterator[dict[str, object]]:
    total_ms = (attempt.setup - attempt.start) * 1000
    delay_ms = min(attempt.delay_s * 1000, total_ms)
    names = _names(attempt)
    draws = cloud.world.noise.between(
        0.6, 1.4, "stages", attempt.user, attempt.start, np.arange(len(names))
    )
    weights = np.array([WEIGHTS[name] for name in names]) * draws
    lengths = np.floor(weights / weights.sum() * (total_ms - delay_ms)).astype(np.int64)
    # What a fault adds, and what rounding leaves over, is waited for in the last phase.
    lengths[-1] += total_ms - int(lengths.sum())
    at_ms = attempt.start * 1000
    for name, length in zip(names, lengths.tolist(), strict=True):
        yield _stage(name, at_ms, length)
        at_ms += length


def _failed(attempt: Attempt, failure: Failure) -> Iterator[dict[str, object]]:
    wording, at_ms = WORDINGS[failure], attempt.start * 1000
    for name in _names(attempt):
        length = wording.after_ms if name == wording.stage else 400
        stage = _stage(name, at_ms, length)
        if name == wording.stage:
            stage |= {
                "is_success": False,
                "error_code": wording.error_code,
                "error_msg": wording.reason,
            }
        yield stage
        at_ms += length
        if name == wording.stage:
            return


def _stage(name: str, at_ms: int, length_ms: int) -> dict[str, object]:
    return {
        "stage": name,
        "duration": length_ms,
        "is_success": True,
        "start_time": at_ms,
        "end_time": at_ms + length_ms,
        "error_code": None,
        "error_msg": None,
    }
