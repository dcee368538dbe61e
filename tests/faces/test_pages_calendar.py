"""The pages of calendars: a year is read, a day is changed, a file is imported and taken away."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.pages import Page, sign_in
from tests.support.people import Standing, make_people
from yunwei.base.calendar import actions, queries

pytestmark = pytest.mark.django_db

NEXT = "date,kind,name\r\n2027-01-01,法定节假日,元旦\r\n2027-01-03,调休上班,元旦\r\n"


@pytest.fixture
def people() -> Standing:
    made = make_people()
    actions.bootstrap()
    return made


def test_a_year_shows_its_kinds_of_days_and_where_they_come_from(people: Standing) -> None:
    page = Page(sign_in("olga").get("/calendar?year=2026"))
    assert page.count("special") == 13
    assert "国办发明电〔2025〕7号" in page.text
    assert 'title="2026-09-20 · 国庆节 · 调休上班"' in page.html
    assert page.count("unknown") == 0
    # looking is not changing
    assert "/calendar/day" not in page.html


def test_a_year_that_nobody_imported_says_so(people: Standing) -> None:
    page = Page(sign_in("mia").get("/calendar?year=2027"))
    assert page.count("unknown") == 1
    assert "未发布" in page.html
    assert page.link("/calendar/import")


@pytest.mark.parametrize("sends", ["file", "text", "gbk"])
def test_a_file_is_imported_and_the_year_is_known(people: Standing, sends: str) -> None:
    form: dict[str, Any] = {"country": "cn"}
    if sends == "text":
        form["text"] = NEXT
    else:
        data = NEXT.encode("gb18030" if sends == "gbk" else "utf-8")
        form["file"] = SimpleUploadedFile("2027.csv", data)
    response = sign_in("mia").post("/calendar/import", form, follow=True)
    page = Page(response)
    assert "已导入 2027 年：1 天节假日，1 天调休上班。" in page.text
    assert page.count("unknown") == 0
    assert "元旦" in page.text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"country": "CN"}, "请选择文件，或粘贴其内容"),
        ({"country": "CN", "text": "date,kind\n2027-01-01,feast"}, "没有这种日类型：feast"),
        ({"country": "China", "text": NEXT}, "国家用两个大写字母表示"),
    ],
)
def test_what_is_no_file_of_holidays_is_told_and_kept(
    people: Standing, form: dict[str, str], told: str
) -> None:
    response = sign_in("mia").post("/calendar/import", form)
    assert response.status_code == 422
    text = response.content.decode()
    assert told in text
    assert form.get("text", "")[:10] in text


def test_an_exception_is_made_and_taken_back(people: Standing) -> None:
    client = sign_in("mia")
    address = f"/calendar/day?tenant={people.a.id}&day=2026-12-24"
    assert 'name="kind"' in client.get(address).content.decode()
    sent = {"scope": "own", "kind": "statutory_holiday", "name": "厂休"}
    assert client.post(address, sent)["Location"] == f"/calendar?tenant={people.a.id}&year=2026"
    shown = Page(client.get(f"/calendar?tenant={people.a.id}&year=2026"))
    assert "2026-12-24 · 厂休 · 法定节假日 · 例外" in shown.html
    client.post(address, {"scope": "own", "kind": "country"})
    view = queries.fetch_year(people["mia"], people.a.id, 2026)
    assert not any(day.is_own for day in view.days)


def test_a_day_that_can_not_be_so_is_told_at_its_field(people: Standing) -> None:
    address = f"/calendar/day?tenant={people.a.id}&day=2026-12-24"
    response = sign_in("mia").post(address, {"scope": "country", "kind": "makeup_workday"})
    assert response.status_code == 422
    assert "2026-12-24 不是周六或周日，无法调休上班" in response.content.decode()


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("json", '{\n "country": "CN"'), ("csv", "\ufeffdate,kind"), ("ics", "BEGIN:VCALENDAR")],
)
def test_a_year_is_taken_away_as_a_file(people: Standing, kind: str, begins: str) -> None:
    response = sign_in("olga").get(f"/calendar/export?country=CN&year=2026&format={kind}")
    assert response.content.decode().startswith(begins)
    assert f'filename="calendar-CN-2026.{kind}"' in response["Content-Disposition"]


@pytest.mark.parametrize("query", ["year=1066", "year=x", "year=2027&tenant=999999"])
def test_what_is_not_there_is_refused(people: Standing, query: str) -> None:
    assert sign_in("olga").get(f"/calendar?{query}").status_code in {404, 422}
