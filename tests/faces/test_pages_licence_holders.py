"""Who holds licences and whom their want struck: what accounts, sessions and records say."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.telemetry.support import write
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.readings import ConnectionRecord
from yunwei.base.infra.clickhouse import ClickHouse

pytestmark = pytest.mark.django_db
LICENCES = "The number of licenses is insufficient."


@pytest.fixture
def told(clickhouse: ClickHouse) -> Cloud:
    """Sixty accounts; every sixth has no session. user05 was on 40 days ago, user11 yesterday."""
    cloud = make_cloud()

    def record(number: int, login: str, days: float, failure: str = "") -> ConnectionRecord:
        began = cloud.now - timedelta(days=days, hours=1)
        return ConnectionRecord(
            native_id=f"c{number}",
            login=login,
            desktop=f"d{number}",
            started_at=began,
            setup_at=None if failure else began + timedelta(seconds=20),
            ended_at=began + timedelta(hours=1),
            failure=failure,
        )

    records = [
        record(0, "user00", 80),  # the records of the source reach back so far
        record(5, "user05", 40),
        record(11, "user11", 1),
        record(20, "user20", 2, LICENCES),
        record(21, "user20", 2, LICENCES),
        record(22, "user21", 2, LICENCES),
        record(23, "user22", 2, "The user name or password is incorrect."),
    ]
    write(clickhouse, records, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    return cloud


def ask(address: str, name: str = "olga") -> Any:
    return sign_in(name).get(f"/api/v1/licences/{address}").json()


def test_each_account_says_what_it_holds_and_when_it_was_used(told: Cloud) -> None:
    rows = {each["login"]: each for each in ask("holders?limit=100")["items"]}
    assert len(rows) == 60
    # accounts seen for the first time today are not called unused, whatever is not known of them
    assert (rows["user05"]["reason"], rows["user05"]["unused_days"]) == ("unused", 40)
    assert (rows["user11"]["reason"], rows["user11"]["unused_days"]) == (None, 1)
    assert (rows["user00"]["sessions"], rows["user00"]["reason"]) == (1, None)
    assert (rows["user05"]["desktops"], rows["user05"]["own_desktops"]) == (1, 1)


def test_counts_are_those_of_the_list(told: Cloud) -> None:
    counts = ask("holders/counts")
    assert (counts["accounts"], counts["connected"], counts["could_return"]) == (60, 50, 1)
    assert counts["by_reason"] == {"unused": 1}
    assert ask("holders/counts?days=60")["could_return"] == 0
    assert [each["login"] for each in ask("holders?could_return=true")["items"]] == ["user05"]


def test_the_list_pages_sorts_and_exports(told: Cloud) -> None:
    first = ask("holders?limit=40&sort=login")
    more = ask(f"holders?limit=40&sort=login&cursor={first['next']}")
    logins = [each["login"] for each in first["items"] + more["items"]]
    assert logins == sorted(logins)
    assert len(set(logins)) == 60
    client = sign_in("olga")
    page = Page(client.get("/licences/holders?could_return=yes"))
    assert page.count("row") == 1
    assert "长期未使用" in page.text
    exported = client.get("/licences/holders?could_return=yes&export=csv")
    assert "user05" in exported.content.decode("utf-8-sig")


def test_logons_refused_for_want_of_a_licence_are_told_by_day(told: Cloud) -> None:
    found = ask("refused")
    assert found["attempts"] == 0  # the last day, when nothing else is asked
    since = (told.now - timedelta(days=7)).isoformat().replace("+00:00", "Z")
    found = ask(f"refused?since={since}")
    assert (found["attempts"], found["failed"]) == (3, 4)
    assert [(each["reason"], each["users"]) for each in found["rows"]] == [(LICENCES, 2)]
    client = sign_in("olga")
    page = Page(client.get("/licences/refused?period=7d"))
    assert LICENCES in page.text
    exported = client.get("/licences/refused?period=7d&export=csv").content.decode("utf-8-sig")
    assert LICENCES in exported
    assert Page(client.get("/licences/refused?period=1h")).count("nothing") == 1


@pytest.mark.parametrize("wrong", ["days=0", "days=91", "days=x", "sort=x", "cursor=x", "reason=x"])
def test_a_wrong_address_is_told(told: Cloud, wrong: str) -> None:
    assert sign_in("olga").get(f"/licences/holders?{wrong}").status_code == 422
    assert sign_in("olga").get(f"/api/v1/licences/holders?{wrong}").status_code == 422


def test_another_customers_accounts_are_not_there(told: Cloud) -> None:
    assert ask("holders", "chen")["items"] == []
    assert ask("refused", "chen")["failed"] == 0


def test_it_says_when_measurements_can_not_be_read() -> None:
    make_cloud()
    client = sign_in("olga")
    for address in ("/licences/holders", "/licences/refused"):
        assert "暂时无法读取" in Page(client.get(address)).text
