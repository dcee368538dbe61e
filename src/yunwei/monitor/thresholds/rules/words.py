"""What an alarm of a threshold rule says, in both languages. Pure."""

from yunwei.base.core.metrics import Unit
from yunwei.base.core.severity import Severity
from yunwei.monitor.thresholds.facts import Because, Change, Target, ThresholdContent, ThresholdRule
from yunwei.monitor.thresholds.rules.measures import MEASURES

NO_DATA = "threshold.no_data"
_ENDS: dict[Because, tuple[str, str]] = {
    Because.UNMEASURED: ("已无测量数据", "it is no longer measured"),
    Because.OUT_OF_SERVICE: ("对象不在服务中", "it is not in service"),
    Because.NOT_MEANT: ("规则已不再涉及该对象", "the rule is no longer about it"),
    Because.MEASURED: ("已恢复测量", "it is measured again"),
    Because.GOOD: ("已恢复正常", "it is good again"),
    Because.BEYOND: ("已恢复正常", "it is good again"),
}


def alarm_type_of(content: ThresholdContent) -> str:
    """Return the alarm type of a rule's alarms: `threshold.desktop.cpu`."""
    return f"threshold.{content.measure}"


def say_value(value: float, unit: Unit) -> str:
    """Return a value as people read it."""
    if unit is Unit.RATIO:
        return f"{value * 100:.4g}%"
    return f"{value:.4g}" if unit is Unit.COUNT else f"{value:.4g} {unit.value}"


def severity_of(content: ThresholdContent, level: int, *, is_missing: bool) -> Severity | None:
    """Return how severe a standing is; None at rest."""
    if level:
        return content.levels[level - 1].severity
    return content.missing_severity if is_missing else None


def say_beyond(rule: ThresholdRule, target_name: str, change: Change) -> tuple[str, str]:
    """Return the texts of an alarm of a level, Chinese first."""
    content, measure = rule.content, MEASURES[rule.content.measure]
    value = "" if change.value is None else say_value(change.value, measure.unit)
    level = content.levels[change.level - 1]
    if content.is_usual:
        middle = say_value(change.usual.median, measure.unit) if change.usual else "?"
        zh = f"偏离平常水平 {middle} 达 {level.raise_at:g} 倍离散度"
        en = f"{level.raise_at:g} spreads or more from the usual {middle}"
    else:
        bound = say_value(level.raise_at, measure.unit)
        is_below = content.side == "below"
        zh, en = (
            (f"不高于 {bound}", f"at most {bound}")
            if is_below
            else (
                f"不低于 {bound}",
                f"at least {bound}",
            )
        )
    often = f"{content.needed}/{content.of}"
    return (
        f"{target_name}：{measure.zh} {value}，{zh}（{often} 次）",
        f"{target_name}: {measure.en} {value}, {en} ({often} steps)",
    )


def say_missing(rule: ThresholdRule, target_name: str) -> tuple[str, str]:
    content, measure = rule.content, MEASURES[rule.content.measure]
    minutes = content.missing_steps * content.step_s // 60
    return (
        f"{target_name}：{measure.zh}已 {minutes} 分钟没有测量数据",
        f"{target_name}: {measure.en} has not been measured for {minutes} minutes",
    )


def say_over(target: Target | str, because: Because) -> tuple[str, str]:
    name = target if isinstance(target, str) else target.name
    zh, en = _ENDS[because]
    return f"{name}：{zh}", f"{name}: {en}"
