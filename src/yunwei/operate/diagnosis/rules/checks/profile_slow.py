"""The store of profiles is slow: nearly all logons take long."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    is_contradicted,
    is_slow,
    own_hits,
    spread,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Topic

ALARM, OWN, MOST = 0.5, 0.25, 0.35
LEAST, SHARE_FROM = 3, 0.6


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    slow = is_slow(evidence)
    if is_contradicted(evidence, slow):
        return clear()
    alarm = alarm_ground(evidence, Topic.PROFILE, ALARM)
    own, others = own_hits(evidence, slow), spread(evidence, slow)
    most = own and others.hit >= LEAST and others.share >= SHARE_FROM
    return accuse(
        [
            alarm,
            ground(own and (alarm or most), OWN, "本人登录变慢", "the person's logon is slow"),
            ground(
                most,
                MOST,
                f"其他用户中 {others.share:.0%} 登录变慢",
                f"logons of {others.share:.0%} of the others are slow",
            ),
        ]
    )


CHECK = Check(
    name="profile_slow",
    part=Part.STORAGE,
    title=Said(zh="配置文件存储慢", en="The store of profiles is slow"),
    source=Said(zh="连接记录：登录时长；告警", en="Connections: how long logons take; alarms"),
    judge=judge,
    remedies=(instruct("检查 NAS 负载、网络与备份任务", "Check the NAS, its network and backups"),),
    explains=("own_profile", "storage_slow", "host_busy"),
)
