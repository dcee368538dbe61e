"""The pages of triggers: added with a form, told what they did, stopped and turned on again."""

import pytest

from tests.support.nursery import Nursery
from tests.support.pages import sign_in
from yunwei.operate.triggers import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def nursery() -> Nursery:
    made = Nursery()
    made.see("d0", "d1")
    made.look()
    return made


def form(nursery: Nursery, **changes: str) -> dict[str, str]:
    usual = {
        "tenant": str(nursery.stage.cloud.tenant),
        "name": "settle it",
        "occasion": "rebuilt",
        "condition": 'name == "PC-01"',
        "script": str(nursery.script),
        "off_s": "0",
        "wait_s": "0",
        "within_s": "3600",
        "per_hour": "5",
        "cool_down_s": "60",
        "breaker_after": "1",
        "is_enabled": "true",
    }
    return usual | changes


def test_one_is_added_and_its_page_tells_what_it_did(nursery: Nursery) -> None:
    olga = sign_in("olga")
    made = olga.post("/triggers/new", form(nursery))
    assert made.status_code == 303
    trigger = int(made["Location"].rpartition("/")[2])
    assert "settle it" in olga.get("/triggers").content.decode()
    nursery.see("d1", image="win12")
    nursery.look()
    page = olga.get(f"/triggers/{trigger}").content.decode()
    assert 'data-test="firing"' in page
    assert "win11 → win12" in page
    olga.post(f"/triggers/{trigger}", form(nursery, name="renamed"))
    assert queries.fetch_triggers(nursery.stage.olga).items[0].name == "renamed"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"condition": "name =="}, "condition"),
        ({"values": "no sign"}, "no sign"),
        ({"values": "NOBODY=1"}, "参数 NOBODY：脚本没有这个参数"),
        ({"per_hour": "0"}, "per_hour"),
        ({"wait_s": "7200"}, "wait_s"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    nursery: Nursery, changes: dict[str, str], words: str
) -> None:
    answer = sign_in("olga").post("/triggers/new", form(nursery, **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "yw-error" in page
    assert queries.fetch_triggers(nursery.stage.olga).total == 0


def test_one_that_is_stopped_says_so_and_is_turned_on_again(nursery: Nursery) -> None:
    trigger = nursery.add(breaker_after=1)
    nursery.see("d0", image="win12")
    nursery.look()
    nursery.run(ends="failed")
    nursery.look()
    olga = sign_in("olga")
    assert 'data-test="broken"' in olga.get(f"/triggers/{trigger}").content.decode()
    assert olga.post(f"/triggers/{trigger}/switch", {"on": "yes"}).status_code == 303
    assert 'data-test="broken"' not in olga.get(f"/triggers/{trigger}").content.decode()
    assert olga.post(f"/triggers/{trigger}/remove").status_code == 303
    assert queries.fetch_triggers(nursery.stage.olga).total == 0
