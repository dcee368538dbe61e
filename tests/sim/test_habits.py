"""The days look like days: mornings, lunches, evenings, weekends, holidays."""

import numpy as np
import pytest

from tests.sim.support import build_world, local_s
from yunwei_sim.world.departments import DEPARTMENTS
from yunwei_sim.world.rows import Failure, Flag, Rows, succeeded
from yunwei_sim.world.world import World

DESKTOPS = 1500


@pytest.fixture(scope="module")
def world() -> World:
    """A world that has lived from before National Day to a plain week in October 2026."""
    return build_world(desktops=DESKTOPS, days=24, start_s=local_s("2026-10-22 23:50"))


def online(world: World, text: str) -> int:
    return world.snapshot(local_s(text)).connected_count


def rows_of(world: World, day: str) -> Rows:
    return world.ledger.starting(local_s(f"{day} 00:00"), local_s(f"{day} 23:59"))


def test_a_working_day_ramps_up_dips_at_noon_and_drains(world: World) -> None:
    curve = {hour: online(world, f"2026-10-21 {hour}") for hour in (
        "06:00", "08:00", "08:30", "09:00", "09:30", "11:00", "12:30", "14:30", "17:30", "18:30",
        "19:30", "22:30",
    )}  # fmt: skip
    assert curve["06:00"] < curve["08:00"] < curve["08:30"] < curve["09:00"] < curve["09:30"]
    assert curve["11:00"] > 0.6 * DESKTOPS
    assert curve["12:30"] < 0.75 * curve["11:00"]
    assert curve["14:30"] > 0.9 * curve["11:00"]
    assert curve["17:30"] > curve["18:30"] > curve["19:30"] > curve["22:30"]
    assert 0 < curve["22:30"] < 0.2 * DESKTOPS


@pytest.mark.parametrize("quiet", ["2026-10-02", "2026-10-05", "2026-10-11", "2026-10-18"])
def test_holidays_and_weekends_are_quiet(world: World, quiet: str) -> None:
    assert online(world, f"{quiet} 10:30") < 0.25 * online(world, "2026-10-21 10:30")


def test_a_made_up_saturday_is_a_working_day(world: World) -> None:
    assert online(world, "2026-10-10 10:30") > 0.85 * online(world, "2026-10-21 10:30")


def test_the_call_centre_works_around_the_clock(world: World) -> None:
    support = next(number for number, each in enumerate(DEPARTMENTS) if each.key == "support")
    at_night = world.snapshot(local_s("2026-10-21 03:00"))
    users = at_night.online_users
    assert len(users) > 10
    assert (world.people.department[users] == support).mean() > 0.8


def test_most_people_are_back_on_the_same_session_after_lunch(world: World) -> None:
    rows = rows_of(world, "2026-10-21")
    noon = (rows["start"] > local_s("2026-10-21 12:10")) & (
        rows["start"] < local_s("2026-10-21 13:45")
    )
    again = (rows["flags"][noon & succeeded(rows)] & Flag.RECONNECT) != 0
    assert again.mean() > 0.8


def test_logons_are_slowest_in_the_morning_rush_and_quick_again_after(world: World) -> None:
    rows = rows_of(world, "2026-10-21")
    rows = rows[succeeded(rows)]
    first = (rows["flags"] & Flag.RECONNECT) == 0
    rush = (rows["start"] > local_s("2026-10-21 08:35")) & (
        rows["start"] < local_s("2026-10-21 09:15")
    )
    calm = rows["start"] < local_s("2026-10-21 08:05")
    median = np.median
    assert median(rows["logon_s"][first & rush]) > 1.3 * median(rows["logon_s"][first & calm])
    assert median(rows["logon_s"][~first]) < 7
    assert 8 < median(rows["logon_s"][first]) < 40


def test_a_few_logins_fail_on_a_good_day(world: World) -> None:
    rows = rows_of(world, "2026-10-21")
    failed = rows[~succeeded(rows)]
    assert 0 < len(failed) < 0.05 * len(rows)
    assert {Failure.WRONG_PASSWORD} <= {Failure(int(code)) for code in failed["failure"]}


def test_branches_and_homes_are_further_away(world: World) -> None:
    rows = rows_of(world, "2026-10-21")
    in_branch = world.people.in_branch[rows["user"]]
    at_home = (rows["flags"] & Flag.HOME) != 0
    near = np.median(rows["rtt_ms"][~in_branch & ~at_home])
    assert near < 15 < np.median(rows["rtt_ms"][in_branch & ~at_home])
    assert np.median(rows["rtt_ms"][at_home]) > 25
    assert rows["rtt_ms"].min() >= 1


def test_people_have_habits_of_their_own(world: World) -> None:
    """Who comes early on one day comes early on the next."""
    office = ~world.people.works_shifts

    def arrivals(day: str) -> np.ndarray:
        rows = rows_of(world, day)
        first = np.full(world.people.count, np.nan)
        for row in rows[succeeded(rows)][::-1]:
            first[row["user"]] = row["start"] - local_s(f"{day} 00:00")
        return first

    one, other = arrivals("2026-10-20"), arrivals("2026-10-21")
    both = office & ~np.isnan(one) & ~np.isnan(other)
    assert both.sum() > 500
    assert np.corrcoef(one[both], other[both])[0, 1] > 0.25
