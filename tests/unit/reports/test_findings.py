"""Thirty situations, each with the sentence that must stand in a report and those that must not."""

from datetime import date, datetime

import pytest
from django.utils import translation

from tests.unit.reports.sentences import SENTENCES
from yunwei.operate.reports.content import FindingTone
from yunwei.operate.reports.findings import find
from yunwei.operate.reports.numbers import Ending, Filling, Numbers

WHOLE = {"coverage": 1.0, "coverage_before": 1.0}
AT = datetime.fromisoformat("2026-10-14T10:32:00")

CASES: dict[str, tuple[Numbers, str, tuple[str, ...]]] = {
    "nothing was measured": (
        Numbers(coverage=0.0, users=0),
        "nothing_measured",
        ("nobody", "calm", "users_fewer"),
    ),
    "two thirds were measured": (
        Numbers(coverage=0.66, coverage_before=1.0, users=80, users_before=120),
        "half_measured",
        ("users_fewer", "users_steady"),
    ),
    "the month before was hardly measured": (
        Numbers(coverage=1.0, coverage_before=0.3, users=120, users_before=40),
        "users",
        ("users_more", "half_measured"),
    ),
    "nobody came though all was measured": (
        Numbers(**WHOLE, users=0, users_before=12),
        "nobody",
        ("users_fewer", "calm"),
    ),
    "many more users": (
        Numbers(**WHOLE, users=240, users_before=200),
        "users_more",
        ("users_steady", "users_fewer"),
    ),
    "many fewer users": (
        Numbers(**WHOLE, users=160, users_before=200),
        "users_fewer",
        ("users_steady", "users_more"),
    ),
    "four users in a hundred more": (
        Numbers(**WHOLE, users=104, users_before=100),
        "users_steady",
        ("users_more",),
    ),
    "one user more of three": (
        Numbers(**WHOLE, users=4, users_before=3),
        "users_steady",
        ("users_more",),
    ),
    "the first month ever": (
        Numbers(coverage=1.0, users=50),
        "users",
        ("users_more", "users_fewer"),
    ),
    "a peak": (Numbers(**WHOLE, peak=812, peak_at=AT), "peak", ("calm",)),
    "hardly anything fails": (
        Numbers(**WHOLE, attempts=10_000, failures=90),
        "failures_few",
        ("failures", "failures_one_reason"),
    ),
    "three of a hundred fail": (
        Numbers(**WHOLE, attempts=1000, failures=30, top_failure="a", top_failures=9),
        "failures",
        ("failures_few", "failures_one_reason"),
    ),
    "most fail for one reason": (
        Numbers(**WHOLE, attempts=1000, failures=80, top_failure="bad", top_failures=60),
        "failures_one_reason",
        ("failures_few",),
    ),
    "one of two attempts failed": (
        Numbers(**WHOLE, attempts=2, failures=1),
        "calm",
        ("failures", "failures_one_reason"),
    ),
    "logons are quick": (
        Numbers(**WHOLE, logon_p95_s=31.0, logon_p95_before_s=30.0),
        "logons_quick",
        ("logons_slow", "logons_slower"),
    ),
    "logons became slower": (
        Numbers(**WHOLE, logon_p95_s=48.0, logon_p95_before_s=30.0),
        "logons_slower",
        ("logons_quick",),
    ),
    "logons became slower than in a time that was not measured": (
        Numbers(coverage=1.0, coverage_before=0.1, logon_p95_s=48.0, logon_p95_before_s=30.0),
        "logons_quick",
        ("logons_slower",),
    ),
    "logons are slow as ever": (
        Numbers(**WHOLE, logon_p95_s=90.0, logon_p95_before_s=91.0),
        "logons_slow",
        ("logons_quick", "logons_slower"),
    ),
    "people work well": (
        Numbers(**WHOLE, score=91.0, score_before=90.0, worst_cause="x"),
        "experience_good",
        ("experience_fell", "experience_poor"),
    ),
    "experience fell": (
        Numbers(**WHOLE, score=84.0, score_before=90.0, worst_cause="x", worst_points=8),
        "experience_fell",
        ("experience_good",),
    ),
    "experience is poor as before": (
        Numbers(**WHOLE, score=55.0, score_before=54.0, poor_users=12),
        "experience_poor",
        ("experience_good", "experience_fell"),
    ),
    "logons were refused": (Numbers(refused=3), "refused", ("calm",)),
    "a tenth of accounts is unused": (
        Numbers(accounts=100, give_back=10),
        "give_back",
        ("calm",),
    ),
    "one account of a hundred is unused": (
        Numbers(accounts=100, give_back=1),
        "calm",
        ("give_back",),
    ),
    "a licence is used up": (
        Numbers(licences=(Filling(name="CCU", used=100, total=100),)),
        "licence_spent",
        ("licence_scarce", "licence_soon"),
    ),
    "a licence lasts 20 days more": (
        Numbers(
            licences=(
                Filling(
                    name="CCU", used=95, total=100, days_until_full=20, full_on=date(2026, 11, 20)
                ),
            )
        ),
        "licence_soon",
        ("licence_scarce", "licence_spent"),
    ),
    "a quota is scarce and does not grow": (
        Numbers(quotas=(Filling(name="SSD", used=92, total=100),)),
        "quota_scarce",
        ("quota_soon",),
    ),
    "a quota is half used": (
        Numbers(quotas=(Filling(name="SSD", used=50, total=100, days_until_full=200),)),
        "calm",
        ("quota_scarce", "quota_soon"),
    ),
    "a host is down": (Numbers(hosts=12, hosts_unwell=1), "hosts_unwell", ("calm",)),
    "the loss of a host would hurt": (
        Numbers(hosts=3, hosts_unwell=0, after_loss=-7),
        "no_headroom",
        ("hosts_unwell",),
    ),
    "a desktop fails": (Numbers(desktops=900, failing=1), "failing", ("calm",)),
    "a certificate ends": (
        Numbers(ending=(Ending(name="web", days_left=6), Ending(name="other", days_left=90))),
        "ending",
        ("calm",),
    ),
    "no alarm at all": (
        Numbers(occurrences=0, occurrences_before=40),
        "no_alarms",
        ("alarms_fewer", "alarms"),
    ),
    "many more alarms": (
        Numbers(occurrences=90, occurrences_before=40, told=9),
        "alarms_more",
        ("alarms_fewer", "alarms"),
    ),
    "three alarms after one": (
        Numbers(occurrences=3, occurrences_before=1, told=1),
        "alarms",
        ("alarms_more",),
    ),
    "one alarm talks all the time": (
        Numbers(occurrences=100, told=9, talker="disk", talker_share=0.4),
        "talker",
        ("calm",),
    ),
    "two alarms, one of them twice": (
        Numbers(occurrences=2, told=2, talker="disk", talker_share=1.0),
        "alarms",
        ("talker",),
    ),
    "nobody took alarms up in time": (
        Numbers(occurrences=30, told=9, acknowledged=8, acknowledged_s=5400),
        "taken_up_late",
        ("calm",),
    ),
    "alarms stand": (Numbers(occurrences=5, told=5, standing=2), "standing", ("calm",)),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_situation_is_said_and_nothing_that_is_not_so(name: str) -> None:
    numbers, must, must_not = CASES[name]
    said = {each.code for each in find(numbers)}
    assert must in said
    assert not said & set(must_not)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_sentence_itself_is_right_in_both_languages(name: str) -> None:
    numbers, must, must_not = CASES[name]
    for language, sentence in zip(("en", "zh-hans"), SENTENCES[name], strict=True):
        with translation.override(language):
            found = find(numbers)
        assert sentence in [each.text for each in found if each.code == must]
        assert sentence not in [each.text for each in found if each.code in must_not]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_not_well_says_why_it_matters_and_what_to_do(language: str) -> None:
    with translation.override(language):
        found = [each for numbers, _must, _not in CASES.values() for each in find(numbers)]
    grave = [each for each in found if each.tone in {FindingTone.WARNING, FindingTone.CRITICAL}]
    assert len({each.code for each in grave}) > 15
    for each in grave:
        assert each.why.isascii() == (language == "en"), each.code
        assert each.why, each.code
        # a time half measured is only to be read with care
        assert each.advice or each.code in {"half_measured", "experience_poor"}, each.code


def test_a_reason_that_several_have_is_said_once() -> None:
    spent = Filling(name="A", used=9, total=9), Filling(name="B", used=9, total=9)
    first, second = find(Numbers(licences=spent))
    assert first.why
    assert not second.why


def test_there_are_thirty_situations_at_least() -> None:
    assert len(CASES) >= 30
    assert set(CASES) == set(SENTENCES)


def test_what_presses_most_stands_first_and_words_carry_the_figures() -> None:
    numbers = Numbers(**WHOLE, users=240, users_before=200, refused=3, logon_p95_s=12.0)
    with translation.override("en"):
        found = find(numbers)
    assert [each.code for each in found] == ["refused", "users_more", "logons_quick"]
    assert found[1].text == "240 users were active, 20% more than in the time before (200)."
    with translation.override("zh-hans"):
        said = find(numbers)[1].text
    assert said == "活跃用户 240 人，比上期（200 人）增加 20%。"
