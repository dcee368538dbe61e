"""More people log on at once than the broker can serve."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    failed_with,
    failure_grounds,
    is_contradicted,
    is_slow,
    own_hits,
    spread,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed, Topic

ALARM, OWN, OTHERS, CROWD, SLOW = 0.5, 0.4, 0.35, 0.4, 0.25
CROWD_FACTOR, CROWD_LEAST = 2.0, 20
SLOW_SHARE = 0.3


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    slow = is_slow(evidence)
    busy = failed_with(Failed.BUSY)
    rate = len(evidence.crowd) / max(evidence.window.total_seconds() / 3600, 0.1)
    usual = evidence.usual.per_hour if evidence.usual else None
    measured = Measurement(
        name=Said(zh="每小时连接尝试", en="Attempts an hour"),
        value=round(rate, 1),
        kind="count",
        usual=usual,
        compared=Said(zh="同一时刻的平常水平", en="the usual at this hour"),
    )
    if is_contradicted(evidence, lambda each: slow(each) or busy(each)):
        return clear(measured)
    is_crowd = (
        usual is not None and len(evidence.crowd) >= CROWD_LEAST and rate > CROWD_FACTOR * usual
    )
    others = spread(evidence, slow)
    grounds, _counted = failure_grounds(evidence, Failed.BUSY, own=OWN, others=OTHERS)
    alarm = alarm_ground(evidence, Topic.BROKER_BUSY, ALARM)
    told = alarm or is_crowd or any(grounds)
    return accuse(
        [
            alarm,
            *grounds,
            ground(
                is_crowd, CROWD, "连接尝试远多于平常", "far more attempts than usual at this hour"
            ),
            ground(
                told and own_hits(evidence, slow) and others.share >= SLOW_SHARE,
                SLOW,
                f"另有 {others.hit} 位用户登录变慢",
                f"logons of {others.hit} other users are slow, too",
            ),
        ],
        measured,
    )


CHECK = Check(
    name="logon_storm",
    part=Part.BROKER,
    title=Said(zh="登录风暴，接入过载", en="A logon storm overloads the broker"),
    source=Said(
        zh="连接记录：次数、失败原因；告警", en="Connections: how many, why failed; alarms"
    ),
    judge=judge,
    remedies=(
        instruct("请用户几分钟后重试", "Ask people to try again in some minutes"),
        instruct("上班前预先开机，错峰登录", "Start desktops before work and spread the logons"),
    ),
)
