"""Plain sentences about service, worked out from its numbers. Pure; part of `findings`."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yunwei.operate.reports.content import Finding, FindingTone
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.reports.service_numbers import MetricNumbers, ServiceNumbers

_LATE_MUCH = 0.05
_CAUSED_MUCH, _FEW_TICKETS = 0.25, 10
_SCORE_CHANGED = 3.0
_SATISFIED_FROM, _DISSATISFIED_BELOW = 4.0, 3.0
_GOOD, _NEUTRAL = FindingTone.GOOD, FindingTone.NEUTRAL
_WARNING, _CRITICAL = FindingTone.WARNING, FindingTone.CRITICAL
_RANKS = {_CRITICAL: 10, _WARNING: 20, _NEUTRAL: 30, _GOOD: 40}


def find_service(numbers: ServiceNumbers) -> Iterator[Finding]:
    """Yield what there is to say about service. The active language is the reader's."""
    yield from _volume(numbers)
    yield from _availability(numbers)
    yield from _answers(numbers.response)
    yield from _solutions(numbers.resolution)
    yield from _open(numbers)
    yield from _causes(numbers)
    yield from _inspections(numbers)
    yield from _satisfaction(numbers)
    yield from _limits(numbers)


def _finding(code: str, tone: FindingTone, text: str, advice: str = "") -> Finding:
    return Finding(code=code, tone=tone, text=text, advice=advice, rank=_RANKS[tone])


def _count(value: float) -> str:
    return format_value(Formatter.COUNT, value)


def _share(value: float) -> str:
    return format_value(Formatter.PERCENT, value)


def _volume(numbers: ServiceNumbers) -> Iterator[Finding]:
    if not numbers.opened and not numbers.open and not numbers.solved:
        yield _finding("no_tickets", _NEUTRAL, _("No ticket was opened or worked on."))
        return
    told = {
        "opened": _count(numbers.opened),
        "solved": _count(numbers.solved),
        "open": _count(numbers.open),
    }
    text = _("Tickets reported: %(opened)s; solved: %(solved)s; open at the end: %(open)s.")
    yield _finding("tickets", _NEUTRAL, text % told)


def _availability(numbers: ServiceNumbers) -> Iterator[Finding]:
    if numbers.availability is None or numbers.agreed is None:
        return
    told = {
        "share": f"{numbers.availability * 100:.3f}%",
        "agreed": f"{numbers.agreed * 100:.3f}%",
        "down": format_value(Formatter.DURATION, numbers.down_s),
    }
    if numbers.availability >= numbers.agreed:
        text = _("Availability was %(share)s; %(agreed)s are agreed.")
        yield _finding("available", _GOOD, text % told)
        return
    text = _(
        "Availability was %(share)s, less than the agreed %(agreed)s: everything stood still for "
        "%(down)s."
    )
    advice = _("Go through the outages, and agree on what prevents the longest of them.")
    yield _finding("not_available", _CRITICAL, text % told, advice)


def _answers(numbers: MetricNumbers) -> Iterator[Finding]:
    if not numbers.decided:
        return
    told = _told(numbers)
    if not numbers.late:
        text = ngettext(
            "The one first answer that was owed came in time.",
            "All %(decided)s first answers that were owed came in time.",
            numbers.decided,
        )
        yield _finding("answers_in_time", _GOOD, text % told)
        return
    text = _("%(late)s of %(decided)s first answers came too late; %(share)s were in time.")
    advice = _("See who was on duty then, and at which hours tickets wait.")
    yield _finding("answers_late", _tone(numbers), text % told, advice)


def _solutions(numbers: MetricNumbers) -> Iterator[Finding]:
    if not numbers.decided:
        return
    told = _told(numbers)
    if not numbers.late:
        text = ngettext(
            "The one solution that was owed came in time.",
            "All %(decided)s solutions that were owed came in time.",
            numbers.decided,
        )
        yield _finding("solutions_in_time", _GOOD, text % told)
        return
    text = _("%(late)s of %(decided)s solutions were too late; %(share)s were in time.")
    advice = _("Go through the list of what was too late, with its reasons.")
    yield _finding("solutions_late", _tone(numbers), text % told, advice)


def _told(numbers: MetricNumbers) -> dict[str, str]:
    return {
        "late": _count(numbers.late),
        "decided": _count(numbers.decided),
        "share": _share(numbers.met / numbers.decided),
    }


