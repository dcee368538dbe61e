"""The pages of noise: rules that people look up, change and switch, and the board."""

import re

import pytest

from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.monitor.governance.facts.noise import (
    HoldDown,
    InhibitionRule,
    NoiseKind,
    NoiseRule,
    StormRule,
)
from yunwei.monitor.governance.queries import noise_rules

pytestmark = pytest.mark.django_db

STORM = {
    "name": "风暴",
    "per_source": "true",
    "enter": "50",
    "leave": "10",
    "digest_s": "120",
    "is_enabled": "true",
}


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def rules_of(cloud: Cloud) -> list[NoiseRule]:
    return [row.rule for row in noise_rules.fetch_noise_rules(cloud.people["olga"]).items]


def test_a_rule_is_added_changed_switched_and_removed(cloud: Cloud) -> None:
    client = sign_in("olga")
    made = client.post("/noise-rules/new?kind=storm", STORM)
    assert made.status_code == 303
    [rule] = rules_of(cloud)
    assert (rule.kind, rule.content) == (
        NoiseKind.STORM,
        StormRule(per_source=True, enter=50, leave=10, digest_s=120),
    )
    form = {key: value for key, value in STORM.items() if key != "per_source"}
    client.post(f"/noise-rules/{rule.id}", {**form, "enter": "60"})
    [rule] = rules_of(cloud)
    assert (rule.version, rule.content) == (
        2,
        StormRule(per_source=False, enter=60, leave=10, digest_s=120),
    )
    client.post(f"/noise-rules/{rule.id}/switch", {"on": "no"})
    assert [each.is_enabled for each in rules_of(cloud)] == [False]
    assert "停用" in Page(client.get("/noise-rules")).text
    client.post(f"/noise-rules/{rule.id}/remove")
    assert rules_of(cloud) == []


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(cloud: Cloud) -> None:
    client = sign_in("olga")
    answer = client.post("/noise-rules/new?kind=storm", {**STORM, "leave": "90"})
    assert answer.status_code == 200
    assert 'value="90"' in answer.content.decode()
    assert len(re.findall(r'class="yw-error"', answer.content.decode())) == 1
    assert rules_of(cloud) == []


def test_a_condition_that_can_not_be_read_is_refused(cloud: Cloud) -> None:
    client = sign_in("olga")
    form = {
        "name": "主机",
        "parents": "alarm_type ==",
        "children": 'glob(alarm_type, "desktop.*")',
        "relations": ["runs_on"],
        **dict.fromkeys(("hops", "before_s", "after_s", "settle_s"), "1"),
        **dict.fromkeys(("wait_s", "critical_wait_s"), "0"),
        "is_enabled": "true",
    }
    assert client.post("/noise-rules/new?kind=inhibition", form).status_code == 200
    assert rules_of(cloud) == []
    form["parents"] = 'alarm_type == "host.down"'
    assert client.post("/noise-rules/new?kind=inhibition", form).status_code == 303
    [rule] = rules_of(cloud)
    assert isinstance(rule.content, InhibitionRule)


@pytest.mark.parametrize("kind", [each.value for each in NoiseKind])
def test_every_kind_has_a_form(cloud: Cloud, kind: str) -> None:
    assert sign_in("olga").get(f"/noise-rules/new?kind={kind}").status_code == 200


def test_rest_merges_what_is_given_into_what_is_there(cloud: Cloud) -> None:
    client = sign_in("olga")
    json = {"content_type": "application/json"}
    made = client.post(
        "/api/v1/noise-rules",
        {"name": "links", "kind": "hold_down", "content": {"minor_s": 20}},
        **json,
    ).json()
    changed = client.patch(
        f"/api/v1/noise-rules/{made['id']}", {"content": {"major_s": 5}}, **json
    ).json()
    assert changed["content"] == {
        "alarm_type": "*",
        "critical_s": 0,
        "major_s": 5,
        "minor_s": 20,
        "warning_s": 0,
        "indeterminate_s": 0,
    }
    [rule] = rules_of(cloud)
    assert rule.content == HoldDown(minor_s=20, major_s=5)
    wrong = client.patch(f"/api/v1/noise-rules/{made['id']}", {"content": {"majour_s": 5}}, **json)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "majour_s")
    wrong = client.patch(
        f"/api/v1/noise-rules/{made['id']}", {"content": {"major_s": "soon"}}, **json
    )
    assert (wrong.status_code, wrong.json()["field"]) == (422, "major_s")


def test_the_board_shows_figures_for_each_length(cloud: Cloud) -> None:
    client = sign_in("olga")
    for period in ("1h", "24h", "30d"):
        page = Page(client.get(f"/noise?period={period}"))
        assert "降噪率" in page.text
    found = client.get("/api/v1/noise").json()
    assert found["funnel"]["reports"] >= found["funnel"]["told"]
