"""The pages of diagnoses: asked for with one button, read part by part, acted upon, taken away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.integration.telemetry.support import write
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from tests.support.papers import draw_pages
from yunwei.base.core.ids import AlarmId, OccurrenceId, SituationId
from yunwei.base.core.readings import ConnectionRecord, Observation
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.governance.facts.situations import (
    MemberDraft,
    MemberRole,
    SituationDraft,
    SituationKind,
)
from yunwei.monitor.governance.store import situations as store
from yunwei.operate.scripts.actions.library import add_starter_set
from yunwei.operate.scripts.actions.review import Meant, approve
from yunwei.operate.scripts.queries import library as scripts
from yunwei.operate.scripts.queries.starter import starter_set
from yunwei.operate.selfservice.actions.requests import save_rule
from yunwei.operate.selfservice.facts.requests import RequestKind, RequestRule

pytestmark = pytest.mark.django_db
BROKER_AWAY = "The access service is unavailable."


def attempt(cloud: Cloud, number: int, failure: str = "") -> ConnectionRecord:
    started = cloud.now - timedelta(minutes=5, seconds=number)
    return ConnectionRecord(
        native_id=f"c{number}",
        login=f"user{number:02d}",
        desktop=f"d{number}",
        started_at=started,
        setup_at=None if failure else started + timedelta(seconds=30),
        rtt_s=None if failure else 0.02,
        failure=failure,
    )


def fill_disk(cloud: Cloud, clickhouse: ClickHouse) -> None:
    """Let the disk of una's desktop be full."""
    full = [
        Observation(
            metric="desktop.disk",
            object_kind="desktop",
            object_id="d1",
            at=cloud.now - timedelta(minutes=minutes),
            value=0.99,
        )
        for minutes in range(1, 9)
    ]
    write(clickhouse, full, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)


