"""What a poll's outcome says about a read, and its reads about a source. Pure: no clock, no I/O."""

from collections.abc import Iterable
from dataclasses import replace

from yunwei.base.core.errors import (
    SourceBabbled,
    SourceError,
    SourceRefused,
    SourceThrottled,
)
from yunwei.monitor.collect.facts import ReadRecord, SourceHealth, SourceState

MAX_BACKOFF_S = 300.0
REFUSED_BACKOFF_S = 600.0
HELD_BACKOFF_S = 60.0
"""What a customer authorises begins by the clock, and by a word of theirs."""
_FIRST_BACKOFF_S = 5.0
# One poll that fails among good ones is weather; two in a row are said.
_SAID_AFTER = 2
_TEXT_LIMIT = 300


def classify_error(error: SourceError) -> SourceState:
    """Return the state that an error of a source stands for."""
    match error:
        case SourceRefused():
            return SourceState.REFUSED
        case SourceThrottled():
            return SourceState.THROTTLED
        case SourceBabbled():
            return SourceState.BABBLING
        case _:
            return SourceState.UNREACHABLE


def note_success(before: ReadRecord) -> ReadRecord:
    return replace(before, state=SourceState.OK, text="", failures=0)


def note_failure(before: ReadRecord, state: SourceState, text: str) -> ReadRecord:
    """Return the record after a failed poll; its state changes once the failure is worth saying.

    A refusal is never weather, and a read that never worked has nothing to wait for.
    """
    failures = before.failures + 1
    at_once = state in (SourceState.REFUSED, SourceState.THROTTLED)
    if at_once or before.state is not SourceState.OK or failures >= _SAID_AFTER:
        return replace(before, state=state, text=text[:_TEXT_LIMIT], failures=failures)
    return replace(before, failures=failures)


def backoff_s(record: ReadRecord, failed_as: SourceState, *, retry_after_s: float = 0.0) -> float:
    """Return how long to wait after a failed poll: 5 s, doubled up to 5 min; never less than the
    source asked for; 10 min after a refusal, which only a person can mend."""
    if failed_as is SourceState.REFUSED:
        return REFUSED_BACKOFF_S
    waited = min(MAX_BACKOFF_S, _FIRST_BACKOFF_S * 2.0 ** min(record.failures - 1, 10))
    return max(waited, retry_after_s)


def summarise_reads(records: Iterable[ReadRecord]) -> tuple[SourceState, str]:
    """Return the state of a source and one line about it: the worst of its reads speaks."""
    known = tuple(records)
    if not known:
        return SourceState.NEW, ""
    worst = max((record.state for record in known), key=lambda state: state.rank)
    speaking = sorted(record.read for record in known if record.state is worst)
    text = next((record.text for record in known if record.state is worst and record.text), "")
    return worst, f"{', '.join(speaking)}: {text}" if text else ""


def next_health(before: SourceHealth, records: Iterable[ReadRecord]) -> SourceHealth:
    """Return the health of a source that follows from its reads' records."""
    if before.is_enabled:
        state, text = summarise_reads(records)
    else:
        state, text = SourceState.DISABLED, ""
    changes = before.changes + (state is not before.state)
    return replace(before, state=state, text=text, changes=changes)
