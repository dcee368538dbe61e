"""One command shows the whole platform at work; a second start finds everything where it was."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.folders import open_folder
from tests.support.platform import Api, Platform, started, wait_until

PEOPLE = ("admin", "operator", "manager", "auditor", "contact", "desktop")


@pytest.fixture(scope="module")
def demo() -> Iterator[Platform]:
    with open_folder() as folder:
        options = ("--demo", "--demo-desktops", "100")
        with started(Platform(folder / "data", options)) as running:
            yield running


def password_of(demo: Platform) -> str:
    """Return the password that the welcome prints beside the administrator's name."""
    line = wait_until(lambda: next((each for each in demo.output if " admin " in each), ""))
    return line.split()[1]


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_printed_can_sign_in(demo: Platform, name: str) -> None:
    with httpx.Client(base_url=demo.url, follow_redirects=True) as browser:
        form = browser.get("/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token
        page = browser.post(
            str(form.url),
            data={
                "csrfmiddlewaretoken": token[1],
                "login": name,
                "password": password_of(demo),
            },
            headers={"Referer": str(form.url)},
        )
    assert page.status_code == 200
    assert "/account/sign-in" not in str(page.url)


def test_the_cloud_s_people_and_faults_are_seen(demo: Platform) -> None:
    api = administrator(demo)
    wait_until(lambda: api.get("/overview")["desktops"] == 100, timeout_s=60)
    wait_until(lambda: api.get("/overview")["users_online"] is not None, timeout_s=60)
    api.close()


def test_a_second_start_adds_nothing(demo: Platform) -> None:
    api = administrator(demo)
    before = everything(api)
    password = password_of(demo)
    api.close()
    demo.restart()
    assert password_of(demo) == password
    api = administrator(demo)
    assert everything(api) == before
    api.close()


def administrator(demo: Platform) -> Api:
    token = demo.command_json("token", "create", "test", "--user", "admin")["token"]
    return Api(demo.url, token)


def everything(api: Api) -> dict[str, list[int]]:
    paths = ("/sources", "/users", "/tenants", "/routes", "/mask-rules", "/channels")
    return {path: [row["id"] for row in api.all(path)] for path in paths}
