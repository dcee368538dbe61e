"""The pages of runs that follow others: from a group of results to a start on exactly these; what
is to be run afterwards is said in the form of a start; both runs show each other."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.faces.test_pages_runs import form, where
from tests.support.pages import sign_in
from tests.support.running import Stage, make_stage
from yunwei.base.core.ids import RunId, ScriptId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.operate.runs import queries
from yunwei.operate.runs.facts.following import FollowState
from yunwei.operate.runs.facts.runs import FollowUpDraft, Outcome, TargetState
from yunwei.operate.runs.jobs.following import FollowUps
from yunwei.operate.scripts.facts.library import Parameter, ParameterKind, VersionDraft

pytestmark = pytest.mark.django_db
FAILED = Outcome(states=(TargetState.FAILED,))


@pytest.fixture
def stage() -> Stage:
    made = make_stage(agents=3)
    made.box = open_secret_box(load_settings())
    return made


@pytest.fixture
def mend(stage: Stage) -> ScriptId:
    deep = Parameter(name="DEPTH", kind=ParameterKind.NUMBER, default="2")
    return stage.approve("mend it", VersionDraft(body="echo mend\n", parameters=(deep,)))


def finish(stage: Stage, run: RunId) -> RunId:
    """Let two of three desktops fail, each with a code of its own."""
    stage.advance(run)
    for each, code in zip(stage.targets(run), (0, 3, 4), strict=True):
        state = "failed" if code else "succeeded"
        stage.tell(each, state, exit_code=code, size_bytes=2, digest=f"d{code}")
    stage.advance(run)
    return run


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found[1])


def look_for_follow_ups(stage: Stage) -> None:
    FollowUps(SystemClock(), stage.box).look()


def type_follow_up(stage: Stage, mend: ScriptId) -> dict[str, str]:
    """Return what a start's form sends of a follow-up whose version was shown and that is whole."""
    olga, typed = sign_in("olga"), form(stage, key="first") | {"then.1.script": str(mend)}
    shown = olga.post(where(stage), typed | {"act": "then"}).content.decode()
    return typed | {
        "then.1.shown": hidden(shown, "then.1.shown"),
        "then.1.sha256": hidden(shown, "then.1.sha256"),
        "then.1.states": "failed",
        "then.1.exit_codes": "4",
        "then.1.within_minutes": "60",
        "then.1.value.DEPTH": "5",
    }


def test_a_group_of_results_leads_to_a_start_on_exactly_these(stage: Stage, mend: ScriptId) -> None:
    olga = sign_in("olga")
    run = finish(stage, stage.start())
    page = olga.get(f"/runs/{run}").content.decode()
    assert 'data-test="follow-run"' in page
    links = [unescape(each) for each in re.findall(r'href="(/runs/\d+/follow\?[^"]+)"', page)]
    [link] = [each for each in links if "exit_code=3" in each]
    chosen = olga.get(link).content.decode()
    assert 'data-test="follow-count">1 ' in chosen
    assert "mend it" in chosen
    onward = olga.get(f"{link}&script={mend}")
    assert onward.status_code == 302
    start = olga.get(onward["Location"]).content.decode()
    assert 'data-test="follows"' in start
    assert 'name="names"' not in start
    second = stage.targets(run)[1]
    assert hidden(start, "desktops") == str(second.desktop)
    sent = form(stage, key="second", names="", follows=hidden(start, "follows"))
    sent |= {"desktops": hidden(start, "desktops"), "value.DEPTH": "2"}
    where_to = f"/scripts/{mend}/run"
    preview = sign_in("olga", htmx_target="preview").post(where_to, sent | {"act": "preview"})
    assert second.desktop_name in preview.content.decode()
    made = olga.post(where_to, sent)["Location"]
    follower = RunId(int(made.rpartition("/")[2]))
    assert [each.desktop_name for each in stage.targets(follower)] == [second.desktop_name]
    assert f'href="/runs/{run}"' in olga.get(made).content.decode()
    told = olga.get(f"/runs/{run}").content.decode()
    assert 'data-test="follower"' in told
    assert f'href="/runs/{follower}"' in told
    assert 'data-test="follow-group"' not in sign_in("audrey").get(f"/runs/{run}").content.decode()


