"""All licences are taken: new sessions are refused."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    failed_with,
    failure_grounds,
    is_contradicted,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed, Topic

ALARM, OWN, OTHERS = 0.5, 0.55, 0.4


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    grounds, measured = failure_grounds(evidence, Failed.LICENCE, own=OWN, others=OTHERS)
    if is_contradicted(evidence, failed_with(Failed.LICENCE)):
        return clear(measured)
    return accuse([alarm_ground(evidence, Topic.LICENCE_OUT, ALARM), *grounds], measured)


CHECK = Check(
    name="licence_exhausted",
    part=Part.LICENCE,
    title=Said(zh="许可用完", en="All licences are taken"),
    source=Said(zh="连接记录：失败原因；告警", en="Connections: why they failed; alarms"),
    judge=judge,
    remedies=(
        instruct("释放长时间断开的会话", "Free sessions that were left long ago"),
        instruct("收回闲置桌面占用的许可，或扩容", "Take back what nobody uses, or buy more"),
    ),
)
