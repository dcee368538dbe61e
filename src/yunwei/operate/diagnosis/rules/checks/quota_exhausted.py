"""A quota of the cloud is used up: nothing new can be made or grow."""

from yunwei.operate.diagnosis.facts.evidence import Evidence, SubjectKind
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Topic

ALARM, FULL = 0.3, 0.3
FULL_FROM = 0.995
_ASKED_OF = (SubjectKind.POOL, SubjectKind.ALARM)
"""A desktop that is there does not fail for want of a quota; a pool that grows does."""


def judge(evidence: Evidence) -> Seen:
    if not evidence.quotas and evidence.alarms is None:
        return unmeasured()
    full = [
        each
        for each in evidence.quotas
        if each.total and each.used is not None and each.used >= FULL_FROM * each.total
    ]
    alarm = alarm_ground(evidence, Topic.QUOTA, ALARM)
    if evidence.subject.kind not in _ASKED_OF:
        return accuse([])
    names = "、".join(each.name for each in full[:3])
    return accuse([alarm, ground(alarm and full, FULL, f"已用完：{names}", f"used up: {names}")])


CHECK = Check(
    name="quota_exhausted",
    part=Part.LICENCE,
    title=Said(zh="云平台配额用完", en="A quota of the cloud is used up"),
    source=Said(zh="许可与配额；告警", en="Licences and quotas; alarms"),
    judge=judge,
    remedies=(
        instruct("申请提升配额", "Ask for a larger quota"),
        instruct("删除不再使用的磁盘与桌面", "Remove disks and desktops that nobody uses"),
    ),
)
