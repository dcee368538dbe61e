"""The people of the demo: one of each role, so that everything can be looked at as everybody."""

from yunwei.base.core.errors import Refused
from yunwei.base.people import queries
from yunwei.base.people.actions.tenants import bootstrap, create_tenant
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role, Tenant

_CUSTOMER = "demo"
ON_DUTY = ("zhang.wei", "li.na", "wang.qiang", "liu.yang")
"""Who takes turns in the demo's schedule."""
_PEOPLE = (
    # sign-in name, name, role, of the provider?
    ("admin", "平台管理员", Role.PLATFORM_ADMINISTRATOR, True),
    ("operator", "值班工程师", Role.OPERATOR, True),
    ("zhang.wei", "张伟", Role.OPERATOR, True),
    ("li.na", "李娜", Role.OPERATOR, True),
    ("wang.qiang", "王强", Role.OPERATOR, True),
    ("liu.yang", "刘洋", Role.OPERATOR, True),
    ("manager", "服务经理", Role.SERVICE_MANAGER, True),
    ("auditor", "审计员", Role.AUDITOR, True),
    ("contact", "客户联系人", Role.CUSTOMER_CONTACT, False),
    ("desktop", "桌面用户", Role.DESKTOP_USER, False),
)


def create_demo_people(password: str, *, desktop_login: str = "") -> Tenant:
    """Make whoever of the demo's people is missing; returns the demo's customer. Repeatable.

    password: of all of them. desktop_login: the login name that the desktop user has in the
    simulated cloud. Raises Invalid when the password policy refuses the password.
    """
    provider = bootstrap()
    customer = _demo_customer()
    for username, name, role, is_provider in _PEOPLE:
        if _exists(username):
            continue
        draft = PersonDraft(
            username=username,
            display_name=name,
            role=role,
            tenant=provider.id if is_provider else customer.id,
            email=f"{username}@example.com" if username in ON_DUTY else "",
            desktop_login=desktop_login if role is Role.DESKTOP_USER else "",
        )
        create_user(SYSTEM, draft, password=password)
    return customer


def _demo_customer() -> Tenant:
    try:
        return queries.system_tenant(_CUSTOMER)
    except Refused:
        return create_tenant(SYSTEM, slug=_CUSTOMER, name="示范客户")


def _exists(username: str) -> bool:
    try:
        queries.viewer_by_name(username)
    except Refused:
        return False
    return True
