"""The desktop's CPU is busy: its own cpu use is near the top."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground
from yunwei.operate.diagnosis.rules.remedies import RESTART, instruct, run_script
from yunwei.operate.diagnosis.rules.words import Topic

HIGH_FROM, HIGH, ALARM, UNUSUAL = 0.9, 0.62, 0.35, 0.15
UNUSUAL_MORE = 0.2
"""So much above its own usual value."""


def judge(evidence: Evidence) -> Seen:
    desktop, level = evidence.desktop, evidence.levels.get("desktop.cpu")
    if desktop is None:
        return unmeasured()
    alarm = alarm_ground(evidence, Topic.CPU, ALARM, (desktop.name, desktop.native_id))
    if level is None:
        return accuse([alarm]) if alarm else unmeasured()
    is_high = level.now >= HIGH_FROM
    rose = is_high and level.usual is not None and level.now - level.usual >= UNUSUAL_MORE
    return accuse(
        [
            ground(is_high, HIGH, f"CPU 使用率 {level.now:.0%}", f"CPU use {level.now:.0%}"),
            ground(rose, UNUSUAL, "远高于它平时的水平", "far above its own usual"),
            alarm,
        ],
        Measurement(
            name=Said(zh="CPU 使用率", en="CPU use"),
            value=level.now,
            kind="ratio",
            usual=level.usual,
            compared=Said(zh="它自己的平常水平", en="its own usual"),
        ),
    )


CHECK = Check(
    name="desktop_cpu",
    part=Part.DESKTOP,
    title=Said(zh="桌面 CPU 占满", en="The desktop's CPU is busy"),
    source=Said(zh="测量：CPU 使用率；告警", en="Measurements: CPU use; alarms"),
    judge=judge,
    remedies=(
        instruct("在任务管理器结束占用 CPU 的程序", "End the program that takes the CPU"),
        run_script(
            "查看占用 CPU 最多的进程",
            "See which processes take most of it",
            "windows-process-top",
            "linux-process-top",
        ),
        instruct(
            "持续偏高时升级规格", "Choose a larger size if it stays high", request="more_power"
        ),
        RESTART,
    ),
    explains=("own_profile",),
)
