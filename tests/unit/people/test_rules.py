"""Who may what: the table of roles, and for whose things."""

import itertools

import pytest

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId, UserId
from yunwei.base.people.facts import SYSTEM, Permission, Role, Viewer
from yunwei.base.people.rules import (
    CUSTOMER_ROLES,
    PERMISSIONS,
    PROVIDER_ROLES,
    is_role_allowed,
    is_secret_name,
    may,
    require,
    visible_tenants,
)

HOME, OTHER, THIRD = TenantId(1), TenantId(2), TenantId(3)
EVERYONE = (HOME, OTHER, THIRD)
CHANGES = {
    Permission.OPERATE_ALARMS,
    Permission.MANAGE_RULES,
    Permission.MANAGE_DUTY,
    Permission.MANAGE_SOURCES,
    Permission.MANAGE_PEOPLE,
    Permission.MANAGE_TENANTS,
}


def viewer(role: Role, *tenants: TenantId) -> Viewer:
    return Viewer(
        user_id=UserId(7),
        name="somebody",
        role=role,
        tenant=HOME,
        tenants=tenants or (HOME,),
        permissions=PERMISSIONS[role],
    )


@pytest.mark.parametrize(("role", "permission"), [*itertools.product(Role, Permission)])
def test_what_a_role_may_it_may_for_its_tenants_only(role: Role, permission: Permission) -> None:
    somebody = viewer(role)
    allowed = permission in PERMISSIONS[role]
    assert may(somebody, permission) is allowed
    assert may(somebody, permission, HOME) is allowed
    assert may(somebody, permission, OTHER) is False


def test_every_role_has_its_row() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_an_auditor_and_a_contact_change_nothing() -> None:
    assert not PERMISSIONS[Role.AUDITOR] & CHANGES
    assert not PERMISSIONS[Role.CUSTOMER_CONTACT] & CHANGES
    assert PERMISSIONS[Role.DESKTOP_USER] == {Permission.USE_PORTAL}


def test_only_the_administrator_manages_people_tenants_and_sources() -> None:
    daily = {Permission.OPERATE_ALARMS, Permission.MANAGE_RULES, Permission.MANAGE_DUTY}
    guarded = CHANGES - daily
    for role in set(Role) - {Role.PLATFORM_ADMINISTRATOR}:
        assert not PERMISSIONS[role] & guarded


def test_only_who_manages_service_or_the_platform_manages_duty() -> None:
    managers = {role for role in Role if Permission.MANAGE_DUTY in PERMISSIONS[role]}
    assert managers == {Role.PLATFORM_ADMINISTRATOR, Role.SERVICE_MANAGER}
    # calendars of countries are everybody's, so nobody of a customer changes them
    assert not managers & CUSTOMER_ROLES


def test_who_manages_also_sees() -> None:
    for rights in PERMISSIONS.values():
        for name in ("RULES", "SOURCES", "PEOPLE"):
            assert Permission[f"MANAGE_{name}"] not in rights or Permission[f"SEE_{name}"] in rights


def test_the_platform_itself_may_everything_and_lists_nothing() -> None:
    assert all(may(SYSTEM, permission, OTHER) for permission in Permission)
    assert SYSTEM.tenants == ()


def test_require_refuses_without_saying_why() -> None:
    require(viewer(Role.OPERATOR), Permission.OPERATE_ALARMS, HOME)
    with pytest.raises(Refused) as refusal:
        require(viewer(Role.OPERATOR), Permission.OPERATE_ALARMS, OTHER)
    assert str(refusal.value) == str(Refused())


@pytest.mark.parametrize(
    ("role", "is_provider", "customers", "seen"),
    [
        (Role.OPERATOR, True, (), EVERYONE),
        (Role.OPERATOR, True, (OTHER,), (OTHER,)),
        (Role.OPERATOR, False, (), (HOME,)),
        (Role.AUDITOR, False, (OTHER,), (HOME,)),
        (Role.DESKTOP_USER, True, (), (HOME,)),
    ],
)
def test_which_tenants_are_seen(
    role: Role,
    is_provider: bool,
    customers: tuple[TenantId, ...],
    seen: tuple[TenantId, ...],
) -> None:
    found = visible_tenants(
        role, HOME, is_provider=is_provider, customers=customers, everyone=EVERYONE
    )
    assert found == seen


def test_roles_of_the_provider_and_of_customers() -> None:
    assert set(Role) == PROVIDER_ROLES | CUSTOMER_ROLES
    assert not is_role_allowed(Role.PLATFORM_ADMINISTRATOR, is_provider=False)
    assert not is_role_allowed(Role.CUSTOMER_CONTACT, is_provider=True)


@pytest.mark.parametrize("name", ["password", "SMTP_PASSWORD", "secret_key", "api_token"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)
