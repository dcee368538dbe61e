"""The report of service quality: each clock with its sums, what was too late and why, outages."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.integration.reports.reading import pdf_text, render, squeeze
from tests.integration.reports.support import at, content_of, make
from tests.support.pages import Cloud, make_cloud
from tests.support.service import agreed_contract, close_and_answer
from yunwei.base.core.ids import ContractId, TicketId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.reports.content import Content, Rows
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.surveys import Answer
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft, WaitReason

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
_K = EntryKind
HOUR = 3600.0


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.fixture
def contract(cloud: Cloud) -> ContractId:
    first = at(1, 0)
    return agreed_contract(cloud.people["mia"], cloud.tenant, now=first, availability=0.999)


def opened(cloud: Cloud, contract: ContractId, when: datetime, **changes: object) -> TicketId:
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P1, title="black screen"
    )
    told = replace(draft, **changes)  # type: ignore[arg-type]
    return tickets.open_ticket(cloud.people["mia"], told, now=when)


def written(cloud: Cloud, ticket: TicketId, kind: EntryKind, when: datetime, text: str) -> None:
    reason = WaitReason.PARTS if kind is _K.WAITED else None
    entry = EntryDraft(kind=kind, text=text, reason=reason)
    tickets.write_entry(cloud.people["mia"], ticket, entry, now=when)


def served(cloud: Cloud, contract: ContractId) -> None:
    """Two tickets: one that stands still for 7 hours, 2 of them waiting; one solved at once."""
    late = opened(cloud, contract, at(20, 10))
    written(cloud, late, _K.REPLIED, at(20, 10, 20), "we look at it")
    written(cloud, late, _K.WAITED, at(20, 11), "a disk is ordered")
    written(cloud, late, _K.RESUMED, at(20, 13), "it is here")
    written(cloud, late, _K.RESOLVED, at(20, 17), "the disk was replaced")
    quick = opened(cloud, contract, at(21, 10), priority=Priority.P3, title="a question")
    written(cloud, quick, _K.RESOLVED, at(21, 10, 30), "answered")
    # asked for in September and solved then: not of this month
    old = opened(cloud, contract, at(20, 9, month=9), title="long ago")
    written(cloud, old, _K.RESOLVED, at(20, 10, month=9), "done")


def table(content: Content, name: str) -> Rows:
    found = [t for section in content.sections for t in section.tables if t.name == name]
    assert found, [t.name for section in content.sections for t in section.tables]
    return found[0]


def test_each_target_is_worked_out_for_everybody_to_see(
    cloud: Cloud, contract: ContractId, clickhouse: ClickHouse
) -> None:
    served(cloud, contract)
    content = content_of(cloud, make(cloud, "service"))
    sums = [row for row in table(content, "sums").cells if row[1] == "P1"]
    # passed − outside hours − paused = counts, against what is agreed
    assert [(row[2], *row[4:]) for row in sums] == [
        ("First answer", HOUR / 3, 0.0, 0.0, HOUR / 3, HOUR / 4, "too late"),
        ("Solution", 7 * HOUR, 0.0, 2 * HOUR, 5 * HOUR, 4 * HOUR, "too late"),
    ]
    for row in table(content, "sums").cells:
        wall, not_owed, waited, counted = (float(each or 0) for each in row[4:8])
        assert wall - not_owed - waited == counted
    late = {row[3]: row for row in table(content, "late").cells}
    assert late["Solution"][6:] == (HOUR, "Waits for spare parts", "the disk was replaced")
    assert late["First answer"][6:8] == (HOUR / 12, "–")
    figures = {each.name: each.value for each in content.figures}
    assert figures["tickets_opened"] == figures["tickets_solved"] == 2
    assert figures["response_in_time"] == figures["resolution_in_time"] == 0.5
    assert figures["availability"] == pytest.approx(1 - timedelta(hours=7) / timedelta(days=31))
    assert [row[4] for row in table(content, "outages").cells] == [7 * HOUR]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1 of 2 solutions were too late; 50% were in time."),
        ("zh-hans", "2 次解决中有 1 次超时，按时率 50%。"),
    ],
)
def test_what_presses_is_said_first_in_all_formats(
    cloud: Cloud, contract: ContractId, clickhouse: ClickHouse, language: str, said: str
) -> None:
    served(cloud, contract)
    content = content_of(cloud, make(cloud, "service", language=language))
    findings = content.sections[0].findings
    assert [each.code for each in findings][:3] == [
        "not_available",
        "answers_late",
        "solutions_late",
    ]
    assert said in [each.text.replace(" %", "%") for each in findings]
    for kind in FileKind:
        assert render(content, kind)
    paper = pdf_text(render(content, FileKind.PDF))
    assert squeeze(findings[0].text) in paper
    told = json.loads(render(content, FileKind.JSON))
    assert [each["kind"] for each in told["sections"]][2:] == [
        "service_levels",
        "service_work",
        "service_ahead",
    ]


def test_a_customer_without_tickets_is_told_so(cloud: Cloud, clickhouse: ClickHouse) -> None:
    content = content_of(cloud, make(cloud, "service"))
    assert [each.code for each in content.sections[0].findings] == ["no_tickets"]
    assert content.sections[2].missing


@pytest.mark.parametrize(
    ("csat", "code"), [(5, "satisfied"), (3, "fairly_satisfied"), (1, "dissatisfied")]
)
def test_what_customers_answered_is_told(
    cloud: Cloud, contract: ContractId, clickhouse: ClickHouse, csat: int, code: str
) -> None:
    quick = opened(cloud, contract, at(21, 10), priority=Priority.P3, title="a question")
    written(cloud, quick, _K.RESOLVED, at(21, 10, 30), "answered")
    other = opened(cloud, contract, at(21, 11), priority=Priority.P3, title="another")
    written(cloud, other, _K.RESOLVED, at(21, 11, 30), "answered")
    written(cloud, other, _K.CLOSED, at(21, 12), "")
    close_and_answer(cloud.people["mia"], quick, Answer(csat=csat), now=at(21, 12))
    content = content_of(cloud, make(cloud, "service"))
    figures = {each.name: each.value for each in content.figures}
    assert (figures["satisfaction"], figures["surveys_answered"]) == (csat, 1)
    said = {each.code: each.text for each in content.sections[0].findings}
    assert f"{csat}.0 of 5" in said[code]
    assert "1 of 2 surveys" in said[code]


def test_surveys_that_nobody_answered_are_told(
    cloud: Cloud, contract: ContractId, clickhouse: ClickHouse
) -> None:
    quick = opened(cloud, contract, at(21, 10), priority=Priority.P3, title="a question")
    written(cloud, quick, _K.RESOLVED, at(21, 10, 30), "answered")
    written(cloud, quick, _K.CLOSED, at(21, 12), "")
    content = content_of(cloud, make(cloud, "service"))
    assert "surveys_unanswered" in {each.code for each in content.sections[0].findings}
    assert {each.name: each.value for each in content.figures}["satisfaction"] is None
