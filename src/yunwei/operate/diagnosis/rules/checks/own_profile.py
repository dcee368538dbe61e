"""This person's own logons are slow, on whatever else is well: their profile."""

from yunwei.operate.diagnosis.facts.evidence import Attempt, Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import is_slow, own_hits, spread
from yunwei.operate.diagnosis.rules.remedies import instruct, run_script

SLOW, ALONE = 0.45, 0.4
WORSE_FACTOR = 1.8
"""So many times the slowest of the others: whatever slows them, this person has more."""
SLOW_FOR_ALL = 0.35
"""Where the person's own usual is not known: slower than nearly everybody's."""
FACTOR, MORE_S = 1.6, 8.0
ALONE_BELOW, LEAST_OTHERS = 0.15, 5
_OWN = Said(zh="本人平时的中位数", en="the person's own usual median")
_OF_ALL = Said(zh="所有人平时的中位数", en="everybody's usual median")


def judge(evidence: Evidence) -> Seen:
    own, all_usual = evidence.past.logon_p50_s, evidence.usual
    usual = all_usual.logon_p50_s if own is None and all_usual else own
    told = [each.logon_s for each in evidence.own if each.logon_s is not None]
    if evidence.crowd is None or usual is None or not told:
        return unmeasured()

    def is_slower(attempt: Attempt) -> bool:
        return attempt.logon_s is not None and attempt.logon_s > FACTOR * usual + MORE_S

    measured = Measurement(
        name=Said(zh="登录时长", en="Logon"),
        value=max(told),
        kind="seconds",
        usual=usual,
        compared=_OF_ALL if own is None else _OWN,
    )
    if not own_hits(evidence, is_slow(evidence) if own is None else is_slower):
        return clear(measured)
    others = spread(evidence, is_slow(evidence))
    is_known = others.measured >= LEAST_OTHERS
    few = is_known and others.share < ALONE_BELOW
    worse = is_known and max(told) > WORSE_FACTOR * _slowest_of_others(evidence)
    alone = few or worse
    return accuse(
        [
            ground(
                alone and own is not None,
                SLOW,
                "登录远慢于本人平时",
                "the logon takes far longer than this person's usual",
            ),
            ground(
                alone and own is None,
                SLOW_FOR_ALL,
                "登录比几乎所有人平时都慢",
                "the logon takes longer than nearly everybody's usually do",
            ),
            ground(
                worse and not few,
                ALONE,
                f"其他用户也有变慢的，但远不及本人（{others.hit}/{others.measured}）",
                f"others are slow, too ({others.hit} of {others.measured}), but by far less",
            ),
            ground(
                few,
                ALONE,
                f"其他 {others.measured} 位用户中只有 {others.hit} 位变慢",
                f"of {others.measured} other users only {others.hit} are slow",
            ),
        ],
        measured,
    )


def _slowest_of_others(evidence: Evidence) -> float:
    """Return the 95th percentile of how long the others' logons took; 0 when none is known."""
    logins = evidence.logins
    told = sorted(
        each.logon_s
        for each in evidence.crowd or ()
        if each.logon_s is not None and each.login not in logins
    )
    return told[int(0.95 * len(told))] if told else 0.0


CHECK = Check(
    name="own_profile",
    part=Part.SESSION,
    title=Said(zh="用户配置文件过大或损坏", en="The person's profile is large or broken"),
    source=Said(zh="连接记录：登录时长", en="Connections: how long logons take"),
    judge=judge,
    remedies=(
        run_script(
            "查看配置文件大小",
            "See how large the profile is",
            "windows-profile-size",
            "any-folder-sizes",
        ),
        instruct("清理配置文件中的缓存与大文件", "Clear caches and large files from the profile"),
        instruct("检查登录脚本与映射盘", "Check logon scripts and mapped drives"),
    ),
)
