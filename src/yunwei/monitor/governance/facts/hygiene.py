"""Mask rules that want looking at: what is noticed of one, and on what evidence."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import MaskRuleId, TenantId

WINDOW_DAYS = 30
"""So far back is looked for what rules hid."""
STALE_DAYS = 30
"""A live rule that hid nothing for so long, or since it was made, is stale."""
BROAD_SHARE = 0.2
"""A rule that hid more than this share of all alarms of its tenant is over-broad …"""
BROAD_LEAST = 20
"""… once its tenant had so many."""
SOON_DAYS = 7
"""A rule that ends so soon is named, if its whole life is longer than twice that."""
OVERLAP_SHARE = 0.9
"""A rule is overlapped when another one hid this share of its alarms first …"""
OVERLAP_LEAST = 5
"""… and it hid so many."""
EXTENSION_DAYS = 30
"""By how much one click makes a rule live longer."""


class Flag(StrEnum):
    """Why a rule wants looking at. critical: it hid alarms that were reported as Critical.
    everything: its condition matches whatever comes. ownerless: nobody of that name is active."""

    STALE = "stale"
    EVERYTHING = "everything"
    BROAD = "broad"
    CRITICAL = "critical"
    OVERLAPPED = "overlapped"
    OWNERLESS = "ownerless"
    EXPIRING = "expiring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a live rule did within WINDOW_DAYS, or in shadow would have done, in occurrences.

    total: those of its tenant. other: the rule that hid most of them before it did, other_first:
    so many. last_hit_at: ever. live_since: when it began to hold, or last became another.
    """

    rule: MaskRuleId
    tenant: TenantId
    hidden: int
    critical: int
    total: int
    last_hit_at: datetime | None
    live_since: datetime
    has_owner: bool
    other: MaskRuleId | None = None
    other_name: str = ""
    other_first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What is noticed of a rule, the gravest first, and on what evidence."""

    flags: tuple[Flag, ...]
    evidence: Evidence
