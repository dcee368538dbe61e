"""Acceptances over PostgreSQL: judged from data, papers opened, signed, refused, and verified."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import docx
import pytest
from pypdf import PdfReader

from tests.support.people import Standing, make_people
from tests.support.service import MINUTES, case_at_acceptance
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AcceptanceId, CaseId
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.facts import Language
from yunwei.operate.service.actions import acceptances as actions
from yunwei.operate.service.actions import cases
from yunwei.operate.service.actions.papers.package import make_package
from yunwei.operate.service.facts.acceptances import (
    SCORES,
    AcceptanceState,
    CheckResult,
    CriterionKind,
    Feedback,
    PaperKind,
    Proof,
    Verdict,
    WholeAcceptance,
)
from yunwei.operate.service.facts.cases import CaseStep, DocumentKind
from yunwei.operate.service.facts.contracts import ContractState
from yunwei.operate.service.queries import acceptances as queries
from yunwei.operate.service.queries import cases as case_queries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HAPPY = Feedback(scores=dict.fromkeys(SCORES, 5), text="很好 = Good")
CHECK = "Users of finance can print"


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


@pytest.fixture
def case(standing: Standing) -> CaseId:
    return case_at_acceptance(
        standing["mia"], standing.a.id, now=NOW, checks=(CHECK,), satisfaction=4.0
    )


def ask(standing: Standing, case: CaseId, language: Language = Language.CHINESE) -> AcceptanceId:
    checks = (CheckResult(text=CHECK, is_met=True, note="tried on 3 printers"),)
    draft = actions.AcceptanceDraft(language=language, checks=checks, name="王工")
    return actions.ask_acceptance(standing["mia"], case, draft, now=NOW + HOUR)


def sign(standing: Standing, made: AcceptanceId) -> None:
    actions.sign_acceptance(standing["kai"], made, HAPPY, name="李主任", now=NOW + 2 * HOUR)


def look(standing: Standing, made: AcceptanceId, by: str = "kai") -> WholeAcceptance:
    return queries.access_acceptance(standing[by], made)


def broken(standing: Standing, made: AcceptanceId) -> set[Proof]:
    found = queries.verify(standing["kai"], made, now=NOW + 3 * HOUR)
    assert found
    return {each.proof for each in found if not each.is_intact}


def texts(standing: Standing, made: AcceptanceId, ending: str) -> dict[str, str]:
    """Return the text of each paper of the newest version, opened as a reader opens it."""
    found = {}
    for known, data in queries.fetch_files(standing["kai"], made):
        if known.name.endswith(".pdf") and ending == "pdf" and known.kind in PAPER_KINDS:
            pages = PdfReader(io.BytesIO(data)).pages
            found[known.kind.value] = "".join(page.extract_text() for page in pages)
        if known.name.endswith(".docx") and ending == "docx":
            paper = docx.Document(io.BytesIO(data))
            cells = [c.text for t in paper.tables for row in t.rows for c in row.cells]
            found[known.kind.value] = "\n".join([*(p.text for p in paper.paragraphs), *cells])
    return found


PAPER_KINDS = (
    PaperKind.REPORT,
    PaperKind.TESTS,
    PaperKind.CONFIRMATION,
    PaperKind.FEEDBACK,
)


def change(statement: str, *values: object) -> None:
    """Change a row behind the platform's back."""
    with transaction() as conn:
        assert conn.execute(statement, values).rowcount == 1


def test_what_can_be_judged_is_judged_from_the_data(standing: Standing, case: CaseId) -> None:
    made = look(standing, ask(standing, case))
    verdicts = {each.dimension: (each.verdict, each.good, each.all) for each in made.data.criteria}
    assert verdicts == {
        CriterionKind.SCOPE: (Verdict.MET, 1, 1),
        CriterionKind.RESPONSE: (Verdict.MET, 1, 1),
        CriterionKind.RESOLUTION: (Verdict.MET, 1, 1),
        CriterionKind.TIME: (Verdict.MET, 10, 10),
        CriterionKind.DOCUMENTS: (Verdict.MET, 1, 1),
        CriterionKind.SATISFACTION: (Verdict.OPEN, 0, 0),
        CriterionKind.CHECK: (Verdict.MET, 0, 0),
    }
    (line,) = made.data.tickets
    assert (line.is_done, line.minutes, line.resolution_s) == (True, 30, 3600)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.CHINESE, ("服务验收报告", "测试报告", "验收确认单", "客户反馈表")),
        (
            Language.ENGLISH,
            (
                "Service acceptance report",
                "Test report",
                "Confirmation of acceptance",
                "Customer feedback",
            ),
        ),
    ],
)
def test_four_papers_are_made_in_a_language_and_show_who_signed(
    standing: Standing, case: CaseId, language: Language, words: tuple[str, ...]
) -> None:
    made = ask(standing, case, language)
    for ending in ("pdf", "docx"):
        papers = texts(standing, made, ending)
        assert list(papers) == [each.value for each in PAPER_KINDS]
        for text, word in zip(papers.values(), words, strict=True):
            assert word in text
            assert "李主任" not in text
        assert CHECK in papers["tests"]
        assert "tried on 3 printers" in papers["tests"]
        assert "T-0" in papers["report"]
    sign(standing, made)
    seal = look(standing, made).acceptance.seal
    for ending in ("pdf", "docx"):
        for text in texts(standing, made, ending).values():
            assert "李主任" in text
            assert "王工" in text
            assert seal[:16] in text
    assert "很好 = Good" in texts(standing, made, "docx")["feedback"]


