"""This person's own logons are slow, on whatever else is well: their profile."""

from yunwei.operate.diagnosis.facts.evidence import Attempt, Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import is_slow, own_hits, spread
from yunwei.operate.diagnosis.rules.remedies import instruct

SLOW, ALONE = 0.45, 0.4
FACTOR, MORE_S = 1.6, 8.0
ALONE_BELOW, LEAST_OTHERS = 0.15, 5


def judge(evidence: Evidence) -> Seen:
    usual = evidence.past.logon_p50_s
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
        compared=Said(zh="本人平时的中位数", en="the person's own usual median"),
    )
    if not own_hits(evidence, is_slower):
        return clear(measured)
    others = spread(evidence, is_slow(evidence))
    alone = others.measured >= LEAST_OTHERS and others.share < ALONE_BELOW
    return accuse(
        [
            ground(
                alone,
                SLOW,
                "登录远慢于本人平时",
                "the logon takes far longer than this person's usual",
            ),
            ground(
                alone,
                ALONE,
                f"其他 {others.measured} 位用户中只有 {others.hit} 位变慢",
                f"of {others.measured} other users only {others.hit} are slow",
            ),
        ],
        measured,
    )


CHECK = Check(
    name="own_profile",
    part=Part.SESSION,
    title=Said(zh="用户配置文件过大或损坏", en="The person's profile is large or broken"),
    source=Said(zh="连接记录：登录时长", en="Connections: how long logons take"),
    judge=judge,
    remedies=(
        instruct("清理配置文件中的缓存与大文件", "Clear caches and large files from the profile"),
        instruct("检查登录脚本与映射盘", "Check logon scripts and mapped drives"),
    ),
)
