"""Mail from outside becomes tickets and answers, from a real mailbox: each once, none lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.support.mailbox import PASSWORD, USER, Post, open_post, tls_door, write_mail
from tests.support.people import Standing, make_people
from tests.support.service import MINUTES, agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused, SourceError
from yunwei.base.core.ids import ContractId, TicketId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.letters.actions import mailboxes, mails
from yunwei.operate.letters.facts.mails import KeptMail, Mailbox, MailState
from yunwei.operate.letters.jobs import fetching
from yunwei.operate.letters.jobs.fetching import MailFetcher
from yunwei.operate.letters.queries import mails as queries
from yunwei.operate.letters.rules.reading import read_mail
from yunwei.operate.service.actions import merging, people, tickets
from yunwei.operate.service.facts.contracts import ContractSide, PersonDraft
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketState, WholeTicket
from yunwei.operate.service.queries import tickets as ticket_queries

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-06-03T12:00:00+08:00")  # a Wednesday
DAY = timedelta(days=1)
BOX = SecretBox((Fernet.generate_key().decode(),))
OWN = "service@provider.example"
LI = "Li <Li@Customer.example>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("post")


@pytest.fixture(scope="module")
def post(folder: Path) -> Iterator[Post]:
    with open_post(folder) as made:
        yield made


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


@pytest.fixture
def contract(standing: Standing) -> ContractId:
    made = agreed_contract(standing["mia"], standing.a.id, now=NOON)
    li = PersonDraft(side=ContractSide.CUSTOMER, name="Li", email="li@customer.example")
    people.add_person(standing["mia"], made, li, now=NOON)
    return made


def mailbox(post: Post) -> Mailbox:
    return Mailbox(
        address=OWN,
        host="127.0.0.1",
        port=post.port,
        security="starttls",
        user=USER,
        trust="own_ca",
        ca=post.ca,
    )


def arrives(raw: bytes, after: timedelta = timedelta()) -> MailState | None:
    return mails.take_in(read_mail(raw), own_address=OWN, now=NOON + after)


def kept(standing: Standing, *, waits: bool | None = None) -> tuple[KeptMail, ...]:
    return queries.fetch_mails(standing["root"], waits=waits)


def only_ticket(standing: Standing) -> WholeTicket:
    (known,) = ticket_queries.fetch_tickets(standing["olga"]).items
    return look(standing, known.id)


def look(standing: Standing, ticket: TicketId) -> WholeTicket:
    return ticket_queries.access_ticket(standing["olga"], ticket, now=NOON)


def test_mail_is_fetched_once_from_a_real_mailbox(
    standing: Standing, contract: ContractId, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = standing["root"]
    mailboxes.save_mailbox(root, mailbox(post), PASSWORD, box=BOX, now=NOON)
    fetcher = MailFetcher(FakeClock(NOON), BOX)
    post.puts(write_mail(LI, "黑屏", "三楼全部黑屏", id="one", files=(("m.pdf", MINUTES.data),)))
    post.puts(write_mail("who@elsewhere.example", "offer", "buy this", id="two"))
    assert mailboxes.try_mailbox(root, box=BOX, now=NOON) == 2
    # whoever dies before the server knows that it was seen finds it in the ledger
    with monkeypatch.context() as patched:
        patched.setattr(fetching, "note_seen", lambda server, uid: None)
        assert fetcher.look() == 2
    assert post.count_unseen() == 2
    assert (fetcher.look(), post.count_unseen(), fetcher.look()) == (0, 0, 0)
    whole = only_ticket(standing)
    assert (whole.ticket.title, whole.ticket.description) == ("黑屏", "三楼全部黑屏")
    assert whole.ticket.opened_side is ContractSide.CUSTOMER
    (file,) = queries.fetch_files(standing["kai"], whole.ticket.id)
    assert queries.read_file(standing["kai"], whole.ticket.id, file.id).data == MINUTES.data
    assert [each.state for each in kept(standing)] == [MailState.UNKNOWN, MailState.OPENED]
    known = queries.fetch_mailbox(root)
    assert known is not None
    assert (known.error, known.ok_at) == ("", NOON)
    # a mail that breaks something holds up none of those after it
    post.puts(write_mail(LI, "broken", "x", id="three"))
    post.puts(write_mail(LI, "fine", "y", id="four"))
    real = fetching.read_mail

    def read(raw: bytes, *, note: str = "") -> object:
        if b"three@" in raw:
            raise ZeroDivisionError
        return real(raw, note=note)

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "read_mail", read)
        assert (fetcher.look(), post.count_unseen()) == (1, 1)
    assert (fetcher.look(), post.count_unseen()) == (1, 0)


def test_mail_is_fetched_over_tls_from_the_start(
    standing: Standing, contract: ContractId, post: Post, folder: Path
) -> None:
    root = standing["root"]
    with tls_door(post, folder) as port:
        behind = replace(mailbox(post), security="tls", port=port)
        mailboxes.save_mailbox(root, behind, PASSWORD, box=BOX, now=NOON)
        post.puts(write_mail(LI, "慢", "登录很慢", id="imaps"))
        assert mailboxes.try_mailbox(root, box=BOX, now=NOON) == 1
        assert MailFetcher(FakeClock(NOON), BOX).look() == 1
        assert post.count_unseen() == 0
        assert only_ticket(standing).ticket.title == "慢"
        # by an authority that did not sign it, nobody says a password
        mailboxes.save_mailbox(root, replace(behind, trust="verify"), "", box=BOX, now=NOON)
        with pytest.raises(SourceError, match="certificate"):
            mailboxes.try_mailbox(root, box=BOX, now=NOON)
    # nor where TLS is not spoken from the start
    plain = replace(behind, port=post.port)
    mailboxes.save_mailbox(root, plain, PASSWORD, box=BOX, now=NOON)
    with pytest.raises(SourceError):
        mailboxes.try_mailbox(root, box=BOX, now=NOON)


def test_a_mailbox_that_can_not_be_reached_says_so_and_never_its_password(
    standing: Standing, post: Post
) -> None:
    root = standing["root"]
    with pytest.raises(Invalid):
        mailboxes.save_mailbox(root, mailbox(post), "", box=BOX, now=NOON)
    mailboxes.save_mailbox(root, mailbox(post), "not-the-password", box=BOX, now=NOON)
    with pytest.raises(SourceError) as refused:
        mailboxes.try_mailbox(root, box=BOX, now=NOON)
    assert "not-the-password" not in refused.value.message
    assert MailFetcher(FakeClock(NOON), BOX).look() == 0
    known = queries.fetch_mailbox(root)
    assert known is not None
    assert known.error
    assert known.has_password
    # whoever changes the server has to know the password: it is sent nowhere else
    elsewhere = replace(mailbox(post), host="evil.example")
    with pytest.raises(Invalid):
        mailboxes.save_mailbox(root, elsewhere, "", box=BOX, now=NOON)
    # another authority is not believed
    strict = replace(mailbox(post), trust="verify", ca="")
    mailboxes.save_mailbox(root, strict, PASSWORD, box=BOX, now=NOON)
    with pytest.raises(SourceError, match="certificate"):
        mailboxes.try_mailbox(root, box=BOX, now=NOON)
    with transaction() as conn, cursor(conn) as opened:
        (row,) = opened.execute("SELECT secrets FROM letters_mailbox").fetchall()
    assert PASSWORD.encode() not in bytes(row["secrets"])
    for who in ("kai", "olga", "audrey", "chen"):
        with pytest.raises(Refused):
            mailboxes.try_mailbox(standing[who], box=BOX, now=NOON)


def test_an_answer_goes_into_its_ticket_and_reopens_what_was_just_solved(
    standing: Standing, contract: ContractId
) -> None:
    assert arrives(write_mail(LI, "no sound", "since today", id="a")) is MailState.OPENED
    ticket = only_ticket(standing).ticket.id
    quoted = "it is the headset\n\nOn Monday, Service <service@provider.example> wrote:\n> which?"
    thread = f"<thread.T-{ticket:06d}@provider.example>"
    answer = write_mail(LI, "Re: hello", quoted, id="b", References=f"<x@y> {thread}")
    assert arrives(answer) is MailState.ANSWERED
    assert arrives(answer) is None
    assert look(standing, ticket).entries[-1].text == "it is the headset"
    solved = EntryDraft(kind=EntryKind.RESOLVED, text="another headset")
    tickets.write_entry(standing["olga"], ticket, solved, now=NOON)
    late = write_mail(LI, f"Re: [T-{ticket:06d}] no sound", "still not", id="c")
    assert arrives(late, DAY) is MailState.ANSWERED
    again = look(standing, ticket)
    assert (again.ticket.state, again.entries[-1].kind) == (
        TicketState.WORKING,
        EntryKind.REOPENED,
    )
    tickets.write_entry(standing["olga"], ticket, solved, now=NOON + DAY)
    much_later = write_mail(LI, f"Re: [T-{ticket:06d}] no sound", "again", id="d")
    assert arrives(much_later, 20 * DAY) is MailState.OPENED
    assert look(standing, ticket).ticket.state is TicketState.RESOLVED


def test_an_answer_to_what_went_on_elsewhere_goes_there(
    standing: Standing, contract: ContractId
) -> None:
    arrives(write_mail(LI, "dark", "x", id="a"))
    first = only_ticket(standing).ticket.id
    arrives(write_mail(LI, "dark too", "x", id="b"))
    second = max(each.id for each in ticket_queries.fetch_tickets(standing["olga"]).items)
    merging.merge_ticket(standing["olga"], second, first, now=NOON)
    arrives(write_mail(LI, f"Re: T-{second:06d}", "room 7", id="c"))
    assert look(standing, first).entries[-1].text == "room 7"


def test_nobody_writes_into_a_ticket_of_another_customer(
    standing: Standing, contract: ContractId
) -> None:
    arrives(write_mail(LI, "mine", "x", id="a"))
    ticket = only_ticket(standing).ticket.id
    other = agreed_contract(standing["root"], standing.b.id, now=NOON, number="C-B")
    wang = PersonDraft(side=ContractSide.CUSTOMER, name="Wang", email="wang@b.example")
    people.add_person(standing["root"], other, wang, now=NOON)
    arrives(write_mail("wang@b.example", f"Re: T-{ticket:06d}", "let me see", id="b"))
    assert len(look(standing, ticket).entries) == 1
    (made,) = ticket_queries.fetch_tickets(standing["root"], {"tenant": standing.b.id}).items
    assert made.contract == other


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.customer.example>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_what_a_machine_wrote_is_kept_aside(
    standing: Standing, contract: ContractId, headers: dict[str, str]
) -> None:
    assert arrives(write_mail(LI, "I am away", "x", id="a", **headers)) is MailState.AUTOMATIC
    assert ticket_queries.fetch_tickets(standing["olga"]).items == ()
    assert kept(standing, waits=True) == ()


def test_two_machines_that_answer_each_other_come_to_an_end(
    standing: Standing, contract: ContractId
) -> None:
    arrives(write_mail(OWN, "from ourselves", "x", id="own"))
    assert [each.state for each in kept(standing)] == [MailState.AUTOMATIC]
    came = [arrives(write_mail(LI, "loop", "x", id=f"l{n}")) for n in range(32)]
    assert came.count(MailState.OPENED) == 30
    assert came[-1] is MailState.AUTOMATIC


def test_a_bad_attachment_is_refused_with_a_note_and_the_mail_is_not_lost(
    standing: Standing, contract: ContractId
) -> None:
    files = (("run.exe", b"MZ" + bytes(100)), ("minutes.pdf", b"not a pdf"))
    arrives(write_mail(LI, "see these", "look", id="a", files=files))
    whole = only_ticket(standing)
    assert "run.exe" in whole.ticket.description
    assert "minutes.pdf" in whole.ticket.description
    assert whole.ticket.description.startswith("look")
    assert queries.fetch_files(standing["olga"], whole.ticket.id) == ()


def test_a_mail_from_nobody_known_waits_for_a_person_who_takes_or_dismisses_it(
    standing: Standing, contract: ContractId
) -> None:
    for number in range(2):
        raw = write_mail("Zhao <zhao@new.example>", f"help {number}", "please", id=f"z{number}")
        assert arrives(raw) is MailState.UNKNOWN
    second, first = kept(standing, waits=True)
    for who in ("kai", "olga", "audrey", "chen"):
        with pytest.raises(Refused):
            queries.fetch_mails(standing[who])
        with pytest.raises(Refused):
            mails.dismiss_mail(standing[who], first.id, now=NOON)
    made = mails.take_mail(standing["mia"], first.id, contract, now=NOON)
    assert look(standing, made).ticket.opened_by == "Zhao <zhao@new.example>"
    mails.dismiss_mail(standing["mia"], second.id, now=NOON)
    assert kept(standing, waits=True) == ()
    for number in (first.id, second.id):
        with pytest.raises(Conflict):
            mails.dismiss_mail(standing["mia"], number, now=NOON)


def test_a_customer_without_a_contract_in_force_is_not_lost(standing: Standing) -> None:
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE people_user SET email = 'kai@a.example' WHERE username = 'kai'")
    assert arrives(write_mail("kai@a.example", "help", "x", id="a")) is MailState.UNPLACED
    (waiting,) = kept(standing, waits=True)
    assert (waiting.tenant, waiting.why) == (
        standing.a.id,
        "no contract with the customer is in force today",
    )
