"""The pages by which people say which alarms stay quiet, and who is told of the others."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.pages import Cloud, Page, make_cloud, sign_in, tomorrow
from yunwei.base.core.calendar_texts import times_to_text
from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.ids import ChannelId
from yunwei.monitor.governance.facts.masks import Effect, MaskRule, RuleState
from yunwei.monitor.governance.queries import mask_rules as governance
from yunwei.monitor.notify.facts.routes import Route
from yunwei.monitor.notify.queries import channels as channel_queries
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.monitor.simulation.jobs import shared_runner

pytestmark = pytest.mark.django_db

HOSTS = {
    "condition.join": "all",
    "condition.field": ["alarm_type", "severity"],
    "condition.op": ["eq", "not_in"],
    "condition.value": ["host.down", "critical"],
}


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def rule_form(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    form: dict[str, Any] = {
        "name": "机房施工",
        "reason": "变更 7",
        "tenant": cloud.tenant,
        "effect": "hide",
        "end_policy": "digest",
        "expires_at": tomorrow(cloud),
        "weekdays": ["0", "6"],
        "from_time": "22:00",
        "until_time": "06:00",
    }
    return form | HOSTS | changes


def rule_of(cloud: Cloud) -> MaskRule:
    return governance.fetch_mask_rules(cloud.people["olga"], now=cloud.now).items[0].rule


def times_of(cloud: Cloud) -> str:
    times = rule_of(cloud).times
    return times_to_text(times) if times else ""


def test_a_mask_rule_is_made_changed_and_stopped(cloud: Cloud) -> None:
    client = sign_in("olga")
    made = client.post("/mask-rules/new", rule_form(cloud))
    assert made.status_code == 303
    shown = Page(client.get(made["Location"]))
    assert "告警类型是 host.down，且级别不是紧急" in "".join(shown.text.split("\n"))
    assert "周一、周日 22:00–次日 06:00（Asia/Shanghai 时间）" in shown.text
    change = made["Location"] + "/change"
    assert 'value="22:00"' in client.get(change).content.decode()
    client.post(change, rule_form(cloud, name="新名称"))
    client.post(made["Location"] + "/act", {"act": "stop"})
    rule = rule_of(cloud)
    assert (rule.name, rule.version, rule.state) == ("新名称", 2, RuleState.DRAFT)
    [clause] = rule.times.clauses if rule.times else ()
    assert clause.from_minute == 22 * 60
    page = Page(client.get(made["Location"]))
    assert "机房施工 → 新名称" in " ".join(page.text.split())


def test_kinds_of_days_and_expressions_are_read(cloud: Cloud) -> None:
    client = sign_in("olga")
    days = {"weekdays": [], "day_kinds": ["workday", "makeup_workday"], "month_end_days": "2"}
    client.post("/mask-rules/new", rule_form(cloud, **days))
    assert times_of(cloud) == "workday month_end(2) night in Asia/Shanghai"
    text = {"times_text": "周六 22:00-06:00; 法定节假日"}
    made = client.post("/mask-rules/new", rule_form(cloud, **text))
    said = "sat night; statutory_holiday in Asia/Shanghai"
    assert times_of(cloud) == said
    assert said in client.get(made["Location"] + "/change").content.decode()


def test_a_rule_that_quiets_critical_is_approved_by_another_person(cloud: Cloud) -> None:
    client = sign_in("olga")
    made = client.post("/mask-rules/new", rule_form(cloud, hides_critical="true"))
    where = made["Location"]
    page = Page(client.get(where))
    assert page.count("missing") == 1
    assert page.count("approval") == 0, "not by who wrote it"
    told = client.post(where + "/act", {"act": "approve"}, follow=True)
    assert "必须由另一个人批准" in told.content.decode()
    other = sign_in("mia")
    assert Page(other.get(where)).count("approval") == 1
    other.post(where + "/act", {"act": "approve"})
    assert rule_of(cloud).state is RuleState.ACTIVE


def test_a_long_rule_waits_for_its_simulation(cloud: Cloud) -> None:
    client = sign_in("olga")
    month = (cloud.now + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    assert client.post("/mask-rules/new", rule_form(cloud, expires_at=month)).status_code == 422
    made = client.post("/mask-rules/new", rule_form(cloud, expires_at=month, ticket="CHG-7"))
    assert "需要先用历史数据模拟" in client.get(made["Location"]).content.decode()
    told = client.post(made["Location"] + "/act", {"act": "activate"}, follow=True)
    assert "请先模拟" in told.content.decode()
    client.post(made["Location"] + "/act", {"act": "shadow"})
    assert rule_of(cloud).state is RuleState.SHADOW
    client.post(made["Location"] + "/duplicate")
    copy = rule_of(cloud)
    assert (copy.name, copy.state) == ("机房施工（副本）", RuleState.DRAFT)


def test_back_to_an_earlier_version(cloud: Cloud) -> None:
    client = sign_in("olga")
    where = client.post("/mask-rules/new", rule_form(cloud))["Location"]
    client.post(where + "/change", rule_form(cloud, name="新名称"))
    client.post(where + "/act", {"act": "restore", "version": "1"})
    assert (rule_of(cloud).name, rule_of(cloud).version) == ("机房施工", 3)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, "必填"),
        ({"expires_at": "2020-01-01T00:00"}, "结束时间必须在将来"),
        ({"condition.value": ["", ""]}, "至少需要一个条件"),
        ({"condition.op": ["regex", "eq"], "condition.value": ["(", ""]}, "正则表达式有误"),
        ({"from_time": "25:99"}, "不是时刻"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    cloud: Cloud, changes: dict[str, Any], told: str
) -> None:
    response = sign_in("olga").post("/mask-rules/new", rule_form(cloud, **changes))
    assert response.status_code == 422
    text = response.content.decode()
    assert told in text
    assert "变更 7" in text


def test_a_row_can_be_added_without_scripts(cloud: Cloud) -> None:
    response = sign_in("olga").post("/mask-rules/new", rule_form(cloud, add_term="1"))
    assert response.status_code == 200
    page = Page(response)
    assert page.count("term") == 3
    assert 'value="host.down"' in page.html


def test_masking_begins_with_what_the_alarm_is_about(cloud: Cloud) -> None:
    page = sign_in("olga").get(f"/mask-rules/new?alarm={cloud.alarms[0]}").content.decode()
    assert 'value="host.down"' in page
    assert 'value="/desktop/PC-01"' in page


def route_form(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    form: dict[str, Any] = {"name": "严重", "tenant": cloud.tenant, "roles": ["operator"]}
    return form | {"on_screen": "true", "is_enabled": "true"} | HOSTS | changes


def routes(cloud: Cloud) -> list[Route]:
    found = route_queries.fetch_routes(cloud.people["olga"]).items
    return [route for route in found if route.tenant == cloud.tenant and not route.is_catch_all]


def test_routes_are_added_ordered_and_removed(cloud: Cloud) -> None:
    client = sign_in("olga")
    client.post("/routes/new", route_form(cloud))
    everything = route_form(cloud, name="其余") | {"condition.everything": "true"}
    assert client.post("/routes/new", everything).status_code == 303
    first, second = routes(cloud)
    assert condition_to_json(second.condition) == {"field": "*", "op": "always", "value": ""}
    client.post(f"/routes/{second.id}/move", {"way": "up"})
    assert [route.name for route in routes(cloud)] == ["其余", "严重"]
    client.post(f"/routes/{second.id}/move", {"way": "up"})  # there is no further up
    client.post(f"/routes/{first.id}", route_form(cloud, name="最严重"))
    client.post(f"/routes/{second.id}/remove")
    assert [route.name for route in routes(cloud)] == ["最严重"]
    assert Page(client.get("/routes")).count("route") >= 1


def test_a_route_to_nobody_is_refused(cloud: Cloud) -> None:
    response = sign_in("olga").post("/routes/new", route_form(cloud, roles=[]))
    assert response.status_code == 422
    assert "页面消息需要指定人员或角色" in response.content.decode()


def channel_form(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    form: dict[str, Any] = {
        "name": "值班群",
        "tenant": cloud.tenant,
        "settings.url": "http://127.0.0.1:9/hook",
        "settings.secret": "sehr-geheim",
        "settings.tls": "verify",
        "language": "zh-hans",
        "is_enabled": "true",
    }
    return form | changes


def test_a_channel_is_added_tried_and_keeps_its_secret(cloud: Cloud) -> None:
    client = sign_in("olga")
    made = client.post("/channels/new/webhook", channel_form(cloud))
    assert made.status_code == 303
    shown = client.get(made["Location"]).content.decode()
    assert "sehr-geheim" not in shown
    assert "已设置。留空则保持不变。" in shown
    client.post(made["Location"], channel_form(cloud, name="新群") | {"settings.secret": ""})
    channel = channel_queries.access_channel(
        cloud.people["olga"], ChannelId(int(made["Location"].rsplit("/", 1)[1]))
    )
    assert (channel.name, channel.secrets_set) == ("新群", ("secret",))
    tried = client.post(f"/channels/{channel.id}/test", follow=True).content.decode()
    assert "测试未送达" in tried


def test_a_channel_of_no_kind_is_not_there(cloud: Cloud) -> None:
    assert sign_in("olga").get("/channels/new/pigeon").status_code == 404


def test_who_only_looks_is_offered_nothing_to_change(cloud: Cloud) -> None:
    client = sign_in("audrey")
    for address in ("/mask-rules", "/routes", "/channels", "/sources"):
        page = Page(client.get(address))
        assert not [name for name in page.tests if name.startswith("new-")]
        assert not [link for link in page.links if link.endswith("/new")]


def test_such_alarms_are_masked_from_their_rows(cloud: Cloud) -> None:
    client = sign_in("olga")
    chosen = {"id": [str(id) for id in cloud.alarms[:2]], "back": "/alarms"}
    asked = Page(client.post("/alarms/mask", chosen))
    assert asked.count("mask-form") == 1
    sent = chosen | {"is_confirmed": "yes", "scope": "beneath", "hours": "4", "effect": "mute"}
    assert "必填" in client.post("/alarms/mask", sent | {"reason": ""}).content.decode()
    assert client.post("/alarms/mask", sent | {"reason": "变更 7"}).status_code == 303
    rule = rule_of(cloud)
    assert (rule.effect, rule.state) == (Effect.MUTE, RuleState.ACTIVE)
    assert rule.expires_at - rule.starts_at == timedelta(hours=4)
    assert rule.name.endswith("(+1)")


def test_a_rule_is_simulated_from_its_page_and_from_its_form(cloud: Cloud) -> None:
    client = sign_in("olga")
    month = (cloud.now + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    where = client.post("/mask-rules/new", rule_form(cloud, expires_at=month, ticket="CHG-7"))[
        "Location"
    ]
    shown = client.post(where + "/simulate", {"days": "7"})["Location"]
    shared_runner().wait(int(shown.rsplit("/", 1)[1]), timeout_s=60)
    told = Page(client.get(shown))
    assert told.count("condition-said") == 1
    wrong = client.post(where + "/simulate", {"days": "400"}, follow=True)
    assert "365" in wrong.content.decode()
    half = client.post("/mask-rules/simulate", rule_form(cloud, reason=""))
    assert half.status_code == 422
    assert "原因" in half.content.decode()
    draft = client.post("/mask-rules/simulate", rule_form(cloud))
    assert "未保存" in client.get(draft["Location"]).content.decode()


def test_the_checkup_is_told_filtered_and_acted_upon(cloud: Cloud) -> None:
    client = sign_in("olga")
    everything = {"condition.everything": "true", "state": "shadow"}
    made = client.post("/mask-rules/new", rule_form(cloud) | everything)["Location"]
    page = Page(client.get(made))
    assert page.count("noticed-everything") == 1
    assert "它的条件匹配任何告警" in page.text
    noticed = client.get("/mask-rules?flag=everything").content.decode()
    assert "匹配所有告警" in noticed
    assert "机房施工" in noticed
    assert "机房施工" in client.get("/mask-rules?flag=any").content.decode()
    assert "机房施工" not in client.get("/mask-rules?flag=stale").content.decode()
    told = client.post(f"{made}/act", {"act": "extend"}, follow=True).content.decode()
    assert "工单" in told, "a rule that lives longer than a day needs a ticket"
    client.post(f"{made}/act", {"act": "stop"})
    assert rule_of(cloud).state is RuleState.DRAFT
    assert Page(client.get(made)).count("checkup") == 0
    assert Page(sign_in("audrey").get(made)).count("checkup-end") == 0
