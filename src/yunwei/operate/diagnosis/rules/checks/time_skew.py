"""Clocks differ so much that tickets are refused."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Risk, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    failed_with,
    failure_grounds,
    is_contradicted,
)
from yunwei.operate.diagnosis.rules.remedies import instruct, run_script
from yunwei.operate.diagnosis.rules.words import Failed, Topic

ALARM, OWN, OTHERS = 0.5, 0.5, 0.4


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    grounds, measured = failure_grounds(evidence, Failed.CLOCK, own=OWN, others=OTHERS)
    if is_contradicted(evidence, failed_with(Failed.CLOCK)):
        return clear(measured)
    return accuse([alarm_ground(evidence, Topic.CLOCK, ALARM), *grounds], measured)


CHECK = Check(
    name="time_skew",
    part=Part.DIRECTORY,
    title=Said(zh="时钟偏差过大", en="Clocks differ too much"),
    source=Said(zh="连接记录：失败原因；告警", en="Connections: why they failed; alarms"),
    judge=judge,
    remedies=(
        instruct(
            "核对 NTP 源与各节点时间，重新同步", "Check the time source and synchronise the nodes"
        ),
        run_script(
            "校准桌面时钟",
            "Synchronise the desktop's clock",
            "windows-time-sync",
            "linux-clock",
            risk=Risk.LOW,
        ),
    ),
)
