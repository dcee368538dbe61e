"""The connection broker does not answer: nobody gets to a desktop."""

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

ALARM, OWN, OTHERS = 0.5, 0.5, 0.4


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    grounds, measured = failure_grounds(evidence, Failed.BROKER, own=OWN, others=OTHERS)
    if is_contradicted(evidence, failed_with(Failed.BROKER)):
        return clear(measured)
    return accuse([alarm_ground(evidence, Topic.BROKER_DOWN, ALARM), *grounds], measured)


CHECK = Check(
    name="broker_down",
    part=Part.BROKER,
    title=Said(zh="连接代理服务不可用", en="The connection broker is away"),
    source=Said(zh="连接记录：失败原因；告警", en="Connections: why they failed; alarms"),
    judge=judge,
    remedies=(
        instruct("检查连接代理的服务进程与数据库连接", "Check the broker's services and database"),
        instruct("必要时重启服务或切换到备节点", "Restart it or fail over if need be"),
    ),
)
