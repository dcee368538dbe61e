"""Who is asking: viewers, roles, permissions, people and tenants as facts. No I/O, no decisions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from yunwei.base.core.ids import TenantId, UserId


class Role(StrEnum):
    PLATFORM_ADMINISTRATOR = "platform_administrator"
    OPERATOR = "operator"
    SERVICE_MANAGER = "service_manager"
    CUSTOMER_CONTACT = "customer_contact"
    DESKTOP_USER = "desktop_user"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a viewer may do. Which role may what stands in `rules.py`.

    see_monitoring: overview, desktops, desktop users, sessions, licences, pools, hosts, alarms,
    calendars, who is on duty. operate_alarms: acknowledge, clear, comment, shelve. see_rules /
    manage_rules: mask rules, routes, channels. manage_duty: calendars, schedules. see_sources /
    manage_sources: configured connectors, credentials included in the latter. see_people /
    manage_people: people of a tenant. manage_tenants: the customers themselves. see_audit: the
    audit log. see_scripts / manage_scripts: the library; the latter also reviews what others wrote.
    run_scripts: start runs, approve those of others. operate_desktops: start, stop, restart them…
    and deal with messages to support. manage_reports: have reports made, release
    and send them; others see what was released. see_service: contracts, authorisations, service
    requests, cases. manage_service: change them for the provider. work_requests: take up and solve
    service requests. use_service: the customer's side: ask, confirm, authorise, accept. use_portal:
    the self-service pages. use_api_tokens: make tokens of one's own.
    """

    SEE_MONITORING = "see_monitoring"
    OPERATE_ALARMS = "operate_alarms"
    SEE_RULES = "see_rules"
    MANAGE_RULES = "manage_rules"
    MANAGE_DUTY = "manage_duty"
    SEE_SOURCES = "see_sources"
    MANAGE_SOURCES = "manage_sources"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TENANTS = "manage_tenants"
    SEE_AUDIT = "see_audit"
    SEE_SCRIPTS = "see_scripts"
    MANAGE_SCRIPTS = "manage_scripts"
    RUN_SCRIPTS = "run_scripts"
    SEE_SERVICE = "see_service"
    MANAGE_SERVICE = "manage_service"
    WORK_REQUESTS = "work_requests"
    USE_SERVICE = "use_service"
    MANAGE_REPORTS = "manage_reports"
    OPERATE_DESKTOPS = "operate_desktops"
    USE_PORTAL = "use_portal"
    USE_API_TOKENS = "use_api_tokens"


class Language(StrEnum):
    CHINESE = "zh-hans"
    ENGLISH = "en"


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking, for this one request.

    user_id: None only for the platform itself (`SYSTEM`). name: the sign-in name. tenant: where
    the person belongs. tenants: ids of all tenants whose things the person may see; may lack
    `tenant` when a provider's person is limited to some customers. desktop_login: the login name
    under which sources know this person, "" when they do not. address: the asker's IP address.
    """

    user_id: UserId | None
    name: str
    role: Role
    tenant: TenantId
    tenants: tuple[TenantId, ...]
    permissions: frozenset[Permission]
    display_name: str = ""
    language: Language = Language.CHINESE
    theme: Theme = Theme.AUTO
    time_zone: str = "Asia/Shanghai"
    desktop_login: str = ""
    address: str = ""
    is_system: bool = False


SYSTEM = Viewer(
    user_id=None,
    name="system",
    role=Role.PLATFORM_ADMINISTRATOR,
    tenant=TenantId(0),
    tenants=(),
    permissions=frozenset(Permission),
    time_zone="UTC",
    is_system=True,
)
"""The platform itself, for jobs: may do everything, and lists nothing (lists are by tenant)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The provider (exactly one) or one of its customers. slug: unique, in addresses."""

    id: TenantId
    slug: str
    name: str
    is_provider: bool
    is_active: bool
    time_zone: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in. customers: tenants a provider's person is limited to, () = all."""

    id: UserId
    username: str
    display_name: str
    email: str
    phone: str
    tenant: TenantId
    tenant_name: str
    role: Role
    language: Language
    theme: Theme
    time_zone: str
    desktop_login: str
    is_active: bool
    has_totp: bool
    created_at: datetime
    last_login_at: datetime | None
    customers: tuple[TenantId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """A person to be made. language, time_zone: "" takes Chinese and the tenant's."""

    username: str
    role: Role
    tenant: TenantId
    display_name: str = ""
    email: str = ""
    phone: str = ""
    desktop_login: str = ""
    language: str = ""
    time_zone: str = ""
    customers: tuple[TenantId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A bearer token, without its secret. prefix: its first letters, to tell tokens apart.

    last_used_at is coarse: up to five minutes behind.
    """

    id: int
    user_id: UserId
    username: str
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log. verb: `<part>.<what was done>`, e.g. `alarms.acknowledge`.

    before, after: the changed fields only, never secrets.
    """

    id: int
    at: datetime
    tenant: TenantId | None
    user_id: UserId | None
    user_name: str
    address: str
    verb: str
    object_kind: str
    object_id: str
    object_name: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """What is to change of a person; None leaves a field as it is."""

    display_name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: Role | None = None
    language: Language | None = None
    theme: Theme | None = None
    time_zone: str | None = None
    desktop_login: str | None = None
    is_active: bool | None = None
    customers: tuple[TenantId, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChange:
    """What is to change of a tenant; None leaves a field as it is."""

    name: str | None = None
    time_zone: str | None = None
    is_active: bool | None = None


class AddressKind(StrEnum):
    """Which kind of address a channel writes to. A mobile number is called as well, unless there
    is a number for calls alone."""

    EMAIL = "email"
    MOBILE = "mobile"
    VOICE = "voice"
    WECOM_USER = "wecom_user"
    DINGTALK_USER = "dingtalk_user"
    FEISHU_USER = "feishu_user"


class Vouched(StrEnum):
    """Why we believe that an address is the person's: they typed the code that it was sent, an
    administrator said so, or it stood in their profile before addresses were kept apart."""

    CODE = "code"
    ADMINISTRATOR = "administrator"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMethod:
    """An address of a person besides their e-mail. position: of two of a kind the first is used.
    vouched: None until somebody does, and the address is used for nothing but a code."""

    id: int
    user: UserId
    kind: AddressKind
    address: str
    position: int
    vouched: Vouched | None
    vouched_at: datetime | None
    code_sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCode:
    """A code on its way to an address. tries: wrong ones so far; sent: codes within a day."""

    digest: bytes
    sent_at: datetime
    tries: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When a person is not to be disturbed, on their wall clock; over midnight when they end
    before they begin. lets_critical: critical alarms get through."""

    starts_minute: int
    ends_minute: int
    time_zone: str
    lets_critical: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """Where a person may be written to: (kind, address) in the order in which they prefer them,
    the e-mail of their profile included; and when not."""

    addresses: tuple[tuple[str, str], ...] = ()
    quiet: QuietHours | None = None