def test_nothing_but_what_was_shown_can_be_started(stage: Stage, mend: ScriptId) -> None:
    olga = sign_in("olga")
    run = finish(stage, stage.start())
    first, second, _third = stage.targets(run)
    asked = urlencode({"follow": run, "state": "failed", "exit_code": "3"})
    start = olga.get(f"/scripts/{mend}/run?{asked}").content.decode()
    sent = form(stage, key="other", follows=hidden(start, "follows")) | {"value.DEPTH": "2"}
    for wrong in (
        {"names": "", "desktops": f"{first.desktop},{second.desktop}"},
        {"names": "", "desktops": ""},
    ):
        assert olga.post(f"/scripts/{mend}/run", sent | wrong).status_code == 422
    more = {"names": first.desktop_name, "desktops": str(second.desktop)}
    made = olga.post(f"/scripts/{mend}/run", sent | more)["Location"]
    targets = stage.targets(RunId(int(made.rpartition("/")[2])))
    assert [each.desktop_name for each in targets] == [second.desktop_name]
    other = sign_in("chen")
    assert other.get(f"/scripts/{mend}/run?{asked}").status_code == 404
    for garbage in ("state=running", "state=x", "exit_code=x"):
        address = f"/scripts/{mend}/run?follow={run}&{garbage}"
        assert olga.get(address).status_code == 404
        assert olga.get(f"/runs/{run}/follow?{garbage}").status_code == 422
    assert queries.fetch_runs(stage.olga).total == 2


def test_the_form_shows_what_a_follow_up_needs_before_it_is_started(
    stage: Stage, mend: ScriptId
) -> None:
    olga = sign_in("olga")
    typed = form(stage, key="first") | {"then.1.script": str(mend)}
    unseen = olga.post(where(stage), typed)
    assert unseen.status_code == 422
    shown = olga.post(where(stage), typed | {"act": "then"}).content.decode()
    assert 'name="then.1.value.DEPTH" value="2"' in shown
    assert 'name="then.2.script"' in shown
    part = sign_in("olga", htmx_target="then").post(where(stage), typed | {"act": "then"})
    assert "<html" not in part.content.decode()
    sent = type_follow_up(stage, mend)
    for wrong in (
        {"then.1.exit_codes": "x"},
        {"then.1.value.DEPTH": "deep"},
        {"then.1.within_minutes": "0"},
    ):
        answer = olga.post(where(stage), sent | wrong)
        assert answer.status_code == 422
        assert 'class="yw-error"' in answer.content.decode()


def test_a_follow_up_is_taken_out_and_its_script_changed_without_losing_the_others(
    stage: Stage, mend: ScriptId
) -> None:
    olga, other = sign_in("olga"), stage.approve("look", VersionDraft(body="echo look\n"))
    sent = type_follow_up(stage, mend) | {
        "then.2.script": str(other),
        "then.2.shown": str(other),
        "then.2.states": "succeeded",
        "then.2.exit_codes": "0, 7",
        "then.2.within_minutes": "61",
    }
    dropped = olga.post(where(stage), sent | {"act": "drop.1"}).content.decode()
    assert dropped.count('data-test="then-step"') == 1
    assert 'name="then.1.exit_codes" value="0, 7"' in dropped
    assert "then.1.value.DEPTH" not in dropped
    none = olga.post(where(stage), sent | {"act": "then", "then.1.script": ""}).content.decode()
    assert 'name="then.1.within_minutes" value="61"' in none
    changed = sent | {"act": "then", "then.2.script": str(mend)}
    page = olga.post(where(stage), changed).content.decode()
    assert 'name="then.2.exit_codes" value="0, 7"' in page
    assert 'name="then.2.value.DEPTH" value="2"' in page
    assert hidden(page, "then.2.shown") == str(mend)
    unsaid = sent | {"act": "start", "then.1.states": "", "then.1.exit_codes": ""}
    assert olga.post(where(stage), unsaid).status_code == 422