def open_situation(cloud: Cloud) -> SituationId:
    """Make a situation of the first alarm."""
    alarm = access_alarm(cloud.people["root"], AlarmId(cloud.alarms[0])).alarm
    draft = SituationDraft(
        tenant=cloud.tenant,
        kind=SituationKind.TOPOLOGY,
        key="k",
        rule=None,
        rule_version=None,
        rule_name="",
        root=alarm.id,
        root_occurrence=OccurrenceId(0),
        title="The host of many",
        severity=alarm.severity,
    )
    with transaction() as conn:
        [(situation, _is_new)] = store.open_situations(conn, [draft], cloud.now).values()
        root = MemberDraft(
            alarm=alarm.id,
            occurrence=OccurrenceId(0),
            role=MemberRole.ROOT,
            reason="",
        )
        store.add_members(conn, [(situation, root)], cloud.now)
    return situation


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def test_the_button_leads_to_the_verdict(cloud: Cloud, clickhouse: ClickHouse) -> None:
    failed = [attempt(cloud, number, BROKER_AWAY) for number in range(9)]
    write(clickhouse, failed, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    client = sign_in("olga")
    page = Page(client.get("/desktops?search=PC-01"))
    desktop = page.link("/desktops/").split("?")[0]
    page = Page(client.get(desktop))
    assert 'data-test="diagnose"' in page.html
    number = desktop.rsplit("/", 1)[1]
    answer = client.post("/diagnoses/new", {"kind": "desktop", "id": number})
    assert answer.status_code == 303
    page = Page(client.get(answer.headers["Location"]))
    for part in ("user", "gateway", "broker", "desktop", "host", "storage"):
        assert f'data-part-name="{part}"' in page.html
    listed = Page(client.get("/diagnoses"))
    assert "PC-01" in listed.text
    told = client.get(f"{answer.headers['Location']}/export.md")
    assert told.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert told.content.decode().startswith("# ")


def test_who_does_not_see_measurements_is_told_so(cloud: Cloud) -> None:
    client = sign_in("olga")
    page = Page(client.get("/desktops?search=PC-01"))
    number = page.link("/desktops/").split("?")[0].rsplit("/", 1)[1]
    answer = client.post("/diagnoses/new", {"kind": "desktop", "id": number})
    page = Page(client.get(answer.headers["Location"]))
    # without ClickHouse nothing is said of those who connect
    assert 'data-part-name="gateway" data-standing="not_measured"' in page.html


@pytest.mark.parametrize(
    "asked", [{"kind": "desktop", "id": "x"}, {"kind": "moon", "id": "1"}, {"kind": "pool"}]
)
def test_what_is_not_there_is_refused_in_words(cloud: Cloud, asked: dict[str, str]) -> None:
    assert sign_in("olga").post("/diagnoses/new", asked).status_code == 422


def test_every_check_is_listed_with_where_it_looks(cloud: Cloud) -> None:
    page = Page(sign_in("olga").get("/diagnoses/checks"))
    assert page.html.count('data-test="check"') >= 30


def diagnose(client: Client, kind: str, id: int) -> str:
    answer = client.post("/diagnoses/new", {"kind": kind, "id": str(id)})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_a_remedy_is_a_button_and_what_it_did_is_told(cloud: Cloud, clickhouse: ClickHouse) -> None:
    failed = [attempt(cloud, 5, "The connection timed out.")]
    write(clickhouse, failed, tenant=cloud.tenant, source=cloud.source, read_at=cloud.now)
    client = sign_in("olga")
    page = Page(client.get("/desktops?search=PC-05"))
    number = int(page.link("/desktops/").split("?")[0].rsplit("/", 1)[1])
    first = diagnose(client, "desktop", number)
    page = Page(client.get(first))
    assert 'data-check="desktop_off"' in page.html
    href = f"/desktops/{number}/act?act=start&amp;diagnosis={first.rsplit('/', 1)[1]}"
    assert f'href="{href}" data-test="remedy-act-start"' in page.html
    form = Page(client.get(href.replace("&amp;", "&")))
    assert 'value="start" required checked' in form.html
    sent = {"act": "start", "diagnosis": first.rsplit("/", 1)[1]}
    answer = client.post(f"/desktops/{number}/act", sent)
    assert answer.headers["Location"] == f"{first}#acts"
    assert 'data-test="done-act"' in Page(client.get(first)).html
    again = diagnose(client, "desktop", number)
    # still off: told at the first one, and the second one knows of the first
    assert 'data-test="looked-again"' in Page(client.get(first)).html
    page = Page(client.get(again))
    assert page.html.count('data-test="case"') == 1
    assert 'data-test="helped"' in page.html


def test_an_act_because_of_a_diagnosis_of_something_else_is_refused(cloud: Cloud) -> None:
    client = sign_in("olga")
    ids = []
    for name in ("PC-05", "PC-11"):
        page = Page(client.get(f"/desktops?search={name}"))
        ids.append(int(page.link("/desktops/").split("?")[0].rsplit("/", 1)[1]))
    made = diagnose(client, "desktop", ids[0]).rsplit("/", 1)[1]
    answer = client.post(f"/desktops/{ids[1]}/act", {"act": "start", "diagnosis": made})
    assert answer.status_code == 422


def test_a_script_among_the_remedies_runs_where_it_may(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    client, now = sign_in("olga"), cloud.now
    admin = cloud.people["root"]
    add_starter_set(admin, cloud.tenant, starter_set(), now=now)
    wanted = {"search": "Temporary files", "language": "powershell"}
    [row] = scripts.fetch_scripts(admin, filters=wanted).items
    fill_disk(cloud, clickhouse)
    page = Page(client.get("/desktops?search=PC-01"))
    number = int(page.link("/desktops/").split("?")[0].rsplit("/", 1)[1])
    made = diagnose(client, "desktop", number)
    assert 'data-test="remedy-script"' not in Page(client.get(made)).html
    version = scripts.access_script(admin, row.script.id).latest
    meant = Meant(script=row.script.id, number=version.number, sha256=version.sha256)
    approve(admin, meant, now=now)
    page = Page(client.get(made))
    assert f'href="/scripts/{row.script.id}/run?desktop={number}"' in page.html


def test_a_situation_is_looked_at_by_the_alarm_that_explains_it(cloud: Cloud) -> None:
    client = sign_in("olga")
    situation = open_situation(cloud)
    page = Page(client.get(f"/situations/{situation}"))
    assert 'name="kind" value="situation"' in page.html
    page = Page(client.get(diagnose(client, "situation", int(situation))))
    assert "The host of many" in page.text
    assert f'href="/situations/{situation}"' in page.html


def test_an_article_is_proposed_from_a_situation_that_is_over(cloud: Cloud) -> None:
    client = sign_in("olga")
    situation = open_situation(cloud)
    assert 'data-test="make-article"' not in Page(client.get(f"/situations/{situation}")).html
    with transaction() as conn:
        store.close_situations(conn, [situation], by="olga", now=cloud.now)
    assert 'data-test="make-article"' in Page(client.get(f"/situations/{situation}")).html
    form = Page(client.get(f"/knowledge/new?situation={situation}")).html
    assert 'value="The host of many"' in form
    alarm = access_alarm(cloud.people["root"], AlarmId(cloud.alarms[0])).alarm
    assert f'value="{alarm.alarm_type}"' in form


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_diagnosis_is_printed(cloud: Cloud, language: str) -> None:
    client = sign_in("olga")
    page = Page(client.get("/desktops?search=PC-05"))
    number = int(page.link("/desktops/").split("?")[0].rsplit("/", 1)[1])
    made = diagnose(client, "desktop", number)
    get_user_model().objects.filter(username="olga").update(language=language)
    answer = client.get(f"{made}/export.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    text = "".join(page.text for page in draw_pages(answer.content))
    assert "PC-05" in text
    assert {"zh-hans": "各环节", "en": "The parts of the way"}[language] in text


def test_who_uses_a_desktop_may_ask_for_what_would_help(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    fill_disk(cloud, clickhouse)
    page = Page(sign_in("olga").get("/desktops?search=PC-01"))
    desktop = page.link("/desktops/").split("?")[0].rsplit("/", 1)[1]
    client = sign_in("una")
    made = client.post(f"/portal/desktops/{desktop}/check").headers["Location"]
    rule, root = RequestRule(kind=RequestKind.MORE_DISK, is_offered=False), cloud.people["root"]
    save_rule(root, cloud.tenant, rule, time_zone="Asia/Shanghai")
    assert 'data-test="ask-more_disk"' not in Page(client.get(made)).html
    save_rule(root, cloud.tenant, replace(rule, is_offered=True), time_zone="Asia/Shanghai")
    page = Page(client.get(made))
    href = f"/portal/requests/new/more_disk?desktop={desktop}"
    assert f'href="{href}" data-test="ask-more_disk"' in page.html
    assert f'value="{desktop}" selected' in Page(client.get(href)).html


@pytest.mark.parametrize(
    "address", ["/desktops/{}/act?diagnosis=x", "/knowledge/new?situation=" + "9" * 30]
)
def test_an_address_that_names_nothing_is_refused_in_words(cloud: Cloud, address: str) -> None:
    client = sign_in("olga")
    page = Page(client.get("/desktops?search=PC-05"))
    desktop = page.link("/desktops/").split("?")[0].rsplit("/", 1)[1]
    assert client.get(address.format(desktop)).status_code == 422


def test_who_approves_first_decides_where_they_look(cloud: Cloud) -> None:
    rule = RequestRule(kind=RequestKind.OTHER, approvers=("kai",))
    save_rule(cloud.people["root"], cloud.tenant, rule, time_zone="Asia/Shanghai")
    made = sign_in("una").post("/portal/requests/new/other", {"reason": "A second screen"})
    number = made.headers["Location"].split("?")[0].rsplit("/", 1)[1]
    decide = f'action="/portal/requests/{number}/decide"'
    assert decide in Page(sign_in("kai").get(f"/requests/{number}")).html
    assert decide not in Page(sign_in("olga").get(f"/requests/{number}")).html
    approved = sign_in("kai").post(f"/portal/requests/{number}/decide", {"act": "approve"})
    assert approved.status_code == 303
    assert decide not in Page(sign_in("kai").get(f"/requests/{number}")).html
