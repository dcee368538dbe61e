"""The standing people of the tests: one of each role, a stranger, and nobody.

Root administers the platform. Olga operates, Mia manages service, Audrey audits: all three of
the provider. Kai is the contact of customer A, Una a desktop user there. Chen operates for
customer B: a stranger to everything of A. Nobody is not signed in.
"""

from dataclasses import dataclass

from yunwei.base.core.ids import TenantId
from yunwei.base.people import queries
from yunwei.base.people.actions.tenants import bootstrap, create_tenant
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role, Tenant, Viewer

PASSWORD = "correct horse battery staple"
NOBODY = "nobody"
ROLES = {
    "root": Role.PLATFORM_ADMINISTRATOR,
    "olga": Role.OPERATOR,
    "mia": Role.SERVICE_MANAGER,
    "audrey": Role.AUDITOR,
    "kai": Role.CUSTOMER_CONTACT,
    "una": Role.DESKTOP_USER,
    "chen": Role.OPERATOR,
}
PEOPLE = tuple(ROLES)
PERSONAS = (*PEOPLE, NOBODY)
_HOMES = {"kai": "a", "una": "a", "chen": "b"}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The tenants and people, made in the database that `transaction()` reaches."""

    provider: Tenant
    a: Tenant
    b: Tenant
    viewers: dict[str, Viewer]

    def __getitem__(self, name: str) -> Viewer:
        return self.viewers[name]

    def home(self, name: str) -> Tenant:
        return {"a": self.a, "b": self.b}.get(_HOMES.get(name, ""), self.provider)


def make_people() -> Standing:
    """Make the tenants and all seven people; una's desktop login is `una`."""
    provider = bootstrap()
    a = create_tenant(SYSTEM, slug="customer-a", name="Customer A")
    b = create_tenant(SYSTEM, slug="customer-b", name="Customer B")
    standing = Standing(provider=provider, a=a, b=b, viewers={})
    for name in PEOPLE:
        standing.viewers[name] = make_viewer(name, ROLES[name], standing.home(name).id)
    # everybody sees all tenants there are now, not those at the time they were made
    for name in PEOPLE:
        standing.viewers[name] = queries.viewer_by_name(name, address="192.0.2.1")
    return standing


def make_viewer(
    name: str, role: Role, tenant: TenantId, *, customers: tuple[TenantId, ...] = ()
) -> Viewer:
    """Make a person and return them as a viewer."""
    draft = PersonDraft(
        username=name,
        display_name=name.capitalize(),
        role=role,
        tenant=tenant,
        desktop_login=name if role is Role.DESKTOP_USER else "",
        customers=customers,
    )
    create_user(SYSTEM, draft, password=PASSWORD)
    return queries.viewer_by_name(name, address="192.0.2.1")
