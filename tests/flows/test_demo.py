"""One command shows the whole platform at work; a second start finds everything where it was."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.support.folders import open_folder
from tests.support.platform import Api, Platform, started, wait_until

_HEALED = {
    "en": ("Healed by a remedy", "Healed: verified, the alarm cleared"),
    "zh-hans": ("已由处置措施消除", "已消除：经验证，告警已恢复"),
}
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
    with signed_in(demo, name):
        pass


@contextmanager
def signed_in(demo: Platform, name: str) -> Iterator[httpx.Client]:
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
        yield browser


def test_the_cloud_s_people_and_faults_are_seen(demo: Platform) -> None:
    api = administrator(demo)
    wait_until(lambda: api.get("/overview")["desktops"] == 100, timeout_s=60)
    wait_until(lambda: api.get("/overview")["users_online"] is not None, timeout_s=60)
    api.close()


def test_an_alarm_heals_itself(demo: Platform) -> None:
    """Nobody does anything: a desktop is busy, its remedy runs, the alarm is seen to clear, and
    all of that is told where a person looks."""
    api = administrator(demo)
    healed = first_healed(api)
    assert healed["is_automatic"]
    assert healed["run"]
    alarm = api.get(f"/alarms/{healed['alarm']}")
    assert (alarm["is_cleared"], alarm["managed_object"]) == (True, healed["managed_object"])
    run = api.get(f"/runs/{healed['run']}")
    assert (run["state"], run["counts"]["succeeded"]) == ("finished", 1)
    with signed_in(demo, "admin") as browser:
        for language, (mark, story) in _HEALED.items():
            api.patch("/me", language=language)
            assert mark in browser.get("/alarms?view=history").text
            page = browser.get(f"/alarms/{alarm['id']}").text
            assert story in page
            assert f'href="/runs/{healed["run"]}"' in page
    api.close()


def test_a_second_start_adds_nothing(demo: Platform) -> None:
    api = administrator(demo)
    first_healed(api)  # which a restart in its midst would put off
    before = everything(api)
    assert len(before["/triggers"]) == 1
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


def first_healed(api: Api) -> dict[str, Any]:
    (remedy,) = api.get("/remedies")["items"]
    attempts = f"/remedies/{remedy['id']}/attempts"
    found = wait_until(lambda: api.get(attempts, state="healed")["items"], timeout_s=240, every_s=1)
    first: dict[str, Any] = found[-1]
    return first


def everything(api: Api) -> dict[str, list[int]]:
    paths = ("/sources", "/users", "/tenants", "/routes", "/mask-rules", "/channels", "/triggers")
    return {path: [row["id"] for row in api.all(path)] for path in paths}
