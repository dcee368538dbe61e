"""The directory (domain controller) does not answer: who is right can not be told."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
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
    grounds, measured = failure_grounds(evidence, Failed.DIRECTORY, own=OWN, others=OTHERS)
    if is_contradicted(evidence, failed_with(Failed.DIRECTORY)):
        return clear(measured)
    return accuse([alarm_ground(evidence, Topic.DIRECTORY, ALARM), *grounds], measured)


CHECK = Check(
    name="directory_down",
    part=Part.DIRECTORY,
    title=Said(zh="目录服务（域控）不可用", en="The directory does not answer"),
    source=Said(zh="连接记录：失败原因；告警", en="Connections: why they failed; alarms"),
    judge=judge,
    remedies=(
        instruct(
            "检查域控制器、DNS 记录与网络", "Check the domain controllers, their DNS and network"
        ),
        run_script("在桌面上检查域信任", "Try the desktop's domain trust", "windows-domain-trust"),
    ),
)
