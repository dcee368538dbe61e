"""The big screen: views that take turns under an address of their own, without menus."""

import pytest
from django.test import Client

from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.faces.web.console.screen import VIEWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.fixture
def client(cloud: Cloud) -> Client:
    return sign_in("olga")


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_is_shown_without_menus(
    client: Client, clickhouse: ClickHouse, view: str
) -> None:
    answer = client.get(f"/screen?views={view}")
    drawn = answer.content.decode()
    assert answer.status_code == 200
    assert f'data-view="{view}"' in drawn
    assert 'data-theme="dark"' in drawn
    assert "yw-side" not in drawn


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_stands_while_measurements_are_away(client: Client, view: str) -> None:
    assert client.get(f"/screen?views={view}").status_code == 200


def test_the_chosen_views_take_turns_in_their_order_with_and_without_scripts(
    client: Client,
) -> None:
    first = client.get("/screen?views=licences&views=now&every=30").content.decode()
    assert 'data-view="licences"' in first
    following = "/screen?views=licences,now&amp;every=30&amp;at=1"
    assert f'data-next="{following}"' in first
    assert f'content="30;url={following}"' in first
    second = client.get(following.replace("&amp;", "&")).content.decode()
    assert 'data-view="now"' in second
    assert 'data-next="/screen?views=licences,now&amp;every=30&amp;at=0"' in second


def test_a_turn_brings_only_the_view(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "view"}
    part = client.get("/screen?views=alarms", headers=headers).content.decode()
    assert "<html" not in part
    assert 'data-view="alarms"' in part


@pytest.mark.parametrize("asked", ["views=nothing", "every=3", "at=x"])
def test_what_can_not_be_meant_is_said(client: Client, asked: str) -> None:
    assert client.get(f"/screen?{asked}").status_code == 422


def test_the_views_are_chosen_on_a_page_of_its_own(client: Client) -> None:
    page = Page(client.get("/big-screen")).text
    assert "大屏" in page
    assert "许可" in page
