"""What a threshold rule decides of one object, step by step. Pure; live evaluation and the trial
on the past call the same functions, so that they can not disagree."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence, Set

from yunwei.monitor.thresholds.facts import (
    REST,
    Because,
    Change,
    Mark,
    Missing,
    Out,
    Side,
    Standing,
    ThresholdContent,
    Usual,
)

type UsualAt = Callable[[int], Usual | None]
"""step → what is usual then, None while too little is known"""


def mark_of(content: ThresholdContent, value: float, usual: Usual | None) -> Mark:
    """Return how a measured value stands to the levels. usual: None of a rule by fixed levels."""
    score = value if usual is None else (value - usual.median) / usual.spread
    if content.side is Side.BOTH:
        score = abs(score)
    sign = -1.0 if content.side is Side.BELOW else 1.0
    score *= sign
    raised = held = 0
    for number, level in enumerate(content.levels, start=1):
        if score >= sign * level.raise_at:
            raised = number
        if score >= sign * level.clear_at:
            held = number
    return Mark(raised, max(raised, held))


def judge_measured(content: ThresholdContent, before: Standing, mark: Mark) -> Standing:
    """Return what stands after a measured step."""
    if not before.level and not mark.raised and not any(each.raised for each in before.marks):
        return REST
    marks = (*before.marks, mark)[-content.of :]
    numbers = range(1, len(content.levels) + 1)
    streaks = before.streaks or (0,) * len(numbers)
    calms = before.calms or (0,) * len(numbers)
    streaks = tuple(
        streaks[number - 1] + 1
        if sum(each.raised >= number for each in marks) >= content.needed
        else 0
        for number in numbers
    )
    calms = tuple(0 if mark.held >= number else calms[number - 1] + 1 for number in numbers)
    wanted = max((n for n in numbers if streaks[n - 1] > content.hold_steps), default=0)
    kept = max(
        (n for n in numbers if n <= before.level and calms[n - 1] < content.clear_steps), default=0
    )
    level = max(wanted, kept)
    if not level and not any(each.raised for each in marks):
        return REST
    return Standing(level=level, marks=marks, streaks=streaks, calms=calms)


def judge_missing(content: ThresholdContent, before: Standing) -> Standing:
    """Return what stands after a step in which the source told of others, but not of this."""
    if content.missing is Missing.KEEP or (
        content.missing is Missing.IGNORE and not before.level and not before.marks
    ):
        return before
    missing = before.missing + 1
    is_long = missing >= content.missing_steps
    if content.missing is Missing.IGNORE:
        return REST if is_long else before._replace(missing=missing)
    # what is counted further would be told apart by nothing
    return before._replace(missing=min(missing, content.missing_steps), is_missing=is_long)


def judge_step(
    content: ThresholdContent,
    before: Standing,
    value: float | None,
    usual: Usual | None,
    *,
    is_out: bool,
) -> Standing:
    """Return what stands after one step. is_out: the object was not in service, which is no
    fault. A value of which the usual is not known (yet) is measured and not judged."""
    if is_out:
        return REST
    if value is None:
        return judge_missing(content, before)
    if content.is_usual and usual is None:
        kept = before._replace(missing=0, is_missing=False)
        return kept if kept.level or kept.marks else REST
    return judge_measured(content, before, mark_of(content, value, usual))


def _because(value: float | None, before: Standing, after: Standing, *, is_out: bool) -> Because:
    if is_out:
        return Because.OUT_OF_SERVICE
    if value is None:
        return Because.UNMEASURED
    if after.level > before.level:
        return Because.BEYOND
    return Because.GOOD if after.level < before.level else Because.MEASURED


def replay(
    content: ThresholdContent,
    before: Standing,
    places: range,
    *,
    values: Mapping[int, float],
    heard: Set[int],
    out: Sequence[Out] = (),
    known_from_s: float = 0.0,
    usual_at: UsualAt = lambda _place: None,
) -> tuple[Standing, list[Change]]:
    """Return what stands after the steps, and every change on the way.

    places: the steps, in order. heard: those in which the source told of anything; in the others
    nothing is known and nothing changes. out: stretches out of service, in order. known_from_s:
    before that no measurement is missing. Cost: linear in
    the steps measured or remembered; steps at rest without a value are passed over.
    """
    standing, changes = before, list[Change]()
    # at rest, a step without a value changes nothing, unless that is an alarm of its own
    looks_everywhere = content.missing is Missing.ALARM
    for place in places:
        if standing is REST and not looks_everywhere and place not in values:
            continue
        is_out = overlaps(out, place, content.step_s)
        value = values.get(place)
        is_told = place in heard and place * content.step_s >= known_from_s
        if value is None and not is_out and not is_told:
            continue
        usual = usual_at(place) if content.is_usual and value is not None and not is_out else None
        after = judge_step(content, standing, value, usual, is_out=is_out)
        if after.level != standing.level or after.is_missing != standing.is_missing:
            changes.append(
                Change(
                    place=place,
                    level_before=standing.level,
                    level=after.level,
                    was_missing=standing.is_missing,
                    is_missing=after.is_missing,
                    value=value,
                    usual=usual,
                    because=_because(value, standing, after, is_out=is_out),
                )
            )
        standing = after
    return standing, changes


def overlaps(out: Sequence[Out], place: int, step_s: int) -> bool:
    """Say whether a step lies, even in part, in one of the stretches."""
    if not out:
        return False
    from_s, until_s = place * step_s, (place + 1) * step_s
    # of those that begin before the step ends, the last ends last
    index = bisect_right(out, (until_s, float("-inf"))) - 1
    return index >= 0 and out[index].from_s < until_s and out[index].until_s > from_s
