"""The desktop's machine is in an error state, and its host's others are not."""

from yunwei.base.core.readings import DesktopState
from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground, failed_with, own_hits
from yunwei.operate.diagnosis.rules.remedies import FORCE_RESTART, REBUILD, RESTART
from yunwei.operate.diagnosis.rules.words import Failed, Topic

STATE, ALARM, REFUSED = 0.6, 0.35, 0.2


def judge(evidence: Evidence) -> Seen:
    desktop = evidence.desktop
    if desktop is None or desktop.state is DesktopState.UNKNOWN:
        return unmeasured()
    failed = own_hits(evidence, failed_with(Failed.DESKTOP))
    is_faulty = desktop.state is DesktopState.ERROR
    return accuse(
        [
            ground(
                is_faulty,
                STATE,
                "桌面虚拟机处于故障状态",
                "the desktop's machine is in an error state",
            ),
            alarm_ground(evidence, Topic.DESKTOP_FAULTY, ALARM, (desktop.name, desktop.native_id)),
            ground(failed, REFUSED, f"{failed} 次登录被拒绝", f"{failed} logons were refused"),
        ]
    )


CHECK = Check(
    name="desktop_faulty",
    part=Part.DESKTOP,
    title=Said(zh="桌面虚拟机故障", en="The desktop's machine is faulty"),
    source=Said(zh="资产：桌面状态；告警；连接记录", en="Inventory: state; alarms; connections"),
    judge=judge,
    remedies=(RESTART, FORCE_RESTART, REBUILD),
    explains=("agent_gone", "desktop_off"),
)
