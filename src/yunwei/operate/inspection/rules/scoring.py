"""The health score, with its arithmetic. Pure.

What passed gains its weight, what is doubtful half of it, what failed nothing; what was not
measured counts for nothing and lowers the coverage. A failed critical check allows at most 59
points, a failed major one 84: a fail is never hidden behind an average.
"""

from collections.abc import Iterable, Mapping, Sequence

from yunwei.operate.inspection.facts.inspections import (
    Answer,
    DomainScore,
    Grade,
    Inspected,
    Level,
    Score,
)
from yunwei.operate.inspection.facts.templates import Domain, Gravity

LEAST_COVERAGE = 0.5
CAPS = {Gravity.CRITICAL: 59.0, Gravity.MAJOR: 84.0}
_WORTH = {Level.PASSED: 1.0, Level.WARNED: 0.5, Level.FAILED: 0.0}
_GRADES = ((90.0, Grade.HEALTHY), (75.0, Grade.GOOD), (60.0, Grade.WATCH), (0.0, Grade.AT_RISK))

type Line = tuple[Domain, Gravity, int, Level]
"""What it is about, how grave, its weight, what was said."""


def score_inspection(content: Inspected, answers: Mapping[str, Answer]) -> Score:
    """Return the score of what was measured and answered; an item without an answer is not
    measured."""
    lines: list[Line] = [
        (each.check.domain, each.check.gravity, each.check.weight, each.level)
        for each in content.results
    ]
    for item in content.items:
        answer = answers.get(item.name)
        level = answer.level if answer else Level.NOT_MEASURED
        lines.append((item.domain, item.gravity, item.weight, level))
    return score_lines(lines)


def score_lines(lines: Sequence[Line]) -> Score:
    domains = tuple(
        score
        for domain in Domain
        if (score := _score_domain(domain, [each for each in lines if each[0] is domain]))
    )
    weight = sum(each.weight for each in domains)
    gained = sum(each.gained for each in domains)
    left = sum(each.left for each in domains)
    coverage = weight / (weight + left) if weight + left else 0.0
    plain = 100.0 * gained / weight if weight else None
    gravity = next((each for each in CAPS if _fails(lines, each)), None)
    cap = CAPS[gravity] if gravity else None
    total = plain if plain is None or cap is None else min(plain, cap)
    levels = [level for *_about, level in lines]
    return Score(
        domains=domains,
        weight=weight,
        gained=gained,
        plain=plain,
        cap=cap,
        capped_by=gravity,
        total=None if total is None else round(total, 1),
        coverage=coverage,
        grade=_grade(total, coverage),
        failed=levels.count(Level.FAILED),
        warned=levels.count(Level.WARNED),
        unmeasured=levels.count(Level.NOT_MEASURED),
    )


def _score_domain(domain: Domain, lines: Sequence[Line]) -> DomainScore | None:
    if not lines:
        return None
    said = [(weight, _WORTH[level]) for _d, _g, weight, level in lines if level in _WORTH]
    return DomainScore(
        domain=domain,
        weight=float(sum(weight for weight, _worth in said)),
        gained=sum(weight * worth for weight, worth in said),
        left=float(sum(w for _d, _g, w, level in lines if level is Level.NOT_MEASURED)),
    )


def _fails(lines: Iterable[Line], gravity: Gravity) -> bool:
    return any(each[1] is gravity and each[3] is Level.FAILED for each in lines)


def _grade(total: float | None, coverage: float) -> Grade:
    if total is None or coverage < LEAST_COVERAGE:
        return Grade.UNCLEAR
    return next(grade for least, grade in _GRADES if total >= least)
