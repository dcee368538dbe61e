"""Surveys as letters: which is to be sent, and whether a customer wants them."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import SurveyId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLetter:
    """A survey whose link is to be sent. is_reminder: it was sent before and not answered."""

    survey: SurveyId
    tenant: TenantId
    is_reminder: bool

    @property
    def key(self) -> str:
        return f"survey-{self.survey}" + ("-reminder" if self.is_reminder else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyChoice:
    """Whether a customer's people are sent surveys. changed_at: None when nobody chose."""

    tenant: TenantId
    tenant_name: str
    sends: bool
    changed_by: str
    changed_at: datetime | None
