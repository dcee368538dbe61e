"""Relations: an operator writes what stands on what, and sees what that would explain."""

from typing import Any

import pytest

from tests.support.pages import DESKTOPS, Cloud, Page, make_cloud, sign_in
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RelationId
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.governance.actions import relations as actions
from yunwei.monitor.governance.actions.remembering import (
    system_topology,
    system_topology_signature,
)
from yunwei.monitor.governance.facts.topology import Relation, WrittenRelation
from yunwei.monitor.governance.queries import relations as queries
from yunwei.monitor.governance.rules.relation_lines import parse_csv

pytestmark = pytest.mark.django_db
HEAD = "relation,parent_kind,parent,child_kind,child,redundancy\n"


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def line(parent: str = "GW-1", **changes: str) -> WrittenRelation:
    said = {"parent_kind": "gateway", "child_kind": "pool", "child": "财务桌面池"} | changes
    return WrittenRelation(relation=Relation.SERVED_BY, parent=parent, **said)


def form(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    return {
        "tenant": cloud.tenant,
        "relation": "served_by",
        "parent_kind": "gateway",
        "parent": "GW-1",
        "child_kind": "pool",
        "child": "财务桌面池",
        "redundancy": "",
    } | changes


def add(cloud: Cloud, **changes: str) -> RelationId:
    return actions.add_relation(cloud.people["olga"], cloud.tenant, line(**changes))


def test_a_relation_is_written_changed_and_removed(cloud: Cloud) -> None:
    client = sign_in("olga")
    assert client.post("/relations/new", form(cloud)).status_code == 303
    [row] = queries.fetch_relations(cloud.people["olga"]).items
    assert "GW-1" in Page(client.get("/relations")).text
    client.post(f"/relations/{row.id}", form(cloud, parent="GW-7", redundancy="gateways"))
    [changed] = queries.fetch_relations(cloud.people["olga"]).items
    assert changed.line == line("GW-7", redundancy="gateways")
    assert client.post(f"/relations/{row.id}/remove").status_code == 303
    assert queries.fetch_relations(cloud.people["olga"]).total == 0


def test_what_it_would_mean_is_seen_before_it_is_written(cloud: Cloud) -> None:
    client = sign_in("olga")
    shown = client.post("/relations/new", form(cloud, preview="yes"))
    assert shown.status_code == 200
    page = Page(shown)
    assert page.count("match") == 1
    assert str(DESKTOPS) in page.text
    assert queries.fetch_relations(cloud.people["olga"]).total == 0, "nothing was written"
    nothing = Page(client.post("/relations/new", form(cloud, child="没有", preview="yes")))
    assert nothing.count("no-child") == 1


def test_the_preview_is_what_governance_then_goes_by(cloud: Cloud) -> None:
    wanted = line()
    match = queries.preview(cloud.people["olga"], cloud.tenant, wanted)
    add(cloud)
    with transaction() as conn:
        topology = system_topology(conn)
    gateway = (cloud.tenant, "gateway", "gw-1")
    # what is found beneath the gateway are just those that the preview named
    assert set(topology.below([gateway])) == {name for _kind, name in match.children}
    assert match.kinds() == {"desktop": DESKTOPS, "pool": 1}


def test_parents_that_stand_in_for_each_other_are_named(cloud: Cloud) -> None:
    add(cloud, redundancy="gateways")
    asked = line("GW-2", redundancy="gateways")
    assert queries.preview(cloud.people["olga"], cloud.tenant, asked).stands_in == ("GW-1",)


def test_a_change_of_a_line_is_noticed_by_whoever_goes_by_it(cloud: Cloud) -> None:
    relation = add(cloud)
    with transaction() as conn:
        before = system_topology_signature(conn)
    actions.change_relation(cloud.people["olga"], relation, line("GW-8"))
    with transaction() as conn:
        assert system_topology_signature(conn) != before


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("parent", {"parent": " "}),
        ("child", {"child": "x" * 201}),
        ("parent_kind", {"parent_kind": "moon"}),
        ("child", {"child_kind": "gateway", "child": "gw-1"}),
        ("parent", {"parent": "a\nb"}),
    ],
)
def test_a_wrong_line_is_said_at_its_field_and_nothing_is_lost(
    cloud: Cloud, field: str, changes: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        add(cloud, **changes)
    assert caught.value.field == field
    answer = sign_in("olga").post("/relations/new", form(cloud, **changes))
    assert answer.status_code == 422
    assert 'value="gateways"' not in answer.content.decode()


def test_the_same_line_is_written_once(cloud: Cloud) -> None:
    add(cloud)
    answer = sign_in("olga").post("/relations/new", form(cloud))
    assert answer.status_code == 422
    assert "已经" in answer.content.decode()


def test_a_file_is_imported_beside_what_is_there_or_in_its_place(cloud: Cloud) -> None:
    add(cloud)
    client = sign_in("olga")
    text = f"{HEAD}stored_on,datastore,DS-7,host,H-03,\n"
    sent = {"tenant": cloud.tenant, "text": text, "mode": "merge"}
    assert client.post("/relations/import", sent).status_code == 303
    assert queries.fetch_relations(cloud.people["olga"]).total == 2
    client.post("/relations/import", sent | {"mode": "replace"})
    assert queries.fetch_relations(cloud.people["olga"]).total == 1
    file = client.get(f"/relations/of/{cloud.tenant}.csv").content.decode("utf-8-sig")
    assert parse_csv(file) == parse_csv(text)


def test_a_file_with_a_wrong_line_changes_nothing_and_names_the_line(cloud: Cloud) -> None:
    add(cloud)
    text = f"{HEAD}served_by,gateway,GW-2,pool,*,\nserved_by,moon,M-1,pool,*,\n"
    sent = {"tenant": cloud.tenant, "text": text, "mode": "replace"}
    answer = sign_in("olga").post("/relations/import", sent)
    assert answer.status_code == 422
    assert "第 2 行" in answer.content.decode()
    assert queries.fetch_relations(cloud.people["olga"]).total == 1


def test_another_customers_relations_are_not_there(cloud: Cloud) -> None:
    relation, client = add(cloud), sign_in("chen")
    assert client.get(f"/relations/{relation}").status_code == 404
    assert client.get("/api/v1/relations").json()["total"] == 0
    sent = {"tenant": cloud.tenant, "text": HEAD, "mode": "replace"}
    assert client.post("/relations/import", sent).status_code == 404
    assert queries.fetch_relations(cloud.people["olga"]).total == 1
