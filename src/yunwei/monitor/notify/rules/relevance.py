"""Is a message still worth sending, and how urgent is it? Pure."""

from collections.abc import Iterable
from enum import StrEnum

from yunwei.monitor.notify.facts.messages import DueMessage, Hold, MessageKind

URGENT = 1
"""Ranks up to this one jump the queue and may use the tokens that are kept back."""

_RANKS = {"critical": 0, "major": 2, "minor": 3, "warning": 4, "indeterminate": 5}
_FIRST_OF_ITS_TYPE = 1
_CLEAR_RANK = 6


class Gone(StrEnum):
    """Why a message is not sent after all; its words are in the pages."""

    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    MASKED = "masked"
    SUPERSEDED = "superseded"
    RAISE_NOT_TOLD = "raise_not_told"
    NOTHING_LEFT = "nothing_left"


def why_gone(message: DueMessage) -> Gone | None:
    """Return why a message is no longer worth sending, None when it is.

    A clear is worth telling to whoever was told of the raise, whatever happened since. What waited
    for the end of somebody's quiet hours is told of the night, both its beginning and its end.
    """
    if message.hold is Hold.QUIET:
        return None
    if message.kind is MessageKind.CLEAR:
        return None if message.is_raise_told else Gone.RAISE_NOT_TOLD
    if message.kind is not MessageKind.RAISE:
        return None
    if message.is_over:
        return Gone.CLEARED
    if message.is_suppressed:
        return Gone.MASKED
    if message.is_acknowledged:
        return Gone.ACKNOWLEDGED
    return Gone.SUPERSEDED if message.is_superseded else None


def find_gone(messages: Iterable[DueMessage]) -> dict[int, Gone]:
    """Return the messages that are no longer worth sending, by id."""
    found = ((int(each.id), why_gone(each)) for each in messages)
    return {id: reason for id, reason in found if reason is not None}


def rank_of(message: DueMessage, *, is_first_of_its_type: bool) -> int:
    """Return a message's place in the queue, 0 first.

    Critical alarms come first, then the first alarm of a type that a recipient hears of, then
    the others by severity, then clears.
    """
    if message.kind in {MessageKind.CLEAR, MessageKind.SETTLED}:
        return _CLEAR_RANK
    rank = _RANKS.get(message.severity, _RANKS["minor"])
    if message.kind is MessageKind.RAISE and is_first_of_its_type:
        return min(rank, _FIRST_OF_ITS_TYPE)
    return rank
