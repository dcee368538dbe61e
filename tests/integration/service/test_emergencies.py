"""Emergencies over PostgreSQL: declared by a manager, led, told of once each, ended with what the
platform knows of them, looked back on, and released with what is to become better."""

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import EmergencyId, TicketId, UserId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.service.actions import emergencies as actions
from yunwei.operate.service.actions import people, tickets
from yunwei.operate.service.facts.clocks import ClockState, Metric, Priority
from yunwei.operate.service.facts.contracts import ContractSide, PersonDraft, ServiceType
from yunwei.operate.service.facts.emergencies import (
    EmergencyState,
    LineKind,
    Postmortem,
    Telling,
    UpdateDraft,
)
from yunwei.operate.service.facts.improvements import ImprovementDraft
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft, TicketState
from yunwei.operate.service.jobs.updating import Updater
from yunwei.operate.service.queries import emergencies as queries
from yunwei.operate.service.queries import improvements as register
from yunwei.operate.service.queries import tickets as ticket_queries
from yunwei.operate.service.queries.emergency_paper import look_back, render_postmortem

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-06-03T12:00:00+08:00")  # a Wednesday
MINUTE = timedelta(minutes=1)
FOUND = Postmortem(
    summary="No logons for 40 minutes",
    impact="320 people of two sites",
    causes="A certificate ran out; nobody watched its end",
    went_well="The first update after four minutes",
)


class Scene:
    """A ticket for emergency response, which mia declares, olga leads and mia tells of."""

    def __init__(self) -> None:
        calendar_actions.bootstrap()
        self.people: Standing = make_people()
        self.contract = agreed_contract(self.people["mia"], self.people.a.id, now=NOON)
        self.ticket = self.opens(ServiceType.EMERGENCY)
        self.telling = Telling(
            commander=self.user("olga"),
            teller=self.user("mia"),
            update_minutes=30,
            outside=("boss@customer.test",),
        )

    def user(self, name: str) -> UserId:
        return self.people[name].user_id or UserId(0)

    def opens(self, type: ServiceType) -> TicketId:
        draft = TicketDraft(
            contract=self.contract, type=type, priority=Priority.P1, title="no logons"
        )
        return tickets.open_ticket(self.people["kai"], draft, now=NOON)

    def declared(self, minutes: float = 2) -> EmergencyId:
        at = NOON + minutes * MINUTE
        return actions.declare_emergency(
            self.people["mia"], self.ticket, self.telling, reason="all sites", now=at
        )

    def tells(self, id: EmergencyId, text: str, minutes: float, by: str = "mia") -> None:
        draft, at = UpdateDraft(text=text), NOON + minutes * MINUTE
        actions.send_update(self.people[by], id, draft, now=at)

    def ends(self, id: EmergencyId, minutes: float = 42, by: str = "olga") -> None:
        at = NOON + minutes * MINUTE
        actions.end_emergency(self.people[by], id, resolution="Certificate renewed", now=at)

    def lines(self, id: EmergencyId, by: str, minutes: float = 60) -> list[tuple[str, str]]:
        viewer = self.people[by]
        known = queries.access_emergency(viewer, id)
        found = queries.look_at_timeline(viewer, known, now=NOON + minutes * MINUTE)
        return [(line.kind.value, line.text) for line in found]

    def acts(self, id: EmergencyId, minutes: float = 90) -> None:
        draft = ImprovementDraft(
            title="Watch certificates", owner=self.user("olga"), due_on=date(2026, 6, 30)
        )
        at = NOON + minutes * MINUTE
        actions.add_action(self.people["mia"], id, draft, now=at)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def look(minutes: float) -> list[tuple[str, str]]:
    """Let a process that has just started look; return all messages: to whom, of what."""
    clock = FakeClock(NOON + minutes * MINUTE)
    Updater(clock, public_url="http://yunwei.test", time_zone="Asia/Shanghai").look()
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(
            "SELECT coalesce(nullif(address, ''), recipient) AS who, data ->> 'text' AS text"
            "  FROM notify_message ORDER BY id"
        ).fetchall()
    return [(row["who"], row["text"]) for row in rows]