def _tone(numbers: MetricNumbers) -> FindingTone:
    is_much = numbers.late > _LATE_MUCH * numbers.decided
    return _CRITICAL if numbers.grave or is_much else _WARNING


def _open(numbers: ServiceNumbers) -> Iterator[Finding]:
    if numbers.overdue:
        text = ngettext(
            "%(count)s open ticket is past its goal.",
            "%(count)s open tickets are past their goal.",
            numbers.overdue,
        ) % {"count": _count(numbers.overdue)}
        yield _finding("overdue", _CRITICAL, text, _("Say to the customer until when they come."))
    if numbers.waiting:
        text = ngettext(
            "%(count)s ticket waits for the customer.",
            "%(count)s tickets wait for the customer.",
            numbers.waiting,
        ) % {"count": _count(numbers.waiting)}
        yield _finding("waits_for_customer", _NEUTRAL, text)
    if numbers.reopened:
        text = ngettext(
            "One solution did not hold: its ticket was reopened.",
            "%(count)s solutions did not hold: their tickets were reopened.",
            numbers.reopened,
        ) % {"count": _count(numbers.reopened)}
        advice = _("Look for the cause before such a ticket is closed again.")
        yield _finding("reopened", _WARNING, text, advice)


def _causes(numbers: ServiceNumbers) -> Iterator[Finding]:
    if numbers.opened < _FEW_TICKETS or numbers.cause_share < _CAUSED_MUCH or not numbers.cause:
        return
    told = {"share": _share(numbers.cause_share), "cause": numbers.cause}
    text = _("One cause is behind %(share)s of the tickets: %(cause)s.")
    yield _finding("one_cause", _WARNING, text % told, _("Remove this cause first."))


def _inspections(numbers: ServiceNumbers) -> Iterator[Finding]:
    score, before = numbers.score, numbers.score_before
    if score is None:
        return
    told = {"score": f"{score:.1f}"}
    if before is None or abs(score - before) < _SCORE_CHANGED:
        text = _("The last inspection gave %(score)s of 100 points.")
        yield _finding("inspected", _NEUTRAL, text % told)
        return
    told["before"] = f"{before:.1f}"
    if score > before:
        text = _("The last inspection gave %(score)s of 100 points, %(before)s the time before.")
        yield _finding("inspected_better", _GOOD, text % told)
        return
    text = _("The last inspection gave only %(score)s of 100 points, %(before)s the time before.")
    advice = _("See what is new among its findings.")
    yield _finding("inspected_worse", _WARNING, text % told, advice)


def _satisfaction(numbers: ServiceNumbers) -> Iterator[Finding]:
    if numbers.asked and numbers.csat is None:
        text = ngettext(
            "The one survey that was sent was not answered.",
            "None of the %(count)s surveys that were sent was answered.",
            numbers.asked,
        ) % {"count": _count(numbers.asked)}
        yield _finding("surveys_unanswered", _NEUTRAL, text)
    if numbers.csat is None:
        return
    told = {
        "score": f"{numbers.csat:.1f}",
        "answered": _count(numbers.answered),
        "asked": _count(numbers.asked),
    }
    text = _(
        "Customers gave %(score)s of 5 points; %(answered)s of %(asked)s surveys are answered."
    )
    if numbers.csat >= _SATISFIED_FROM:
        yield _finding("satisfied", _GOOD, text % told)
    elif numbers.csat >= _DISSATISFIED_BELOW:
        yield _finding("fairly_satisfied", _NEUTRAL, text % told)
    else:
        advice = _("Speak with those who gave few points, and write down what is to be better.")
        yield _finding("dissatisfied", _WARNING, text % told, advice)


def _limits(numbers: ServiceNumbers) -> Iterator[Finding]:
    if numbers.refused:
        text = ngettext(
            "%(count)s act was refused, because it was not authorised or frozen then.",
            "%(count)s acts were refused, because they were not authorised or frozen then.",
            numbers.refused,
        ) % {"count": _count(numbers.refused)}
        yield _finding("acts_refused", _NEUTRAL, text)
    if numbers.presumed:
        years = ", ".join(map(str, numbers.presumed))
        text = _("Working days of %(years)s are not published: weekdays were taken instead.")
        yield _finding("days_presumed", _WARNING, text % {"years": years})
