"""The desktop user's account is disabled."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.remedies import instruct

DISABLED_WEIGHT = 0.9


def judge(evidence: Evidence) -> Seen:
    user = evidence.user
    if user is None:
        return unmeasured()
    return accuse(
        [ground(user.is_disabled, DISABLED_WEIGHT, "账号已停用", "the account is disabled")]
    )


CHECK = Check(
    name="account_disabled",
    part=Part.USER,
    title=Said(zh="账号已停用", en="The account is disabled"),
    source=Said(zh="资产：桌面用户", en="Inventory: desktop users"),
    judge=judge,
    remedies=(
        instruct("与客户联系人确认后启用账号", "Enable the account once the customer confirms"),
    ),
    explains=("wrong_password",),
)
