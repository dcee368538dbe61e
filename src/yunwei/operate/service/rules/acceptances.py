"""What of an acceptance is met, what may be signed, and whether a seal still holds. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date

import msgspec

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.operate.service.facts.acceptances import (
    SCORES,
    AcceptanceData,
    AcceptanceState,
    CheckResult,
    Criterion,
    CriterionKind,
    DocumentLine,
    Feedback,
    Signature,
    SurveyLine,
    TaskLine,
    TicketLine,
    Verdict,
)
from yunwei.operate.service.facts.cases import Criteria
from yunwei.operate.service.facts.matrix import TaskKey
from yunwei.operate.service.facts.tickets import Entry, TicketState
from yunwei.operate.service.rules.seals import sha256_of
from yunwei.operate.service.rules.tickets import state_after

_LONGEST_NOTE = 1000
_MOST_DETAILS = 20
_MISSING = "–"


def state_of_log(entries: Iterable[Entry]) -> TicketState:
    """Return the state that a ticket's log led to."""
    state = TicketState.NEW
    for entry in entries:
        state = state_after(state, entry.kind)
    return state


def judge(
    criteria: Criteria,
    tickets: Sequence[TicketLine],
    tasks: Sequence[TaskLine],
    documents: Sequence[DocumentLine],
    checks: Sequence[CheckResult],
    *,
    today: date,
    surveys: Sequence[SurveyLine] = (),
) -> tuple[Criterion, ...]:
    """Return what is met of all that a plan's criteria say; satisfaction is open until the customer
    signs, and is the mean of what surveys said until then."""
    return (
        _scope(tickets),
        _timely(CriterionKind.RESPONSE, [each.response for each in tickets], criteria.timely_ratio),
        _timely(
            CriterionKind.RESOLUTION, [each.resolution for each in tickets], criteria.timely_ratio
        ),
        _time(tasks, today),
        _documents(criteria, documents),
        *_satisfaction(criteria, surveys),
        *(_check(each) for each in checks),
    )


def _scope(tickets: Sequence[TicketLine]) -> Criterion:
    done = sum(each.is_done for each in tickets)
    is_met = bool(tickets) and done == len(tickets)
    return Criterion(
        dimension=CriterionKind.SCOPE, verdict=_verdict(is_met), good=done, all=len(tickets)
    )


def _timely(dimension: CriterionKind, states: Sequence[str], target: float) -> Criterion:
    """What was late, or is over its time and still runs, counts against it."""
    counted = [each for each in states if each in ("met", "late")]
    if not counted:
        return Criterion(dimension=dimension, verdict=Verdict.NOTHING, target=target)
    good = counted.count("met")
    return Criterion(
        dimension=dimension,
        verdict=_verdict(good >= target * len(counted)),
        good=good,
        all=len(counted),
        target=target,
        measured=good / len(counted),
    )


def _time(tasks: Sequence[TaskLine], today: date) -> Criterion:
    """Each planned task is done by its day, or its delay has a reason."""
    planned = [t for t in tasks if t.planned_on is not None and t.key != TaskKey.ACCEPT]
    good = sum(_is_in_time(each, today) for each in planned)
    if not planned:
        return Criterion(dimension=CriterionKind.TIME, verdict=Verdict.NOTHING)
    verdict = _verdict(good == len(planned))
    return Criterion(dimension=CriterionKind.TIME, verdict=verdict, good=good, all=len(planned))


def _is_in_time(task: TaskLine, today: date) -> bool:
    if task.planned_on is None:
        return True
    if task.done_on is None:
        return task.planned_on >= today
    return task.done_on <= task.planned_on or bool(task.note)


def _documents(criteria: Criteria, documents: Sequence[DocumentLine]) -> Criterion:
    known = {each.kind for each in documents}
    wanted = set(criteria.documents)
    good = len(wanted & known)
    return Criterion(
        dimension=CriterionKind.DOCUMENTS,
        verdict=_verdict(good == len(wanted)) if wanted else Verdict.NOTHING,
        good=good,
        all=len(wanted),
    )


def _satisfaction(criteria: Criteria, surveys: Sequence[SurveyLine]) -> Iterator[Criterion]:
    if criteria.satisfaction is None:
        return
    count = len(surveys)
    yield Criterion(
        dimension=CriterionKind.SATISFACTION,
        verdict=Verdict.OPEN,
        all=count,
        target=criteria.satisfaction,
        measured=sum(each.csat for each in surveys) / count if count else None,
    )


