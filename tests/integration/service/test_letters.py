"""Those who asked are told what became of it, and asked how it was: once each."""

from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ContractId, TicketId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.signing import Signer
from yunwei.monitor.notify.actions.channels import add_channel
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.operate.letters.actions.surveys import choose_surveys
from yunwei.operate.letters.jobs.sending import LetterWriter
from yunwei.operate.letters.queries.surveys import fetch_choices
from yunwei.operate.service.actions import merging, people, surveys, tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractSide, PersonDraft, ServiceType
from yunwei.operate.service.facts.surveys import Answer, PeriodDraft
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.service.rules.surveys import PURPOSE

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-06-03T12:00:00+08:00")  # a Wednesday
DAY = timedelta(days=1)
BOX = SecretBox((Fernet.generate_key().decode(),))
MAIL = {"host": "127.0.0.1", "from": "it@provider.example"}
SIGNER = Signer(("k" * 50,), PURPOSE)
_K = EntryKind


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


@pytest.fixture
def contract(standing: Standing) -> ContractId:
    return agreed_contract(standing["mia"], standing.a.id, now=NOON)


def ask(standing: Standing, contract: ContractId, by: str = "kai", title: str = "dark") -> TicketId:
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P1, title=title
    )
    return tickets.open_ticket(standing[by], draft, now=NOON)


def write(standing: Standing, ticket: TicketId, by: str, kind: EntryKind, text: str = "so") -> None:
    tickets.write_entry(standing[by], ticket, EntryDraft(kind=kind, text=text), now=NOON)


def look(after: timedelta = timedelta()) -> int:
    """Let a process that has just started look; return how much was news to it."""
    clock = FakeClock(NOON + after)
    where = {"public_url": "https://yunwei.test", "time_zone": "Asia/Shanghai"}
    return LetterWriter(clock, SIGNER, **where).look()


def told() -> list[dict[str, str]]:
    with transaction() as conn, cursor(conn) as opened:
        return opened.execute(
            "SELECT coalesce(u.username, m.address) AS who, m.content->>'subject' AS subject,"
            "       m.content->>'body' AS body, m.link, m.data->>'thread' AS thread"
            "  FROM notify_message m LEFT JOIN people_user u ON u.id = m.user_id ORDER BY m.id"
        ).fetchall()


def test_who_asked_hears_what_the_provider_says_and_nothing_else(
    standing: Standing, contract: ContractId
) -> None:
    ticket = ask(standing, contract)
    write(standing, ticket, "olga", _K.NOTED, "between us")
    write(standing, ticket, "olga", _K.STARTED)
    write(standing, ticket, "kai", _K.REPLIED, "room 7")
    assert look() == 0
    write(standing, ticket, "olga", _K.REPLIED, "we look at it")
    write(standing, ticket, "olga", _K.RESOLVED, "a cable")
    assert (look(), look()) == (2, 0)
    code = f"T-{ticket:06d}"
    assert [(each["who"], each["subject"]) for each in told()] == [
        ("kai", f"[{code}] dark：新消息"),
        ("kai", f"[{code}] dark：已解决，请确认"),
    ]
    assert all(each["thread"] == code and "between us" not in each["body"] for each in told())


def test_what_nobody_of_the_customer_asked_for_tells_nobody(
    standing: Standing, contract: ContractId
) -> None:
    ticket = ask(standing, contract, by="olga")
    write(standing, ticket, "mia", _K.REPLIED)
    assert (look(), look()) == (1, 0)
    assert told() == []


def test_who_asked_for_a_duplicate_hears_of_the_other(
    standing: Standing, contract: ContractId
) -> None:
    first, second = ask(standing, contract, by="olga"), ask(standing, contract, title="dark too")
    merging.merge_ticket(standing["olga"], second, first, now=NOON)
    assert look() == 1
    (said,) = told()
    assert (said["who"], said["link"]) == ("kai", f"/tickets/{second}")
    write(standing, first, "olga", _K.RESOLVED, "a cable")
    assert look() == 1
    solved = told()[-1]
    assert (solved["who"], solved["link"]) == ("kai", f"/tickets/{first}")
    assert f"您提出的 T-{second:06d} 已在 T-{first:06d} 中处理" in solved["body"]


def close(standing: Standing, ticket: TicketId) -> None:
    write(standing, ticket, "mia", _K.RESOLVED)
    write(standing, ticket, "kai", _K.CLOSED)


def asked() -> list[str]:
    return [each["link"] for each in told() if each["link"].startswith("/survey/")]


def test_a_survey_is_sent_once_and_reminded_of_once(
    standing: Standing, contract: ContractId
) -> None:
    close(standing, ask(standing, contract))
    look()
    (link,) = asked()
    for days in (1, 6):
        look(days * DAY)
    assert asked() == [link]
    for days in (8, 9, 20):
        look(days * DAY)
    assert asked() == [link, link]
    assert told()[-1]["subject"].startswith("提醒：")
    # the link in it is one that can be answered without signing in
    answered = Answer(csat=5)
    surveys.answer_by_link(
        SIGNER, link.removeprefix("/survey/"), answered, address="", now=NOON + 9 * DAY
    )


def test_who_answered_is_not_reminded(standing: Standing, contract: ContractId) -> None:
    close(standing, ask(standing, contract))
    look()
    (link,) = asked()
    token = link.removeprefix("/survey/")
    surveys.answer_by_link(SIGNER, token, Answer(csat=5), address="", now=NOON + DAY)
    look(9 * DAY)
    assert asked() == [link]


def test_a_customer_that_wants_no_surveys_is_sent_none(
    standing: Standing, contract: ContractId
) -> None:
    choose_surveys(standing["kai"], standing.a.id, sends=False, now=NOON)
    assert [each.sends for each in fetch_choices(standing["kai"])] == [False]
    close(standing, ask(standing, contract))
    look()
    assert asked() == []
    for who in ("chen", "audrey", "olga", "una"):
        with pytest.raises(Refused):
            choose_surveys(standing[who], standing.a.id, sends=True, now=NOON)
    with pytest.raises(Refused):
        choose_surveys(standing["root"], standing.provider.id, sends=False, now=NOON)
    choose_surveys(standing["mia"], standing.a.id, sends=True, now=NOON)
    look()
    assert len(asked()) == 1


def test_a_period_is_asked_of_who_speaks_for_the_customer(
    standing: Standing, contract: ContractId
) -> None:
    outside = PersonDraft(side=ContractSide.CUSTOMER, name="Li", email="li@customer.example")
    people.add_person(standing["mia"], contract, outside, now=NOON)
    period = PeriodDraft(contract=contract, first_on=(NOON - 30 * DAY).date(), last_on=NOON.date())
    surveys.ask_about_period(standing["mia"], period, now=NOON)
    draft = ChannelDraft(kind="email", name="mail", settings=MAIL)
    add_channel(standing["root"], standing.provider.id, draft, box=BOX, now=NOON)
    assert look() == 1
    (said,) = told()
    assert said["who"] == "li@customer.example"
    assert "https://yunwei.test/survey/" in said["body"]
    assert said["link"] == ""