def test_the_customers_signature_ends_the_case_and_the_contract(
    standing: Standing, case: CaseId
) -> None:
    made = ask(standing, case)
    with pytest.raises(Refused):
        actions.sign_acceptance(standing["mia"], made, HAPPY, now=NOW)
    with pytest.raises(Conflict, match="meantime"):
        actions.sign_acceptance(standing["kai"], made, HAPPY, seal="0" * 64, now=NOW)
    with pytest.raises(Invalid) as refused:
        actions.sign_acceptance(standing["kai"], made, Feedback(scores={"speed": 6}), now=NOW)
    assert refused.value.field == "score.speed"
    sign(standing, made)
    whole = case_queries.access_case(standing["kai"], case, now=NOW + 2 * HOUR)
    assert whole.case.step is CaseStep.DONE
    assert whole.state is ContractState.ACCEPTED
    assert whole.missing == ()
    assert all(each.done for each in whole.tasks)
    signed = look(standing, made)
    assert signed.acceptance.state is AcceptanceState.SIGNED
    assert [(each.name, each.by) for each in signed.signatures] == [
        ("王工", "mia"),
        ("李主任", "kai"),
    ]
    with pytest.raises(Conflict, match="waits for nobody"):
        sign(standing, made)


def test_a_refusal_with_reasons_leads_back_to_the_delivery(
    standing: Standing, case: CaseId
) -> None:
    made = ask(standing, case)
    with pytest.raises(Invalid):
        actions.refuse_acceptance(standing["kai"], made, note=" ", now=NOW + 2 * HOUR)
    actions.refuse_acceptance(
        standing["kai"], made, note="two desktops are slow", now=NOW + 2 * HOUR
    )
    whole = case_queries.access_case(standing["mia"], case, now=NOW + 2 * HOUR)
    assert whole.case.step is CaseStep.DELIVERY
    assert whole.moves[-1].note == "two desktops are slow"
    assert {each.what for each in whole.missing} == {"deliver", "monitor"}
    assert look(standing, made).acceptance.state is AcceptanceState.REFUSED
    assert broken(standing, made) == set()
    for key in ("deliver", "monitor"):
        cases.finish_task(standing["olga"], case, key, on=None, note="", now=NOW + 3 * HOUR)
    cases.advance_case(standing["mia"], case, now=NOW + 3 * HOUR)
    assert look(standing, ask(standing, case)).data.round == 2


def test_while_the_customer_is_asked_nothing_of_the_case_changes(
    standing: Standing, case: CaseId
) -> None:
    made = ask(standing, case)
    for act in (
        lambda: cases.add_document(standing["mia"], case, MINUTES, DocumentKind.OTHER, now=NOW),
        lambda: cases.go_back(standing["mia"], case, CaseStep.PLAN, note="x", now=NOW),
        lambda: ask(standing, case),
    ):
        with pytest.raises(Conflict):
            act()
    actions.withdraw_acceptance(standing["mia"], made, note="a mistake", now=NOW + 2 * HOUR)
    assert ask(standing, case) != made


def test_what_is_not_met_needs_a_word_to_the_customer(standing: Standing, case: CaseId) -> None:
    missed = (CheckResult(text=CHECK, is_met=False, note="one printer is away"),)
    draft = actions.AcceptanceDraft(checks=missed)
    with pytest.raises(Invalid) as refused:
        actions.ask_acceptance(standing["mia"], case, draft, now=NOW + HOUR)
    assert refused.value.field == "note"
    with pytest.raises(Invalid) as refused:
        actions.ask_acceptance(standing["mia"], case, actions.AcceptanceDraft(), now=NOW)
    assert refused.value.field == "checks"


def test_a_scan_of_signed_paper_is_a_signature_too(standing: Standing, case: CaseId) -> None:
    made = ask(standing, case)
    actions.sign_on_paper(standing["mia"], made, MINUTES, name="李主任", now=NOW + 2 * HOUR)
    signed = look(standing, made)
    assert signed.acceptance.state is AcceptanceState.SIGNED
    scan = next(each for each in signed.files if each.kind is PaperKind.SCAN)
    assert signed.signatures[-1].scan == scan.sha256
    assert broken(standing, made) == set()


