"""Why somebody is on duty, and what is wrong with a schedule, in both languages. Pure."""

from collections.abc import Mapping

from yunwei.base.core.ids import UserId
from yunwei.monitor.duty.facts.shifts import Because, Cause, FindingCode

_CAUSES: Mapping[Cause, tuple[str, str]] = {
    Cause.TURN: ("“{layer}”轮值", "by turn of “{layer}”"),
    Cause.FAIR: ("“{layer}”休息日均衡轮值", "a rest day shared out by “{layer}”"),
    Cause.STAND_IN: (
        "{other} 休假，按“{layer}”顺延",
        "stands in for {other}, who is away, in “{layer}”",
    ),
    Cause.NEXT: (
        "{other} 已是主班，按“{layer}”顺延",
        "next in “{layer}”, since {other} is the primary",
    ),
    Cause.TEMPORARY: ("临时班次", "a temporary shift"),
    Cause.ADDED: ("加派", "put on duty besides"),
    Cause.REPLACED: ("顶替 {other}", "takes over from {other}"),
}
_BY_WEEKDAYS = ("该年节假日未发布，按星期安排", "holidays are not known, so by weekdays")
FINDINGS: Mapping[FindingCode, tuple[str, str]] = {
    FindingCode.GAP: ("无人值班", "Nobody is on duty"),
    FindingCode.NO_CONTACT: (
        "{name} 没有已确认的联系方式，无法通知",
        "{name} has no confirmed address for messages and can not be told",
    ),
    FindingCode.INACTIVE: ("{name} 的账号已停用", "The account of {name} is switched off"),
    FindingCode.LEFT: (
        "{name} 已不再能查看该租户",
        "{name} does not see this tenant any more",
    ),
    FindingCode.ON_LEAVE: (
        "{name} 休假期间被安排值班",
        "{name} is put on duty while away",
    ),
    FindingCode.BY_WEEKDAYS: (
        "该年节假日未发布，按星期安排",
        "The holidays of that year are not known: it goes by weekdays",
    ),
    FindingCode.NOBODY: ("没有任何轮值层", "There is no layer"),
}


def say_because(because: Because, names: Mapping[UserId, str], language: str) -> str:
    """Return why somebody is on duty. names: of people. language: `zh…`, else English."""
    pick = 0 if language.startswith("zh") else 1
    other = names.get(because.instead_of, "?") if because.instead_of is not None else ""
    said = _CAUSES[because.cause][pick].format(layer=because.layer, other=other)
    if because.note:
        said += f"：{because.note}" if pick == 0 else f": {because.note}"
    if because.by_weekdays:
        said += f"（{_BY_WEEKDAYS[0]}）" if pick == 0 else f" ({_BY_WEEKDAYS[1]})"
    return said


def say_finding(code: FindingCode, name: str, language: str) -> str:
    """Return what is wrong. name: of the person whom it is about."""
    return FINDINGS[code][0 if language.startswith("zh") else 1].format(name=name)
