"""The words of a digest: how many messages, of what, and as many of them as fit. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from yunwei.monitor.notify.facts.messages import Content, DigestMember, MessageKind
from yunwei.monitor.notify.rules.words import words_of

LINES = 20
"""Members that a digest names; channels shorten further to what they can carry."""

_ENDS = frozenset({MessageKind.CLEAR, MessageKind.SETTLED})
_SEVERITIES = ("critical", "major", "minor", "warning", "indeterminate")
_WORDS: dict[str, Mapping[str, str]] = {
    "zh": {
        "raises": "{count} 条告警",
        "clears": "{count} 条恢复",
        "others": "{count} 条通知",
        "raises_one": "{count} 条告警",
        "clears_one": "{count} 条恢复",
        "others_one": "{count} 条通知",
        "and": "、",
        "subject": "【摘要】{what}",
        "more": "……另有 {count} 条",
        "why": "以下消息合并为一条，因为通知渠道有发送限额，或按您的设置合并发送。",
        "severities": "其中：{list}",
        "of": "{severity} {count}",
    },
    "en": {
        "raises": "{count} alarms",
        "clears": "{count} cleared",
        "others": "{count} notices",
        "raises_one": "{count} alarm",
        "clears_one": "{count} cleared",
        "others_one": "{count} notice",
        "and": ", ",
        "subject": "[Digest] {what}",
        "more": "… and {count} more",
        "why": "These messages are merged into one, because the channel's limit was reached or"
        " because they are sent together by choice.",
        "severities": "Of these: {list}",
        "of": "{severity} {count}",
    },
}


def render_digest(members: Sequence[DigestMember], *, language: str) -> Content:
    """Return one message that tells of all members, the worst first; names up to `LINES`."""
    words = _WORDS["zh" if language.startswith("zh") else "en"]
    ordered = sorted(members, key=_place)
    lines = [f"{number}. {each.subject}" for number, each in enumerate(ordered[:LINES], start=1)]
    left_out = len(ordered) - LINES
    if left_out > 0:
        lines.append(words["more"].format(count=left_out))
    what = _describe(ordered, words)
    facts = _severities(ordered, words, language)
    body = "\n".join([*lines, "", *facts, words["why"]])
    return Content(subject=words["subject"].format(what=what), body=body, facts=())


def worst_of(members: Sequence[DigestMember]) -> str:
    """Return the worst severity among raises and notices; "" when there are only clears."""
    found = {each.severity for each in members if each.kind not in _ENDS}
    return next((severity for severity in _SEVERITIES if severity in found), "")


def _describe(members: Sequence[DigestMember], words: Mapping[str, str]) -> str:
    counts = Counter(
        "raises" if each.kind is MessageKind.RAISE else "clears" if each.kind in _ENDS else "others"
        for each in members
    )
    return words["and"].join(
        words[name if counts[name] > 1 else f"{name}_one"].format(count=counts[name])
        for name in ("raises", "clears", "others")
        if counts[name]
    )


def _severities(
    members: Sequence[DigestMember], words: Mapping[str, str], language: str
) -> list[str]:
    counts = Counter(each.severity for each in members if each.kind is MessageKind.RAISE)
    said = [
        words["of"].format(severity=words_of(language)[severity], count=counts[severity])
        for severity in _SEVERITIES
        if counts[severity]
    ]
    return [words["severities"].format(list=words["and"].join(said))] if len(said) > 1 else []


def _place(member: DigestMember) -> tuple[bool, int, int]:
    is_clear = member.kind in _ENDS
    known = member.severity in _SEVERITIES
    return (is_clear, _SEVERITIES.index(member.severity) if known else len(_SEVERITIES), member.id)
