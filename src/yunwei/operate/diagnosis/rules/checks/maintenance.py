"""The desktop is in maintenance: that it can not be reached is meant."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.remedies import instruct

WEIGHT = 0.75


def judge(evidence: Evidence) -> Seen:
    if evidence.desktop is None:
        return unmeasured()
    return accuse(
        [
            ground(
                evidence.desktop.is_in_maintenance,
                WEIGHT,
                "桌面处于维护模式",
                "the desktop is in maintenance",
            )
        ]
    )


CHECK = Check(
    name="maintenance",
    part=Part.DESKTOP,
    title=Said(zh="桌面正在维护", en="The desktop is in maintenance"),
    source=Said(zh="资产：维护模式", en="Inventory: maintenance mode"),
    judge=judge,
    remedies=(instruct("等待维护结束，或让维护人结束它", "Wait for its end, or ask who began it"),),
    explains=("agent_gone", "desktop_off"),
)
