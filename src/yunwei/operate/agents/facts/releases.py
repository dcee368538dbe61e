"""Releases of the agent as plain data."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import DesktopId, TenantId
from yunwei_wire.releases import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A release that agents are offered. share: to so many of a hundred."""

    id: int
    release: Release
    share: int
    offered_at: datetime
    offered_by: str

    def is_for(self, agent: int) -> bool:
        """Say whether an agent, by its number, is among those that are offered it; who is stays so
        when the share grows."""
        return agent % 100 < self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose an agent is, and on which desktop; None where that is not known."""

    agent: int
    tenant: TenantId
    name: str
    desktop: DesktopId | None