def test_a_group_is_counted_anew_when_less_is_asked_of_it(stage: Stage, mend: ScriptId) -> None:
    run = finish(stage, stage.start())
    olga = sign_in("olga", htmx_target="count")
    address = f"/runs/{run}/follow?state=failed"
    narrow = olga.get(f"{address}&digest=d3").content.decode()
    assert 'data-test="follow-count">1 ' in narrow
    assert "<html" not in narrow
    assert 'data-test="follow-count">2 ' in olga.get(address).content.decode()
    wrong = olga.get(f"{address}&exit_code=x")
    assert (wrong.status_code, "yw-error" in wrong.content.decode()) == (200, True)


def test_what_is_run_afterwards_is_said_in_the_form_of_a_start(
    stage: Stage, mend: ScriptId
) -> None:
    olga = sign_in("olga")
    made = olga.post(where(stage), type_follow_up(stage, mend))["Location"]
    run = RunId(int(made.rpartition("/")[2]))
    page = olga.get(made).content.decode()
    assert 'data-test="follow-up" data-state="waiting"' in page
    assert 'data-test="drop-follow-ups"' in page
    finish(stage, run)
    look_for_follow_ups(stage)
    [told] = queries.fetch_chain(stage.olga, run)
    assert told.state is FollowState.STARTED
    assert told.run is not None
    assert stage.run(told.run).parameters == {"DEPTH": "5"}
    assert [each.exit_code for each in stage.targets(run)][2] == 4
    assert len(stage.targets(told.run)) == 1
    assert f'href="/runs/{told.run}"' in olga.get(f"/runs/{run}/progress").content.decode()
    assert 'data-test="run-chain"' in olga.get(f"/runs/{told.run}").content.decode()


def test_why_nothing_follows_is_said_and_a_person_can_end_a_chain(
    stage: Stage, mend: ScriptId
) -> None:
    olga = sign_in("olga")
    then = FollowUpDraft(script=mend, outcome=FAILED)
    run = stage.start(then=(then, then))
    assert olga.post(f"/runs/{run}/act", {"act": "drop"}).status_code == 303
    page = olga.get(f"/runs/{run}").content.decode()
    assert page.count('data-state="skipped"') == 2
    assert 'data-test="drop-follow-ups"' not in page
    second = stage.start(then=(FollowUpDraft(script=mend, outcome=Outcome(exit_codes=(9,))), then))
    finish(stage, second)
    look_for_follow_ups(stage)
    page = olga.get(f"/runs/{second}").content.decode()
    assert 'data-reason="nobody"' in page
    assert 'data-reason="before"' in page


def test_over_rest_a_run_follows_another(stage: Stage, mend: ScriptId) -> None:
    olga = sign_in("olga")
    run = finish(stage, stage.start())
    body = {
        "script": mend,
        "key": "rest",
        "tenant": stage.cloud.tenant,
        "follows": {"run": run, "outcome": {"exit_codes": [3, 4]}},
        "then": [{"script": mend, "outcome": {"states": ["succeeded"]}}],
    }
    said = olga.post("/api/v1/runs", body, content_type="application/json")
    assert said.status_code == 201
    made = said.json()
    assert (made["follows"], made["total"]) == (run, 2)
    [told] = olga.get(f"/api/v1/runs/{made['id']}/follow-ups").json()
    assert (told["state"], told["place"], told["parameters"]) == ("waiting", 1, {"DEPTH": "2"})
    assert olga.get(f"/api/v1/runs?follows={run}").json()["total"] == 1
    dropped = olga.post(
        f"/api/v1/runs/{made['id']}/drop-follow-ups", content_type="application/json"
    )
    assert dropped.status_code == 200
    wrong = body | {"key": "five", "then": body["then"] * 5}  # type: ignore[operator]
    assert olga.post("/api/v1/runs", wrong, content_type="application/json").status_code == 422
