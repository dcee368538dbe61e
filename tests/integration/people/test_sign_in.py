"""Signing in as a browser does: who gets in, who is kept out, what the audit log says of it."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import Client

from tests.support.people import PASSWORD, Standing, make_people
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries
from yunwei.base.people.actions import tenants, users
from yunwei.base.people.facts import AuditEntry, PersonChange, TenantChange

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in"


@pytest.fixture
def people() -> Iterator[Standing]:
    cache.clear()
    yield make_people()
    cache.clear()


def sign_in(client: Client, name: str, password: str = PASSWORD, **options: Any) -> Any:
    return client.post(SIGN_IN, {"login": name, "password": password}, **options)


def me(client: Client) -> str | None:
    """The name of who is signed in, None for nobody."""
    response = client.get("/api/v1/me")
    return response.json()["username"] if response.status_code == 200 else None


def newest(people: Standing, verb: str) -> AuditEntry:
    found = queries.fetch_audit(people["root"], {"verb": verb}, PageRequest(limit=1))
    assert found.items, f"no line {verb}"
    return found.items[0]


@pytest.mark.parametrize("name", ["olga", "OLGA", "olga@example.com"])
def test_by_name_or_address_in_any_case(people: Standing, client: Client, name: str) -> None:
    olga = people["olga"].user_id or 0
    users.change_user(people["root"], olga, PersonChange(email="Olga@example.com"))
    response = sign_in(client, name)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert me(client) == "olga"
    line = newest(people, "people.sign_in")
    assert (line.user_name, line.address, line.tenant) == ("olga", "127.0.0.1", people.provider.id)


def test_a_desktop_user_comes_to_their_portal(people: Standing, client: Client) -> None:
    assert sign_in(client, "una")["Location"] == client.get("/").headers.get("Location", "/portal")


def test_a_wrong_password_is_told_without_saying_what_is_wrong(
    people: Standing, client: Client
) -> None:
    known, unknown = sign_in(client, "olga", "wrong"), sign_in(client, "nobody-here", "wrong")
    assert known.status_code == unknown.status_code == 200
    assert notices(known) == notices(unknown) != []
    assert me(client) is None


def notices(response: Any) -> list[str]:
    return re.findall(r'role="alert">.*?</(?:div|p)>', response.content.decode(), re.DOTALL)


def test_a_failed_attempt_is_written_down(people: Standing, client: Client) -> None:
    sign_in(client, "olga", "wrong", REMOTE_ADDR="203.0.113.9")
    line = newest(people, "people.sign_in_failed")
    assert (line.user_name, line.address) == ("olga", "203.0.113.9")


def test_a_password_typed_as_a_name_is_not_written_down(people: Standing, client: Client) -> None:
    sign_in(client, PASSWORD, "wrong")
    assert newest(people, "people.sign_in_failed").user_name == f"{PASSWORD[:2]}…"


def test_five_wrong_passwords_lock_the_door(people: Standing, client: Client) -> None:
    for _attempt in range(5):
        sign_in(client, "olga", "wrong")
    assert sign_in(client, "olga").status_code == 200
    assert me(client) is None
    assert newest(people, "people.lock_out").user_name == "olga"
    # others are not kept out, and the locked one not for what others do
    assert sign_in(Client(), "mia").status_code == 302


def test_a_lock_out_is_one_line_however_often_it_is_tried(people: Standing, client: Client) -> None:
    for _attempt in range(9):
        sign_in(client, "olga", "wrong")
    found = queries.fetch_audit(people["root"], {"verb": "people.lock_out"}, PageRequest())
    assert found.total == 1


def test_a_right_password_does_not_wipe_the_count_of_wrong_ones(
    people: Standing, client: Client
) -> None:
    for _attempt in range(4):
        sign_in(Client(), "olga", "wrong")
    assert sign_in(Client(), "olga").status_code == 302
    sign_in(Client(), "olga", "wrong")
    assert sign_in(client, "olga").status_code == 200
    assert me(client) is None


def test_a_sign_in_sweeps_out_sessions_that_are_over(people: Standing, client: Client) -> None:
    old, young = SessionStore(), SessionStore()
    old.set_expiry(-1)
    old.save(must_create=True)
    young.save(must_create=True)
    sign_in(client, "olga")
    assert not SessionStore().exists(old.session_key)
    assert SessionStore().exists(young.session_key)


def test_signing_out_ends_it_and_is_written_down(people: Standing, client: Client) -> None:
    sign_in(client, "olga")
    assert client.post("/account/sign-out").status_code == 302
    assert me(client) is None
    assert newest(people, "people.sign_out").user_name == "olga"


def test_who_is_switched_off_is_out_at_once(people: Standing, client: Client) -> None:
    sign_in(client, "kai")
    users.change_user(people["root"], people["kai"].user_id or 0, PersonChange(is_active=False))
    assert me(client) is None
    assert sign_in(Client(), "kai").status_code in {200, 302}
    assert me(client) is None


def test_a_tenant_switched_off_takes_its_people_with_it(people: Standing, client: Client) -> None:
    sign_in(client, "kai")
    tenants.change_tenant(people["root"], people.a.id, TenantChange(is_active=False))
    assert me(client) is None
    sign_in(client, "kai")
    assert me(client) is None


def test_a_new_password_ends_the_sessions_of_the_old_one(people: Standing, client: Client) -> None:
    sign_in(client, "kai")
    users.set_password(people["root"], people["kai"].user_id or 0, f"{PASSWORD}!")
    assert me(client) is None
    assert sign_in(client, "kai", f"{PASSWORD}!").status_code == 302


def test_changing_ones_password_keeps_this_session_and_is_written_down(
    people: Standing, client: Client
) -> None:
    sign_in(client, "kai")
    typed = {"oldpassword": PASSWORD, "password1": "kai", "password2": "kai"}
    assert client.post("/account/password", typed).status_code == 200
    typed |= {"password1": f"{PASSWORD}!", "password2": f"{PASSWORD}!"}
    assert client.post("/account/password", typed).status_code == 302
    assert me(client) == "kai"
    assert newest(people, "people.change_password").user_name == "kai"


@pytest.mark.parametrize(
    ("wanted", "location"), [("/audit", "/audit"), ("https://evil.example/", "/")]
)
def test_one_comes_back_to_where_one_was_but_nowhere_else(
    people: Standing, client: Client, wanted: str, location: str
) -> None:
    response = client.post(f"{SIGN_IN}?next={wanted}", {"login": "root", "password": PASSWORD})
    assert response["Location"] == location


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/account/signup").status_code == 404


def test_a_form_of_another_site_is_refused(people: Standing) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "olga").status_code == 403


def test_the_answer_tells_browsers_to_trust_nobody_else(client: Client) -> None:
    response = client.get(SIGN_IN)
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_page_speaks_as_the_browser_asks_until_somebody_signs_in(
    people: Standing, client: Client
) -> None:
    assert client.get(SIGN_IN)["Content-Language"] == "zh-hans"
    assert client.get(SIGN_IN, headers={"Accept-Language": "en"})["Content-Language"] == "en"
    sign_in(client, "olga")
    page = client.get("/profile", headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hans"' in page.content.decode()


class AuthenticatorApp:
    """The app on somebody's phone. Its clock, which is also the server's, stands until moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.secret = ""
        self.now_s = 1_795_000_000.0
        monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: self.now_s))

    def shows(self) -> str:
        counter = int(self.now_s) // 30
        return totp.format_hotp_value(totp.hotp_value(self.secret, counter))

    def wait_for_next(self) -> None:
        self.now_s += 30


