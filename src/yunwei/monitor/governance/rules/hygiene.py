"""What of a mask rule wants looking at, by what it did. Pure."""

from datetime import datetime, timedelta

from yunwei.monitor.governance.facts.hygiene import (
    BROAD_LEAST,
    BROAD_SHARE,
    OVERLAP_LEAST,
    OVERLAP_SHARE,
    SOON_DAYS,
    STALE_DAYS,
    Checkup,
    Evidence,
    Flag,
)
from yunwei.monitor.governance.facts.masks import LIVE, MaskRule, RuleState
from yunwei.monitor.governance.rules.breadth import is_about_everything

_SOON = timedelta(days=SOON_DAYS)
_STALE = timedelta(days=STALE_DAYS)


def check_rule(rule: MaskRule, evidence: Evidence, *, now: datetime) -> Checkup:
    """Return what is noticed; nothing of a rule that is not live."""
    if rule.state_at(now) not in LIVE:
        return Checkup(flags=(), evidence=evidence)
    holds = rule.state is RuleState.ACTIVE
    noticed = {
        Flag.STALE: holds and is_stale(evidence, now),
        Flag.EVERYTHING: is_about_everything(rule.condition),
        Flag.BROAD: is_broad(evidence),
        Flag.CRITICAL: evidence.critical > 0,
        Flag.OVERLAPPED: is_overlapped(evidence),
        Flag.OWNERLESS: not evidence.has_owner,
        Flag.EXPIRING: holds and ends_soon(rule, now),
    }
    flags = tuple(flag for flag, is_so in noticed.items() if is_so)
    return Checkup(flags=flags, evidence=evidence)


def is_stale(evidence: Evidence, now: datetime) -> bool:
    """Say whether a rule hid nothing for long; a young one has had no time to."""
    last = evidence.last_hit_at
    return now - max(evidence.live_since, last or evidence.live_since) >= _STALE


def is_broad(evidence: Evidence) -> bool:
    return evidence.total >= BROAD_LEAST and evidence.hidden > BROAD_SHARE * evidence.total


def is_overlapped(evidence: Evidence) -> bool:
    least = max(OVERLAP_LEAST, OVERLAP_SHARE * evidence.hidden)
    return evidence.hidden >= OVERLAP_LEAST and evidence.other_first >= least


def ends_soon(rule: MaskRule, now: datetime) -> bool:
    """Say whether a rule of a longer life is about to end; short ones are meant to."""
    is_long = rule.expires_at - rule.starts_at > 2 * _SOON
    return is_long and now < rule.expires_at <= now + _SOON
