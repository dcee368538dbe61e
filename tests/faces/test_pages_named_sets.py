"""The pages of named sets, and how the editor of conditions offers them."""

from typing import Any

import pytest

from tests.support.pages import Cloud, Page, make_cloud, sign_in, tomorrow
from yunwei.base.core.condition import condition_to_json
from yunwei.base.named_sets import queries
from yunwei.base.named_sets.facts import NamedSet
from yunwei.monitor.governance.queries import mask_rules as governance
from yunwei.monitor.notify.queries import routes as route_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def form(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    usual = {"tenant": cloud.tenant, "name": "核心主机", "kind": "objects", "note": "财务"}
    return usual | {"values": "/host/H-1\r\n/host/H-2/\r\n/host/H-1"} | changes


def only_set(cloud: Cloud) -> NamedSet:
    [row] = queries.fetch_sets(cloud.people["olga"]).items
    return queries.access_set(cloud.people["olga"], row.named_set.id).named_set


def rule_form(cloud: Cloud, name: str = "核心主机", **changes: Any) -> dict[str, Any]:
    return {
        "name": "机房施工",
        "reason": "变更 7",
        "tenant": cloud.tenant,
        "effect": "hide",
        "end_policy": "digest",
        "expires_at": tomorrow(cloud),
        "condition.join": "all",
        "condition.field": ["managed_object"],
        "condition.op": ["in_set"],
        "condition.value": [name],
        **changes,
    }


def test_a_set_is_pasted_found_changed_and_removed(cloud: Cloud) -> None:
    client = sign_in("olga")
    made = client.post("/named-sets/new", form(cloud))
    assert made.status_code == 303
    kept = only_set(cloud)
    assert kept.values == ("/host/H-1", "/host/H-2")
    listed = client.get("/named-sets?search=H-2").content.decode()
    assert "核心主机" in listed
    assert "核心主机" not in client.get("/named-sets?search=H-3").content.decode()
    where = made["Location"]
    change = {**form(cloud), "values": "/host/H-9", "version": "1"}
    assert client.post(where, change).status_code == 303
    assert only_set(cloud).values == ("/host/H-9",)
    late = client.post(where, change)
    assert late.status_code == 422
    assert only_set(cloud).version == 2
    client.post(f"{where}/remove")
    assert queries.fetch_sets(cloud.people["olga"]).total == 0


def test_a_wrong_value_is_told_with_its_place_and_nothing_is_lost(cloud: Cloud) -> None:
    wrong = form(cloud, values="/host/H-1\nH-2")
    answer = sign_in("olga").post("/named-sets/new", wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "第 2 个值" in page
    assert "/host/H-1\nH-2" in page
    assert queries.fetch_sets(cloud.people["olga"]).total == 0


def test_its_values_leave_as_a_file(cloud: Cloud) -> None:
    client = sign_in("olga")
    where = client.post("/named-sets/new", form(cloud))["Location"]
    answer = client.get(f"{where}/export")
    assert "attachment" in answer["Content-Disposition"]
    lines = answer.content.decode("utf-8-sig").split()
    assert lines[1:] == ["/host/H-1", "/host/H-2"]


def test_a_rule_is_made_with_a_set_and_each_leads_to_the_other(cloud: Cloud) -> None:
    client = sign_in("olga")
    where = client.post("/named-sets/new", form(cloud))["Location"]
    offered = client.post("/conditions/edit", rule_form(cloud) | {"condition.act": "show:0"})
    assert '<option value="核心主机">' in offered.content.decode()
    made = client.post("/mask-rules/new", rule_form(cloud))
    assert made.status_code == 303
    [row] = governance.fetch_mask_rules(cloud.people["olga"], now=cloud.now).items
    assert "in_set" in str(condition_to_json(row.rule.condition))
    assert "核心主机" in Page(client.get(made["Location"])).text
    page = Page(client.get(where))
    assert page.count("set-use") == 1
    assert made["Location"] in page.links
    told = client.post(f"{where}/remove", follow=True).content.decode()
    assert "机房施工" in told
    assert only_set(cloud).name == "核心主机"


def test_a_set_that_is_not_there_is_refused_at_the_condition(cloud: Cloud) -> None:
    client = sign_in("olga")
    answer = client.post("/mask-rules/new", rule_form(cloud, "边缘主机"))
    assert answer.status_code == 422
    assert "没有命名集合 '边缘主机'" in answer.content.decode().replace("&#x27;", "'")


def test_the_page_of_a_rule_tells_that_its_set_is_empty(cloud: Cloud) -> None:
    client = sign_in("olga")
    where = client.post("/named-sets/new", form(cloud, values=""))["Location"]
    rule = client.post("/mask-rules/new", rule_form(cloud))["Location"]
    assert Page(client.get(rule)).count("lacking-sets") == 1
    assert Page(client.get(where)).count("empty-set") == 1
    client.post(where, form(cloud, version="1"))
    assert Page(client.get(rule)).count("lacking-sets") == 0


def test_a_route_names_a_set(cloud: Cloud) -> None:
    client = sign_in("olga")
    where = client.post("/named-sets/new", form(cloud))["Location"]
    route = rule_form(cloud) | {"name": "核心", "roles": ["operator"]}
    route |= {"on_screen": "true", "is_enabled": "true"}
    assert client.post("/routes/new", route).status_code == 303
    page = Page(client.get(where))
    assert page.count("set-use") == 1
    [made] = [
        each
        for each in route_queries.fetch_routes(cloud.people["olga"]).items
        if each.name == "核心"
    ]
    client.post(f"/routes/{made.id}/remove")
    assert Page(client.get(where)).count("set-use") == 0


def test_who_only_looks_sees_the_set_and_can_not_change_it(cloud: Cloud) -> None:
    where = sign_in("olga").post("/named-sets/new", form(cloud))["Location"]
    client = sign_in("audrey")
    page = Page(client.get(where))
    assert page.count("save") == 0
    assert page.count("remove") == 0
    assert page.count("export-values") == 1
    assert client.post(where, form(cloud)).status_code == 404
