"""People and tenants: who may make and change whom, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.people import PASSWORD, Standing, make_people, make_viewer
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries
from yunwei.base.people.actions import demo, tenants, users
from yunwei.base.people.facts import (
    SYSTEM,
    Language,
    PersonChange,
    PersonDraft,
    Role,
    TenantChange,
    Theme,
    Viewer,
)

pytestmark = pytest.mark.django_db
FIRST = PageRequest(limit=100)


@pytest.fixture
def people() -> Standing:
    return make_people()


def draft(tenant: TenantId, **fields: Any) -> PersonDraft:
    return PersonDraft(**{"username": "new", "role": Role.AUDITOR, "tenant": tenant} | fields)


def names(viewer: Viewer, **filters: Any) -> list[str]:
    return [each.username for each in queries.fetch_people(viewer, filters, FIRST).items]


def test_bootstrap_makes_one_provider_however_often() -> None:
    first = tenants.bootstrap(name="Cloud Upkeep")
    assert tenants.bootstrap() == first
    assert first.is_provider
    assert queries.system_provider() == first


def test_a_made_person_can_be_looked_at_and_knows_their_rights(people: Standing) -> None:
    made = users.create_user(
        people["root"], draft(people.a.id, display_name="新人"), password=PASSWORD
    )
    viewer = queries.viewer_of(made.id, address="198.51.100.7")
    assert viewer is not None
    assert (viewer.name, viewer.role, viewer.tenants) == ("new", Role.AUDITOR, (people.a.id,))
    assert (viewer.language, viewer.time_zone) == (Language.CHINESE, "Asia/Shanghai")
    assert queries.access_person(people["root"], made.id) == made


def test_who_is_of_the_provider_sees_all_tenants_or_the_chosen_ones(people: Standing) -> None:
    assert set(people["olga"].tenants) == {people.provider.id, people.a.id, people.b.id}
    limited = make_viewer("limited", Role.OPERATOR, people.provider.id, customers=(people.b.id,))
    assert limited.tenants == (people.b.id,)
    assert people["kai"].tenants == (people.a.id,)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("username", {"username": "a b"}),
        ("username", {"username": "an@address"}),
        ("username", {"username": "KAI"}),
        ("email", {"email": "nowhere"}),
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("role", {"role": Role.PLATFORM_ADMINISTRATOR}),
        ("role", {"role": Role.SERVICE_MANAGER}),
        ("customers", {"customers": (TenantId(1),)}),
        ("display_name", {"display_name": "line\nbreak"}),
        ("language", {"language": "tlh"}),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(
    people: Standing, field: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        users.create_user(people["root"], draft(people.a.id, **fields), password=PASSWORD)
    assert refusal.value.field == field
    assert names(people["root"], search="new") == []


@pytest.mark.parametrize(
    "password", ["short", "password1234", "123456789012345", "newcomer-newcomer", ""]
)
def test_the_password_policy_holds_for_administrators_too(people: Standing, password: str) -> None:
    wanted = draft(people.a.id, username="newcomer-newcomer")
    with pytest.raises(Invalid) as refusal:
        users.create_user(people["root"], wanted, password=password)
    assert refusal.value.field == "password"


def test_two_people_share_no_address(people: Standing) -> None:
    first = draft(people.a.id, email="One@example.com")
    users.create_user(people["root"], first, password=PASSWORD)
    second = draft(people.b.id, username="other", email="one@EXAMPLE.com")
    with pytest.raises(Invalid) as refusal:
        users.create_user(people["root"], second, password=PASSWORD)
    assert refusal.value.field == "email"
    with pytest.raises(Invalid):
        users.change_user(
            people["root"], people["kai"].user_id or 0, PersonChange(email="ONE@example.com")
        )


@pytest.mark.parametrize("name", ["olga", "mia", "audrey", "kai", "una", "chen"])
def test_only_who_manages_people_makes_and_changes_others(people: Standing, name: str) -> None:
    viewer, root = people[name], people["root"].user_id or 0
    acts: list[Callable[[], object]] = [
        lambda: users.create_user(viewer, draft(viewer.tenant), password=PASSWORD),
        lambda: users.change_user(viewer, root, PersonChange(display_name="x")),
        lambda: users.change_user(viewer, viewer.user_id or 0, PersonChange(is_active=True)),
        lambda: users.set_password(viewer, viewer.user_id or 0, f"{PASSWORD}!"),
        lambda: users.reset_second_factor(viewer, root),
        lambda: tenants.create_tenant(viewer, slug="x", name="x"),
        lambda: tenants.change_tenant(viewer, viewer.tenant, TenantChange(name="x")),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()


def test_everybody_may_change_how_their_pages_look(people: Standing) -> None:
    una = people["una"]
    change = PersonChange(language=Language.ENGLISH, theme=Theme.DARK, time_zone="UTC")
    users.change_user(una, una.user_id or 0, change)
    now = queries.viewer_of(una.user_id or 0)
    assert now is not None
    assert (now.language, now.theme, now.time_zone) == (Language.ENGLISH, Theme.DARK, "UTC")


def test_nobody_raises_their_own_rights(people: Standing) -> None:
    olga = people["olga"]
    with pytest.raises(Refused):
        users.change_user(olga, olga.user_id or 0, PersonChange(role=Role.PLATFORM_ADMINISTRATOR))


def test_nobody_locks_out_oneself_or_the_last_administrator(people: Standing) -> None:
    root = people["root"]
    with pytest.raises(Conflict):
        users.change_user(root, root.user_id or 0, PersonChange(is_active=False))
    with pytest.raises(Conflict):
        users.change_user(SYSTEM, root.user_id or 0, PersonChange(role=Role.OPERATOR))
    make_viewer("second", Role.PLATFORM_ADMINISTRATOR, people.provider.id)
    users.change_user(SYSTEM, root.user_id or 0, PersonChange(role=Role.OPERATOR))


def test_who_is_switched_off_is_nobody(people: Standing) -> None:
    kai = people["kai"].user_id or 0
    users.change_user(people["root"], kai, PersonChange(is_active=False))
    assert queries.viewer_of(kai) is None
    users.change_user(people["root"], kai, PersonChange(is_active=True))
    tenants.change_tenant(people["root"], people.a.id, TenantChange(is_active=False))
    assert queries.viewer_of(kai) is None


def test_the_provider_stays(people: Standing) -> None:
    with pytest.raises(Conflict):
        tenants.change_tenant(people["root"], people.provider.id, TenantChange(is_active=False))


def test_a_slug_is_one_tenants(people: Standing) -> None:
    with pytest.raises(Invalid) as refusal:
        tenants.create_tenant(people["root"], slug="customer-a", name="Another")
    assert refusal.value.field == "slug"
    with pytest.raises(Invalid):
        tenants.create_tenant(people["root"], slug="Not A Slug", name="Another")


def test_lists_hold_ones_own_tenants_only(people: Standing) -> None:
    assert names(people["kai"]) == ["kai", "una"]
    assert names(people["kai"], tenant=people.b.id) == []
    assert names(people["root"], role="operator") == ["chen", "olga"]
    assert names(people["root"], search="AUD") == ["audrey"]
    with pytest.raises(Refused):
        queries.access_person(people["kai"], people["chen"].user_id or 0)
    seen = queries.fetch_tenants(people["chen"], {}, FIRST).items
    assert [each.slug for each in seen] == ["customer-b"]
    with pytest.raises(Refused):
        queries.fetch_tenants(people["una"], {}, FIRST)


def test_the_platform_itself_sees_everybody(people: Standing) -> None:
    assert len(names(SYSTEM)) == 7


def test_demo_people_are_made_once() -> None:
    demo.create_demo_people(PASSWORD, desktop_login="z.wei")
    customer = demo.create_demo_people(PASSWORD)
    found = queries.fetch_people(SYSTEM, {}, FIRST).items
    assert len(found) == 10
    assert {each.role for each in found} == set(Role)
    assert [each.desktop_login for each in found if each.tenant == customer.id] == ["", "z.wei"]
