"""When people are told about a mask rule itself. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from yunwei.monitor.governance.facts.mask_notices import MaskNotice, NoticeKind, RuleToTell

START_LEAD = timedelta(minutes=30)
LONGEST_WARNING = timedelta(days=3)
SHORTEST_WARNING = timedelta(minutes=10)
KEPT = timedelta(days=1)
"""What is longer past is not told any more: nobody could tell it in time."""


def find_due(rule: RuleToTell, now: datetime) -> Iterator[MaskNotice]:
    """Yield what is to be told of a rule by now; told again it would have the same key."""
    if rule.state == "active":
        is_news = rule.made_at <= rule.starts_at - START_LEAD
        if is_news and rule.starts_at - START_LEAD <= now < rule.starts_at:
            yield _about(rule, NoticeKind.START, rule.starts_at)
        if rule.expires_at - warning_lead(rule) <= now < rule.expires_at:
            yield _about(rule, NoticeKind.WARNING, rule.expires_at)
    if rule.state == "expired" and rule.expires_at <= now < rule.expires_at + KEPT:
        yield _about(rule, NoticeKind.END, rule.expires_at)
    yield from _find_answers(rule, now)


def warning_lead(rule: RuleToTell) -> timedelta:
    """Return how long before its end the owner is warned: a tenth of its life, within bounds."""
    tenth = (rule.expires_at - rule.starts_at) / 10
    return min(max(tenth, SHORTEST_WARNING), LONGEST_WARNING)


def _about(rule: RuleToTell, kind: NoticeKind, at: datetime) -> MaskNotice:
    return MaskNotice(
        kind=kind,
        rule=rule.rule,
        tenant=rule.tenant,
        # the same end told under one version need not be told under the next
        version=0,
        name=rule.name,
        at=at,
        to=(rule.owner,),
        hits=rule.hits,
        standing=rule.standing,
    )


def _find_answers(rule: RuleToTell, now: datetime) -> Iterator[MaskNotice]:
    asked, by = rule.asked_at, rule.asked_by
    if asked is not None and not rule.approved_at and now < asked + KEPT:
        yield _asking(rule, NoticeKind.ASKED, asked, but_not=(by, rule.by), by=by)
    if rule.approved_at is not None and now < rule.approved_at + KEPT:
        yield _asking(rule, NoticeKind.APPROVED, rule.approved_at, to=(by,), by=rule.approved_by)
    if rule.rejected_at is not None and by and now < rule.rejected_at + KEPT:
        yield _asking(
            rule,
            NoticeKind.REJECTED,
            rule.rejected_at,
            to=(by,),
            by=rule.rejected_by,
            note=rule.note,
        )


def _asking(
    rule: RuleToTell, kind: NoticeKind, at: datetime, **told: tuple[str, ...] | str
) -> MaskNotice:
    return MaskNotice(
        kind=kind,
        rule=rule.rule,
        tenant=rule.tenant,
        version=rule.newest,
        name=rule.name,
        at=at,
        **told,  # type: ignore[arg-type]
    )