class TestSecondFactor:
    @pytest.fixture
    def app(self, monkeypatch: pytest.MonkeyPatch) -> AuthenticatorApp:
        return AuthenticatorApp(monkeypatch)

    @pytest.fixture
    def codes(
        self,
        people: Standing,
        client: Client,
        app: AuthenticatorApp,
        django_capture_on_commit_callbacks: Any,
    ) -> list[str]:
        """Olga has set up an app and is signed out again; her recovery codes."""
        sign_in(client, "olga")
        asked = client.get("/account/second-factor/on")
        assert asked["Location"].startswith("/account/confirm?")
        client.post(asked["Location"], {"password": PASSWORD})
        page = client.get("/account/second-factor/on").content.decode()
        app.secret = re.findall(r'data-test="totp-secret">([A-Z2-7]+)<', page)[0]
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/account/second-factor/on", {"code": app.shows()})
        listed = client.get("/account/recovery-codes").content.decode()
        client.post("/account/sign-out")
        app.wait_for_next()
        return re.findall(r"<li>(\w+)</li>", listed)

    def test_the_code_is_asked_after_the_password(
        self, people: Standing, client: Client, app: AuthenticatorApp, codes: list[str]
    ) -> None:
        assert sign_in(client, "olga")["Location"] == "/account/second-factor"
        assert me(client) is None
        wrong = client.post("/account/second-factor", {"code": "000000"})
        assert wrong.status_code == 200
        assert newest(people, "people.second_factor_failed").user_name == "olga"
        assert client.post("/account/second-factor", {"code": app.shows()}).status_code == 302
        assert me(client) == "olga"

    def test_a_code_lets_in_once(
        self, people: Standing, client: Client, app: AuthenticatorApp, codes: list[str]
    ) -> None:
        for browser, is_in in ((client, True), (Client(), False)):
            sign_in(browser, "olga")
            browser.post("/account/second-factor", {"code": app.shows()})
            assert (me(browser) == "olga") is is_in

    def test_a_recovery_code_lets_in_once(
        self, people: Standing, client: Client, codes: list[str]
    ) -> None:
        assert len(codes) == 10
        sign_in(client, "olga")
        client.post("/account/second-factor", {"code": codes[0]})
        assert me(client) == "olga"
        other = Client()
        sign_in(other, "olga")
        other.post("/account/second-factor", {"code": codes[0]})
        assert me(other) is None

    def test_the_secret_is_encrypted_at_rest(self, app: AuthenticatorApp, codes: list[str]) -> None:
        stored = repr(list(Authenticator.objects.values_list("data", flat=True)))
        assert app.secret not in stored
        assert not any(code in stored for code in codes)

    def test_an_administrator_helps_who_lost_it(
        self, people: Standing, client: Client, codes: list[str]
    ) -> None:
        assert newest(people, "people.add_second_factor").user_name == "olga"
        users.reset_second_factor(people["root"], people["olga"].user_id or 0)
        assert sign_in(client, "olga")["Location"] == "/"
        assert me(client) == "olga"