def test_a_later_change_of_a_byte_is_found(standing: Standing, case: CaseId) -> None:
    made = ask(standing, case)
    sign(standing, made)
    assert broken(standing, made) == set()
    change(
        "UPDATE service_acceptancefile SET data = set_byte(data, 900, get_byte(data, 900) # 1)"
        " WHERE acceptance_id = %s AND name LIKE '%%report-v1.pdf'",
        made,
    )
    assert broken(standing, made) == {Proof.FILE, Proof.SEAL}


def test_any_byte_of_any_paper_counts(standing: Standing, case: CaseId) -> None:
    """The first, the last, some between; one more, one less; in each paper, asked and signed."""
    made, at = ask(standing, case), NOW + 3 * HOUR
    sign(standing, made)
    listed = "SELECT id, name, data FROM service_acceptancefile WHERE acceptance_id = %s"
    with transaction() as conn, cursor(conn) as opened:
        kept = opened.execute(listed, (made,)).fetchall()
    assert len(kept) > 2 * len(PAPER_KINDS)
    for row in kept:
        data = bytes(row["data"])
        spots = (0, len(data) // 3, len(data) - 1)
        forged = [data[:spot] + bytes([data[spot] ^ 1]) + data[spot + 1 :] for spot in spots]
        for other in (*forged, data + b"\n", data[:-1], b""):
            write(row["id"], other)
            found = queries.verify(standing["kai"], made, now=at)
            wrong = [each for each in found if not each.is_intact]
            assert {each.proof for each in wrong} == {Proof.FILE, Proof.SEAL}
            assert [each.what for each in wrong if each.proof is Proof.FILE] == [row["name"]]
        write(row["id"], data)
    assert broken(standing, made) == set()


def write(file: int, data: bytes) -> None:
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE service_acceptancefile SET data = %s WHERE id = %s", (data, file))


def test_a_later_change_of_the_data_is_found_and_named(standing: Standing, case: CaseId) -> None:
    made = ask(standing, case)
    sign(standing, made)
    change("UPDATE service_ticket SET title = 'Something else' WHERE id > %s", 0)
    found = queries.verify(standing["kai"], made, now=NOW + 3 * HOUR)
    (wrong,) = [each for each in found if not each.is_intact]
    assert wrong.proof is Proof.SOURCE
    assert wrong.details == ("tickets[0].title: Set up the desktops → Something else",)


@pytest.mark.parametrize(
    ("statement", "proofs"),
    [
        (
            "UPDATE service_acceptance SET data = replace(data, 'Set up', 'Set on') WHERE id = %s",
            {Proof.DATA, Proof.SOURCE, Proof.SEAL},
        ),
        (
            "UPDATE service_entry SET minutes = 5 WHERE kind = 'resolved' AND %s > 0",
            {Proof.SOURCE},
        ),
        (
            "UPDATE service_casedocument SET data = data || 'x'::bytea"
            " WHERE kind = 'record' AND %s > 0",
            {Proof.SOURCE},
        ),
        (
            "UPDATE service_signature SET remark = 'gladly'"
            " WHERE side = 'customer' AND acceptance_id = %s",
            {Proof.SIGNATURE},
        ),
        (
            "UPDATE service_acceptance SET seal = repeat('0', 64) WHERE id = %s",
            {Proof.SEAL, Proof.SIGNATURE, Proof.AUDIT},
        ),
    ],
)
def test_every_other_change_is_found(
    standing: Standing, case: CaseId, statement: str, proofs: set[Proof]
) -> None:
    made = ask(standing, case)
    sign(standing, made)
    change(statement, made)
    assert broken(standing, made) == proofs


def test_what_happens_afterwards_is_no_change(standing: Standing, case: CaseId) -> None:
    made = ask(standing, case)
    sign(standing, made)
    change("UPDATE people_tenant SET name = 'Customer A Ltd' WHERE id = %s", standing.a.id)
    assert broken(standing, made) == set()


def test_all_is_one_package_with_a_manifest(standing: Standing, case: CaseId) -> None:
    made = ask(standing, case)
    sign(standing, made)
    whole, files = look(standing, made), queries.fetch_files(standing["kai"], made)
    with zipfile.ZipFile(io.BytesIO(make_package(whole, files))) as package:
        assert package.testzip() is None
        names = package.namelist()
        manifest = package.read("manifest.json").decode()
        lines = package.read("SHA256SUMS").decode().splitlines()
    assert len([each for each in names if each.endswith(".pdf")]) == 8
    assert len([each for each in names if each.endswith(".docx")]) == 8
    assert {"data.json", "tickets.csv", "manifest.json", "SHA256SUMS"} <= set(names)
    assert whole.acceptance.signed_seal in manifest
    assert len(lines) == len(names) - 1


def test_another_customers_acceptance_is_not_there(standing: Standing, case: CaseId) -> None:
    made = ask(standing, case)
    with pytest.raises(Refused):
        look(standing, made, "chen")
    with pytest.raises(Refused):
        queries.verify(standing["chen"], made, now=NOW)
    with pytest.raises(Refused):
        actions.refuse_acceptance(standing["chen"], made, note="no", now=NOW)
