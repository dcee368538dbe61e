"""A report arrives by mail with its files, once for each recipient, at a real mail server."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import Message
from io import BytesIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pypdf import PdfReader

from tests.integration.reports.support import NOW, ZONE, freeze_empty, maker
from tests.support.pages import Cloud, make_cloud
from tests.support.sinks import MailSink, mail_sink, text_of
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import UserId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role
from yunwei.base.people.queries import viewer_by_name
from yunwei.monitor.notify.actions.channels import add_channel
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.monitor.notify.facts.messages import MessageState
from yunwei.monitor.notify.jobs import Sender
from yunwei.operate.reports import actions, jobs, queries
from yunwei.operate.reports.archive import Recipients, ScheduleDraft
from yunwei.operate.reports.letters import ReportSettings
from yunwei.operate.reports.periods import PeriodKind
from yunwei.run.report_letters import ReportLetters

pytestmark = pytest.mark.timeout(600)

BOX = SecretBox((Fernet.generate_key().decode(),))
DUE = datetime.fromisoformat("2026-11-01T08:00:00+08:00")
CLARA = "clara@customer.example"
BOSS = "boss@partner.example"


@pytest.fixture
def cloud(database_pool: str) -> Cloud:
    return make_cloud()


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def clara(cloud: Cloud, mail: MailSink) -> UserId:
    """A contact of the customer's with an address; the provider has a way to send mail."""
    draft = PersonDraft(
        username="clara",
        display_name="Clara",
        role=Role.CUSTOMER_CONTACT,
        tenant=cloud.tenant,
        email=CLARA,
        language="en",
    )
    create_user(SYSTEM, draft, password="correct horse battery staple")
    channel = ChannelDraft(
        kind="email",
        name="Mail",
        settings={
            "host": "127.0.0.1",
            "port": str(mail.port),
            "security": "none",
            "from": "Yunwei <yunwei@provider.example>",
        },
    )
    add_channel(cloud.people["root"], cloud.people.provider.id, channel, box=BOX, now=NOW)
    user = viewer_by_name("clara").user_id
    assert user is not None
    return user


def draft(cloud: Cloud, **changes: Any) -> ScheduleDraft:
    usual = ScheduleDraft(
        tenant=cloud.tenant,
        name="Monthly",
        definition="alarms",
        language="en",
        period=PeriodKind.MONTH,
        after=timedelta(hours=8),
        time_zone=ZONE,
        recipients=Recipients(roles=("customer_contact",)),
        needs_approval=False,
    )
    return replace(usual, **changes)


def allow(cloud: Cloud, **changes: Any) -> None:
    olga = cloud.people["olga"]
    known = queries.fetch_settings(olga, cloud.tenant)
    actions.change_settings(olga, replace(known, **changes), now=NOW)


def make_october(cloud: Cloud, **changes: Any) -> int:
    """Have the report of October made by a schedule; what stands in it does not matter here."""
    olga = cloud.people["olga"]
    begun = datetime.fromisoformat("2026-10-12T12:00:00+08:00")
    schedule = actions.add_schedule(olga, draft(cloud, **changes), now=begun)
    jobs.system_ask_due(DUE)
    [report] = queries.fetch_reports(olga, {"schedule": schedule}).items
    freeze_empty(report.id)
    return report.id


def write_letters() -> None:
    jobs.system_send(DUE, public_url="https://yw.example", time_zone=ZONE)


async def deliver() -> None:
    """The sender of a process that knows nothing of reports but where to ask for their files."""

    async def on_dead(message: object, error: str) -> None:
        raise AssertionError(f"{message} died: {error}")

    sender = Sender(
        box=BOX,
        clock=FakeClock(DUE),
        public_url="https://yw.example",
        on_dead=on_dead,
        find_enclosure=ReportLetters().find_enclosure,
    )
    for _ in range(50):
        if await sender.step() > 0:
            break
    await sender.close()


def send_all() -> None:
    write_letters()
    asyncio.run(deliver())


def letters_to(mail: MailSink, address: str) -> list[Message]:
    return [each for each in mail.mails if address in str(each["To"])]


def files_of(letter: Message) -> dict[str, bytes]:
    return {
        str(part.get_filename()): part.get_payload(decode=True)  # type: ignore[misc]
        for part in letter.walk()
        if part.get_content_disposition() == "attachment"
    }


def test_a_letter_has_the_report_with_it_once(cloud: Cloud, clara: UserId, mail: MailSink) -> None:
    files = ("pdf", "xlsx")
    told = Recipients(people=(clara,), roles=("customer_contact",), files=files)
    report = make_october(cloud, recipients=told)
    for _ in range(3):
        send_all()
    [letter] = letters_to(mail, CLARA)
    assert f"https://yw.example/reports/{report}" in text_of(letter)
    with_it = files_of(letter)
    assert sorted(with_it) == ["alarms-20261001-en.pdf", "alarms-20261001-en.xlsx"]
    words = PdfReader(BytesIO(with_it["alarms-20261001-en.pdf"])).pages[0].extract_text()
    assert "Daily operations" in words
    [(delivery, rows)] = queries.fetch_told(cloud.people["olga"], report)
    by_mail = [each for each in rows if each.channel_name == "Mail"]
    assert [(each.recipient, each.state) for each in by_mail] == [("Clara", MessageState.SENT)]
    assert delivery.reached == len(rows)


