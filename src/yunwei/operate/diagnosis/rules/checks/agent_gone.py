"""The desktop runs, and its agent does not answer the broker."""

from datetime import timedelta

from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground, failed_with, own_hits
from yunwei.operate.diagnosis.rules.remedies import FORCE_RESTART, RESTART
from yunwei.operate.diagnosis.rules.words import Failed, Topic

SILENT, REFUSED, ALARM = 0.6, 0.35, 0.35
STARTS_WITHIN = timedelta(minutes=2)
"""A machine that has just started takes so long until its agent is there."""


def judge(evidence: Evidence) -> Seen:
    desktop = evidence.desktop
    if desktop is None or desktop.login_state is LoginState.UNKNOWN:
        return unmeasured()
    is_running = desktop.state is DesktopState.RUNNING
    is_fresh = evidence.at - desktop.state_since < STARTS_WITHIN
    is_silent = is_running and desktop.login_state is LoginState.UNREGISTERED and not is_fresh
    refused = own_hits(evidence, failed_with(Failed.AGENT)) if is_running else 0
    return accuse(
        [
            ground(
                is_silent, SILENT, "桌面在运行，代理未注册", "it runs, its agent is unregistered"
            ),
            ground(refused, REFUSED, f"{refused} 次登录被拒绝", f"{refused} logons were refused"),
            alarm_ground(evidence, Topic.AGENT, ALARM, (desktop.name, desktop.native_id)),
        ]
    )


CHECK = Check(
    name="agent_gone",
    part=Part.DESKTOP,
    title=Said(zh="桌面代理失联", en="The desktop's agent is gone"),
    source=Said(zh="资产：登录状态；告警；连接记录", en="Inventory: use; alarms; connections"),
    judge=judge,
    remedies=(RESTART, FORCE_RESTART),
)
