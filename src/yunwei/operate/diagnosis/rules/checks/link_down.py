"""A link of the data centre's network is down; what is left carries everything."""

from yunwei.operate.diagnosis.facts.evidence import Attempt, Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground, own_hits
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Topic

ALARM, SLOWER = 0.5, 0.3
SLOWER_FACTOR, SLOWER_S = 1.25, 0.004


def _is_longer(attempt: Attempt) -> bool:
    rtt, usual = attempt.rtt_s, attempt.usual_rtt_s
    return rtt is not None and usual is not None and rtt > SLOWER_FACTOR * usual + SLOWER_S


def judge(evidence: Evidence) -> Seen:
    alarm = alarm_ground(evidence, Topic.LINK, ALARM)
    if evidence.alarms is None:
        return unmeasured()
    longer = alarm and own_hits(evidence, _is_longer)
    return accuse(
        [
            alarm,
            ground(
                longer,
                SLOWER,
                "往返时延略高于平时",
                "the round trip is somewhat above the usual one",
            ),
        ]
    )


CHECK = Check(
    name="link_down",
    part=Part.NETWORK,
    title=Said(zh="数据中心网络链路中断", en="A link of the data centre is down"),
    source=Said(zh="告警；连接记录：往返时延", en="Alarms; connections: round trips"),
    judge=judge,
    remedies=(
        instruct("检查光模块、光纤与对端端口", "Check the optics, the fibre and the far port"),
        instruct("确认冗余链路没有过载", "See that what is left is not overloaded"),
    ),
)
