"""A standard change is planned and carried out on its pages, and its record is a paper."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.support.changing import BY_HAND, Desk, make_desk
from tests.support.office import check_pdf, print_texts
from tests.support.pages import Page, sign_in
from tests.support.papers import look_through
from tests.support.service import MINUTES
from yunwei.base.infra.gate import use_gate
from yunwei.base.people.facts import Language
from yunwei.operate.changes.actions import stepping, templates, working
from yunwei.operate.changes.queries.changes import fetch_changes
from yunwei.operate.changes.queries.paper import render_record
from yunwei.operate.service.queries import tickets
from yunwei.run.gate import hold_acts_to_contracts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    hold_acts_to_contracts()
    yield
    use_gate(None)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def window(desk: Desk) -> dict[str, str]:
    now = timezone.now()
    return {
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
    }


def press(client: Client, address: str, **sent: Any) -> Page:
    """Send a form of a change's page, and return the page that follows."""
    answer = client.post(address, sent)
    assert answer.status_code == 303, answer.content.decode()
    return Page(client.get(answer["Location"]))


def test_a_change_is_planned_on_its_form_with_the_values_of_its_scripts(desk: Desk) -> None:
    client = sign_in("olga")
    form = Page(client.get(f"/changes/new?template={desk.template}"))
    assert form.html.count('data-test="phase"') == 3
    assert 'name="install.VERSION"' in form.html
    assert 'value="5"' in form.html
    sent = {
        "template": desk.template,
        "contract": desk.contract,
        "title": "upgrade",
        **window(desk),
        "names": "no-such",
        "install.VERSION": "6",
        "reinstall.VERSION": "4",
    }
    wrong = client.post("/changes/new", sent)
    assert wrong.status_code == 422
    assert "no-such" in wrong.content.decode()
    page = press(client, "/changes/new", **{**sent, "names": "\n".join(desk.stage.names)})
    (change,) = fetch_changes(desk.olga).items
    assert change.ticket_title == "upgrade"
    assert "VERSION=6" in page.html
    ticket = tickets.access_ticket(desk.olga, change.ticket, now=timezone.now()).ticket
    assert ticket.details["rollback"] == "1. 装回旧版"
    assert Page(client.get(f"/tickets/{change.ticket}")).count("change") == 1


def test_it_is_carried_out_step_by_step_and_rolled_back(desk: Desk) -> None:
    mia, now = desk.stage.cloud.people["mia"], desk.stage.now
    desk.template = templates.add_template(mia, desk.stage.cloud.tenant, BY_HAND, now=now)
    change, client = desk.ask(), sign_in("olga")
    here = f"/changes/{change}"
    page = press(client, f"{here}/act", act="start")
    assert page.count("step-start") == 1
    first = f"{here}/steps/{desk.whole(change).steps[0].id}"
    press(client, first, act="start")
    empty = client.post(first, {"act": "done", "text": ""})
    assert empty.status_code == 422
    assert Page(empty).count("change-error") == 1
    file = SimpleUploadedFile(MINUTES.name, MINUTES.data, "application/pdf")
    page = press(client, first, act="done", text="told them", file=file)
    assert page.count("evidence") == 1
    taken = client.get(page.link("/evidence/"))
    assert b"".join(taken) == MINUTES.data
    second = f"{here}/steps/{desk.turn(change).id}"
    press(client, second, act="start")
    page = press(client, second, act="failed", text="no space left")
    assert page.count("halted") == 1
    page = press(client, f"{here}/act", act="roll_back", text="no space")
    back = f"{here}/steps/{desk.turn(change).id}"
    press(client, back, act="start")
    page = press(client, back, act="done", text="the old one is back")
    assert page.count("conclude") == 1
    page = press(client, f"{here}/act", act="conclude", text="Tried again next week")
    assert page.count("conclusion") == 1
    seen = Page(sign_in("kai").get(here))
    assert seen.count("step-form") == seen.count("roll-back") == 0
    for kind in ("pdf", "docx"):
        answer = client.get(f"{here}/file/{kind}")
        assert answer.status_code == 200
        assert f"CH-{change:05d}-zh.{kind}" in answer["Content-Disposition"]


SAID = {
    Language.CHINESE: ("变更记录单", "升级客户端", "已通知三人", "全部完成", "证据", "签字"),
    Language.ENGLISH: ("Record of a change", "Upgrade the client", "已通知三人", "Evidence"),
}


def test_the_record_is_a_paper_in_both_languages(desk: Desk, tmp_path: Path) -> None:
    """Of a change that was carried out; the Word file is opened and printed by LibreOffice."""
    desk.template = templates.add_template(
        desk.stage.cloud.people["mia"], desk.stage.cloud.tenant, BY_HAND, now=desk.stage.now
    )
    change = desk.started()
    step = desk.start(change)
    stepping.add_evidence(desk.olga, change, step.id, MINUTES, now=desk.stage.now)
    for text in ("已通知三人", "装好了 5 台", "两人已登录"):
        desk.finish(change, result=text)
    working.conclude(desk.olga, change, text="全部完成", now=desk.stage.now)
    whole = desk.whole(change)
    papers = {}
    for language in SAID:
        said, zone = language.value, "Asia/Shanghai"
        data = render_record(whole, "pdf", language=said, time_zone=zone)[1]
        assert check_pdf(data, tmp_path) == ""
        assert render_record(whole, "pdf", language=said, time_zone=zone)[1] == data
        papers[f"{said}.pdf"] = data
        typed = render_record(whole, "docx", language=said, time_zone=zone)[1]
        (tmp_path / f"{said}.docx").write_bytes(typed)
    papers |= print_texts(sorted(tmp_path.glob("*.docx")), tmp_path)
    assert len(papers) == 2 * len(SAID)
    for name, data in papers.items():
        text = look_through(data, tmp_path, name)
        wanted = SAID[Language(name.partition(".")[0])]
        assert [each for each in wanted if "".join(each.split()) not in text] == [], name


def test_templates_are_written_as_text_and_said_where_they_are_wrong(desk: Desk) -> None:
    client = sign_in("mia")
    tenant = desk.stage.cloud.tenant
    wrong = client.post("/changes/templates/new", {"tenant": tenant, "text": "title = 1"})
    assert wrong.status_code == 422
    assert "无法读取" in wrong.content.decode()
    page = press(client, "/changes/templates/new", tenant=str(tenant), text=BY_HAND)
    assert page.count("phase") == 3
    assert Page(client.get("/changes/templates")).count("row") == 2
