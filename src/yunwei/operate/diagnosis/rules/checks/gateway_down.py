"""An access gateway is away: connections are lost and can not be made anew."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    failed_with,
    failure_grounds,
    is_contradicted,
    is_far,
    spread,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed, Topic

ALARM, OWN, OTHERS = 0.5, 0.4, 0.4
FAR_IS_LOSS = 3
"""From so many far logins on it is loss, not an outage."""


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    grounds, measured = failure_grounds(evidence, Failed.NETWORK, own=OWN, others=OTHERS)
    alarm = alarm_ground(evidence, Topic.GATEWAY_DOWN, ALARM)
    if is_contradicted(evidence, failed_with(Failed.NETWORK)):
        return clear(measured)
    if alarm is None and spread(evidence, is_far).hit >= FAR_IS_LOSS:
        return clear(measured)
    return accuse([alarm, *grounds], measured)


CHECK = Check(
    name="gateway_down",
    part=Part.GATEWAY,
    title=Said(zh="接入网关不可用", en="An access gateway is away"),
    source=Said(zh="连接记录：失败原因；告警", en="Connections: why they failed; alarms"),
    judge=judge,
    remedies=(
        instruct(
            "检查网关进程、主备切换与负载均衡", "Check the gateway, its standby and balancing"
        ),
        instruct("把用户引导到另一台网关", "Send the users to another gateway"),
    ),
    explains=("own_network",),
)
