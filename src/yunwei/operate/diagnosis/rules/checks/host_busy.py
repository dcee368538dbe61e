"""The host has more to do than it can: its desktops are slow together."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    is_slow,
    others_elsewhere,
    others_on_host,
    own_hits,
    spread,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Topic

ALARM, OWN, TOGETHER = 0.55, 0.25, 0.45
LEAST, SHARE, ELSEWHERE = 2, 0.5, 0.2


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    host = evidence.host
    names = (host.name, evidence.desktop.host) if host and evidence.desktop else ()
    alarm = alarm_ground(evidence, Topic.HOST_BUSY, ALARM, names)
    slow = is_slow(evidence)
    here = spread(evidence, slow, others_on_host(evidence))
    there = spread(evidence, slow, others_elsewhere(evidence))
    together = here.hit >= LEAST and here.share >= SHARE and there.share < ELSEWHERE
    if alarm is None and not together:
        return clear() if evidence.on_host else unmeasured()
    return accuse(
        [
            alarm,
            ground(own_hits(evidence, slow), OWN, "本人登录变慢", "the person's logon is slow"),
            ground(
                together,
                TOGETHER,
                f"同主机另有 {here.hit} 位用户变慢，其他主机正常",
                f"{here.hit} other users of this host are slow, those of other hosts are not",
            ),
        ]
    )


CHECK = Check(
    name="host_busy",
    part=Part.HOST,
    title=Said(zh="主机过载", en="The host is overloaded"),
    source=Said(zh="连接记录：登录时长；告警", en="Connections: how long logons take; alarms"),
    judge=judge,
    remedies=(
        instruct("找出占用最多的桌面", "Find the desktops that take most of it"),
        instruct("迁移部分桌面到余量大的主机", "Move some desktops to hosts with headroom"),
    ),
    explains=("desktop_cpu", "desktop_memory", "own_profile"),
)
