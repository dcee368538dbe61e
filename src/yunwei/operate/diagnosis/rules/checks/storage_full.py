"""A datastore is full: desktops on it stop, on several hosts at once."""

from yunwei.base.core.readings import DesktopState
from yunwei.operate.diagnosis.facts.evidence import Evidence, is_faulty
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Topic

ALARM, OWN, SPREAD = 0.5, 0.3, 0.4
LEAST, HOSTS, MOST = 4, 2, 0.6


def judge(evidence: Evidence) -> Seen:
    if evidence.alarms is None and not evidence.peers:
        return unmeasured()
    alarm = alarm_ground(evidence, Topic.STORAGE_FULL, ALARM)
    desktop = evidence.desktop
    own = desktop is not None and desktop.state is DesktopState.ERROR
    if desktop is not None and not own:
        return clear()
    faulty = [each for each in evidence.peers if is_faulty(each)]
    hosts = {each.host for each in faulty}
    mates = evidence.on_host
    on_own = sum(is_faulty(each) for each in mates)
    is_spread = len(faulty) >= LEAST and len(hosts) >= HOSTS and on_own < MOST * max(1, len(mates))
    return accuse(
        [
            alarm,
            ground(own and (alarm or is_spread), OWN, "桌面处于故障状态", "the desktop is faulty"),
            ground(
                is_spread,
                SPREAD,
                f"{len(hosts)} 台主机上共 {len(faulty)} 台桌面故障",
                f"{len(faulty)} desktops on {len(hosts)} hosts are faulty",
            ),
        ]
    )


CHECK = Check(
    name="storage_full",
    part=Part.STORAGE,
    title=Said(zh="数据存储空间用完", en="A datastore is full"),
    source=Said(zh="资产：桌面状态；告警", en="Inventory: states; alarms"),
    judge=judge,
    remedies=(
        instruct("清理快照与孤儿磁盘，扩容数据存储", "Remove snapshots and orphans, let it grow"),
    ),
    explains=("desktop_faulty", "agent_gone"),
)
