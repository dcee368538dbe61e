"""The other pages of operators: overview, details, search, sources, messages, preferences."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.support.pages import SECRET, SETTINGS, Cloud, Page, make_cloud, sign_in
from tests.support.people import make_people
from tests.support.told import make_alarm
from yunwei.base.core.ids import DesktopId
from yunwei.monitor.collect.queries import sources
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.notify.actions import routes
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest

pytestmark = pytest.mark.django_db

COUNTS = Path(__file__).with_name("query_counts.json")


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def test_a_new_installation_says_what_to_do_first() -> None:
    make_people()
    page = Page(sign_in("root").get("/"))
    assert page.count("first-steps") == 1
    assert page.count("add-first-source") == 1
    assert Page(sign_in("audrey").get("/")).count("add-first-source") == 0


def test_the_overview_leads_from_each_figure_to_what_it_counts(cloud: Cloud) -> None:
    client = sign_in("olga")
    page = Page(client.get("/"))
    assert page.count("alarm") == 3
    assert page.count("licence") == 1
    stopped = Page(client.get(page.link("desktops?state=stopped")))
    assert stopped.count("row") == 10
    assert Page(client.get(page.link("desktops?login_state=unregistered"))).count("row") == 10


@pytest.mark.parametrize("part", ["now", "alarms", "desktops", "licences", "sources", "curve"])
def test_each_part_of_the_overview_comes_alone(cloud: Cloud, part: str) -> None:
    response = sign_in("olga", htmx_target=part).get("/")
    assert f'id="{part}"' in response.content.decode()
    assert b"<html" not in response.content


def test_without_the_store_of_measurements_the_rest_is_shown(cloud: Cloud) -> None:
    text = Page(sign_in("olga").get("/")).text
    assert "暂时无法读取测量数据" in text
    assert "97%" in text


def test_a_desktop_is_shown_with_who_is_on_it_and_its_alarms(cloud: Cloud) -> None:
    viewer = cloud.people["olga"]
    desktop = inventory.fetch_desktops(viewer, filters={"search": "PC-01"}).items[0]
    page = Page(sign_in("olga").get(f"/desktops/{desktop.id}"))
    assert "PC-01" in page.text
    assert "10.0.0.1" in page.text
    assert page.count("alarm") == 1
    assert Page(sign_in("olga").get(f"/desktops/{desktop.id}?period=7d")).text
    assert sign_in("olga").get(f"/desktops/{desktop.id}?period=2y").status_code == 422
    assert sign_in("olga").get(f"/desktops/{DesktopId(desktop.id + 9999)}").status_code == 404


def test_a_person_is_shown_with_their_desktops(cloud: Cloud) -> None:
    person = inventory.fetch_desktop_users(cloud.people["olga"], filters={"search": "una"})
    page = Page(sign_in("olga").get(f"/desktop-users/{person.items[0].id}"))
    assert "PC-01" in page.text
    assert "财务部" in page.text


def test_a_pool_leads_to_its_desktops_and_sessions(cloud: Cloud) -> None:
    client = sign_in("olga")
    pool = Page(client.get(Page(client.get("/pools")).link("/pools/")))
    assert Page(client.get(pool.link("login_state=unregistered"))).count("row") == 10
    assert "共 50 条" in Page(client.get(pool.link("/sessions?pool="))).text


@pytest.mark.parametrize(
    ("text", "kind"), [("PC-07", "found-desktop"), ("user07", "found-user"), ("磁盘", "alarm")]
)
def test_one_search_finds_everything(cloud: Cloud, text: str, kind: str) -> None:
    assert kind in Page(sign_in("olga").get("/search", {"q": text})).tests
    box = sign_in("olga", htmx_target="found").get("/search", {"q": text})
    assert b"<html" not in box.content
    assert len(Page(box).links) >= 2


def test_a_search_for_nothing_or_markup_is_calm(cloud: Cloud) -> None:
    client = sign_in("olga")
    assert client.get("/search").status_code == 200
    found = client.get("/search", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in found


def source_form(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    fields = get_manifest(CONNECTORS, "huawei_workspace").field
    typed = {f"settings.{each.key}": SETTINGS.get(each.key, each.default) for each in fields}
    return {"name": "Cloud B", "tenant": cloud.tenant, "history_days": "7", **typed, **changes}


def test_a_source_is_added_and_its_secret_never_shown(cloud: Cloud) -> None:
    client = sign_in("root")
    made = client.post("/sources/new/huawei_workspace", source_form(cloud))
    assert made.status_code == 303, made.content.decode()
    for address in (made["Location"], made["Location"] + "/change", "/sources"):
        assert SECRET not in client.get(address).content.decode()
    kept = {"settings.sk": "", "name": "Cloud C"}
    assert client.post(made["Location"] + "/change", source_form(cloud, **kept)).status_code == 303
    found = sources.fetch_sources(cloud.people["root"], filters={"search": "Cloud C"}).items[0]
    assert "sk" in found.secrets_set


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"settings.endpoint": "ftp://x"}, "网址应以"),
        ({"settings.ak": ""}, "必填"),
        ({"name": "Cloud A"}, "已有同名数据源"),
        ({"history_days": "many"}, "不是数字"),
    ],
)
def test_what_is_wrong_with_a_source_is_told_at_its_field(
    cloud: Cloud, changes: dict[str, str], told: str
) -> None:
    response = sign_in("root").post("/sources/new/huawei_workspace", source_form(cloud, **changes))
    assert response.status_code == 422
    assert told in response.content.decode()


@pytest.mark.parametrize("target", ["answer", None])
def test_a_connection_is_tried_before_it_is_kept(cloud: Cloud, target: str | None) -> None:
    address = "/sources/new/huawei_workspace"
    form = source_form(cloud, **{"try": "yes"})
    response = sign_in("root", htmx_target=target).post(address, form)
    page = Page(response)
    assert page.count("answer-failed") == 1
    assert ("<html" in page.html) == (target is None)
    assert sources.fetch_sources(cloud.people["root"]).total == 1


def test_a_source_is_switched_off_tried_and_removed(cloud: Cloud) -> None:
    client = sign_in("root")
    address = f"/sources/{cloud.source}"
    assert Page(client.post(f"{address}/test")).count("answer-failed") == 1
    client.post(f"{address}/switch", {"on": "no"})
    assert 'value="yes"' in client.get(address).content.decode()
    assert sources.access_source(cloud.people["root"], cloud.source).is_enabled is False
    client.post(f"{address}/remove")
    assert client.get(address).status_code == 404


def test_messages_wait_until_they_are_read(cloud: Cloud) -> None:
    root = cloud.people["root"]
    draft = RouteDraft(
        name="给 olga",
        condition={"field": "*", "op": "always"},
        people=(cloud.people["olga"].user_id or 0,),  # type: ignore[arg-type]
    )
    routes.add_route(root, cloud.people.provider.id, draft, now=cloud.now)
    make_alarm(cloud.tenant, cloud.source, now=cloud.now)
    client = sign_in("olga")
    assert b">1</span>" in client.get("/messages/bell").content
    page = Page(client.get("/messages"))
    assert page.count("message") == 1
    assert "给 olga" in page.text
    client.post("/messages/read")
    assert client.get("/messages/bell").content == b""
    assert Page(client.get("/messages?unread=yes")).count("message") == 0


def test_language_and_theme_stay_with_the_person(cloud: Cloud) -> None:
    client = sign_in("olga")
    sent = {"language": "en", "back": "/alarms?view=masked"}
    assert client.post("/preferences/language", sent)["Location"] == "/alarms?view=masked"
    client.post("/preferences/theme", {"theme": "dark"})
    html = sign_in("olga").get("/").content.decode()
    assert '<html lang="en" data-theme="dark"' in html
    user = get_user_model().objects.get(username="olga")
    assert (user.language, user.theme) == ("en", "dark")


def test_nobody_chooses_a_language_for_the_sign_in_page(cloud: Cloud) -> None:
    client = Client()
    client.post("/preferences/language", {"language": "en", "back": "/account/sign-in"})
    assert '<html lang="en"' in client.get("/account/sign-in").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(cloud: Cloud, back: str) -> None:
    sent = {"theme": "light", "back": back}
    assert sign_in("olga").post("/preferences/theme", sent)["Location"] == "/"


@pytest.mark.parametrize("sent", [{"language": "xx"}, {}])
def test_a_language_that_there_is_not_is_refused(cloud: Cloud, sent: dict[str, str]) -> None:
    assert sign_in("olga").post("/preferences/language", sent).status_code == 422


def test_desktop_users_see_their_own_desktops_in_plain_words(cloud: Cloud) -> None:
    client = sign_in("una")
    assert client.get("/")["Location"] == "/portal"
    page = Page(client.get("/portal"))
    assert page.count("my-desktop") == 1
    assert "你正在使用。" in page.text
    assert page.count("search") == 0
    assert page.count("bell") == 0


@pytest.mark.parametrize("address", ["/", "/desktops", "/alarms", "/sources", "/routes"])
def test_no_page_has_inline_code_or_style(cloud: Cloud, address: str) -> None:
    response = sign_in("root").get(address)
    html = response.content.decode()
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert " style=" not in html
    assert " onclick=" not in html
    assert "<script>" not in html
    assert "hx-on" not in html


def count_queries(address: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many statements PostgreSQL gets for a page, Django's own and ours."""
    client = sign_in("root")
    client.get(address)
    asked: list[str] = []
    execute = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        asked.append(str(query))
        return execute(self, query, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counted)
        assert client.get(address).status_code == 200
    # a test runs in one transaction, so that each of the page's is a savepoint
    return sum("SAVEPOINT" not in query for query in asked)


def test_pages_ask_no_more_of_the_database_than_they_did(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exact, so that both a lapse and a gain are seen. After a change for good: write them anew."""
    known = json.loads(COUNTS.read_text("utf-8"))
    assert {address: count_queries(address, monkeypatch) for address in known} == known
