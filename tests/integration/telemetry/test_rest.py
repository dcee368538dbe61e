"""What is monitored over REST, end to end: rows in both stores, answers held to the document."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.telemetry.support import MIDNIGHT, connection, observation, write
from tests.support.monitored import build_page
from tests.support.openapi import CheckedClient
from tests.support.people import Standing, make_people
from yunwei.base.core.readings import UserAction
from yunwei.base.core.times import to_rfc3339
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.tokens import create_token
from yunwei.monitor.collect.actions import sources as collect_actions
from yunwei.monitor.collect.facts import Poll, SourceDraft, SourceRow
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.plugins.sdk.contract import Read

pytestmark = pytest.mark.django_db
SETTINGS = {"endpoint": "http://127.0.0.1:9", "project_id": "p", "ak": "a", "sk": "very-secret"}


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def source(people: Standing) -> SourceRow:
    draft = SourceDraft(
        tenant=people.a.id, connector="huawei_workspace", name="Cloud", settings=SETTINGS
    )
    added = collect_actions.add_source(people["root"], draft)
    poll = Poll(
        source=added.id,
        tenant=added.tenant,
        source_name=added.name,
        connector=added.connector,
        read=Read.INVENTORY,
        started_at=added.created_at,
    )
    with transaction() as conn:
        inventory_actions.apply_page(conn, poll, build_page(added.created_at))
    return added


@pytest.fixture
def api(people: Standing, source: SourceRow) -> CheckedClient:
    token = create_token(people["root"], name="test")[1]
    return CheckedClient(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def measured(clickhouse: ClickHouse, source: SourceRow) -> ClickHouse:
    """An hour ago a user connected, and the desktop was measured."""
    now = SystemClock().now()
    hour_ago = (now - timedelta(hours=1)).replace(microsecond=0)
    shift = {"tenant": source.tenant, "source": source.id, "read_at": now}
    hours = (hour_ago - MIDNIGHT) / timedelta(hours=1)
    told = [
        connection("c1", hours, None, login="li.lei", setup=0.005, stages_s={"LOGIN": 2.0}),
        observation(hours, 0.5, "desktop.cpu", "desktop", "d1"),
        observation(hours, 40, "licence.used", "licence", "ccu"),
        UserAction(native_id="a1", at=hour_ago, login="li.lei", kind="reboot"),
    ]
    write(clickhouse, told, **shift)
    return clickhouse


def get(api: CheckedClient, path: str) -> Any:
    answer = api.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def first(api: CheckedClient, noun: str) -> dict[str, Any]:
    return dict(get(api, noun)["items"][0])


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("state=running", 1),
        ("state=running&state=error", 1),
        ("state=error", 0),
        ("login_state=connected", 1),
        ("search=pc-1", 1),
        ("kind=pooled", 0),
        ("user=li.lei", 1),
        ("is_in_maintenance=true", 0),
        ("gone=only", 0),
        ("sort=-state_since", 1),
    ],
)
def test_desktops_are_listed_by(api: CheckedClient, query: str, total: int) -> None:
    assert get(api, f"desktops?{query}")["total"] == total


@pytest.mark.parametrize(
    ("noun", "query"),
    [
        ("sessions", "state=connected"),
        ("desktop-users", "is_locked=false&search=李"),
        ("pools", "search=fin"),
        ("hosts", "search=host"),
        ("licences", "search=ccu"),
        ("sources", "state=new&connector=huawei_workspace"),
    ],
)
def test_other_nouns_are_listed_by(api: CheckedClient, noun: str, query: str) -> None:
    assert get(api, f"{noun}?{query}")["total"] == 1


def test_a_filter_that_is_none_is_named(api: CheckedClient) -> None:
    answer = api.get("/api/v1/desktops?state=flying")
    assert (answer.status_code, answer.json()["field"]) == (422, "state.0")


def test_one_desktop_with_all_about_it(api: CheckedClient, measured: ClickHouse) -> None:
    desktop = first(api, "desktops")
    address = f"desktops/{desktop['id']}"
    assert get(api, address) == desktop | {"raw": {"k": "v"}}
    assert get(api, f"{address}/changes") == []
    assert [each["login"] for each in get(api, f"{address}/sessions")] == ["li.lei"]
    (cpu,) = get(api, f"{address}/samples")
    assert (cpu["name"], cpu["unit"], max(filter(None, cpu["values"]))) == (
        "desktop.cpu",
        "ratio",
        0.5,
    )
    assert len(cpu["times"]) == len(cpu["values"]) == len(cpu["maxima"])
    (link,) = get(api, f"{address}/connections?limit=5")
    assert (link["login"], link["ended_at"], link["stages_s"]) == ("li.lei", None, {"LOGIN": 2.0})


def test_one_desktop_user_with_all_about_it(api: CheckedClient, measured: ClickHouse) -> None:
    user = first(api, "desktop-users")
    address = f"desktop-users/{user['id']}"
    assert get(api, address)["name"] == "李雷"
    assert [each["name"] for each in get(api, f"{address}/desktops")] == ["PC-1"]
    assert len(get(api, f"{address}/connections")) == 1
    assert [each["kind"] for each in get(api, f"{address}/actions")] == ["reboot"]


def test_a_licences_history(api: CheckedClient, measured: ClickHouse) -> None:
    licence = first(api, "licences")
    assert licence["used_ratio"] == 0.4
    (used,) = get(api, f"licences/{licence['id']}/history")
    assert max(filter(None, used["maxima"])) == 40


def test_a_stretch_of_time_is_asked_for(api: CheckedClient, measured: ClickHouse) -> None:
    address = f"desktops/{first(api, 'desktops')['id']}/samples"
    now = SystemClock().now()
    long_ago = to_rfc3339(now - timedelta(days=9))
    until = to_rfc3339(now - timedelta(days=8))
    assert get(api, f"{address}?since={long_ago}&until={until}") == []
    backwards = api.get(f"/api/v1/{address}?since={until}&until={long_ago}")
    assert (backwards.status_code, backwards.json()["field"]) == (422, "since")
    naive = api.get(f"/api/v1/{address}?until=2026-11-23T08:00:00")
    assert (naive.status_code, naive.json()["field"]) == (422, "until")
    unknown = api.get(f"/api/v1/{address}?from={until}")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "from")


def test_the_overview(api: CheckedClient, measured: ClickHouse) -> None:
    told = get(api, "overview")
    assert (told["users_online"], told["desktops"]) == (None, 1)
    assert told["desktops_by_state"]["running"] == 1
    assert told["open_alarms"]["critical"] == 0
    assert told["sources_by_state"]["new"] == 1


def test_the_curve_of_the_day(api: CheckedClient, measured: ClickHouse) -> None:
    told = get(api, "overview/online")
    assert told["time_zone"] == "Asia/Shanghai"
    assert told["online"]["name"] == "users.online"
    assert len(get(api, "overview/logons")) == 1
    assert get(api, "overview/online?day=2020-01-01")["online"]["values"] == []


def test_secrets_never_come_out(api: CheckedClient, source: SourceRow) -> None:
    for path in ("sources", f"sources/{source.id}", "audit"):
        assert "very-secret" not in str(get(api, path))
    assert get(api, f"sources/{source.id}")["secrets_set"] == ["sk"]


def test_a_source_is_changed_and_left(api: CheckedClient, source: SourceRow) -> None:
    body = {"name": "New", "settings": SETTINGS | {"sk": ""}, "history_days": 3}
    address = f"/api/v1/sources/{source.id}"
    changed = api.put(address, body, content_type="application/json")
    assert (changed.json()["name"], changed.json()["secrets_set"]) == ("New", ["sk"])
    assert api.post(f"{address}/disable").json()["state"] == "disabled"
    assert api.post(f"{address}/disable").status_code == 409
    assert api.post(f"{address}/enable").json()["state"] == "new"
    assert [each["after"] for each in get(api, f"sources/{source.id}/changes")] == []
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_a_wrong_setting_is_named(api: CheckedClient, people: Standing) -> None:
    body = {
        "name": "X",
        "tenant": people.a.id,
        "connector": "huawei_workspace",
        "settings": SETTINGS | {"endpoint": "nonsense"},
    }
    answer = api.post("/api/v1/sources", body, content_type="application/json")
    assert (answer.status_code, answer.json()["field"]) == (422, "endpoint")


def test_a_connection_is_tested_before_it_is_added(api: CheckedClient, people: Standing) -> None:
    body = {
        "name": "X",
        "tenant": people.a.id,
        "connector": "huawei_workspace",
        "settings": SETTINGS,
    }
    answer = api.post("/api/v1/sources/test", body, content_type="application/json").json()
    assert answer["state"] == "unreachable"
    assert get(api, "sources")["total"] == 1


def test_the_form_of_a_connector_is_told(api: CheckedClient) -> None:
    found = {each["slug"]: each for each in get(api, "sources/connectors")}
    assert {"huawei_workspace", "snmp_trap"} <= set(found)
    assert "yunwei" not in found
    fields = {field["key"]: field["kind"] for field in found["huawei_workspace"]["fields"]}
    assert (fields["endpoint"], fields["sk"]) == ("url", "secret")
