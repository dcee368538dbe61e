"""Which entries of the improvement register can be so. Pure."""

from dataclasses import replace
from datetime import date

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.operate.service.facts.improvements import ImprovementDraft, ImprovementState
from yunwei.operate.service.facts.surveys import Answer, Survey

_LONGEST_TITLE, _LONGEST_TEXT = 200, 4000


def check_improvement(draft: ImprovementDraft) -> ImprovementDraft:
    """Return an entry that can be so; raises Invalid at the field."""
    title, text = draft.title.strip(), draft.text.strip()
    if not title:
        raise Invalid("title", "this is required")
    if len(title) > _LONGEST_TITLE or not title.isprintable():
        raise Invalid("title", "at most 200 characters")
    return replace(draft, title=title, text=_check_text("text", text))


def check_result(result: str) -> str:
    """Return what became of an entry. Raises Invalid when nothing is said of it."""
    text = _check_text("result", result.strip())
    if not text:
        raise Invalid("result", "say what became of it")
    return text


def check_open(state: ImprovementState) -> None:
    if state is not ImprovementState.OPEN:
        raise Conflict("this entry has ended")


def is_late(due_on: date | None, state: ImprovementState, today: date) -> bool:
    return state is ImprovementState.OPEN and due_on is not None and due_on < today


def draft_of(survey: Survey, answer: Answer) -> ImprovementDraft:
    """Return the entry that a low answer opens: the customer's words, for somebody to own."""
    about = f"{survey.code} {survey.ticket_title}".strip()
    given = f"CSAT {answer.csat}/5" + ("" if answer.nps is None else f", NPS {answer.nps}/10")
    title = f"{about}: {given}"
    if len(title) > _LONGEST_TITLE:
        title = f"{about[: _LONGEST_TITLE - len(given) - 3]}…: {given}"
    return ImprovementDraft(title=title, text=answer.comment, contract=survey.contract)


def _check_text(field: str, text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise Invalid(field, "at most 4000 characters")
    if "\0" in text:
        raise Invalid(field, "no line breaks or control characters")
    return text
