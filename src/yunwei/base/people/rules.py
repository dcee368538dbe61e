"""Which role may what, for which tenant, and what a person or tenant may be called. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import (
    AddressKind,
    Permission,
    Person,
    QuietHours,
    Role,
    SentCode,
    Tenant,
    Viewer,
)

_READ = {
    Permission.SEE_MONITORING,
    Permission.SEE_RULES,
    Permission.SEE_SOURCES,
    Permission.SEE_SCRIPTS,
    Permission.SEE_SERVICE,
    Permission.USE_API_TOKENS,
}
_SCRIPTS = {Permission.MANAGE_SCRIPTS, Permission.RUN_SCRIPTS}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.PLATFORM_ADMINISTRATOR: frozenset(Permission),
    Role.OPERATOR: frozenset(
        _READ
        | _SCRIPTS
        | {Permission.OPERATE_ALARMS, Permission.OPERATE_DESKTOPS}
        | {Permission.MANAGE_RULES, Permission.USE_PORTAL}
        | {Permission.MANAGE_REPORTS, Permission.WORK_REQUESTS}
    ),
    Role.SERVICE_MANAGER: frozenset(
        _READ
        | _SCRIPTS
        | {
            Permission.OPERATE_ALARMS,
            Permission.OPERATE_DESKTOPS,
            Permission.MANAGE_RULES,
            Permission.MANAGE_DUTY,
            Permission.MANAGE_REPORTS,
            Permission.SEE_PEOPLE,
            Permission.MANAGE_SERVICE,
            Permission.WORK_REQUESTS,
            Permission.USE_PORTAL,
        }
    ),
    Role.CUSTOMER_CONTACT: frozenset(
        {Permission.SEE_MONITORING, Permission.SEE_PEOPLE, Permission.USE_PORTAL}
        | {Permission.SEE_SERVICE, Permission.USE_SERVICE, Permission.USE_API_TOKENS}
    ),
    Role.DESKTOP_USER: frozenset({Permission.USE_PORTAL}),
    Role.AUDITOR: frozenset(_READ | {Permission.SEE_PEOPLE, Permission.SEE_AUDIT}),
}

PROVIDER_ROLES = frozenset(Role) - {Role.CUSTOMER_CONTACT}
CUSTOMER_ROLES = frozenset({Role.OPERATOR, Role.CUSTOMER_CONTACT, Role.DESKTOP_USER, Role.AUDITOR})
"""Which roles people of the provider, and of a customer, may have."""

_KNOWN_SECRET = ("password", "secret", "token", "credential", "private_key", "access_key", "hash")


def may(viewer: Viewer, permission: Permission, tenant: TenantId | None = None) -> bool:
    """Say whether `viewer` has the permission (for things of `tenant`, when one is given)."""
    if viewer.is_system:
        return True
    if permission not in viewer.permissions:
        return False
    return tenant is None or tenant in viewer.tenants


def require(viewer: Viewer, permission: Permission, tenant: TenantId | None = None) -> None:
    """Raise Refused unless `may(viewer, permission, tenant)`."""
    if not may(viewer, permission, tenant):
        raise Refused()


def visible_tenants(
    role: Role,
    home: TenantId,
    *,
    is_provider: bool,
    customers: tuple[TenantId, ...],
    everyone: tuple[TenantId, ...],
) -> tuple[TenantId, ...]:
    """Return the tenants a person sees: one's own, the chosen customers, or all.

    home: the person's tenant; is_provider tells of it. everyone: all tenants.
    """
    if not is_provider or role is Role.DESKTOP_USER:
        return (home,)
    if customers:
        return tuple(each for each in everyone if each in customers)
    return everyone


def sees_tenant(person: Person, tenant: TenantId, *, provider: TenantId | None) -> bool:
    """Say whether a person, were they signed in, would see a tenant's things."""
    if person.tenant == tenant:
        return True
    is_providers = person.tenant == provider and person.role is not Role.DESKTOP_USER
    return is_providers and (not person.customers or tenant in person.customers)


def is_role_allowed(role: Role, *, is_provider: bool) -> bool:
    return role in (PROVIDER_ROLES if is_provider else CUSTOMER_ROLES)


def is_secret_name(name: str) -> bool:
    """Say whether a field of this name is known to hold a secret; such are never audited."""
    lowered = name.lower()
    return any(word in lowered for word in _KNOWN_SECRET)


_USERNAME = re.compile(r"[\w.+-]{1,64}")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
_LONGEST_NAME = 200


def check_username(username: str) -> str:
    """Return the sign-in name; raises Invalid. No "@": one may also sign in by e-mail address."""
    if not _USERNAME.fullmatch(username):
        raise Invalid("username", "letters, digits and . _ + - only, at most 64")
    return username


def check_tenant(tenant: Tenant) -> Tenant:
    """Return the tenant when its slug, name and time zone can be so; raises Invalid."""
    if not _SLUG.fullmatch(tenant.slug):
        raise Invalid("slug", "small letters, digits and - only, at most 63")
    _check_name("name", tenant.name, is_needed=True)
    _check_time_zone(tenant.time_zone)
    return tenant


