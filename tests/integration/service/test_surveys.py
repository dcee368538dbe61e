"""Surveys over PostgreSQL: offered at the end of a ticket, answered once by a link, low scores open
an entry of the improvement register, and the acceptance counts what was said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract, case_at_acceptance
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, ImprovementId, SurveyId, TicketId
from yunwei.base.infra.signing import Signer
from yunwei.operate.service.actions import acceptances, improvements, surveys, tickets
from yunwei.operate.service.actions.papers.saying import say_measured
from yunwei.operate.service.facts.acceptances import SCORES, CriterionKind, Feedback, Verdict
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.improvements import ImprovementDraft, ImprovementState
from yunwei.operate.service.facts.surveys import Answer, PeriodDraft, Survey, SurveyState
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.service.queries import acceptances as acceptance_queries
from yunwei.operate.service.queries import cases as case_queries
from yunwei.operate.service.queries import improvements as register
from yunwei.operate.service.queries import surveys as queries
from yunwei.operate.service.rules.acceptances import with_feedback
from yunwei.operate.service.rules.surveys import LIFE, PURPOSE

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SIGNER = Signer(("a key of the tests",), PURPOSE)
GOOD = Answer(csat=5, nps=10, comment="Fast", name="Li")
BAD = Answer(csat=2, nps=3, comment="Nobody called back")


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


@pytest.fixture
def contract(standing: Standing) -> ContractId:
    return agreed_contract(standing["mia"], standing.a.id, now=NOW)


def closed_ticket(standing: Standing, contract: ContractId) -> TicketId:
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P3, title="black screen"
    )
    made = tickets.open_ticket(standing["kai"], draft, now=NOW)
    for by, kind in (("olga", EntryKind.RESOLVED), ("kai", EntryKind.CLOSED)):
        entry = EntryDraft(kind=kind, text="so it is")
        tickets.write_entry(standing[by], made, entry, now=NOW)
    return made


def about_ticket(standing: Standing, ticket: TicketId, at: datetime = NOW) -> Survey:
    found = queries.find_survey_of(standing["kai"], ticket, now=at)
    assert found is not None
    return found


def period(standing: Standing, contract: ContractId) -> SurveyId:
    draft = PeriodDraft(contract=contract, first_on=date(2026, 3, 1), last_on=date(2026, 5, 31))
    return surveys.ask_about_period(standing["mia"], draft, now=NOW)


def answer(survey: Survey, said: Answer, at: datetime = NOW + HOUR) -> Survey:
    token = queries.make_token(SIGNER, survey)
    return surveys.answer_by_link(SIGNER, token, said, address="198.51.100.7", now=at)


def test_a_closed_ticket_asks_its_customer_once(standing: Standing, contract: ContractId) -> None:
    ticket = closed_ticket(standing, contract)
    asked = about_ticket(standing, ticket)
    assert (asked.state, asked.ticket_title) == (SurveyState.OPEN, "black screen")
    said = answer(asked, GOOD)
    assert (said.state, said.answer) == (SurveyState.ANSWERED, GOOD)
    with pytest.raises(Conflict):
        answer(asked, BAD)
    assert about_ticket(standing, ticket).answer == GOOD


def test_a_link_is_worth_nothing_late_changed_or_signed_elsewhere(
    standing: Standing, contract: ContractId
) -> None:
    asked = about_ticket(standing, closed_ticket(standing, contract))
    with pytest.raises(Conflict):
        answer(asked, GOOD, at=NOW + LIFE)
    with pytest.raises(Invalid):
        answer(replace(asked, nonce=asked.nonce + 1), GOOD)
    elsewhere = queries.make_token(Signer(("another key",), PURPOSE), asked)
    with pytest.raises(Invalid):
        surveys.answer_by_link(SIGNER, elsewhere, GOOD, address="", now=NOW)
    other_use = queries.make_token(Signer(("a key of the tests",), "else"), asked)
    with pytest.raises(Invalid):
        queries.open_link(SIGNER, other_use, now=NOW)
    assert queries.access_survey(standing["kai"], asked.id, now=NOW).state is SurveyState.OPEN
    late = queries.access_survey(standing["kai"], asked.id, now=NOW + LIFE)
    assert late.state is SurveyState.EXPIRED


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Answer(csat=0, nps=5), "csat"),
        (Answer(csat=6, nps=5), "csat"),
        (Answer(csat=3, nps=11), "nps"),
        (Answer(csat=3, nps=-1), "nps"),
        (Answer(csat=3), "nps"),
        (Answer(csat=3, nps=5, comment="x" * 2001), "comment"),
        (Answer(csat=3, nps=5, name="a\nb"), "name"),
    ],
)
def test_what_can_not_be_so_is_refused_at_its_field(
    standing: Standing, contract: ContractId, said: Answer, field: str
) -> None:
    asked = queries.access_survey(standing["mia"], period(standing, contract), now=NOW)
    with pytest.raises(Invalid) as refused:
        answer(asked, said)
    assert refused.value.field == field


def test_only_a_low_score_opens_an_entry_for_somebody_to_own(
    standing: Standing, contract: ContractId
) -> None:
    answer(about_ticket(standing, closed_ticket(standing, contract)), GOOD)
    assert register.fetch_improvements(standing["mia"]).total == 0
    answer(about_ticket(standing, closed_ticket(standing, contract)), BAD)
    (entry,) = register.fetch_improvements(standing["mia"]).items
    assert "black screen: CSAT 2/5, NPS 3/10" in entry.title
    assert (entry.text, entry.state) == ("Nobody called back", ImprovementState.OPEN)
    assert register.fetch_improvements(standing["chen"]).total == 0


def write(standing: Standing) -> ImprovementId:
    draft = ImprovementDraft(title="Answers come late", due_on=date(2026, 6, 1))
    return improvements.add_improvement(standing["olga"], standing.a.id, draft, now=NOW)


def test_an_entry_is_owned_dated_and_done(standing: Standing, contract: ContractId) -> None:
    made = write(standing)
    known = register.access_improvement(standing["kai"], made)
    draft = ImprovementDraft(
        title=known.title, contract=contract, owner=standing["olga"].user_id, due_on=known.due_on
    )
    improvements.change_improvement(standing["mia"], made, draft, now=NOW)
    late = register.fetch_improvements(standing["mia"], {"late_on": NOW.date()}).items
    assert [(each.id, each.owner) for each in late] == [(made, standing["olga"].user_id)]
    state = ImprovementState.DONE
    with pytest.raises(Invalid):
        improvements.end_improvement(standing["olga"], made, state, result=" ", now=NOW)
    improvements.end_improvement(standing["olga"], made, state, result="12 minutes now", now=NOW)
    done = register.access_improvement(standing["mia"], made)
    assert (done.state, done.result, done.ended_by) == (state, "12 minutes now", "olga")
    with pytest.raises(Conflict):
        improvements.change_improvement(standing["mia"], made, draft, now=NOW)


def test_the_register_is_the_provider_s_to_write_and_the_customer_s_to_read(
    standing: Standing, contract: ContractId
) -> None:
    made, theirs = write(standing), ImprovementDraft(title="x", owner=standing["chen"].user_id)
    for name in ("kai", "audrey", "chen"):
        with pytest.raises(Refused):
            improvements.change_improvement(standing[name], made, theirs, now=NOW)
    with pytest.raises(Invalid):
        improvements.change_improvement(standing["mia"], made, theirs, now=NOW)


def test_answers_come_to_means_and_shares(standing: Standing, contract: ContractId) -> None:
    for said in (GOOD, Answer(csat=4, nps=8), BAD, Answer(csat=3)):
        answer(about_ticket(standing, closed_ticket(standing, contract)), said)
    period(standing, contract)
    found = queries.sum_up(standing["kai"], since=NOW - HOUR)
    assert (found.asked, found.answered, found.csat, found.satisfied) == (5, 4, 3.5, 2)
    assert found.nps == pytest.approx(0)
    assert (found.promoters, found.detractors, found.nps_answers) == (1, 1, 3)
    (month,) = queries.fetch_by_month(standing["kai"], since=NOW - HOUR)
    assert (month.first_on, month.answers, month.csat) == (date(2026, 6, 1), 4, 3.5)
    nothing = queries.sum_up(standing["chen"], since=NOW - HOUR)
    assert (nothing.asked, nothing.csat, nothing.nps) == (0, None, None)


def test_the_acceptance_counts_what_surveys_said_beside_the_feedback(standing: Standing) -> None:
    case = case_at_acceptance(standing["mia"], standing.a.id, now=NOW, satisfaction=4.0)
    contract = case_queries.access_case(standing["mia"], case, now=NOW).case.contract
    assert contract is not None
    asked = queries.access_survey(standing["mia"], period(standing, contract), now=NOW)
    answer(asked, Answer(csat=2, nps=8, comment="Slow"))
    draft = acceptances.AcceptanceDraft()
    at = NOW + 2 * HOUR
    made = acceptances.ask_acceptance(standing["mia"], case, draft, now=at)
    whole = acceptance_queries.access_acceptance(standing["kai"], made)
    (line,) = whole.data.surveys
    assert (line.csat, line.comment) == (2, "Slow")
    before = next(c for c in whole.data.criteria if c.dimension is CriterionKind.SATISFACTION)
    assert (before.verdict, before.measured, before.all) == (Verdict.OPEN, 2.0, 1)
    happy = Feedback(scores=dict.fromkeys(SCORES, 5))
    acceptances.sign_acceptance(standing["kai"], made, happy, now=at + HOUR / 2)
    signed = acceptance_queries.access_acceptance(standing["kai"], made)
    criteria = with_feedback(signed.data.criteria, signed.feedback)
    after = next(each for each in criteria if each.dimension is CriterionKind.SATISFACTION)
    assert (after.verdict, say_measured(after)) == (Verdict.NOT_MET, "3.5 / 5 (n = 2)")
    # an answer that comes afterwards changes nothing of what was sealed
    another = queries.access_survey(standing["mia"], period(standing, contract), now=at)
    answer(another, GOOD, at=at + HOUR)
    findings = acceptance_queries.verify(standing["kai"], made, now=at + 2 * HOUR)
    assert [each for each in findings if not each.is_intact] == []
