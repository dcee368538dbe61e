"""The board of what is owed: what is late stands first, what waits apart; each sees theirs."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.support.pages import Page, sign_in
from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.ids import TicketId
from yunwei.base.infra.postgres import transaction
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft, WaitReason

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


def opened(standing: Standing, titles: dict[str, timedelta], now: datetime) -> list[TicketId]:
    """Open tickets of customer A that are due so long from now."""
    contract = agreed_contract(standing["mia"], standing.a.id, now=now)
    draft = TicketDraft(contract=contract, type=ServiceType.REMOTE, priority=Priority.P2, title="x")
    made = []
    for title, left in titles.items():
        made.append(tickets.open_ticket(standing["kai"], replace(draft, title=title), now=now))
        with transaction() as conn:
            conn.execute(
                "UPDATE service_ticket SET due_at = %s WHERE id = %s", (now + left, made[-1])
            )
    return made


def lanes(page: Page) -> dict[str, str]:
    """Return which of the titles stand in which lane, in their order."""
    found: dict[str, str] = {}
    for part in page.html.split('data-test="lane"')[1:]:
        lane = part.split('data-lane="', 1)[1].split('"', 1)[0]
        found[lane] = part.split("</section>")[0]
    return found


def test_tickets_stand_by_how_soon_something_is_due(standing: Standing) -> None:
    now = timezone.now()
    titles: dict[str, Any] = {
        "late-one": -5 * MINUTE,
        "later-late": -MINUTE,
        "soon-one": 90 * MINUTE,
        "near-one": 20 * HOUR,
        "later-one": 40 * HOUR,
        "waits": HOUR,
        "closed": -HOUR,
    }
    made = dict(zip(titles, opened(standing, titles, now), strict=True))
    olga = standing["olga"]
    waits = EntryDraft(kind=EntryKind.WAITED, reason=WaitReason.CUSTOMER)
    tickets.write_entry(olga, made["waits"], waits, now=now)
    solved = EntryDraft(kind=EntryKind.RESOLVED, text="done", minutes=1)
    tickets.write_entry(olga, made["closed"], solved, now=now)
    page = Page(sign_in("olga").get("/service-board"))
    found = lanes(page)
    assert list(found) == ["overdue", "soon", "near", "later", "standing"]
    assert found["overdue"].index("late-one") < found["overdue"].index("later-late")
    for lane, title in (("soon", "soon"), ("near", "near"), ("later", "later")):
        assert f"{title}-one" in found[lane]
        assert found[lane].count('data-test="owed"') == 1
    assert "waits" in found["standing"]
    assert "closed" not in page.html
    assert page.count("tile") == 5
    part = sign_in("olga").get(
        "/service-board", headers={"HX-Request": "true", "HX-Target": "board"}
    )
    assert part.content.decode().lstrip().startswith("<div")


def test_each_sees_what_is_owed_to_them(standing: Standing) -> None:
    opened(standing, {"late-one": -HOUR}, timezone.now())
    assert "late-one" in Page(sign_in("kai").get("/service-board")).html
    other = Page(sign_in("chen").get("/service-board"))
    assert "late-one" not in other.html
    assert other.count("lane") == 0
