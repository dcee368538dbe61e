"""The person types a wrong password, and others get in."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import failed_with, own_hits, spread
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed

ONCE, AGAIN = 0.4, 0.5
MANY_ARE_OURS = 0.1
"""From this share of other users on it is no longer this person's mistake."""


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    test = failed_with(Failed.PASSWORD)
    failed, others = own_hits(evidence, test), spread(evidence, test)
    if not failed or (evidence.own and not evidence.own[-1].failure):
        return clear()
    return accuse(
        [
            ground(failed, ONCE, f"{failed} 次密码错误", f"{failed} wrong passwords"),
            ground(
                failed > 1 and others.share < MANY_ARE_OURS,
                AGAIN,
                "反复出错，而其他用户能正常登录",
                "it happens again and again, and others get in",
            ),
        ]
    )


CHECK = Check(
    name="wrong_password",
    part=Part.USER,
    title=Said(zh="用户名或密码错误", en="A wrong user name or password"),
    source=Said(zh="连接记录：失败原因", en="Connections: why they failed"),
    judge=judge,
    remedies=(
        instruct("请用户核对大小写与输入法", "Ask the person to check capitals and input method"),
        instruct("核实身份后重置密码", "Reset the password once the person is known"),
    ),
    is_ours=False,
)
