"""The pages of timetables: chosen, added with a form, paused, and a run beside the last one."""

import re

import pytest

from tests.integration.timetables.test_timetables import Desk
from tests.support.pages import sign_in
from yunwei.operate.runs.facts.runs import FollowUpDraft, Outcome
from yunwei.operate.timetables import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def form(desk: Desk, **changes: str) -> dict[str, str]:
    usual = {
        "tenant": str(desk.stage.cloud.tenant),
        "name": "tidy up",
        "rhythm": "weekly",
        "weekdays": "5",
        "month_day": "1",
        "on_days": "any",
        "at": "02:30",
        "time_zone": "Asia/Shanghai",
        "window_minutes": "120",
        "missed": "skip",
        "names": "\n".join(desk.stage.names),
        "canary": "1",
        "pause_s": "0",
        "parallel": "10",
        "stop_at": "10%",
        "offline": "wait",
        "watch_minutes": "0",
        "watch_worse": "50",
        "watch_blind": "stop",
        "is_enabled": "true",
    }
    return usual | changes


def test_one_is_chosen_added_shows_its_next_times_and_is_paused(desk: Desk) -> None:
    olga = sign_in("olga")
    assert f'value="{desk.script}"' in olga.get("/timetables/new").content.decode()
    address = f"/timetables/new?script={desk.script}"
    assert 'data-test="timetable-form"' in olga.get(address).content.decode()
    made = olga.post(address, form(desk))
    assert made.status_code == 303
    assert "tidy up" in olga.get("/timetables").content.decode()
    page = olga.get(made["Location"]).content.decode()
    assert page.count('data-test="next-time"') == 5
    assert olga.post(made["Location"], form(desk, name="other")).status_code == 303
    assert "other" in olga.get(made["Location"]).content.decode()
    assert olga.post(f"{made['Location']}/switch", {"on": "no"}).status_code == 303
    assert 'data-test="next-time"' not in olga.get(made["Location"]).content.decode()
    assert olga.post(f"{made['Location']}/remove").status_code == 303
    assert queries.fetch_timetables(desk.stage.olga).total == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"weekdays": ""}, "weekdays"),
        ({"at": "25:99"}, "at"),
        ({"time_zone": "Nowhere"}, "time_zone"),
        ({"rhythm": "once", "day": "yesterday"}, "day"),
        ({"condition": "name =="}, "condition"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    desk: Desk, changes: dict[str, str], field: str
) -> None:
    address = f"/timetables/new?script={desk.script}"
    answer = sign_in("olga").post(address, form(desk, note="kept", **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.search(rf'field-{field}-notes"[^§]*?yw-error', page) or "yw-error" in page
    assert "kept" in page
    assert queries.fetch_timetables(desk.stage.olga).total == 0


def test_a_run_shows_its_timetable_and_what_changed_since_the_last_one(desk: Desk) -> None:
    timetable = desk.add()
    desk.look(hours=1.1)
    first = desk.finish("succeeded")
    desk.look(hours=24)
    second = desk.finish("failed", "succeeded")
    olga = sign_in("olga")
    assert f"/timetables/{timetable}" in olga.get(f"/runs/{second}").content.decode()
    page = olga.get(f"/runs/{second}/compare").content.decode()
    assert 'data-test="change-newly_fails"' in page
    assert page.count('data-test="compared"') == 1
    assert 'data-test="no-earlier"' in olga.get(f"/runs/{first}/compare").content.decode()
    page = olga.get(f"/timetables/{timetable}").content.decode()
    assert page.count('data-test="start"') == 2


def test_what_follows_its_runs_is_said_in_its_form_and_kept(desk: Desk) -> None:
    olga = sign_in("olga")
    address = f"/timetables/new?script={desk.script}"
    typed = form(desk, **{"then.1.script": str(desk.script)})
    asked = sign_in("olga", htmx_target="then").post(address, typed | {"act": "then"})
    assert asked.status_code == 200
    assert 'name="then.2.script"' in asked.content.decode()
    assert "<html" not in asked.content.decode()
    sent = typed | {
        "then.1.shown": str(desk.script),
        "then.1.states": "failed",
        "then.1.exit_codes": "3-4",
        "then.1.within_minutes": "60",
    }
    assert olga.post(address, sent | {"then.1.exit_codes": "x"}).status_code == 422
    made = olga.post(address, sent)
    assert made.status_code == 303
    page = olga.get(made["Location"]).content.decode()
    assert 'name="then.1.exit_codes" value="3, 4"' in page
    [row] = queries.fetch_timetables(desk.stage.olga).items
    assert row.then[0].outcome.exit_codes == (3, 4)


def test_conditions_that_only_rest_can_say_stay_when_the_form_is_saved(desk: Desk) -> None:
    olga = sign_in("olga")
    outcome = Outcome(exit_codes=(3,), digest="ab" * 8, reason="off")
    then = (FollowUpDraft(script=desk.script, outcome=outcome),)
    made = desk.add(then=then)
    page = olga.get(f"/timetables/{made}").content.decode()
    assert 'value="digest=abababababababab" checked' in page
    assert 'value="reason=off" checked' in page
    sent = form(desk) | {
        "then.1.script": str(desk.script),
        "then.1.shown": str(desk.script),
        "then.1.exit_codes": "3",
        "then.1.within_minutes": "60",
        "then.1.kept": ["digest=abababababababab", "reason=off"],
    }
    assert olga.post(f"/timetables/{made}", sent).status_code == 303
    row = queries.access_timetable(desk.stage.olga, made)
    assert row.then[0].outcome == outcome
    assert olga.post(f"/timetables/{made}", sent | {"then.1.kept": []}).status_code == 303
    row = queries.access_timetable(desk.stage.olga, made)
    assert row.then[0].outcome == Outcome(exit_codes=(3,))
