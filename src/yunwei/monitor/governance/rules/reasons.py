"""The words of decisions. Pure."""

REASONS: dict[str, dict[str, str]] = {
    "worth_telling": {"zh": "新情况，值得通知", "en": "This is news worth telling"},
    "not_shelved": {"zh": "未被搁置", "en": "It is not shelved"},
    "shelved": {"zh": "操作员已搁置此告警", "en": "An operator put it aside"},
    "no_mask": {"zh": "没有屏蔽规则命中", "en": "No mask rule matches"},
    "masked": {"zh": "屏蔽规则命中", "en": "A mask rule matches"},
    "would_mask": {
        "zh": "处于影子模式的规则会命中，只作记录",
        "en": "A rule in shadow would match; it is only noted",
    },
    "downgraded": {"zh": "规则降低了级别", "en": "A rule lowers its severity"},
    "digested": {"zh": "规则归入下一次摘要", "en": "A rule puts it into the next digest"},
    "mask_ended_digest": {
        "zh": "屏蔽已结束，告警仍在：汇总通知一次",
        "en": "Its mask ended and it still stands: one digest tells it",
    },
    "mask_ended_each": {
        "zh": "屏蔽已结束，告警仍在：逐条通知",
        "en": "Its mask ended and it still stands: it is told",
    },
    "mask_ended_silent": {
        "zh": "屏蔽已结束，告警仍在：规则要求不通知",
        "en": "Its mask ended and it still stands: the rule wants nothing told",
    },
    "loud_again": {"zh": "不再被压制", "en": "Nothing keeps it quiet any more"},
    "nothing_new": {"zh": "没有新情况", "en": "It is no news"},
    "over_already": {"zh": "得知时已恢复", "en": "It was over when it was heard of"},
    "cleared": {"zh": "告警已恢复", "en": "It is cleared"},
    "still_raised": {"zh": "告警仍未恢复", "en": "It is still raised"},
    "held_down": {
        "zh": "等待片刻：若马上恢复则不通知",
        "en": "It waits a moment, in case it ends at once",
    },
    "stood_long_enough": {"zh": "等待后仍未恢复", "en": "It stood for as long as it had to"},
    "begins_flapping": {
        "zh": "开始振荡：通知一次，之后静默，稳定后再通知",
        "en": "It begins to flap: told once, then quiet until it settles",
    },
    "flapping": {"zh": "振荡中，稳定后再通知", "en": "It flaps; people are told when it settles"},
    "settled": {"zh": "振荡已结束", "en": "It no longer flaps"},
    "settled_cleared": {"zh": "振荡已结束，告警已恢复", "en": "It no longer flaps and is cleared"},
    "out_of_service": {
        "zh": "对象处于维护状态（数据源标记）",
        "en": "Its source says that the object is in maintenance",
    },
    "parent_down": {
        "zh": "由更上层的故障引起，归入该故障",
        "en": "A greater fault explains it; it is attached to that fault",
    },
    "parent_settling": {
        "zh": "上层故障刚恢复，等待确认是否仍存在",
        "en": "The greater fault has just ended; it waits to see whether this one stays",
    },
    "attached_by_hand": {
        "zh": "操作员已将其归入一个态势",
        "en": "An operator put it into a situation",
    },
    "waits_for_parent": {
        "zh": "等待片刻：上层故障的告警可能稍后到达",
        "en": "It waits a moment, in case a greater fault explains it",
    },
    "in_storm": {
        "zh": "告警风暴中：归入风暴，随摘要通知",
        "en": "One of a storm: it is told in the storm's digests",
    },
    "grouped": {
        "zh": "同类告警已多次出现：归入态势，整体通知",
        "en": "One of many alike: it is told with its situation",
    },
    "first_of_type": {
        "zh": "风暴中首条此类紧急告警：单独通知",
        "en": "A critical alarm, the first of its type in the storm: it is told by itself",
    },
    "no_route": {"zh": "没有通知路由命中", "en": "No route matches"},
}
"""Reason codes of decisions, in both languages. Never reused for another meaning."""


def explain_reason(reason: str, language: str) -> str:
    """Return the text of a decision's reason code. language: `zh…`, else English."""
    texts = REASONS.get(reason, {})
    return texts.get("zh" if language.startswith("zh") else "en", reason)
