"""What people are told about mask rules themselves: their beginning, their end, approvals."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import MaskRuleId, TenantId


class NoticeKind(StrEnum):
    """start: it begins soon. warning: it ends soon. end: it is over. asked: somebody wants it
    approved. approved, rejected: what became of that."""

    START = "start"
    WARNING = "warning"
    END = "end"
    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskNotice:
    """One thing to tell. at: when the rule begins or ends, or when it was asked for.

    to: sign-in names; () is everybody who may manage rules, but for `but_not`. hits, standing:
    of an end: what it kept quiet, and what of that still stands. by, note: of an approval.
    """

    kind: NoticeKind
    rule: MaskRuleId
    tenant: TenantId
    version: int
    name: str
    at: datetime
    to: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    hits: int = 0
    standing: int = 0
    by: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """The same for what is told once."""
        return f"mask-{self.rule}-{self.version}-{self.kind}-{self.at.timestamp():.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleToTell:
    """A rule whose life has an edge nearby. asked_at…: of its newest version."""

    rule: MaskRuleId
    tenant: TenantId
    version: int
    name: str
    owner: str
    state: str
    made_at: datetime
    starts_at: datetime
    expires_at: datetime
    hits: int
    standing: int
    newest: int
    by: str
    asked_at: datetime | None
    asked_by: str
    approved_at: datetime | None
    approved_by: str
    rejected_at: datetime | None
    rejected_by: str
    note: str