def test_a_manager_declares_and_only_an_emergency_ticket_once(scene: Scene) -> None:
    with pytest.raises(Refused):
        actions.declare_emergency(
            scene.people["olga"], scene.ticket, scene.telling, reason="x", now=NOON
        )
    remote = scene.opens(ServiceType.REMOTE)
    with pytest.raises(Conflict):
        actions.declare_emergency(scene.people["mia"], remote, scene.telling, reason="x", now=NOON)
    stranger = replace(scene.telling, commander=scene.user("chen"))
    with pytest.raises(Invalid):
        actions.declare_emergency(scene.people["mia"], scene.ticket, stranger, reason="x", now=NOON)
    made = scene.declared()
    known = queries.access_emergency(scene.people["olga"], made)
    assert (known.commander_name, known.teller_name) == ("Olga", "Mia")
    assert known.update_due_at == NOON + 32 * MINUTE
    with pytest.raises(Conflict):
        scene.declared(3)


def test_an_update_is_told_once_to_the_customer_and_stops_the_clock_of_the_answer(
    scene: Scene,
) -> None:
    speaker = PersonDraft(side=ContractSide.CUSTOMER, name="Li", email="li@customer.test")
    people.add_person(scene.people["mia"], scene.contract, speaker, now=NOON)
    made = scene.declared()
    first = look(2)
    assert {who for who, _text in first} >= {"Kai", "Olga", "Mia"}
    scene.tells(made, "We found it: a certificate", 6)
    told = look(6.5)[len(first) :]
    assert told
    assert all("no logons" in text for _who, text in told)
    assert "Kai" in {who for who, _text in told}
    # two processes, or one that died before it said so: nothing is told twice
    assert len(look(7)) == len(first) + len(told)
    whole = ticket_queries.access_ticket(scene.people["kai"], scene.ticket, now=NOON + 7 * MINUTE)
    assert [each.text for each in whole.entries if each.kind is EntryKind.REPLIED] == [
        "We found it: a certificate"
    ]
    assert whole.clocks[Metric.RESPONSE].state is ClockState.MET
    # the next one is due half an hour later; a shorter time may be said
    known = queries.access_emergency(scene.people["mia"], made)
    assert known.update_due_at == NOON + 36 * MINUTE
    with pytest.raises(Refused):
        scene.tells(made, "from who neither leads nor tells", 8, by="kai")


def test_who_tells_is_reminded_and_a_late_update_goes_further(scene: Scene) -> None:
    made = scene.declared()
    before = len(look(2))
    assert len(look(26)) == before  # due at 12:32
    soon = look(28)[before:]
    assert [who for who, _text in soon] == ["Mia"]
    assert len(look(29)) == before + 1
    late = look(33)[before + 1 :]
    assert {who for who, _text in late} == {"Mia", "Olga"}
    scene.tells(made, "still at it", 34)
    after = len(look(34))
    assert len(look(40)) == after


def test_the_time_line_joins_what_people_and_the_platform_say(scene: Scene) -> None:
    made = scene.declared()
    olga = scene.people["olga"]
    at = NOON + 5 * MINUTE
    actions.write_line(olga, made, LineKind.OBSERVED, "TLS errors", at=NOON, now=at)
    actions.write_line(olga, made, LineKind.DECIDED, "Renew it", now=at + MINUTE)
    with pytest.raises(Invalid):
        actions.write_line(olga, made, LineKind.TOLD, "not by hand", now=at)
    with pytest.raises(Invalid):
        actions.write_line(olga, made, LineKind.ACTED, "later", at=at + MINUTE, now=at)
    note = EntryDraft(kind=EntryKind.NOTED, text="for us only")
    tickets.write_entry(olga, scene.ticket, note, now=at)
    scene.tells(made, "We renew it", 8)
    assert scene.lines(made, "olga") == [
        ("ticket", ""),
        ("observed", "TLS errors"),
        ("declared", "all sites"),
        ("decided", "Renew it"),
        ("told", "We renew it"),
    ]
    # what the provider thinks is for itself until it is released
    assert [kind for kind, _text in scene.lines(made, "kai")] == ["ticket", "declared", "told"]


