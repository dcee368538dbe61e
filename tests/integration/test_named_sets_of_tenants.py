"""Whose named sets are seen, changed and named by whose rules; what of them is audited."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.people import Standing, make_people, make_viewer
from yunwei.base.core.condition import condition_to_json, parse_text
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.postgres import transaction
from yunwei.base.named_sets import actions, queries
from yunwei.base.named_sets.facts import NamedSetDraft, SetKind
from yunwei.base.named_sets.rules.settling import settle
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Role, Viewer
from yunwei.monitor.governance.actions import mask_rules
from yunwei.monitor.governance.facts.masks import MaskRuleDraft

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 6, tzinfo=UTC)
NAMED = parse_text('in_set(managed_object, "core")')


@pytest.fixture
def standing() -> Standing:
    return make_people()


def draft(*values: str, name: str = "core", is_shared: bool = False) -> NamedSetDraft:
    return NamedSetDraft(name=name, kind=SetKind.OBJECTS, values=values, is_shared=is_shared)


def shares(standing: Standing, *values: str) -> int:
    made = draft(*values, is_shared=True)
    return actions.add_set(standing["root"], standing.provider.id, made, now=NOW)


def names_seen(viewer: Viewer) -> list[str]:
    return [row.named_set.name for row in queries.fetch_sets(viewer).items]


def masks(viewer: Viewer, standing: Standing, tenant: int) -> int:
    rule = MaskRuleDraft(
        name="work",
        condition=condition_to_json(NAMED),
        expires_at=NOW + timedelta(hours=2),
        reason="change 7",
    )
    here = standing.a.id if tenant == standing.a.id else standing.b.id
    return mask_rules.create_mask_rule(viewer, here, rule, now=NOW)


def means(standing: Standing, tenant_name: str) -> tuple[str, ...]:
    """Return what the set of the name comes to in a tenant's rules."""
    tenant = standing.a.id if tenant_name == "a" else standing.b.id
    with transaction() as conn:
        found = settle(NAMED, tenant, queries.system_book(conn)).condition
    return tuple(map(str, getattr(found, "values", ()))) if getattr(found, "value", "") else ()


def test_a_customer_sees_neither_another_customers_sets_nor_the_providers(
    standing: Standing,
) -> None:
    theirs = actions.add_set(standing["root"], standing.a.id, draft("/host/A"), now=NOW)
    actions.add_set(standing["root"], standing.provider.id, draft("/host/P"), now=NOW)
    assert names_seen(standing["chen"]) == []
    for ask in (
        lambda: queries.access_set(standing["chen"], theirs),
        lambda: queries.fetch_uses(standing["chen"], theirs),
        lambda: actions.remove_set(standing["chen"], theirs),
        lambda: actions.change_set(standing["chen"], theirs, draft("/x"), now=NOW),
        lambda: actions.edit_values(standing["chen"], theirs, add=["/x"], now=NOW),
        lambda: actions.add_set(standing["chen"], standing.a.id, draft("/x"), now=NOW),
    ):
        with pytest.raises(Refused):
            ask()
    assert means(standing, "a") == ("/host/A",)
    assert means(standing, "b") == ()


def test_customers_rules_may_name_what_the_provider_shares(standing: Standing) -> None:
    shared = shares(standing, "/host/P")
    chen = standing["chen"]
    [row] = queries.fetch_sets(chen).items
    assert (row.named_set.id, row.may_change, row.uses) == (shared, False, 0)
    assert queries.access_set(chen, shared).named_set.values == ("/host/P",)
    with pytest.raises(Refused):
        actions.change_set(chen, shared, draft("/x"), now=NOW)
    masks(chen, standing, standing.b.id)
    masks(standing["root"], standing, standing.a.id)
    assert means(standing, "b") == ("/host/P",)
    assert [use.tenant for use in queries.fetch_uses(chen, shared)] == [standing.b.id]
    assert len(queries.fetch_uses(standing["root"], shared)) == 2
    with pytest.raises(Conflict, match="rules use this set"):
        actions.change_set(standing["root"], shared, draft("/host/P"), now=NOW)


