"""Situations of scripts, inspections and years, with what must and must not be said of each."""

import pytest
from django.utils import translation

from yunwei.operate.reports.work_findings import find_work
from yunwei.operate.reports.work_numbers import (
    InspectionNumbers,
    MonthNumbers,
    RunNumbers,
    WorkNumbers,
)


def runs(**changes: object) -> WorkNumbers:
    usual = {"runs": 10, "targets": 100, "succeeded": 100, "failed": 0, "unreached": 0}
    told = usual | {"stopped": 0, "guarded": 0, "refused": 0} | changes
    return WorkNumbers(runs=RunNumbers(**told))  # type: ignore[arg-type]


def inspected(**changes: object) -> WorkNumbers:
    told = {"inspections": 2, "score": 92.0, "grade": "Healthy", "coverage": 1.0} | changes
    return WorkNumbers(inspections=InspectionNumbers(**told))  # type: ignore[arg-type]


def year(*users: int | None, scores: tuple[float, ...] = (), alarms: int = 0) -> WorkNumbers:
    return WorkNumbers(
        months=tuple(
            MonthNumbers(
                label=f"2026-{place:02d}",
                coverage=None if each is None else 1.0,
                users=each,
                score=scores[place - 1] if scores else None,
                alarms=alarms * place,
            )
            for place, each in enumerate(users, 1)
        )
    )


CASES: dict[str, tuple[WorkNumbers, set[str], set[str]]] = {
    "nothing ran": (runs(runs=0, targets=0, succeeded=0), {"no_runs"}, {"runs_good"}),
    "all is well": (runs(), {"runs_good"}, {"runs_failed", "runs_unreached"}),
    "nothing has ended": (runs(succeeded=0), {"runs_open"}, {"runs_good", "runs_failed"}),
    "one in ten fails": (
        runs(succeeded=90, failed=10, worst_script="patch", worst_failed=9),
        {"runs_failed"},
        {"runs_good", "runs_worse"},
    ),
    "worse than before": (
        runs(succeeded=80, failed=20, success_before=0.99),
        {"runs_worse"},
        {"runs_failed", "runs_good"},
    ),
    "as bad as before": (
        runs(succeeded=80, failed=20, success_before=0.82),
        {"runs_failed"},
        {"runs_worse"},
    ),
    "one cause": (
        runs(succeeded=90, failed=10, cause="patch, exit code 3", cause_targets=8),
        {"runs_one_cause"},
        set(),
    ),
    "many causes": (
        runs(succeeded=90, failed=10, cause="patch, exit code 3", cause_targets=4),
        {"runs_failed"},
        {"runs_one_cause"},
    ),
    "many unreached": (runs(succeeded=80, unreached=20), {"runs_unreached"}, {"runs_failed"}),
    "few unreached": (runs(succeeded=95, unreached=5), {"runs_good"}, {"runs_unreached"}),
    "stopped": (runs(stopped=1), {"runs_stopped"}, {"runs_guarded"}),
    "stopped by the guard": (runs(stopped=2, guarded=1), {"runs_guarded"}, {"runs_stopped"}),
    "not approved": (runs(refused=1), {"runs_refused"}, set()),
    "nothing inspected": (inspected(inspections=0, score=None), {"no_inspection"}, set()),
    "too little measured": (
        inspected(score=None, coverage=0.4, unmeasured=9),
        {"inspection_unclear", "inspection_unmeasured"},
        {"inspection_good"},
    ),
    "healthy": (inspected(before=91.0), {"inspection_good"}, {"inspection_rose"}),
    "fell": (inspected(score=80.0, before=91.0), {"inspection_fell"}, {"inspection_good"}),
    "rose": (inspected(before=80.0), {"inspection_rose"}, {"inspection_good"}),
    "poor": (inspected(score=62.0), {"inspection_poor"}, {"inspection_good"}),
    "findings without tickets": (
        inspected(findings=5, tickets=2, new=1),
        {"inspection_untracked"},
        {"inspection_findings"},
    ),
    "findings with tickets": (
        inspected(findings=5, tickets=5),
        {"inspection_findings"},
        {"inspection_untracked"},
    ),
    "a year that grew": (year(100, 120, 150), {"year_grew"}, {"year_gaps", "year_steady"}),
    "a year that shrank": (year(100, 120, 70), {"year_shrank"}, {"year_grew"}),
    "a steady year": (year(100, 120, 103), {"year_steady"}, {"year_grew"}),
    "a small year": (year(3, 4), {"year_steady"}, {"year_grew"}),
    "months not measured": (year(100, None, 150), {"year_gaps", "year_grew"}, set()),
    "nothing measured at all": (year(None, None), {"year_gaps"}, {"year_steady", "year_grew"}),
    "experience moved": (
        year(100, 100, scores=(90.0, 70.0)),
        {"year_experience"},
        {"year_experience_steady"},
    ),
    "experience stood": (
        year(100, 100, scores=(90.0, 89.0)),
        {"year_experience_steady"},
        {"year_experience"},
    ),
    "alarms": (year(100, 100, 100, alarms=10), {"year_alarms"}, set()),
    "few alarms": (year(100, 100, alarms=1), set(), {"year_alarms"}),
}


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_must_and_must_not_be_said(case: str, language: str) -> None:
    numbers, must, must_not = CASES[case]
    with translation.override(language):
        found = list(find_work(numbers))
    said = {each.code for each in found}
    assert must <= said
    assert not must_not & said
    assert all("%(" not in each.text + each.advice for each in found)
    assert all(each.text.isascii() == (language == "en") for each in found)


def test_the_worst_script_is_named() -> None:
    numbers = runs(succeeded=70, failed=30, worst_script="patch", worst_failed=30)
    with translation.override("en"):
        [finding] = find_work(numbers)
    assert finding.tone.value == "critical"
    assert "patch" in finding.advice
