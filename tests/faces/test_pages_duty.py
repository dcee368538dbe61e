"""The pages of duty: schedules made and tried, who is on duty, and what people do about theirs."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client

from tests.support.pages import Page, sign_in
from tests.support.people import Standing, make_people, make_viewer
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Role, Viewer
from yunwei.monitor.duty.queries import changes as change_queries
from yunwei.monitor.duty.queries import plans

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
# half a day from now: whoever is on duty at the beginning of a test is so at its end
HANDOFF = (SystemClock().now().astimezone(SHANGHAI) + 12 * HOUR).strftime("%H:00")


@pytest.fixture
def people() -> Standing:
    made = make_people()
    calendar_actions.bootstrap()
    for name in ("Anna", "Ben"):
        made.viewers[name] = make_viewer(name, Role.OPERATOR, made.provider.id)
    return made


def form_of(people: Standing, **changes: Any) -> dict[str, Any]:
    """The form of a schedule in which Anna and Ben take days, as a browser sends it."""
    yesterday = (SystemClock().now() - timedelta(days=2)).date()
    form: dict[str, Any] = {
        "name": "运维值班",
        "tenant": people.provider.id,
        "time_zone": "Asia/Shanghai",
        "notice_minutes": "30",
        "layers": "1",
        "layers.0.turns": "3",
        "layers.0.name": "按天",
        "layers.0.role": "primary",
        "layers.0.unit": "day",
        "layers.0.length": "1",
        "layers.0.handoff_minute": HANDOFF,
        "layers.0.starts_on": yesterday.isoformat(),
        "layers.0.turn.0.0": people["Anna"].user_id,
        "layers.0.turn.1.0": people["Ben"].user_id,
    }
    return {key: value for key, value in (form | changes).items() if value is not None}


def make_schedule(people: Standing, **changes: Any) -> int:
    made = sign_in("mia").post("/duty/schedules/new", form_of(people, **changes))
    assert made.status_code == 303
    return int(made["Location"].rsplit("/", 1)[1])


def local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def on_duty(people: Standing) -> list[str]:
    found = plans.fetch_on_duty(people["root"], now=SystemClock().now())
    return [each.user_name for each in found]


def other_than(people: Standing, name: str) -> Viewer:
    return people["Ben" if name == "Anna" else "Anna"]


def test_a_schedule_is_made_seen_changed_and_removed(people: Standing) -> None:
    client, number = sign_in("mia"), make_schedule(people)
    shown = Page(client.get(f"/duty/schedules/{number}"))
    assert f"每 1 天 {HANDOFF} 交接给下一人" in shown.text
    assert "Anna → Ben" in " ".join(shown.text.split())
    assert shown.count("on-duty") == 1
    change = f"/duty/schedules/{number}/change"
    assert 'value="按天"' in client.get(change).content.decode()
    weekly = form_of(people, name="周值班", **{"layers.0.unit": "week"})
    assert client.post(change, weekly).status_code == 303
    row = plans.fetch_schedules(people["mia"], now=SystemClock().now()).items[0]
    assert (row.schedule.name, row.schedule.layers[0].unit) == ("周值班", "week")
    assert Page(client.get("/duty/schedules")).count("row") == 1
    client.post(f"/duty/schedules/{number}/remove")
    assert Page(client.get("/duty")).count("empty") == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, "必填"),
        ({"layers.0.length": "0"}, "介于 1 与 366 之间"),
        ({"layers.0.starts_on": "soon"}, "不是日期"),
        ({"layers.0.handoff_minute": "25:00"}, "不是时刻"),
        ({"layers.0.times": "feast"}, "无法识别的词：feast"),
        ({"layers.0.turn.0.0": "", "layers.0.turn.1.0": ""}, "轮值层需要轮值人员"),
        ({"coverage": "workday,mon"}, "无法识别的词：workday"),
        ({"time_zone": "Mars/Phobos"}, "没有这个时区"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(
    people: Standing, changes: dict[str, Any], told: str
) -> None:
    response = sign_in("mia").post("/duty/schedules/new", form_of(people, **changes))
    assert response.status_code == 422
    text = response.content.decode()
    assert told in text
    assert 'value="按天"' in text


def test_layers_and_turns_are_added_moved_and_dropped_without_scripts(people: Standing) -> None:
    client = sign_in("mia")
    more = client.post("/duty/schedules/new", form_of(people, layer_do="add"))
    assert (more.status_code, Page(more).count("layer")) == (200, 2)
    turns = client.post("/duty/schedules/new", form_of(people, layer_do="turns-0"))
    assert 'name="layers.0.turn.4.0"' in turns.content.decode()
    second = {"layers": "2", "layers.1.turns": "1", "layers.1.name": "下层"}
    moved = client.post("/duty/schedules/new", form_of(people, layer_do="up-1", **second))
    text = moved.content.decode()
    assert text.index('value="下层"') < text.index('value="按天"')
    dropped = client.post("/duty/schedules/new", form_of(people, layer_do="drop-0"))
    assert Page(dropped).count("layer") == 0


def test_the_next_four_weeks_are_seen_before_anything_is_saved(people: Standing) -> None:
    htmx = sign_in("mia", htmx_target="preview")
    part = htmx.post("/duty/schedules/new", form_of(people))
    page = Page(part)
    assert (part.status_code, page.count("sheet"), page.count("save")) == (200, 1, 0)
    assert page.text.count("Anna") > 10
    nobody = sign_in("mia").post(
        "/duty/schedules/new", form_of(people, preview="1", **{"layers.0.times": "工作日"})
    )
    assert Page(nobody).count("gap") >= 8
    wrong = htmx.post("/duty/schedules/new", form_of(people, **{"layers.0.times": "feast"}))
    assert "无法识别的词：feast" in wrong.content.decode()
    assert plans.fetch_schedules(people["mia"], now=SystemClock().now()).total == 0


@pytest.mark.parametrize("view", ["month", "week"])
def test_the_calendar_shows_who_when_and_gaps_in_red(people: Standing, view: str) -> None:
    number = make_schedule(people)
    page = Page(sign_in("olga").get(f"/duty?schedule={number}&view={view}"))
    assert page.count("sheet" if view == "month" else "week") == 1
    assert "Anna" in page.text
    assert "Ben" in page.text
    assert page.count("gap") == 0
    later = (SystemClock().now() + timedelta(days=20)).date().isoformat()
    sign_in("mia").post(
        f"/duty/schedules/{number}/change",
        form_of(people, **{"layers.0.times": "工作日 09:00-18:00"}),
    )
    gaps = Page(sign_in("olga").get(f"/duty?schedule={number}&view={view}&day={later}"))
    assert gaps.count("gap") > 5
    # looking is not changing
    assert gaps.count("override") == 0
    assert "/override" not in gaps.html


def test_an_override_is_made_by_a_form_and_ended_by_a_press(people: Standing) -> None:
    number = make_schedule(people)
    (name,) = on_duty(people)
    now = SystemClock().now()
    form = {
        "kind": "replace",
        "user": people[name].user_id,
        "stand_in": people["olga"].user_id,
        "role": "primary",
        "starts_at": local(now),
        "ends_at": local(now + 5 * HOUR),
        "note": "就医",
    }
    client = sign_in("mia")
    assert client.post(f"/duty/schedules/{number}/override", form).status_code == 303
    assert on_duty(people) == ["Olga"]
    conflict = client.post(f"/duty/schedules/{number}/override", form)
    assert conflict.status_code == 422
    assert f"该时段已有涉及 Olga, {name} 的调班" in conflict.content.decode()
    page = Page(client.get(f"/duty?schedule={number}"))
    assert f"Olga 顶替 {name}" in page.text
    made = change_queries.fetch_overrides(people["mia"]).items[0].id
    client.post(f"/duty/overrides/{made}/end", {"back": f"/duty?schedule={number}"})
    assert on_duty(people) == [name]


def test_a_temporary_shift_is_made_by_the_same_form(people: Standing) -> None:
    number, now = make_schedule(people), SystemClock().now()
    form = {
        "kind": "temporary",
        "stand_in": people["olga"].user_id,
        "role": "primary",
        "starts_at": local(now),
        "ends_at": local(now + HOUR),
    }
    sign_in("mia").post(f"/duty/schedules/{number}/override", form)
    assert on_duty(people) == ["Olga"]
    made = change_queries.fetch_temporaries(people["mia"]).items[0].id
    sign_in("mia").post(f"/duty/temporary-shifts/{made}/end")
    assert on_duty(people) != ["Olga"]


def test_people_note_their_own_leave_and_end_it(people: Standing) -> None:
    make_schedule(people)
    (name,) = on_duty(people)
    now = SystemClock().now()
    client = sign_in(name)
    form = {"starts_at": local(now), "ends_at": local(now + 3 * HOUR), "note": "就医"}
    # nobody says for others when they are away, whatever the form holds
    sent = client.post("/duty/leave", form | {"user": people["olga"].user_id})
    assert sent["Location"] == "/duty/mine"
    assert on_duty(people) == [other_than(people, name).display_name]
    page = Page(client.get("/duty/mine"))
    assert page.count("leave-row") == 1
    made = change_queries.fetch_leaves(people[name]).items[0]
    assert made.user == people[name].user_id
    client.post(f"/duty/leave/{made.id}/end")
    assert on_duty(people) == [name]


def test_a_swap_is_asked_for_and_accepted_on_the_page_of_ones_own(people: Standing) -> None:
    number = make_schedule(people)
    (name,) = on_duty(people)
    other = other_than(people, name)
    mine = Page(sign_in(name).get("/duty/mine"))
    assert mine.count("shift") > 10
    ask = next(link for link in mine.links if "/swap?" in link)
    first = sign_in(name).get(ask).content.decode()
    assert 'name="starts_at" value="20' in first
    soon = SystemClock().now() + HOUR / 2
    form = {"asked": other.user_id, "starts_at": local(soon), "ends_at": local(soon + HOUR / 2)}
    assert sign_in(name).post(f"/duty/schedules/{number}/swap", form).status_code == 303
    assert Page(sign_in(name).get("/duty/mine")).count("withdraw") == 1
    theirs = Page(sign_in(other.name).get("/duty/mine"))
    assert theirs.count("to-answer") == 1
    swap = change_queries.fetch_swaps(people["mia"]).items[0].id
    sign_in(other.name).post(f"/duty/swaps/{swap}/answer", {"answer": "yes"})
    assert change_queries.fetch_overrides(people["mia"]).items[0].stand_in == other.user_id
    assert "已接受" in Page(sign_in(name).get("/duty/mine")).text


def test_a_calendar_program_subscribes_without_signing_in(people: Standing) -> None:
    make_schedule(people)
    client = sign_in("Anna")
    page = Page(client.post("/duty/mine/feed"))
    assert page.count("feed-url") == 1
    address = page.html.split('readonly value="')[1].split('"')[0]
    path = address.split("testserver")[1]
    assert Page(client.get("/duty/mine")).count("feed-url") == 0  # told once
    read = Client().get(path)
    assert read["Content-Type"].startswith("text/calendar")
    assert len(icalendar.Calendar.from_ical(read.content).walk("VEVENT")) > 10
    client.post("/duty/mine/feed/revoke")
    assert Client().get(path).status_code == 404


def test_the_overview_names_who_is_on_duty(people: Standing) -> None:
    assert Page(sign_in("olga").get("/")).count("tile-duty") == 0
    number = make_schedule(people)
    # the record is written by the role `jobs`, and by each change
    sign_in("mia").post(f"/duty/schedules/{number}/change", form_of(people))
    page = Page(sign_in("olga").get("/"))
    assert page.count("tile-duty") == 1


def test_the_record_is_a_list_with_filters(people: Standing) -> None:
    number = make_schedule(people)
    sign_in("mia").post(f"/duty/schedules/{number}/change", form_of(people, name="改名"))
    page = Page(
        sign_in("audrey").get(f"/duty/record?schedule={number}&at={local(SystemClock().now())}")
    )
    assert page.count("row") <= 1
    assert Page(sign_in("audrey").get("/duty/record?role=backup")).count("row") == 0


@pytest.mark.parametrize(
    "query", ["view=year", "day=tomorrow", "day=0001-01-01", "schedule=999999", "schedule=x"]
)
def test_what_is_not_there_is_refused(people: Standing, query: str) -> None:
    make_schedule(people)
    assert sign_in("olga").get(f"/duty?{query}").status_code in {404, 422}