def _check(check: CheckResult) -> Criterion:
    return Criterion(
        dimension=CriterionKind.CHECK,
        verdict=_verdict(check.is_met),
        text=check.text,
        note=check.note,
    )


def _verdict(is_met: bool) -> Verdict:
    return Verdict.MET if is_met else Verdict.NOT_MET


def with_feedback(
    criteria: Sequence[Criterion], feedback: Feedback | None
) -> tuple[Criterion, ...]:
    """Return the criteria with what the customer said at signing, which counts as one answer
    beside those of the surveys."""
    said = feedback.mean if feedback else None

    def say(each: Criterion) -> Criterion:
        if each.dimension is not CriterionKind.SATISFACTION or said is None:
            return each
        mean = ((each.measured or 0) * each.all + said) / (each.all + 1)
        verdict = _verdict(mean >= (each.target or 0))
        return replace(each, measured=mean, all=each.all + 1, verdict=verdict)

    return tuple(map(say, criteria))


def check_may_ask(criteria: Sequence[Criterion], note: str) -> str:
    """Return what the customer is told of what is not met; raises Invalid when nothing is."""
    text = check_text("note", note)
    if not text and any(each.verdict is Verdict.NOT_MET for each in criteria):
        raise Invalid("note", "not all criteria are met: tell the customer why")
    return text


def check_checks(wanted: Sequence[str], given: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Return the plan's checks with what was found of each; raises Invalid when one is missing."""
    known = {each.text: each for each in given}
    for text in wanted:
        if text not in known:
            raise Invalid("checks", "say of every check whether it is met")
        check_text("checks", known[text].note)
    return tuple(known[text] for text in wanted)


def check_feedback(feedback: Feedback) -> Feedback:
    """Return feedback that can be so; raises Invalid at the field."""
    for key in SCORES:
        if feedback.scores.get(key) not in range(1, 6):
            raise Invalid(f"score.{key}", "between 1 and 5")
    if set(feedback.scores) - set(SCORES):
        raise Invalid("scores", "this is not one of the choices")
    return replace(feedback, text=check_text("text", feedback.text))


def check_text(field: str, text: str) -> str:
    if len(text) > _LONGEST_NOTE:
        raise Invalid(field, "at most 1000 characters")
    if "\0" in text:
        raise Invalid(field, "no line breaks or control characters")
    return text.strip()


def check_open(state: AcceptanceState) -> None:
    if state is not AcceptanceState.ASKED:
        raise Conflict("this acceptance waits for nobody")


def check_seal(known: str, meant: str) -> None:
    """meant: the seal that was read, "" for whichever."""
    if meant not in ("", known):
        raise Conflict("somebody changed it in the meantime")


def digest_of(signature: Signature) -> str:
    """Return the SHA-256 over all that a signature says, whichever zone its time is told in."""
    told = msgspec.to_builtins(replace(signature, at=signature.at.astimezone(UTC)))
    del told["digest"]
    return sha256_of(told)


def seal_signed(seal: str, signatures: Iterable[Signature], files: Mapping[str, str]) -> str:
    """Return the seal over what was signed, the signatures, and the files that show them."""
    digests = sorted(each.digest for each in signatures)
    return sha256_of({"seal": seal, "signatures": digests, "files": dict(files)})


def find_differences(before: object, after: object) -> tuple[str, ...]:
    """Return where two data differ, as `tickets[3].title: a → b`; at most 20."""
    found: list[str] = []
    for text in _differences("", before, after):
        found.append(text)
        if len(found) == _MOST_DETAILS:
            break
    return tuple(found)


def _differences(path: str, before: object, after: object) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            where = f"{path}.{key}" if path else str(key)
            yield from _differences(where, before.get(key, _MISSING), after.get(key, _MISSING))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        for place in range(max(len(before), len(after))):
            one = before[place] if place < len(before) else _MISSING
            two = after[place] if place < len(after) else _MISSING
            yield from _differences(f"{path}[{place}]", one, two)
    elif before != after:
        yield f"{path}: {_short(before)} → {_short(after)}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def comparable(data: AcceptanceData) -> dict[str, object]:
    """Return what of the data must still follow from what is kept. What people said at the
    acceptance stands nowhere else; a customer's name may change."""
    told: dict[str, object] = msgspec.to_builtins(data)
    for name in ("customer", "provider", "checks", "criteria", "note", "round"):
        del told[name]
    return told
