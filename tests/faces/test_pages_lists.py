"""The list pattern, on the list of desktops: filter, sort, page, columns, export, parts."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.support.pages import DESKTOPS, Cloud, Page, make_cloud, sign_in
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def get(address: str, *, target: str | None = None, who: str = "olga") -> Any:
    return sign_in(who, htmx_target=target).get(address)


def test_a_list_shows_a_page_and_says_how_many_there_are(cloud: Cloud) -> None:
    page = Page(get("/desktops"))
    assert page.count("row") == 50
    assert f"共 {DESKTOPS} 条" in page.text
    assert "财务桌面池" in page.text


def test_an_htmx_request_gets_the_rows_alone_from_the_same_address(cloud: Cloud) -> None:
    response = get("/desktops?state=stopped", target="rows")
    assert response["Vary"].startswith("HX-Request, HX-Target")
    assert b'id="rows"' in response.content
    assert b"<html" not in response.content
    assert Page(response).count("row") == DESKTOPS // 6


@pytest.mark.parametrize("headers", [{"HX-History-Restore-Request": "true"}, {}])
def test_the_back_button_gets_the_whole_page(cloud: Cloud, headers: dict[str, str]) -> None:
    target = "rows" if headers else "nothing-of-ours"
    response = sign_in("olga", htmx_target=target).get("/desktops", headers=headers)
    assert b"<html" in response.content


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("state=stopped", DESKTOPS // 6),
        ("login_state=unregistered&state=stopped", DESKTOPS // 6),
        ("search=user07", 1),
        ("search=10.0.0.8", 1),
        ("state=error", 0),
    ],
)
def test_filters_narrow_the_list(cloud: Cloud, query: str, rows: int) -> None:
    page = Page(get(f"/desktops?{query}"))
    assert page.count("row") == rows
    assert page.count("chips") == 1 or not rows


def test_each_filter_can_be_taken_away_alone(cloud: Cloud) -> None:
    page = Page(get("/desktops?state=stopped&search=PC&limit=25"))
    assert page.link("search=PC&limit=25") == "/desktops?search=PC&limit=25"
    assert "/desktops?limit=25" in page.links


@pytest.mark.parametrize("query", ["state=x", "source=one", "sort=secret", "limit=7", "cursor=%21"])
def test_a_wrong_parameter_is_told_and_changes_nothing(cloud: Cloud, query: str) -> None:
    assert get(f"/desktops?{query}").status_code == 422


def test_a_list_is_paged_forth_and_back(cloud: Cloud) -> None:
    first = Page(get("/desktops?limit=25"))
    second = Page(get(first.link("cursor=")))
    assert "第 26–50 条" in second.text
    third = Page(get(second.link("trail=0.")))
    assert "第 51–60 条" in third.text
    back = next(link for link in third.links if "trail=0" in link and "trail=0." not in link)
    assert "第 26–50 条" in Page(get(back)).text
    assert "第 1–25 条" in Page(get(second.link("limit=25"))).text


def test_a_heading_sorts_and_sorts_the_other_way_round(cloud: Cloud) -> None:
    once = get("/desktops?sort=ip")
    assert 'aria-sort="ascending"' in once.content.decode()
    again = Page(once).link("sort=-ip")
    assert 'aria-sort="descending"' in get(again).content.decode()


def test_chosen_columns_are_remembered(cloud: Cloud) -> None:
    client = sign_in("olga")
    chosen = client.get("/desktops?columns=ip&columns=kind")
    assert "专有" in Page(chosen).text
    later = Page(client.get("/desktops"))
    assert "专有" in later.text
    assert later.html.count('scope="col"') == 3


def read_csv(response: Any) -> list[dict[str, str]]:
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_an_export_holds_all_that_matches_with_every_column(cloud: Cloud) -> None:
    rows = read_csv(get("/desktops?export=csv&state=stopped&limit=25"))
    assert len(rows) == DESKTOPS // 6
    assert rows[0]["代理版本"] == ""
    assert rows[0]["运行状态"] == "关机"
    assert rows[0]["当前状态开始于 (Asia/Shanghai)"]


def test_an_export_runs_nothing_in_a_spreadsheet(cloud: Cloud) -> None:
    assert read_csv(get("/desktops?export=csv&search=d0"))[0]["桌面"] == "'=1+1"
    book = load_workbook(io.BytesIO(get("/desktops?export=xlsx&sort=ip").content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert book.worksheets[0].max_row == DESKTOPS + 1
    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "d", "n"}


def test_an_export_is_audited(cloud: Cloud) -> None:
    get("/desktops?export=csv&state=stopped")
    root = cloud.people["root"]
    newest = people.fetch_audit(root, {"verb": "lists.export_desktops"}, PageRequest(limit=1))
    assert newest.items[0].after == {"format": "csv", "state": "stopped"}
    assert newest.items[0].user_name == "olga"


def test_an_unknown_export_is_refused(cloud: Cloud) -> None:
    assert get("/desktops?export=pdf").status_code == 422


@pytest.mark.parametrize(
    "address",
    [
        "/desktops",
        "/desktop-users",
        "/sessions",
        "/pools",
        "/hosts",
        "/licences",
        "/alarms",
        "/mask-rules",
        "/channels",
        "/sources",
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_list_exports_in_the_viewer_s_language(
    cloud: Cloud, address: str, language: str
) -> None:
    client = sign_in("root")
    client.post("/preferences/language", {"language": language})
    for kind in ("csv", "xlsx"):
        assert client.get(f"{address}?export={kind}").status_code == 200
    heading = client.get(f"{address}?export=csv").content.decode("utf-8-sig").splitlines()[0]
    assert heading.isascii() == (language == "en")


def test_strangers_see_nothing_of_it(cloud: Cloud) -> None:
    assert Page(get("/desktops", who="chen")).count("row") == 0
    assert read_csv(get("/desktops?export=csv", who="chen")) == []
