"""What a diagnosis promises: the cause that fits the spread, and nothing where nothing was seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.diagnosed import AT, ME, PLACES, alarm, build_evidence, crowd, neighbour
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.operate.diagnosis.facts.evidence import Evidence, Level, Own, Quota
from yunwei.operate.diagnosis.facts.verdicts import Ground, Part, Risk, Said, Standing
from yunwei.operate.diagnosis.rules.check import score_of
from yunwei.operate.diagnosis.rules.markdown import write_markdown
from yunwei.operate.diagnosis.rules.registry import all_checks
from yunwei.operate.diagnosis.rules.scoring import diagnose
from yunwei.operate.scripts.queries.starter import starter_set
from yunwei.operate.selfservice.facts.requests import RequestKind
from yunwei.plugins.sdk.contract import DesktopAct

WELL = build_evidence()
MINE_ONLY: Callable[[int, int], bool] = lambda host, place: (host, place) == (0, 0)  # noqa: E731
LEAST_CAUSES = 15
EACH_SLOW = 3


def spoil_desktop(**changes: Any) -> Evidence:
    assert WELL.desktop is not None
    return build_evidence(desktop=replace(WELL.desktop, **changes))


def spoil_user(**changes: Any) -> Evidence:
    assert WELL.user is not None
    return build_evidence(user=replace(WELL.user, **changes))


def lost_host() -> Evidence:
    lost = tuple(
        neighbour(*each, state=DesktopState.ERROR, login_state=LoginState.UNREGISTERED)
        if each[0] == 0
        else neighbour(*each)
        for each in PLACES
    )
    spoiled = spoil_desktop(state=DesktopState.ERROR, login_state=LoginState.UNREGISTERED)
    return replace(spoiled, peers=lost)


CASES: dict[str, Evidence] = {
    "account_locked": spoil_user(is_locked=True),
    "account_disabled": spoil_user(is_disabled=True),
    "own_network": build_evidence(crowd=crowd(only=MINE_ONLY, rtt_s=0.4)),
    "gateway_loss": build_evidence(crowd=crowd(only=lambda _h, place: place % 2 == 0, rtt_s=0.3)),
    "broker_down": build_evidence(
        crowd=crowd(failure="The access service is unavailable.", logon_s=None, rtt_s=None)
    ),
    "directory_down": build_evidence(
        crowd=crowd(failure="No domain controller answers.", logon_s=None, rtt_s=None)
    ),
    "licence_exhausted": build_evidence(
        crowd=crowd(failure="许可数量不足", logon_s=None, rtt_s=None)
    ),
    "pool_exhausted": build_evidence(
        crowd=crowd(failure="桌面池内无可用桌面", logon_s=None, rtt_s=None)
    ),
    "certificate_expired": build_evidence(
        crowd=crowd(failure="The certificate has expired.", logon_s=None, rtt_s=None)
    ),
    "time_skew": build_evidence(crowd=crowd(failure="时间偏差过大", logon_s=None, rtt_s=None)),
    "maintenance": spoil_desktop(is_in_maintenance=True),
    "desktop_faulty": spoil_desktop(state=DesktopState.ERROR),
    "agent_gone": spoil_desktop(login_state=LoginState.UNREGISTERED),
    "desktop_cpu": build_evidence(levels={"desktop.cpu": Level(now=0.97, usual=0.3)}),
    "desktop_memory": build_evidence(levels={"desktop.memory": Level(now=0.96, usual=0.5)}),
    "desktop_disk": build_evidence(levels={"desktop.disk": Level(now=0.98, usual=0.7)}),
    "host_down": lost_host(),
    "host_busy": build_evidence(
        crowd=crowd(only=lambda host, _p: host == 0, logon_s=90.0),
        alarms=(alarm("主机 CPU 过载", "/host/host-0"),),
    ),
    "storage_slow": build_evidence(
        crowd=crowd(only=lambda _h, place: place < EACH_SLOW, logon_s=90.0),
        alarms=(alarm("数据存储时延高", "/storage/DS-7"),),
    ),
    "profile_slow": build_evidence(
        crowd=crowd(logon_s=100.0), alarms=(alarm("配置文件服务响应慢", "/storage/NAS"),)
    ),
    "own_profile": build_evidence(crowd=crowd(only=MINE_ONLY, logon_s=140.0)),
    "licence_expiring": build_evidence(
        quotas=(
            Quota(
                name="VDI",
                kind="named",
                used=1.0,
                total=9.0,
                expires_at=AT - timedelta(days=1),
            ),
        )
    ),
}


@pytest.mark.parametrize("cause", list(CASES))
def test_the_cause_that_fits_is_the_best_founded(cause: str) -> None:
    verdict = diagnose(CASES[cause], all_checks())
    told = [(each.check, each.score, each.text.en) for each in verdict.accused]
    assert verdict.causes[:1] == (cause,), told
    assert verdict.by_check[cause].standing is Standing.GUILTY, told


def test_at_least_fifteen_kinds_of_cause_are_known() -> None:
    assert len(all_checks()) >= LEAST_CAUSES


def test_who_is_well_is_accused_of_nothing() -> None:
    verdict = diagnose(WELL, all_checks())
    assert verdict.causes == ()
    assert verdict.is_ours is None
    assert Standing.GUILTY not in {part.standing for part in verdict.parts}


def test_a_lost_host_explains_its_faulty_desktops() -> None:
    verdict = diagnose(lost_host(), all_checks())
    assert verdict.by_check["desktop_faulty"].explained_by == "host_down"
    assert "desktop_faulty" not in verdict.causes


def test_the_persons_own_network_is_not_ours() -> None:
    assert diagnose(CASES["own_network"], all_checks()).is_ours is False
    assert diagnose(CASES["gateway_loss"], all_checks()).is_ours is True


@pytest.mark.parametrize(
    ("missing", "unmeasured"),
    [
        ({"crowd": None}, {Part.ENDPOINT, Part.GATEWAY, Part.BROKER, Part.SESSION}),
        ({"desktop": None, "peers": (), "levels": {}}, {Part.DESKTOP}),
        ({"alarms": None, "crowd": None, "peers": ()}, {Part.NETWORK, Part.STORAGE, Part.GATEWAY}),
    ],
)
def test_what_was_not_measured_is_not_guessed(
    missing: dict[str, Any], unmeasured: set[Part]
) -> None:
    for cause, evidence in CASES.items():
        verdict = diagnose(replace(evidence, **missing), all_checks())
        standings = {part.part: part.standing for part in verdict.parts}
        accused = {each.part for each in verdict.accused}
        for part in unmeasured - accused:
            known = {Standing.NOT_MEASURED, Standing.CLEARED}
            assert standings[part] in known, (cause, part, standings[part])
        unseen = [each for each in verdict.findings if each.standing is Standing.NOT_MEASURED]
        assert all(each.score == 0.0 and not each.remedies for each in unseen)
        assert any(each.part in unmeasured for each in unseen)


@given(st.lists(st.floats(0.0, 1.0), max_size=8), st.floats(0.0, 1.0))
def test_a_further_ground_never_lowers_the_score(weights: list[float], more: float) -> None:
    def grounds(told: list[float]) -> list[Ground]:
        return [Ground(weight=each, text=Said(zh="甲", en="a")) for each in told]

    before, after = score_of(grounds(weights)), score_of(grounds([*weights, more]))
    assert 0.0 <= before <= after <= 100.0


def test_the_same_evidence_has_the_same_verdict() -> None:
    for evidence in CASES.values():
        assert diagnose(evidence, all_checks()) == diagnose(evidence, all_checks())


@pytest.mark.parametrize("cause", list(CASES))
def test_remedies_stand_in_order_of_risk(cause: str) -> None:
    top = diagnose(CASES[cause], all_checks()).top
    assert top is not None
    risks = [list(Risk).index(each.risk) for each in top.remedies]
    assert risks
    assert risks == sorted(risks)


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "# 诊断"), ("en", "# Diagnosis")])
def test_a_verdict_is_a_page_in_both_languages(language: str, word: str) -> None:
    evil = replace(WELL.subject, name="[x](javascript:alert(1)) <b>\n# 假")
    verdict = diagnose(replace(lost_host(), subject=evil), all_checks())
    text = write_markdown(verdict, language, ZoneInfo("Asia/Shanghai"))
    assert text.startswith(word)
    assert "[x](" not in text
    assert "<b>" not in text
    assert "\n# 假" not in text
    for part in verdict.parts:
        assert part.checks
    assert text.count("\n- **") == len(Part)


def test_what_remedies_name_is_there() -> None:
    scripts = {each.slug for each in starter_set()}
    remedies = [each for check in all_checks() for each in check.remedies]
    assert {name for each in remedies for name in each.scripts} <= scripts
    requests = {each.request for each in remedies if each.request}
    assert requests
    assert requests <= {each.value for each in RequestKind}
    acts = {each.act.value for each in remedies if each.act}
    assert acts
    assert acts <= {each.value for each in DesktopAct}


def accusing(evidence: Evidence) -> list[str]:
    return [each.check for each in diagnose(evidence, all_checks()).accused]


def test_whose_usual_is_not_known_is_compared_with_everybody() -> None:
    alone = build_evidence(crowd=crowd(only=MINE_ONLY, logon_s=140.0), past=Own())
    assert accusing(alone) == ["own_profile"]
    assert accusing(build_evidence(past=Own())) == []


def test_who_is_slower_by_far_than_all_that_are_slow_has_trouble_of_their_own() -> None:
    some_slow: Callable[[int, int], bool] = lambda _host, place: place % 3 == 0  # noqa: E731
    slow = crowd(only=some_slow, logon_s=60.0)
    worst = tuple(replace(each, logon_s=160.0) if each.login == ME else each for each in slow)
    assert accusing(build_evidence(crowd=worst))[0] == "own_profile"
    assert "own_profile" not in accusing(build_evidence(crowd=slow))


def test_a_desktop_that_reads_little_does_not_accuse_the_storage_of_all() -> None:
    idle = {
        "desktop.disk_read": Level(now=1.0, usual=100.0),
        "desktop.disk_write": Level(now=1.0, usual=100.0),
    }
    alone = build_evidence(crowd=crowd(only=MINE_ONLY, logon_s=140.0), levels=idle)
    assert accusing(alone) == ["own_profile"]
