"""What a survey's link holds and what may come of it, and which answers are low. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import SurveyId
from yunwei.operate.service.facts.surveys import (
    Answer,
    PeriodDraft,
    Survey,
    SurveyKind,
    SurveyLink,
    SurveyState,
)

LIFE = timedelta(days=30)
PURPOSE = "answer a survey"
LOW_CSAT = 2
DETRACTOR = 6
_VERSION = 1
_FIELDS = 4
_LONGEST_COMMENT, _LONGEST_NAME = 2000, 200
_LONGEST_PERIOD = timedelta(days=366)


def link_of(survey: Survey) -> SurveyLink:
    return SurveyLink(survey=survey.id, nonce=survey.nonce, expires_at=survey.expires_at)


def pack_link(link: SurveyLink) -> bytes:
    """Return a link as few bytes: it is read from a telephone's camera."""
    expires_s = int(link.expires_at.timestamp())
    return msgspec.msgpack.encode([_VERSION, link.survey, link.nonce, expires_s])


def unpack_link(payload: bytes) -> SurveyLink:
    """Return the link of a payload whose signature is right; raises Invalid."""
    try:
        found = msgspec.msgpack.decode(payload, type=list[int])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Invalid("token", "this was not signed here") from error
    if len(found) != _FIELDS or found[0] != _VERSION:
        raise Invalid("token", "this was not signed here")
    _version, survey, nonce, expires_s = found
    expires_at = datetime.fromtimestamp(expires_s, UTC)
    return SurveyLink(survey=SurveyId(survey), nonce=nonce, expires_at=expires_at)


def state_of(answered_at: datetime | None, expires_at: datetime, now: datetime) -> SurveyState:
    if answered_at is not None:
        return SurveyState.ANSWERED
    return SurveyState.EXPIRED if now >= expires_at else SurveyState.OPEN


def check_period(draft: PeriodDraft, *, today: date) -> PeriodDraft:
    """Return a period that can be asked about; raises Invalid at the field."""
    if draft.last_on < draft.first_on:
        raise Invalid("last_on", "it must not be before the beginning")
    if draft.last_on > today:
        raise Invalid("last_on", "it must not be in the future")
    if draft.last_on - draft.first_on > _LONGEST_PERIOD:
        raise Invalid("last_on", "at most a year")
    return draft


def check_answer(kind: SurveyKind, answer: Answer) -> Answer:
    """Return an answer that can be so; raises Invalid at the field."""
    if answer.csat not in range(1, 6):
        raise Invalid("csat", "between 1 and 5")
    if answer.nps is None and kind is SurveyKind.PERIOD:
        raise Invalid("nps", "this is required")
    if answer.nps is not None and answer.nps not in range(11):
        raise Invalid("nps", "between 0 and 10")
    comment, name = answer.comment.strip(), answer.name.strip()
    if len(comment) > _LONGEST_COMMENT:
        raise Invalid("comment", "at most 2000 characters")
    if "\0" in comment:
        raise Invalid("comment", "no line breaks or control characters")
    if len(name) > _LONGEST_NAME or (name and not name.isprintable()):
        raise Invalid("name", "at most 200 characters")
    return replace(answer, comment=comment, name=name)


def check_open(state: SurveyState) -> None:
    if state is SurveyState.ANSWERED:
        raise Conflict("this was answered already")
    if state is SurveyState.EXPIRED:
        raise Conflict("this link has expired")


def is_low(answer: Answer) -> bool:
    """Say whether an answer asks for something to become better: whoever is not satisfied, and
    whoever would not recommend the service."""
    return answer.csat <= LOW_CSAT or (answer.nps is not None and answer.nps <= DETRACTOR)
