"""Addresses by which a calendar program reads somebody's shifts."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The address in use, without its secret. last_used_at is coarse: up to an hour behind."""

    id: int
    user: UserId
    made_at: datetime
    last_used_at: datetime | None
