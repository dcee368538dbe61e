"""The storage under some desktops is slow: logons take long on several hosts, not on all."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    is_contradicted,
    is_slow,
    own_hits,
    spread,
)
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Topic

ALARM, OWN, SOME, DISK = 0.5, 0.25, 0.2, 0.4
LEAST, SHARE_FROM = 3, 0.15
MANY = 8
"""So many others who log on and are not slow clear the storage of what one desktop measures."""
DISK_FACTOR = 0.45
"""Reading and writing have fallen to this share of the desktop's own usual."""


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    slow = is_slow(evidence)
    alarm = alarm_ground(evidence, Topic.STORAGE_SLOW, ALARM)
    if is_contradicted(evidence, slow):
        return clear()
    own, others = own_hits(evidence, slow), spread(evidence, slow)
    ratio = _disk_ratio(evidence)
    # a desktop on which nobody could start work yet reads and writes little, too
    alone = others.measured >= MANY and others.hit == 0 and alarm is None
    fell = ratio is not None and ratio <= DISK_FACTOR and not alone
    some = own and others.hit >= LEAST and others.share >= SHARE_FROM and others.hosts > 1
    return accuse(
        [
            alarm,
            ground(
                own and (alarm or fell or some), OWN, "本人登录变慢", "the person's logon is slow"
            ),
            ground(
                some,
                SOME,
                f"{others.hosts} 台主机上另有 {others.hit} 位用户变慢",
                f"{others.hit} other users on {others.hosts} hosts are slow",
            ),
            ground(
                fell and own, DISK, "磁盘读写远低于它平时", "disk rates are far below its own usual"
            ),
        ],
        Measurement(
            name=Said(zh="磁盘读写与平时之比", en="Disk rates against the usual"),
            value=ratio,
            kind="ratio",
        ),
    )


def _disk_ratio(evidence: Evidence) -> float | None:
    told = [evidence.levels.get(f"desktop.disk_{way}") for way in ("read", "write")]
    usual = sum(each.usual for each in told if each and each.usual)
    if not usual:
        return None
    return sum(each.now for each in told if each and each.usual) / usual


CHECK = Check(
    name="storage_slow",
    part=Part.STORAGE,
    title=Said(zh="存储时延高", en="The storage is slow"),
    source=Said(
        zh="连接记录：登录时长；测量：磁盘读写；告警",
        en="Connections: logon times; measurements: disk rates; alarms",
    ),
    judge=judge,
    remedies=(
        instruct("检查存储控制器、硬盘与存储网络", "Check controllers, disks and storage network"),
        instruct("暂停备份、扫描等后台任务", "Pause backups, scans and other work"),
    ),
    explains=("own_profile", "host_busy"),
)
