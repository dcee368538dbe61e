"""Which role may what, and for which tenant. Pure decisions; nothing is read or written."""

from collections.abc import Mapping

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Permission, Role, Viewer

_READ = {
    Permission.SEE_MONITORING,
    Permission.SEE_RULES,
    Permission.SEE_SOURCES,
    Permission.USE_API_TOKENS,
}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.PLATFORM_ADMINISTRATOR: frozenset(Permission),
    Role.OPERATOR: frozenset(
        _READ | {Permission.OPERATE_ALARMS, Permission.MANAGE_RULES, Permission.USE_PORTAL}
    ),
    Role.SERVICE_MANAGER: frozenset(
        _READ
        | {
            Permission.OPERATE_ALARMS,
            Permission.MANAGE_RULES,
            Permission.SEE_PEOPLE,
            Permission.USE_PORTAL,
        }
    ),
    Role.CUSTOMER_CONTACT: frozenset(
        {Permission.SEE_MONITORING, Permission.SEE_PEOPLE, Permission.USE_PORTAL}
        | {Permission.USE_API_TOKENS}
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


def is_role_allowed(role: Role, *, is_provider: bool) -> bool:
    return role in (PROVIDER_ROLES if is_provider else CUSTOMER_ROLES)


def is_secret_name(name: str) -> bool:
    """Say whether a field of this name is known to hold a secret; such are never audited."""
    lowered = name.lower()
    return any(word in lowered for word in _KNOWN_SECRET)
