"""A visit's pages: what each person may do there; its sheet is a paper; the calendar shows it."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.integration.service.test_visits import STROKES, Desk
from tests.support.office import check_pdf, print_texts
from tests.support.pages import Page, sign_in
from tests.support.papers import look_through
from tests.support.people import make_people
from tests.support.service import agreed_contract
from tests.support.uploads import png
from yunwei.base.people.facts import Language
from yunwei.operate.service.actions import visits
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType
from yunwei.operate.service.facts.visits import SignDraft
from yunwei.operate.service.queries.visit_paper import render_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    people, now = make_people(), timezone.now()
    services = (ServiceItem(type=ServiceType.ON_SITE),)
    contract = agreed_contract(people["mia"], people.a.id, now=now, services=services)
    return Desk(people=people, contract=contract, now=now)


def test_each_person_finds_what_they_may_do(desk: Desk) -> None:
    visit = desk.plan()
    here = f"/visits/{visit}"
    assert Page(sign_in("olga").get(here)).count("arrive-button") == 1
    assert Page(sign_in("kai").get(here)).count("arrive-button") == 0
    visits.arrive(desk.olga, visit, now=desk.now)
    client = sign_in("olga")
    wrong = client.post(f"{here}/act", {"act": "done", "result": "", "minutes": "5"})
    assert wrong.status_code == 422
    assert Page(wrong).count("visit-error") == 1
    photo = SimpleUploadedFile("desk.png", png(), "image/png")
    sent = {"act": "done", "result": "a cable", "minutes": "5", "file": photo}
    assert client.post(f"{here}/act", sent).status_code == 303
    page = Page(client.get(here))
    assert (page.count("visit-file"), page.count("canvas")) == (1, 1)
    own = sign_in("kai")
    assert Page(own.get(here)).count("canvas") == 1
    empty = own.post(f"{here}/sign", {"name": "Kai", "strokes": ""})
    assert empty.status_code == 422
    assert own.post(f"{here}/sign", {"name": "Kai", "strokes": STROKES}).status_code == 303
    signed = Page(own.get(here))
    assert (signed.count("signature-image"), signed.count("canvas")) == (1, 0)
    assert "data:image/svg+xml;base64," in signed.html


def test_the_calendar_shows_a_visit_on_each_of_its_days(desk: Desk) -> None:
    start = timezone.now().replace(day=10, hour=4, minute=0)
    visit = desk.plan(starts_at=start, ends_at=start + timedelta(days=1))
    page = Page(sign_in("olga").get(f"/service-calendar?month={start:%Y-%m}"))
    assert page.links.count(f"/visits/{visit}") == 2
    visits.cancel_visit(desk.olga, visit, note="away", now=desk.now)
    page = Page(sign_in("olga").get(f"/service-calendar?month={start:%Y-%m}"))
    assert page.links.count(f"/visits/{visit}") == 0
    assert sign_in("olga").get("/service-calendar?month=2026-13").status_code in (400, 422)


SAID = {
    Language.CHINESE: ("现场服务单", "李雷", "屏幕手写", "a cable was loose"),
    Language.ENGLISH: ("Sheet of a visit", "李雷", "drawn on the screen", "a cable was loose"),
}


def test_the_sheet_is_a_paper_with_the_signature(desk: Desk, tmp_path: Path) -> None:
    """The Word file is opened and printed by LibreOffice."""
    visit = desk.done()
    signing = SignDraft(name="李雷", role="IT", strokes=STROKES)
    visits.sign_visit(desk.people["kai"], visit, signing, now=desk.now)
    whole = desk.whole(visit)
    papers = {}
    for language in SAID:
        said, zone = language.value, "Asia/Shanghai"
        data = render_sheet(whole, "pdf", language=said, time_zone=zone)[1]
        assert check_pdf(data, tmp_path) == ""
        papers[f"{said}.pdf"] = data
        typed = render_sheet(whole, "docx", language=said, time_zone=zone)[1]
        assert pictures(typed) == 1
        (tmp_path / f"{said}.docx").write_bytes(typed)
    papers |= print_texts(sorted(tmp_path.glob("*.docx")), tmp_path)
    assert len(papers) == 2 * len(SAID)
    for name, data in papers.items():
        text = look_through(data, tmp_path, name)
        wanted = SAID[Language(name.partition(".")[0])]
        assert [each for each in wanted if "".join(each.split()) not in text] == [], name


def pictures(docx: bytes) -> int:
    """Return how many pictures a Word file holds and shows: the signature as it was drawn."""
    with zipfile.ZipFile(io.BytesIO(docx)) as opened:
        shown = opened.read("word/document.xml").count(b"<pic:pic")
        held = [name for name in opened.namelist() if name.startswith("word/media/")]
    return min(shown, len({name.rpartition(".")[0] for name in held}))
