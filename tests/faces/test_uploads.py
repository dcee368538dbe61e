"""Files that nobody should be sent are refused where they come in, with one clear sentence: on the
page in the reader's language, in REST as a problem at its field; nothing of them is kept."""

from collections.abc import Callable
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.pages import sign_in
from tests.support.people import Standing, make_people
from tests.support.uploads import BAD, PDF
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.service.actions.cases import open_case
from yunwei.operate.service.facts.cases import CaseDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def standing() -> Standing:
    return make_people()


@pytest.fixture
def case(standing: Standing) -> int:
    draft = CaseDraft(title="New desktops", need="100 desktops")
    return open_case(standing["mia"], standing.a.id, draft, now=SystemClock().now())


def kept() -> int:
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute("SELECT count(*) AS n FROM service_casedocument").fetchall()
    return int(rows[0]["n"])


@pytest.mark.parametrize(("name", "make", "english", "chinese"), BAD, ids=[each[0] for each in BAD])
def test_a_bad_file_is_refused_with_one_clear_sentence(
    case: int, name: str, make: Callable[[], bytes], english: str, chinese: str
) -> None:
    data, client = make(), sign_in("mia")
    for language, why in (("zh-hans", chinese), ("en", english)):
        client.patch("/api/v1/me", {"language": language}, content_type="application/json")
        sent = {"kind": "minutes", "file": SimpleUploadedFile(name, data)}
        answer = client.post(f"/cases/{case}/documents", sent)
        assert answer.status_code == 422
        assert unescape(answer.content.decode()).count(why) == 1
    address = f"/api/v1/cases/{case}/documents?name={name}&kind=minutes"
    problem = client.post(address, data, content_type="application/octet-stream")
    assert problem.status_code == 422
    assert problem.json() == {"code": "invalid", "message": english, "field": "file"}
    assert kept() == 0


def test_a_plain_file_is_kept(case: int) -> None:
    client = sign_in("mia")
    sent = {"kind": "minutes", "file": SimpleUploadedFile("minutes.pdf", PDF)}
    assert client.post(f"/cases/{case}/documents", sent).status_code == 303
    assert kept() == 1