def test_rules_that_one_does_not_see_are_counted_not_named(standing: Standing) -> None:
    shared = shares(standing, "/host/P")
    masks(standing["chen"], standing, standing.b.id)
    # somebody of the provider who looks after customer A alone, and the provider's own things
    home = (standing.provider.id, standing.a.id)
    limited = make_viewer("lee", Role.OPERATOR, standing.provider.id, customers=home)
    with pytest.raises(Conflict) as raised:
        actions.remove_set(limited, shared)
    assert raised.value.message == "rules use this set: … (+1)"


def test_ones_own_set_goes_before_a_shared_one_that_comes_later(standing: Standing) -> None:
    actions.add_set(standing["chen"], standing.b.id, draft("/host/B"), now=NOW)
    shared = shares(standing, "/host/P")
    masks(standing["chen"], standing, standing.b.id)
    assert means(standing, "b") == ("/host/B",)
    assert means(standing, "a") == ("/host/P",)
    assert queries.fetch_uses(standing["root"], shared) == ()


def test_a_shared_name_is_taken(standing: Standing) -> None:
    shares(standing, "/host/P")
    with pytest.raises(Invalid) as raised:
        actions.add_set(standing["chen"], standing.b.id, draft("/host/B"), now=NOW)
    assert (raised.value.field, raised.value.why) == ("name", "there is a set of this name")


def test_only_the_providers_sets_are_shared(standing: Standing) -> None:
    with pytest.raises(Invalid) as raised:
        actions.add_set(standing["chen"], standing.b.id, draft("/host/B", is_shared=True), now=NOW)
    assert raised.value.field == "is_shared"


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (SetKind.OBJECTS, "/", "this is every object"),
        (SetKind.OBJECTS, "host/1", "a path begins with /"),
        (SetKind.ADDRESSES, "0.0.0.0/0", "this is every address"),
        (SetKind.ADDRESSES, "::/0", "this is every address"),
        (SetKind.ADDRESSES, "192.0.2.300", "not an address or network"),
        (SetKind.TEXTS, "x" * 501, "a value has 1 to 500 characters"),
    ],
)
def test_what_is_no_value_is_told_with_its_place(
    standing: Standing, kind: SetKind, value: str, why: str
) -> None:
    fit = {SetKind.OBJECTS: "/host/1", SetKind.ADDRESSES: "192.0.2.7"}.get(kind, "x")
    made = NamedSetDraft(name="s", kind=kind, values=(fit, value))
    with pytest.raises(Invalid) as raised:
        actions.add_set(standing["root"], standing.a.id, made, now=NOW)
    assert raised.value.field == "values"
    assert raised.value.why.startswith("value 2, ")
    assert raised.value.why.endswith(why)


def test_a_list_finds_a_set_by_what_it_holds(standing: Standing) -> None:
    root = standing["root"]
    actions.add_set(root, standing.a.id, draft("/host/H-77"), now=NOW)
    actions.add_set(root, standing.a.id, draft(name="idle"), now=NOW)

    def found(**filters: object) -> list[str]:
        return [row.named_set.name for row in queries.fetch_sets(root, filters=filters).items]

    assert found(search="h-77") == ["core"]
    assert found(is_empty=True) == ["idle"]
    assert found(is_used=True) == []
    masks(root, standing, standing.a.id)
    assert found(is_used=True) == ["core"]


def test_the_audit_log_tells_what_came_and_went(standing: Standing) -> None:
    root = standing["root"]
    kept = actions.add_set(root, standing.a.id, draft("/host/1", "/host/2"), now=NOW)
    actions.change_set(root, kept, draft("/host/2", "/host/3"), now=NOW)
    actions.remove_set(root, kept)
    entries = people.fetch_audit(root, {"object_kind": "named_set"}, PageRequest()).items
    assert [entry.verb for entry in entries] == [
        "named_sets.remove",
        "named_sets.change",
        "named_sets.add",
    ]
    changed = entries[1]
    assert (changed.before["values"], changed.after["values"]) == (["/host/1"], ["/host/3"])
    assert changed.object_name == "core"
