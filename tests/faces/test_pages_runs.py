"""The pages of runs: previewed, started, watched, read; whatever a script printed is harmless."""

from datetime import timedelta

import pytest

from tests.support.pages import sign_in
from tests.support.running import Stage, make_stage
from yunwei.base.core.ids import RunId
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.operate.runs import queries
from yunwei.operate.runs.facts.runs import TargetState
from yunwei.operate.runs.facts.watching import Finding, GuardMeasure, Verdict, Watched
from yunwei.operate.runs.store import runs as store
from yunwei.operate.scripts.facts.library import VersionDraft

pytestmark = pytest.mark.django_db
SECRET = "hunter2-is-secret"


@pytest.fixture
def stage() -> Stage:
    made = make_stage(agents=3)
    made.box = open_secret_box(load_settings())
    return made


def form(stage: Stage, **changes: str) -> dict[str, str]:
    usual = {
        "key": "form-key",
        "tenant": str(stage.cloud.tenant),
        "names": "\n".join(stage.names),
        "value.PASSWORD": SECRET,
        "canary": "",
        "pause_s": "0",
        "parallel": "10",
        "stop_at": "",
        "offline": "wait",
        "watch_minutes": "0",
        "watch_worse": "50",
        "watch_blind": "stop",
        "deadline_at": (stage.now + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M"),
        "act": "start",
    }
    return usual | changes


def where(stage: Stage) -> str:
    return f"/scripts/{stage.script}/run"


def test_a_run_is_previewed_then_started_once_then_watched(stage: Stage) -> None:
    olga = sign_in("olga")
    assert 'data-test="run-script"' in olga.get(f"/scripts/{stage.script}").content.decode()
    preview = olga.post(where(stage), form(stage, act="preview")).content.decode()
    assert ">3 " in preview
    assert SECRET not in preview
    started = olga.post(where(stage), form(stage))
    assert started.status_code == 303
    assert olga.post(where(stage), form(stage))["Location"] == started["Location"]
    run = RunId(int(started["Location"].rpartition("/")[2]))
    stage.advance(run)
    first, *others = stage.targets(run)
    stage.tell(first, "output", data=b"\x1b[31m<script>alert(1)</script>\x1b[0m\n")
    stage.tell(first, "failed", exit_code=9, size_bytes=40, digest="d")
    for each in others:
        stage.tell(each, "succeeded", exit_code=0)
    stage.advance(run)
    for address in (f"/runs/{run}", f"/runs/{run}/progress"):
        page = olga.get(address).content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "\x1b" not in page
        assert SECRET not in page
        assert page.count('data-test="result"') == 2
    goes_on = sign_in("olga", htmx_target="progress").get(f"/runs/{run}/progress")
    assert 'data-test="retry-run"' in goes_on.content.decode()
    assert 'data-test="cancel-run"' not in goes_on.content.decode()
    target = olga.get(f"/runs/{run}/targets/{first.id}").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in target
    text = b"".join(olga.get(f"/runs/{run}/output")).decode()
    assert f"=== {first.desktop_name}  failed  exit 9\n<script>" in text
    failed = olga.get(f"/runs/{run}?state=failed").content.decode()
    assert first.desktop_name in failed
    assert f"/runs/{run}/targets/{others[0].id}" not in failed


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(stage: Stage) -> None:
    olga = sign_in("olga")
    wrong = form(stage, names="nobody-knows", parallel="77", note="patch day")
    answer = olga.post(where(stage), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "nobody-knows" in page
    assert 'value="77"' in page
    assert 'value="patch day"' in page
    assert queries.fetch_runs(stage.olga).total == 0
    for changes in ({"condition": "state =="}, {"names": ""}, {"canary": "x"}, {"parallel": "a"}):
        assert olga.post(where(stage), form(stage, **changes)).status_code == 422


def test_a_name_that_no_desktop_has_is_told_before_the_start(stage: Stage) -> None:
    asked = form(stage, act="preview", names=f"{stage.names[0]}\nnobody-knows")
    page = sign_in("olga", htmx_target="preview").post(where(stage), asked).content.decode()
    assert 'data-test="preview-missing"' in page
    assert "nobody-knows" in page
    assert "<html" not in page


def test_a_run_that_may_do_damage_is_approved_on_its_page_by_another(stage: Stage) -> None:
    stage.script = stage.approve("risky", VersionDraft(body="ls\n", is_risky=True))
    olga, mia = sign_in("olga"), sign_in("mia")
    run = olga.post(where(stage), form(stage, key="risky"))["Location"]
    assert 'data-test="approve-run"' not in olga.get(run).content.decode()
    assert 'data-test="approve-run"' in mia.get(run).content.decode()
    mia.post(f"{run}/act", {"act": "approve", "note": "ok"})
    number = RunId(int(run.rpartition("/")[2]))
    assert stage.advance(number).counts == {"sent": 3}
    olga.post(f"{run}/act", {"act": "cancel"})
    assert stage.advance(number).counts == {"cancelled": 3}


def test_what_did_not_succeed_is_offered_for_a_retry(stage: Stage) -> None:
    olga = sign_in("olga")
    page = olga.post(where(stage), form(stage))["Location"]
    run = RunId(int(page.rpartition("/")[2]))
    stage.advance(run)
    for each in stage.targets(run):
        stage.tell(each, "failed", exit_code=1)
    stage.advance(run)
    assert 'data-test="retry-run"' in olga.get(page).content.decode()
    again = olga.get(f"{where(stage)}?retry={run}")
    assert f'name="retry_of" value="{run}"' in again.content.decode()
    sent = form(stage, key="again", names="", retry_of=str(run))
    made = olga.post(where(stage), sent)
    retried = RunId(int(made["Location"].rpartition("/")[2]))
    assert stage.run(retried).retry_of == run
    assert len(stage.targets(retried, TargetState.QUEUED)) == 3


def test_what_a_guard_saw_stands_on_the_page_in_words(stage: Stage) -> None:
    olga = sign_in("olga")
    asked = form(stage, canary="1", watch_minutes="20")
    run = RunId(int(olga.post(where(stage), asked)["Location"].rpartition("/")[2]))
    found = Finding(
        measure=GuardMeasure.CPU,
        canary=1,
        canary_before=0.21,
        canary_after=0.96,
        control=2,
        control_before=0.22,
        control_after=0.24,
        excess=0.73,
        is_worse=True,
    )
    seen = Watched(verdict=Verdict.HARMFUL, looked_at=stage.now, findings=(found,))
    with transaction() as conn:
        store.note_watched(conn, run, seen)
    page = olga.get(f"/runs/{run}").content.decode()
    assert 'data-test="guard-cpu"' in page
    for figure in ("21%", "96%", "22%", "24%"):
        assert figure in page
    answer = olga.post(where(stage), form(stage, key="k2", canary="", watch_minutes="20"))
    assert answer.status_code == 422


def test_an_output_of_rubbish_breaks_no_page(stage: Stage) -> None:
    run = stage.start()
    stage.advance(run)
    first = stage.targets(run)[0]
    data = bytes(range(256)) * 20 + b"\x1b]0;t\x07<img src=x onerror=alert(1)>\xe2\x80\xaeevil"
    stage.tell(first, "output", data=data)
    stage.tell(first, "succeeded", exit_code=0, size_bytes=len(data), digest="d")
    stage.advance(run)
    olga = sign_in("olga")
    page = olga.get(f"/runs/{run}/targets/{first.id}").content.decode()
    assert "<img src=x" not in page
    assert not {"\x1b", "\x00", "\x07", "\u202e"} & set(page)
    answer = olga.get(f"/runs/{run}/targets/{first.id}/output")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
