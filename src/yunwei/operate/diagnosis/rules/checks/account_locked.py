"""The desktop user's account is locked, after too many wrong passwords or by somebody."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import failed_with, own_hits
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Failed

LOCKED_WEIGHT, FAILED_WEIGHT = 0.85, 0.7


def judge(evidence: Evidence) -> Seen:
    user = evidence.user
    failed = own_hits(evidence, failed_with(Failed.LOCKED))
    if user is None and evidence.crowd is None:
        return unmeasured()
    return accuse(
        [
            ground(user and user.is_locked, LOCKED_WEIGHT, "账号已锁定", "the account is locked"),
            ground(
                failed,
                FAILED_WEIGHT,
                f"{failed} 次登录因账号锁定被拒绝",
                f"{failed} attempts were refused because the account is locked",
            ),
        ]
    )


CHECK = Check(
    name="account_locked",
    part=Part.USER,
    title=Said(zh="账号被锁定", en="The account is locked"),
    source=Said(zh="资产：桌面用户；连接记录", en="Inventory: desktop users; connections"),
    judge=judge,
    remedies=(
        instruct("核实身份后解锁账号", "Unlock the account once the person is known"),
        instruct(
            "检查手机、映射盘里保存的旧密码", "Look for old passwords kept on phones and drives"
        ),
    ),
    explains=("wrong_password",),
)
