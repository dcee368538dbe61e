"""The desktop's agent or image is older than what its like have."""

from collections import Counter

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground
from yunwei.operate.diagnosis.rules.remedies import REBUILD, instruct
from yunwei.operate.diagnosis.rules.words import Topic

OLD, ALARM, SEVERAL = 0.3, 0.45, 0.15
LEAST_PEERS, MOST_SHARE = 5, 0.6
"""What at least so many peers, and this share of them, have is what it should be."""


def judge(evidence: Evidence) -> Seen:
    names = (evidence.pool, evidence.pool_name)
    alarm = alarm_ground(evidence, Topic.IMAGE, ALARM, names)
    desktop = evidence.desktop
    mates = [each for each in evidence.peers if evidence.pool and each.pool == evidence.pool]
    versions = Counter(each.agent_version for each in mates if each.agent_version)
    usual, count = next(iter(versions.most_common(1)), ("", 0))
    is_known = len(mates) >= LEAST_PEERS and count >= MOST_SHARE * len(mates)
    if not is_known and alarm is None:
        return unmeasured()
    others = len(mates) - count
    is_old = desktop is not None and is_known and desktop.agent_version not in ("", usual)
    if desktop is not None and not is_old:
        return accuse([])
    return accuse(
        [
            alarm,
            ground(
                is_old,
                OLD,
                f"代理版本与同池 {count} 台桌面不同",
                f"its agent differs from that of {count} desktops of its pool",
            ),
            ground(
                is_known and others > 1 and alarm,
                SEVERAL,
                f"池内 {others} 台桌面版本不一致",
                f"{others} desktops of the pool differ",
            ),
        ]
    )


CHECK = Check(
    name="image_drift",
    part=Part.IMAGE,
    title=Said(zh="镜像或代理版本不一致", en="Image or agent differs from its like"),
    source=Said(zh="资产：代理版本、镜像；告警", en="Inventory: agents, images; alarms"),
    judge=judge,
    remedies=(
        instruct("在下一个维护窗口统一升级", "Bring it up to date in the next window"),
        REBUILD,
    ),
)
