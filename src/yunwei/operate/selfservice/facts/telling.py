"""What people are to be told of self-service, as plain data."""

from dataclasses import dataclass

from yunwei.base.core.ids import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Something to be said, once for each key. people: sign-in names. roles: whoever has one of
    them in the tenant, else at the provider. link: the page that it is about."""

    key: str
    tenant: TenantId
    subject_zh: str
    subject_en: str
    body_zh: str
    body_en: str
    link: str
    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
