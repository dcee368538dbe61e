"""The words of messages, in Chinese and English. Pure."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from yunwei.base.core.own_texts import read_alarm
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.notify.facts.messages import Content, MessageKind
from yunwei.monitor.notify.facts.notices import Notice

_WORDS: dict[str, Mapping[str, str]] = {
    "zh": {
        "raise": "【{severity}】{text}",
        "clear": "【已恢复】{text}",
        "affected": "影响 {count} 个桌面",
        "affects": "{subject}（{affected}）",
        "flapping": "【振荡】{text}",
        "settled": "【已稳定并恢复】{text}",
        "flapping_note": "告警反复发生和恢复，稳定之前不再通知；稳定后会通知最终状态。",
        "settled_note": "告警不再反复，目前已恢复。",
        "test": "【测试】云维通知通道测试",
        "test_body": "这是一条测试消息。收到它，说明此通道可用。",
        "code": "云维验证码：{code}",
        "code_body": "验证码 {code}，10 分钟内有效，用于确认这个地址是您的。请勿告知他人。",
        "may_be_repeat": "（可能重复：上次发送是否送达未知。）",
        "severity": "级别",
        "object": "对象",
        "source": "数据源",
        "tenant": "客户",
        "raised_at": "发生时间",
        "cleared_at": "恢复时间",
        "count": "次数",
        "reason": "通知原因",
        "escalation": "升级",
        "because": "通知路由“{route}”命中",
        "colon": "：",
        "critical": "紧急",
        "major": "重要",
        "minor": "次要",
        "warning": "提示",
        "indeterminate": "不确定",
    },
    "en": {
        "raise": "[{severity}] {text}",
        "clear": "[Cleared] {text}",
        "affected": "{count} desktops affected",
        "affects": "{subject} ({affected})",
        "flapping": "[Flapping] {text}",
        "settled": "[Settled and cleared] {text}",
        "flapping_note": "It comes and goes. You will hear of it again when it has settled.",
        "settled_note": "It no longer comes and goes, and is cleared.",
        "test": "[Test] Yunwei channel test",
        "test_body": "This is a test message. If you can read it, the channel works.",
        "code": "Yunwei code: {code}",
        "code_body": "{code} is the code that confirms this address as yours. It holds for 10"
        " minutes. Tell nobody.",
        "may_be_repeat": "(This may be a repeat: whether it arrived before is not known.)",
        "severity": "Severity",
        "object": "Object",
        "source": "Source",
        "tenant": "Customer",
        "raised_at": "Raised",
        "cleared_at": "Cleared",
        "count": "Count",
        "reason": "Why you",
        "escalation": "Escalation",
        "because": 'route "{route}" matches',
        "colon": ": ",
        "critical": "Critical",
        "major": "Major",
        "minor": "Minor",
        "warning": "Warning",
        "indeterminate": "Indeterminate",
    },
}
_SUBJECT_LENGTH = 200


def words_of(language: str) -> Mapping[str, str]:
    """Return the words of a language: Chinese for `zh…`, else English."""
    return _WORDS["zh" if language.startswith("zh") else "en"]


def render_alarm(
    alarm: Alarm,
    kind: MessageKind,
    *,
    language: str,
    time_zone: str,
    source_name: str,
    tenant_name: str,
    route_name: str,
    step: str = "",
    because: str = "",
) -> Content:
    """Return the message about an alarm: raised, cleared, flapping or settled. step, because:
    what an escalation says before the subject, and among the facts."""
    words, text = words_of(language), read_alarm(alarm, language)
    facts = [
        (words["severity"], words[alarm.severity.value]),
        (words["object"], alarm.managed_object),
        (words["source"], source_name),
        (words["tenant"], tenant_name),
        (words["raised_at"], render_time(alarm.raised_at, time_zone)),
    ]
    if kind in {MessageKind.CLEAR, MessageKind.SETTLED} and alarm.cleared_at is not None:
        facts.append((words["cleared_at"], render_time(alarm.cleared_at, time_zone)))
    if alarm.count > 1:
        facts.append((words["count"], str(alarm.count)))
    facts.append((words["reason"], words["because"].format(route=route_name)))
    facts.append((words["escalation"], because))
    shown = tuple((label, value) for label, value in facts if value)
    subject = words[kind.value].format(
        severity=words[alarm.severity.value], text=" ".join(text.split())
    )
    if alarm.affected and not alarm.is_cleared:
        told = words["affected"].format(count=alarm.affected)
        subject = words["affects"].format(subject=subject, affected=told)
    lines = [f"{label}{words['colon']}{value}" for label, value in shown]
    note = words.get(f"{kind.value}_note")
    head = [text, note, ""] if note else [text, ""]
    body = "\n".join([*head, *lines])
    return Content(subject=_shorten(step + subject), body=body, facts=shown)


def render_test(language: str) -> Content:
    words = words_of(language)
    return Content(subject=words["test"], body=words["test_body"], facts=())


def render_code(code: str, language: str) -> Content:
    """Return the message by which a person shows that an address is theirs."""
    words = words_of(language)
    return Content(
        subject=words["code"].format(code=code), body=words["code_body"].format(code=code), facts=()
    )


def render_notice(notice: Notice, *, language: str, route_name: str) -> Content:
    """Return a notice in the reader's language, with the reason when a route led to them."""
    words = words_of(language)
    reason = ((words["reason"], words["because"].format(route=route_name)),) if route_name else ()
    lines = [f"{label}{words['colon']}{value}" for label, value in reason]
    subject = " ".join(notice.subject.in_language(language).split())
    body = notice.body.in_language(language).strip()
    return Content(
        subject=_shorten(subject), body="\n".join([body, "", *lines]).strip(), facts=reason
    )


def render_time(at: datetime, time_zone: str) -> str:
    return at.astimezone(ZoneInfo(time_zone)).isoformat(" ", "seconds")[:19]


def render_severity(severity: Severity, language: str) -> str:
    return words_of(language)[severity.value]


def _shorten(subject: str) -> str:
    return subject if len(subject) <= _SUBJECT_LENGTH else subject[: _SUBJECT_LENGTH - 1] + "…"
