"""What people are told about duty: that it begins or ends, that somebody asks for a swap."""

from dataclasses import dataclass

from yunwei.base.core.ids import TenantId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyNotice:
    """key: the same is told once. subject, body: Chinese and English. link: path of a page."""

    tenant: TenantId
    user: UserId
    key: str
    subject: tuple[str, str]
    body: tuple[str, str]
    link: str
