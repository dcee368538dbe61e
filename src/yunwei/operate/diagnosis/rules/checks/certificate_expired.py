"""A certificate on the way has expired or is not trusted."""

from yunwei.operate.diagnosis.facts.evidence import Evidence, Quota
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    failed_with,
    failure_grounds,
    is_contradicted,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed, Topic

ALARM, OWN, OTHERS, OVER = 0.5, 0.5, 0.4, 0.5


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    grounds, measured = failure_grounds(evidence, Failed.CERTIFICATE, own=OWN, others=OTHERS)
    if is_contradicted(evidence, failed_with(Failed.CERTIFICATE)):
        return clear(measured)
    over = next((each for each in evidence.quotas if _is_over(each, evidence)), None)
    expired = ground(
        over,
        OVER,
        f"“{over.name if over else ''}”已过有效期",
        f"“{over.name if over else ''}” is out of date",
    )
    return accuse([alarm_ground(evidence, Topic.CERTIFICATE, ALARM), *grounds, expired], measured)


def _is_over(quota: Quota, evidence: Evidence) -> bool:
    is_certificate = "证书" in quota.name or "tls" in quota.name.casefold()
    return is_certificate and quota.expires_at is not None and quota.expires_at <= evidence.at


CHECK = Check(
    name="certificate_expired",
    part=Part.GATEWAY,
    title=Said(zh="证书过期", en="A certificate has expired"),
    source=Said(
        zh="连接记录：失败原因；告警；许可", en="Connections: why failed; alarms; licences"
    ),
    judge=judge,
    remedies=(
        instruct(
            "更换证书，并检查同期到期的其他证书", "Replace it, and look for others of that day"
        ),
    ),
)
