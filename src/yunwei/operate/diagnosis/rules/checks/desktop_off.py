"""The desktop is switched off or sleeps, and somebody could not get in."""

from yunwei.base.core.readings import DesktopState
from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import failed_with, own_hits
from yunwei.operate.diagnosis.rules.remedies import START, instruct
from yunwei.operate.diagnosis.rules.words import Failed

WEIGHT = 0.65


def judge(evidence: Evidence) -> Seen:
    desktop = evidence.desktop
    if desktop is None or desktop.state is DesktopState.UNKNOWN:
        return unmeasured()
    is_off = desktop.state in (DesktopState.STOPPED, DesktopState.HIBERNATED)
    failed = own_hits(evidence, failed_with(Failed.DESKTOP, Failed.AGENT, Failed.TIMEOUT))
    return accuse(
        [
            ground(
                is_off and failed,
                WEIGHT,
                "桌面已关机或休眠，而登录失败",
                "the desktop is off or sleeps, and logons fail",
            )
        ]
    )


CHECK = Check(
    name="desktop_off",
    part=Part.DESKTOP,
    title=Said(zh="桌面没有开机", en="The desktop is off"),
    source=Said(zh="资产：桌面状态；连接记录", en="Inventory: state; connections"),
    judge=judge,
    remedies=(START, instruct("检查电源策略", "Check its power policy")),
)
