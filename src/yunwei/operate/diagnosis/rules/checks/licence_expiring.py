"""A licence is out of date, or soon will be."""

from datetime import timedelta

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground, failed_with, own_hits
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed, Topic

OVER, ASKED = 0.6, 0.2
REFUSED = 0.4
SOON = timedelta(days=30)


def judge(evidence: Evidence) -> Seen:
    if not evidence.quotas and evidence.alarms is None:
        return unmeasured()
    ends = [each for each in evidence.quotas if each.expires_at is not None]
    over = [each for each in ends if each.expires_at and each.expires_at <= evidence.at]
    soon = [each for each in ends if each.expires_at and each.expires_at - evidence.at <= SOON]
    refused = own_hits(evidence, failed_with(Failed.LICENCE))
    asked = alarm_ground(evidence, Topic.LICENCE_EXPIRY, ASKED)
    name = next((each.name for each in (*over, *soon)), "")
    return accuse(
        [
            asked,
            ground(over, OVER, f"“{name}”已过期", f"“{name}” is out of date"),
            ground(over and refused, REFUSED, "登录因许可被拒绝", "logons are refused for it"),
        ]
    )


CHECK = Check(
    name="licence_expiring",
    part=Part.LICENCE,
    title=Said(zh="许可过期或即将过期", en="A licence is out of date, or soon will be"),
    source=Said(zh="许可：有效期；告警", en="Licences: until when; alarms"),
    judge=judge,
    remedies=(instruct("申请并加载新的许可文件", "Order the new licence file and load it"),),
)
