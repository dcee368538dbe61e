"""Limits of channels, and the token buckets that keep them. No decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

type Scope = Literal["channel", "address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `count` messages in any `per_s` seconds, by a channel or to one address of it."""

    count: int
    per_s: int
    scope: Scope = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What was sent lately, for a channel (address "") or for one address of it.

    taken: tokens by period and by slot of that period, as `rules.buckets` counts them: {"60":
    {"29380211": 3}}. blocked_until: the receiver asked to be left alone until then.
    """

    address: str = ""
    taken: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    blocked_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many messages may go now. urgent: all free tokens. normal: those beyond the reserve.

    None: no limit. urgent_at, normal_at: when the next token comes, for who gets none now.
    """

    urgent: int | None = None
    normal: int | None = None
    urgent_at: datetime | None = None
    normal_at: datetime | None = None


UNLIMITED = Allowance()