def test_it_ends_with_its_ticket_solved_and_its_time_line_kept(scene: Scene) -> None:
    made = scene.declared()
    with pytest.raises(Refused):
        scene.ends(made, by="kai")
    scene.ends(made)
    whole = ticket_queries.access_ticket(scene.people["kai"], scene.ticket, now=NOON)
    assert whole.ticket.state is TicketState.RESOLVED
    known = queries.access_emergency(scene.people["olga"], made)
    assert (known.state, known.update_due_at) == (EmergencyState.ENDED, None)
    kept = scene.lines(made, "olga")
    assert kept[-2:] == [("ticket", "Certificate renewed"), ("ended", "Certificate renewed")]
    assert any("no logons" in text for _who, text in look(43))
    # what happens later does not change what was kept
    entry = EntryDraft(kind=EntryKind.REPLIED, text="thanks")
    tickets.write_entry(scene.people["kai"], scene.ticket, entry, now=NOON + 50 * MINUTE)
    assert scene.lines(made, "olga") == kept
    for act in (lambda: scene.ends(made), lambda: scene.tells(made, "more", 51)):
        with pytest.raises(Conflict):
            act()


def test_a_post_mortem_is_released_with_what_it_says_and_who_sees_to_it(scene: Scene) -> None:
    made, mia, kai = scene.declared(), scene.people["mia"], scene.people["kai"]
    at = NOON + 90 * MINUTE
    with pytest.raises(Conflict):
        actions.write_postmortem(mia, made, FOUND, version=0, now=at)
    scene.ends(made)
    actions.write_postmortem(scene.people["olga"], made, FOUND, version=0, now=at)
    with pytest.raises(Conflict):
        actions.write_postmortem(mia, made, FOUND, version=0, now=at)
    assert queries.access_emergency(kai, made).postmortem is None
    with pytest.raises(Refused):
        look_back(kai, queries.access_emergency(kai, made), now=at)
    with pytest.raises(Conflict):  # nothing is to become better by it
        actions.release_postmortem(mia, made, now=at)
    with pytest.raises(Invalid):
        actions.add_action(mia, made, ImprovementDraft(title="some day"), now=at)
    scene.acts(made)
    with pytest.raises(Refused):
        actions.release_postmortem(scene.people["olga"], made, now=at)
    actions.release_postmortem(mia, made, now=at)
    read = queries.access_emergency(kai, made)
    assert read.postmortem == FOUND
    assert read.sha256
    (entry,) = register.fetch_improvements(kai, {"emergency": made}).items
    assert (entry.owner, entry.due_on) == (scene.user("olga"), date(2026, 6, 30))
    with pytest.raises(Conflict):
        actions.write_postmortem(mia, made, FOUND, version=1, now=at)


def test_what_it_has_to_say_is_asked_for_at_the_field(scene: Scene) -> None:
    made, mia = scene.declared(), scene.people["mia"]
    scene.ends(made)
    scene.acts(made)
    said = replace(FOUND, causes=" ")
    actions.write_postmortem(mia, made, said, version=0, now=NOON + 50 * MINUTE)
    with pytest.raises(Invalid) as caught:
        actions.release_postmortem(mia, made, now=NOON + 51 * MINUTE)
    assert caught.value.field == "causes"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_paper_says_what_was_found(scene: Scene, language: str) -> None:
    made, mia, at = scene.declared(), scene.people["mia"], NOON + 90 * MINUTE
    scene.ends(made)
    scene.acts(made)
    actions.write_postmortem(mia, made, FOUND, version=0, now=at)
    told = look_back(mia, queries.access_emergency(mia, made), now=at)
    kind, pdf = render_postmortem(told, "pdf", language=language, time_zone="Asia/Shanghai")
    again = render_postmortem(told, "pdf", language=language, time_zone="Asia/Shanghai")
    assert (kind, pdf) == again
    assert pdf.startswith(b"%PDF")
    _kind, word = render_postmortem(told, "docx", language=language, time_zone="Asia/Shanghai")
    text = _words_of(word)
    for each in (FOUND.summary, FOUND.impact, FOUND.causes, "Watch certificates", "EM-0"):
        assert each in text
    assert ("复盘" in text) == (language != "en")


def test_another_customer_knows_nothing_of_it(scene: Scene) -> None:
    made = scene.declared()
    with pytest.raises(Refused):
        queries.access_emergency(scene.people["chen"], made)
    assert not queries.fetch_emergencies(scene.people["chen"]).total


def _words_of(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return package.read("word/document.xml").decode()