def check_person(person: Person, *, home: Tenant) -> Person:
    """Return the person when everything about them can be so; raises Invalid at the field.

    home: the tenant the person belongs to.
    """
    check_username(person.username)
    _check_name("display_name", person.display_name)
    _check_name("phone", person.phone)
    _check_name("desktop_login", person.desktop_login)
    if person.email and not _EMAIL.fullmatch(person.email):
        raise Invalid("email", "this is not an e-mail address")
    _check_time_zone(person.time_zone)
    if not is_role_allowed(person.role, is_provider=home.is_provider):
        raise Invalid("role", "nobody of this tenant can have this role")
    if person.customers and not home.is_provider:
        raise Invalid("customers", "only people of the provider see customers")
    return person


def _check_name(field: str, text: str, *, is_needed: bool = False) -> None:
    if is_needed and not text.strip():
        raise Invalid(field, "this is needed")
    if len(text) > _LONGEST_NAME:
        raise Invalid(field, "at most 200 characters")
    if not text.isprintable():
        raise Invalid(field, "no line breaks or control characters")


def _check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid("time_zone", "there is no such time zone")


_SEPARATORS = re.compile(r"[\s()./-]")
_MOBILE_OF_CHINA = re.compile(r"1[3-9]\d{9}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_ACCOUNT = re.compile(r"[\w.@-]{1,64}", re.ASCII)
DAY_MINUTES = 24 * 60


def check_address(kind: AddressKind, typed: str) -> str:
    """Return an address as it is kept: numbers in E.164, those of China may lack their country.
    Raises Invalid at `address`."""
    text = typed.strip()
    if kind in {AddressKind.MOBILE, AddressKind.VOICE}:
        return _check_number(text)
    if kind is AddressKind.EMAIL:
        if not _EMAIL.fullmatch(text):
            raise Invalid("address", "this is not an e-mail address")
        return text.lower()
    if not _ACCOUNT.fullmatch(text):
        raise Invalid("address", "letters, digits and . _ - @ only, at most 64")
    return text


def _check_number(text: str) -> str:
    number = _SEPARATORS.sub("", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _MOBILE_OF_CHINA.fullmatch(number):
        number = f"+86{number}"
    if not _E164.fullmatch(number):
        raise Invalid("address", "a number begins with + and its country: +86 138 0013 8000")
    return number


def check_quiet_hours(quiet: QuietHours) -> QuietHours:
    """Return quiet hours that can be so; raises Invalid at the field."""
    for field in ("starts_minute", "ends_minute"):
        if not 0 <= getattr(quiet, field) < DAY_MINUTES:
            raise Invalid(field, "this is not a time of day")
    if quiet.starts_minute == quiet.ends_minute:
        raise Invalid("ends_minute", "quiet hours end at another time than they begin")
    _check_time_zone(quiet.time_zone)
    return quiet


def quiet_until(quiet: QuietHours | None, at: datetime) -> datetime | None:
    """Return when the quiet hours end that hold at an instant, None when none do.

    Their edges are wall-clock times: over a change of clocks they last an hour more or less.
    """
    if quiet is None:
        return None
    local = at.astimezone(ZoneInfo(quiet.time_zone))
    minute = local.hour * 60 + local.minute
    is_over_midnight = quiet.ends_minute < quiet.starts_minute
    is_late = minute >= quiet.starts_minute
    is_early = minute < quiet.ends_minute
    if not (is_late or is_early if is_over_midnight else is_late and is_early):
        return None
    day = local.date() + timedelta(days=1 if is_over_midnight and is_late else 0)
    hour, minutes = divmod(quiet.ends_minute, 60)
    return datetime.combine(day, time(hour, minutes), local.tzinfo).astimezone(UTC)


CODE_LASTS = timedelta(minutes=10)
_CODE_EVERY = timedelta(minutes=1)
_CODE_DAY = timedelta(days=1)
_MOST_CODES = 10
_MOST_TRIES = 5


def count_code(known: SentCode | None, *, now: datetime) -> int:
    """Return the number within a day of a code that is sent now; raises Conflict when that would
    be too soon or one too many: each is an SMS that somebody pays for."""
    if known is None or now - known.sent_at >= _CODE_DAY:
        return 1
    if now - known.sent_at < _CODE_EVERY:
        raise Conflict("a code was sent a moment ago; the next can be sent after a minute")
    if known.sent >= _MOST_CODES:
        raise Conflict("too many codes were sent today; try again tomorrow")
    return known.sent + 1


def check_code(known: SentCode | None, digest: bytes, *, now: datetime) -> bool:
    """Say whether the code is right; raises Conflict when none waits or there were too many
    tries."""
    if known is None or not known.digest or now - known.sent_at > CODE_LASTS:
        raise Conflict("no code waits; have a new one sent")
    if known.tries >= _MOST_TRIES:
        raise Conflict("too many wrong codes; have a new one sent")
    return known.digest == digest
