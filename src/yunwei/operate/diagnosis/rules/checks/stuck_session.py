"""A session hangs: the broker says connected or left, and nobody gets in again."""

from datetime import timedelta

from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import failed_with, own_hits
from yunwei.operate.diagnosis.rules.remedies import LOG_OFF, RESTART
from yunwei.operate.diagnosis.rules.words import Failed

HANGS, LONG = 0.62, 0.2
LEFT_FOR = timedelta(hours=8)
_HELD = (LoginState.CONNECTED, LoginState.DISCONNECTED)


def judge(evidence: Evidence) -> Seen:
    desktop = evidence.desktop
    if desktop is None or desktop.login_state is LoginState.UNKNOWN:
        return unmeasured()
    is_held = desktop.state is DesktopState.RUNNING and desktop.login_state in _HELD
    own = evidence.own
    timed_out = own_hits(evidence, failed_with(Failed.TIMEOUT)) if own and own[-1].failure else 0
    since = desktop.session_state_since
    is_long = is_held and since is not None and evidence.at - since > LEFT_FOR
    return accuse(
        [
            ground(
                is_held and timed_out,
                HANGS,
                f"会话仍在，而 {timed_out} 次连接超时",
                f"the session is there, and {timed_out} connections timed out",
            ),
            ground(
                is_long and timed_out,
                LONG,
                "会话已断开超过 8 小时",
                "it was left more than 8 hours ago",
            ),
        ]
    )


CHECK = Check(
    name="stuck_session",
    part=Part.SESSION,
    title=Said(zh="会话卡住", en="The session hangs"),
    source=Said(zh="资产：会话；连接记录", en="Inventory: sessions; connections"),
    judge=judge,
    remedies=(LOG_OFF, RESTART),
)
