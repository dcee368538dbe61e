"""The pages of people, tenants, one's profile and the audit log, used as a person uses them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries
from yunwei.base.people.facts import Language, Theme

pytestmark = pytest.mark.django_db
type SignIn = Callable[[str], Client]


@pytest.fixture
def people() -> Standing:
    return make_people()


@pytest.fixture
def signed_in(people: Standing) -> SignIn:
    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=name))
        return client

    return sign_in


def new_person(people: Standing, **changes: str) -> dict[str, str]:
    form = {
        "username": "new",
        "tenant": str(people.a.id),
        "role": "auditor",
        "display_name": "新人",
        "password": PASSWORD,
    }
    return form | changes


def error_at(response: Any, field: str) -> str:
    """What the form says is wrong with a field."""
    text = response.content.decode()
    part = text.partition(f'data-field="{field}"')[2].partition("data-field=")[0]
    found = re.search(r'role="alert">(.*?)</p>', part, re.DOTALL)
    return re.sub("<[^>]*>", "", found[1]).strip() if found else ""


def test_an_administrator_adds_a_person_who_can_sign_in(
    people: Standing, signed_in: SignIn
) -> None:
    answer = signed_in("root").post("/people/new", new_person(people))
    assert answer.status_code == 303
    made = queries.viewer_by_name("new")
    assert answer["Location"] == f"/people/{made.user_id}"
    entered = Client().post("/account/sign-in", {"login": "new", "password": PASSWORD})
    assert entered.status_code == 302


@pytest.mark.parametrize(
    ("field", "typed"),
    [("username", "KAI"), ("password", "short"), ("email", "nowhere"), ("role", "king")],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    people: Standing, signed_in: SignIn, field: str, typed: str
) -> None:
    answer = signed_in("root").post("/people/new", new_person(people, **{field: typed}))
    assert answer.status_code == 422
    assert error_at(answer, field)
    assert 'value="新人"' in answer.content.decode()
    assert PASSWORD not in answer.content.decode()


def test_a_password_keeps_its_spaces(people: Standing, signed_in: SignIn) -> None:
    spaced = f"  {PASSWORD}  "
    signed_in("root").post("/people/new", new_person(people, password=spaced))
    for typed, status in ((PASSWORD, 200), (spaced, 302)):
        answer = Client().post("/account/sign-in", {"login": "new", "password": typed})
        assert answer.status_code == status


def test_an_administrator_changes_a_person(people: Standing, signed_in: SignIn) -> None:
    kai = people["kai"].user_id or 0
    form = {"role": "auditor", "display_name": "Kai", "email": "kai@example.com"}
    assert signed_in("root").post(f"/people/{kai}", form).status_code == 303
    person = queries.access_person(people["root"], kai)
    assert (person.role, person.email) == ("auditor", "kai@example.com")


def test_who_only_sees_people_gets_no_form(people: Standing, signed_in: SignIn) -> None:
    page = signed_in("mia").get(f"/people/{people['kai'].user_id}").content.decode()
    assert 'data-test="form"' not in page
    assert 'data-test="deactivate"' not in page


def test_the_last_administrator_is_told_why_they_stay(people: Standing, signed_in: SignIn) -> None:
    root = people["root"].user_id or 0
    answer = signed_in("root").post(f"/people/{root}", {"role": "operator"})
    assert answer.status_code == 422
    assert "必须保留至少一名平台管理员" in answer.content.decode()


def test_a_weak_new_password_is_refused_where_it_was_typed(
    people: Standing, signed_in: SignIn
) -> None:
    kai = people["kai"].user_id or 0
    answer = signed_in("root").post(f"/people/{kai}/password", {"password": "kai"})
    assert answer.status_code == 422
    assert error_at(answer, "password")


def test_an_administrator_adds_a_customer(people: Standing, signed_in: SignIn) -> None:
    root = signed_in("root")
    typed = {"slug": "customer-c", "name": "客户丙", "time_zone": "Asia/Shanghai"}
    assert root.post("/tenants/new", typed).status_code == 303
    made = queries.system_tenant("customer-c")
    assert made.name == "客户丙"
    again = root.post("/tenants/new", typed)
    assert again.status_code == 422
    assert error_at(again, "slug")


def test_everybody_sets_how_their_pages_look(people: Standing, signed_in: SignIn) -> None:
    una = signed_in("una")
    typed = {"language": "en", "theme": "dark", "time_zone": "Europe/Berlin"}
    assert una.post("/profile", typed).status_code == 303
    viewer = queries.viewer_by_name("una")
    assert (viewer.language, viewer.theme) == (Language.ENGLISH, Theme.DARK)
    page = una.get("/profile").content.decode()
    assert '<html lang="en" data-theme="dark"' in page


def test_a_token_is_shown_once(people: Standing, signed_in: SignIn) -> None:
    olga = signed_in("olga")
    answer = olga.post("/profile/tokens", {"name": "nightly"})
    found = re.search(r'data-test="token-text">(yw_[\w-]+)<', answer.content.decode())
    assert found
    assert answer["Cache-Control"] == "no-store"
    assert queries.viewer_of_token(found[1]) is not None
    page = olga.get("/profile").content.decode()
    assert found[1] not in page
    assert "nightly" in page


def test_a_revoked_token_leaves_the_page(people: Standing, signed_in: SignIn) -> None:
    olga = signed_in("olga")
    olga.post("/profile/tokens", {"name": "nightly"})
    token = queries.fetch_tokens(people["olga"], {}, PageRequest()).items[0]
    assert olga.post(f"/profile/tokens/{token.id}/revoke").status_code == 303
    assert "nightly" not in olga.get("/profile").content.decode()


def test_the_audit_log_says_what_changed(people: Standing, signed_in: SignIn) -> None:
    kai = people["kai"].user_id or 0
    root = signed_in("root")
    root.post(f"/people/{kai}", {"role": "auditor", "display_name": "Kai"})
    page = root.get("/audit?verb=people.&search=kai").content.decode()
    found = re.search(r'href="(/audit/\d+)"', page)
    assert found
    assert "修改人员" in page
    entry = root.get(found[1]).content.decode()
    assert "customer_contact" in entry
    assert "auditor" in entry


@pytest.mark.parametrize("since", ["2026-11-23T14:30", "2026-11-23T14:30:15Z"])
def test_the_audit_log_is_read_from_an_instant_on(
    people: Standing, signed_in: SignIn, since: str
) -> None:
    assert signed_in("root").get(f"/audit?since={since}").status_code == 200
    assert signed_in("root").get("/audit?since=yesterday").status_code == 422


def test_the_audit_log_leaves_as_a_file_and_that_is_audited(
    people: Standing, signed_in: SignIn
) -> None:
    root = signed_in("root")
    answer = root.get("/audit?export=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "添加租户" in answer.content.decode("utf-8-sig")
    newest = queries.fetch_audit(people["root"], {"verb": "lists."}, PageRequest(limit=1))
    assert newest.items[0].verb == "lists.export_audit"
