"""Saved views: what an operator set up once on a list is one click away, for them or for all."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SavedViewId
from yunwei.base.saved_views import actions, queries
from yunwei.base.saved_views.facts import SavedPage, SavedViewChange, SavedViewDraft
from yunwei.base.saved_views.rules import clean_query

pytestmark = pytest.mark.django_db
QUERY = "severity=critical&sort=-count&columns=severity&columns=text&columns=count"


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def save(cloud: Cloud, who: str = "olga", **changes: Any) -> SavedViewId:
    draft = {"page": SavedPage.ALARMS, "name": "Grave", "query": QUERY} | changes
    return actions.save_view(cloud.people[who], SavedViewDraft(**draft), now=cloud.now)


def menu(client: Any, address: str = "/alarms?saved=no") -> str:
    return str(client.get(address).content.decode())


def test_what_the_board_shows_is_saved_under_a_name(cloud: Cloud) -> None:
    client = sign_in("olga")
    page = menu(client, "/alarms?severity=critical&sort=-count&cursor=")
    assert "view-save" in page
    data = {"page": "alarms", "query": f"{QUERY}&cursor=abc", "name": "Grave ones"}
    answer = client.post("/views/new", data)
    assert answer.status_code == 303
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked["severity"] == ["critical"]
    assert asked["columns"] == ["count", "severity", "text"]
    assert "cursor" not in asked
    shown = client.get(answer["Location"])
    assert "Grave ones" in shown.content.decode()
    assert Page(shown).count("view-overwrite") == 0, "nothing has changed yet"


def test_a_name_is_needed_and_what_was_typed_stays(cloud: Cloud) -> None:
    client = sign_in("olga")
    save(cloud)
    answer = client.post("/views/new", {"page": "alarms", "query": QUERY, "name": "Grave"})
    assert answer.status_code == 422
    assert "同名" in answer.content.decode()
    assert 'value="Grave"' in answer.content.decode()


def test_its_address_can_be_kept_though_the_view_changes(cloud: Cloud) -> None:
    view, client = save(cloud), sign_in("olga")
    assert "severity=critical" in client.get(f"/views/{view}")["Location"]
    client.post(f"/views/{view}/overwrite", {"query": "severity=major"})
    assert "severity=major" in client.get(f"/views/{view}")["Location"]


def test_a_view_that_was_turned_offers_to_be_overwritten(cloud: Cloud) -> None:
    view, client = save(cloud), sign_in("olga")
    turned = client.get(f"/alarms?{QUERY}&saved={view}&search=disk")
    assert Page(turned).count("view-overwrite") == 1
    assert "Grave *" in turned.content.decode()


def test_a_view_without_columns_leaves_them_to_the_browser(cloud: Cloud) -> None:
    view, client = save(cloud, query="severity=critical"), sign_in("olga")
    opened = client.get(client.get(f"/views/{view}")["Location"])
    assert Page(opened).count("view-overwrite") == 0


def test_the_page_opens_with_ones_default_and_every_way_out_of_it_works(cloud: Cloud) -> None:
    view, client = save(cloud), sign_in("olga")
    assert client.get("/alarms").status_code == 200
    client.post(f"/views/{view}/default", {"on": "yes"})
    opened = client.get("/alarms")
    assert opened.status_code == 302
    assert f"saved={view}" in opened["Location"]
    # removing the last filter does not lead back into the view
    plain = client.get("/alarms?search=x").content.decode()
    assert 'href="/alarms?saved=no"' in plain
    assert client.get("/alarms?saved=no").status_code == 200
    client.post(f"/views/{view}/default", {"on": "no"})
    assert client.get("/alarms").status_code == 200


def test_rows_that_look_again_are_never_sent_elsewhere(cloud: Cloud) -> None:
    view = save(cloud)
    actions.set_default(cloud.people["olga"], view)
    assert sign_in("olga", htmx_target="rows").get("/alarms").status_code == 200


def test_the_menu_follows_when_a_filter_is_chosen_and_stays_open_on_news(cloud: Cloud) -> None:
    client = sign_in("olga", htmx_target="rows")
    here = {"HX-Current-URL": "http://testserver/alarms"}
    moved = client.get("/alarms?severity=major", headers=here)
    assert b'id="saved-views" hx-swap-oob' in moved.content
    again = client.get("/alarms", headers=here)
    assert b"saved-views" not in again.content


def test_export_follows_the_view(cloud: Cloud) -> None:
    view, client = save(cloud, query="severity=major&columns=text&columns=count"), sign_in("olga")
    address = client.get(f"/views/{view}")["Location"]
    lines = client.get(f"{address}&export=csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].split(",") == ["告警", "上报次数"]
    everything = client.get("/alarms?saved=no&export=csv").content.decode("utf-8-sig").splitlines()
    assert len(everything[0].split(",")) > 5


def test_columns_of_a_view_are_not_this_browsers_choice(cloud: Cloud) -> None:
    view, client = save(cloud), sign_in("olga")
    client.get(client.get(f"/views/{view}")["Location"])
    assert not any(name.startswith("yunwei_columns") for name in client.cookies)


def test_a_shared_view_is_for_the_people_of_ones_tenant_alone(cloud: Cloud) -> None:
    save(cloud)
    assert "Grave" not in menu(sign_in("mia")), "not shared yet"
    view = save(cloud, name="Shared one", is_shared=True)
    assert "Shared one" in menu(sign_in("mia"))
    assert "Shared one" not in menu(sign_in("kai"))
    with pytest.raises(Refused):
        queries.access_view(cloud.people["chen"], view)
    with pytest.raises(Refused):
        actions.change_view(cloud.people["mia"], view, SavedViewChange(name="mine"), now=cloud.now)


def test_a_view_no_longer_shared_opens_nobody_elses_page(cloud: Cloud) -> None:
    view = save(cloud, is_shared=True)
    actions.set_default(cloud.people["mia"], view)
    actions.change_view(cloud.people["olga"], view, SavedViewChange(is_shared=False), now=cloud.now)
    assert sign_in("mia").get("/alarms").status_code == 200


def test_removing_asks_first_and_the_page_opens_as_it_comes_afterwards(cloud: Cloud) -> None:
    view, client = save(cloud), sign_in("olga")
    actions.set_default(cloud.people["olga"], view)
    assert client.get(f"/views/{view}/remove").status_code == 200
    assert queries.access_view(cloud.people["olga"], view)
    assert client.post(f"/views/{view}/remove").status_code == 303
    assert client.get("/alarms").status_code == 200
    with pytest.raises(Refused):
        queries.access_view(cloud.people["olga"], view)


def test_two_addresses_that_show_the_same_are_one_view() -> None:
    assert (
        clean_query("?b=2&a=1&cursor=x&empty=") == clean_query("a=1&b=2&saved=7&a=1") == "a=1&b=2"
    )


def test_an_address_beyond_all_measure_is_refused() -> None:
    with pytest.raises(Invalid):
        clean_query("a=" + "x" * 3000)
    with pytest.raises(Invalid):
        clean_query("&".join(f"a{n}=1" for n in range(500)))
    with pytest.raises(Invalid):
        clean_query("a=%00")
