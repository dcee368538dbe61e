"""Why a step of an escalation is told, in Chinese and English. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from yunwei.monitor.notify.facts.escalation import Because, Escalation, Tell
from yunwei.monitor.notify.rules.words import render_time

_WORDS: dict[str, Mapping[str, str]] = {
    "zh": {
        "step": "【升级 {step}】",
        "place": "升级策略“{policy}”第 {step} 步",
        "join": "：",
        "end": "；",
        "minutes": "{count} 分钟",
        "hours": "{count} 小时",
        "raised": "告警发生",
        "worsened": "告警级别升高，重新开始",
        "unacknowledged": "{delay}内无人确认",
        "uncleared": "{delay}后仍未恢复",
        "repeated": "仍未处理，第 {repeat} 次重复",
        "again": "所有步骤均无人确认，第 {loop} 轮重新开始",
        "acknowledgement_over": "{name} 的确认已到期或撤回",
        "acknowledgement_over_": "确认已到期或撤回",
        "shelf_over": "搁置已结束，告警仍未恢复",
        "suppression_over": "屏蔽已结束，告警仍未恢复",
        "hurried": "{name} 手动升级",
        "late": "本应于 {due_at} 通知，平台当时未能送出",
        "missed": "其间错过 {missed} 次",
    },
    "en": {
        "step": "[Escalation {step}] ",
        "place": 'Step {step} of escalation policy "{policy}"',
        "join": ": ",
        "end": "; ",
        "minutes": "{count} min",
        "hours": "{count} h",
        "raised": "the alarm was raised",
        "worsened": "it got worse, so it begins again",
        "unacknowledged": "nobody has acknowledged within {delay}",
        "uncleared": "not cleared after {delay}",
        "repeated": "still nobody, repeated for the {repeat}. time",
        "again": "nobody has acknowledged in all steps, round {loop} begins",
        "acknowledgement_over": "the acknowledgement by {name} is over",
        "acknowledgement_over_": "the acknowledgement is over",
        "shelf_over": "its time on the shelf is over and it is still raised",
        "suppression_over": "nothing masks it any more and it is still raised",
        "hurried": "{name} escalated it by hand",
        "late": "was due at {due_at}, when the platform could not tell it",
        "missed": "{missed} more were missed",
    },
}


def say_step(tell: Tell, language: str) -> str:
    """Return what stands before the subject of a message from the second step on."""
    step = tell.position.step
    return _words(language)["step"].format(step=step + 1) if step else ""


def say_tell(escalation: Escalation, tell: Tell, *, language: str, time_zone: str) -> str:
    """Return why this step is told now, and what was missed before."""
    words = _words(language)
    place = words["place"].format(policy=escalation.policy.name, step=tell.position.step + 1)
    code = tell.because.value
    if tell.because is Because.ACKNOWLEDGEMENT_OVER and not tell.because_detail:
        code += "_"
    parts = [
        words[code].format(
            delay=say_length(timedelta(seconds=tell.step.delay_s), language),
            name=tell.because_detail,
            repeat=tell.position.repeat,
            loop=tell.position.loop + 1,
        )
    ]
    if tell.is_late:
        parts.append(words["late"].format(due_at=render_time(tell.due_at, time_zone)))
    if tell.missed:
        parts.append(words["missed"].format(missed=tell.missed))
    return place + words["join"] + words["end"].join(parts)


def say_length(length: timedelta, language: str) -> str:
    """Return a length of time in whole hours, else minutes."""
    minutes = round(length.total_seconds() / 60)
    is_hours = minutes >= 120 and minutes % 60 == 0
    words = _words(language)
    if is_hours:
        return words["hours"].format(count=minutes // 60)
    return words["minutes"].format(count=minutes)


def _words(language: str) -> Mapping[str, str]:
    return _WORDS["zh" if language.startswith("zh") else "en"]
