"""An access gateway (or the line before it) loses packets: many are far away, whatever host."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    failed_with,
    is_contradicted,
    is_far,
    own_hits,
    spread,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed, Topic

ALARM, OWN, MANY, SPREAD = 0.5, 0.35, 0.45, 0.2
MANY_FROM, MANY_LOGINS, HOSTS_FROM = 0.08, 3, 2


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    lost = failed_with(Failed.NETWORK)
    others = spread(evidence, lambda each: is_far(each) or lost(each))
    far = spread(evidence, is_far)
    measured = Measurement(
        name=Said(zh="往返时延偏高的其他用户", en="Other users with long round trips"),
        value=float(far.hit),
        kind="count",
    )
    if is_contradicted(evidence, lambda each: is_far(each) or lost(each)):
        return clear(measured)
    own = own_hits(evidence, is_far)
    is_many = far.hit >= MANY_LOGINS and others.share >= MANY_FROM
    return accuse(
        [
            alarm_ground(evidence, Topic.GATEWAY_LOSS, ALARM),
            ground(own, OWN, "本人往返时延偏高", "the person's round trip is long"),
            ground(
                is_many,
                MANY,
                f"另有 {far.hit} 位用户往返时延偏高",
                f"{far.hit} other users have long round trips",
            ),
            ground(
                is_many and far.hosts >= HOSTS_FROM,
                SPREAD,
                f"他们的桌面分布在 {far.hosts} 台主机上",
                f"their desktops stand on {far.hosts} hosts",
            ),
        ]
        if is_many or own or not evidence.own
        else [alarm_ground(evidence, Topic.GATEWAY_LOSS, ALARM)],
        measured,
    )


CHECK = Check(
    name="gateway_loss",
    part=Part.GATEWAY,
    title=Said(zh="接入网关或其线路质量差", en="An access gateway or its line is poor"),
    source=Said(zh="连接记录：往返时延；告警", en="Connections: round trips; alarms"),
    judge=judge,
    remedies=(
        instruct(
            "检查网关外网链路、丢包与防火墙会话数", "Check the gateway's line, loss and firewall"
        ),
        instruct("把用户引导到另一台网关", "Send the users to another gateway"),
    ),
    explains=("own_network",),
)
