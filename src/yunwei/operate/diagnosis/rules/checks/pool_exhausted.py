"""The pool has no free desktop left."""

from yunwei.operate.diagnosis.facts.evidence import Attempt, Evidence
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

ALARM, OWN, OTHERS = 0.45, 0.55, 0.4


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    grounds, measured = failure_grounds(evidence, Failed.NO_DESKTOP, own=OWN, others=OTHERS)
    if is_contradicted(evidence, failed_with(Failed.NO_DESKTOP)):
        return clear(measured)
    names = (evidence.pool, evidence.pool_name)
    alarm = alarm_ground(evidence, Topic.POOL_FULL, ALARM, names)
    if grounds[0] is None and alarm is None and any(map(_is_in, evidence.own)):
        return clear(measured)
    return accuse([alarm, *grounds], measured)


def _is_in(attempt: Attempt) -> bool:
    return not attempt.failure


CHECK = Check(
    name="pool_exhausted",
    part=Part.POOL,
    title=Said(zh="桌面池没有空闲桌面", en="The pool has no free desktop"),
    source=Said(zh="连接记录：失败原因；告警", en="Connections: why they failed; alarms"),
    judge=judge,
    remedies=(
        instruct("释放长时间断开的会话", "Free sessions that were left long ago"),
        instruct("扩容桌面池", "Let the pool grow"),
    ),
)
