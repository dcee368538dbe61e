"""The desktop's disk is full: its own disk use is near the top."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Risk, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground
from yunwei.operate.diagnosis.rules.remedies import RESTART, instruct, run_script
from yunwei.operate.diagnosis.rules.words import Topic

HIGH_FROM, HIGH, ALARM, UNUSUAL = 0.95, 0.62, 0.35, 0.15
UNUSUAL_MORE = 0.2
"""So much above its own usual value."""


def judge(evidence: Evidence) -> Seen:
    desktop, level = evidence.desktop, evidence.levels.get("desktop.disk")
    if desktop is None:
        return unmeasured()
    alarm = alarm_ground(evidence, Topic.DISK_FULL, ALARM, (desktop.name, desktop.native_id))
    if level is None:
        return accuse([alarm]) if alarm else unmeasured()
    is_high = level.now >= HIGH_FROM
    rose = is_high and level.usual is not None and level.now - level.usual >= UNUSUAL_MORE
    return accuse(
        [
            ground(is_high, HIGH, f"磁盘使用率 {level.now:.0%}", f"Disk use {level.now:.0%}"),
            ground(rose, UNUSUAL, "远高于它平时的水平", "far above its own usual"),
            alarm,
        ],
        Measurement(
            name=Said(zh="磁盘使用率", en="Disk use"),
            value=level.now,
            kind="ratio",
            usual=level.usual,
            compared=Said(zh="它自己的平常水平", en="its own usual"),
        ),
    )


CHECK = Check(
    name="desktop_disk",
    part=Part.DESKTOP,
    title=Said(zh="桌面磁盘已满", en="The desktop's disk is full"),
    source=Said(zh="测量：磁盘使用率；告警", en="Measurements: Disk use; alarms"),
    judge=judge,
    remedies=(
        instruct("清空回收站与下载目录", "Empty the bin and the downloads"),
        run_script(
            "清理临时文件",
            "Clear temporary files",
            "windows-temporary-files",
            "linux-temporary-files",
            risk=Risk.LOW,
        ),
        run_script("找出占空间最多的目录", "See which folders take most of it", "any-folder-sizes"),
        instruct("扩容磁盘", "Let the disk grow", request="more_disk"),
        RESTART,
    ),
    explains=("own_profile",),
)