def test_who_wants_no_files_gets_the_link_alone(
    cloud: Cloud, clara: UserId, mail: MailSink
) -> None:
    make_october(cloud, recipients=Recipients(people=(clara,), files=()))
    send_all()
    [letter] = letters_to(mail, CLARA)
    assert files_of(letter) == {}


def test_what_is_too_large_is_a_link_in_place_of_a_file(
    cloud: Cloud, clara: UserId, mail: MailSink
) -> None:
    allow(cloud, most_bytes=64 * 1024, allows_outside=True)
    told = Recipients(people=(clara,), outside=(BOSS,), files=("pdf", "docx"))
    report = make_october(cloud, recipients=told)
    # the smallest limit that may be set is larger than a report without figures
    jobs_settings = ReportSettings(tenant=cloud.tenant, allows_outside=True, most_bytes=100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs.store, "fetch_settings", lambda conn, tenant: jobs_settings)
        send_all()
    [ours] = letters_to(mail, CLARA)
    assert files_of(ours) == {}
    assert "too large" in text_of(ours)
    assert f"/reports/{report}" in text_of(ours)
    [theirs] = letters_to(mail, BOSS)
    assert files_of(theirs) == {}
    assert "ask its sender" in text_of(theirs)


def test_people_from_outside_are_written_to_only_where_their_customer_allows_it(
    cloud: Cloud, clara: UserId, mail: MailSink
) -> None:
    olga = cloud.people["olga"]
    told = Recipients(outside=(BOSS,))
    with pytest.raises(Invalid, match="no addresses from outside"):
        actions.add_schedule(olga, draft(cloud, recipients=told), now=NOW)
    allow(cloud, allows_outside=True, domains=("Other.example",))
    with pytest.raises(Invalid, match="other domains"):
        actions.add_schedule(olga, draft(cloud, recipients=told), now=NOW)
    allow(cloud, domains=("partner.example",))
    for wrong in ("boss", "a@b@partner.example", "x\r\nBcc: y@partner.example", "a@partner"):
        wanted = draft(cloud, recipients=Recipients(outside=(wrong,)))
        with pytest.raises(Invalid, match=r"e-mail address|domains"):
            actions.add_schedule(olga, wanted, now=NOW)
    make_october(cloud, recipients=told)
    send_all()
    [letter] = letters_to(mail, BOSS)
    # they can not sign in, so that a link is of no use to them
    assert "https://yw.example" not in text_of(letter)
    assert sorted(files_of(letter)) == ["alarms-20261001-en.pdf"]


def test_what_is_no_longer_allowed_is_no_longer_sent(
    cloud: Cloud, clara: UserId, mail: MailSink
) -> None:
    allow(cloud, allows_outside=True)
    report = make_october(cloud, recipients=Recipients(people=(clara,), outside=(BOSS,)))
    allow(cloud, allows_outside=False)
    send_all()
    assert letters_to(mail, BOSS) == []
    assert len(letters_to(mail, CLARA)) == 1
    [(_delivery, rows)] = queries.fetch_told(cloud.people["olga"], report)
    assert BOSS not in {each.recipient for each in rows}


def test_settings_are_one_s_own_to_change_and_nobody_overwrites_another(cloud: Cloud) -> None:
    olga, kai, chen = (cloud.people[name] for name in ("olga", "kai", "chen"))
    allow(cloud, allows_outside=True)
    known = queries.fetch_settings(olga, cloud.tenant)
    assert (known.allows_outside, known.version) == (True, 1)
    actions.change_settings(olga, replace(known, domains=(" @A.example ", "")), now=NOW)
    assert queries.fetch_settings(olga, cloud.tenant).domains == ("a.example",)
    with pytest.raises(Conflict):
        actions.change_settings(olga, known, now=NOW)
    current = queries.fetch_settings(olga, cloud.tenant)
    with pytest.raises(Invalid, match="64 KB"):
        actions.change_settings(olga, replace(current, most_bytes=10), now=NOW)
    with pytest.raises(Invalid, match="domains"):
        actions.change_settings(olga, replace(current, domains=("no domain",)), now=NOW)
    for other in (kai, chen):
        with pytest.raises(Refused):
            queries.fetch_settings(other, cloud.tenant)
        with pytest.raises(Refused):
            actions.change_settings(other, current, now=NOW)


def test_the_maker_goes_on_when_nothing_is_to_be_sent(cloud: Cloud) -> None:
    assert maker(DUE).go_round() is False
