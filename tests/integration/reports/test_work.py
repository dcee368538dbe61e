"""Reports of script runs, of inspections and of a year: their figures are those of what was."""

from datetime import datetime

import pytest

from tests.integration.reports.reading import open_book, render
from tests.integration.reports.support import (
    NOW,
    OCTOBER,
    ZONE,
    at,
    connection,
    content_of,
    make,
    month,
    tell,
)
from tests.integration.reports.work import inspect, run
from tests.support.pages import Cloud, make_cloud
from yunwei.base.core.readings import Reading
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.reports.content import Content, Rows
from yunwei.operate.reports.periods import PeriodKind, period_of
from yunwei.operate.reports.render.formats import FileKind

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

YEAR = period_of(PeriodKind.YEAR, OCTOBER.first, ZONE)


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def codes(content: Content) -> set[str]:
    return {each.code for section in content.sections for each in section.findings}


def values(content: Content) -> dict[str, float | None]:
    return {each.name: each.value for each in content.figures}


def table(content: Content, name: str) -> Rows:
    return next(
        each for section in content.sections for each in section.tables if each.name == name
    )


def test_runs_are_counted_by_script_and_cause(cloud: Cloud, clickhouse: ClickHouse) -> None:
    run(cloud, "clean", at(5, 10), {"succeeded": 6, "failed:3": 3, "skipped:off": 1})
    run(cloud, "clean", at(6, 10), {"succeeded": 2}, waited=True)
    run(cloud, "patch", at(7, 10), {"failed:7": 1}, state="stopped", reason="harmful")
    run(cloud, "patch", at(8, 10), {"cancelled:declined": 2}, state="declined", waited=True)
    # of the month before, and of the neighbour's time
    run(cloud, "clean", at(9, 10, month=9), {"succeeded": 4})
    content = content_of(cloud, make(cloud, "runs"))
    told = values(content)
    assert told["runs"] == 4
    assert told["run_targets"] == 15
    assert told["run_success"] == pytest.approx(8 / 12)
    assert (told["run_failed"], told["run_unreached"]) == (4, 3)
    assert (told["run_waited"], told["run_refused"]) == (2, 1)
    assert (told["run_stopped"], told["run_guarded"]) == (1, 1)
    scripts = {row[0]: row for row in table(content, "scripts").cells}
    assert scripts["clean"][1:7] == (2, 0, 8, 3, 1, pytest.approx(8 / 11))
    first = table(content, "run_causes").cells[0]
    assert first[:3] == ("Failed with exit code 3", "clean", 3)
    assert table(content, "run_slowest").cells[0][1:3] == ("PC-09", 9)
    assert [row[2] for row in table(content, "run_judged").cells] == [
        "Not approved",
        "Stopped: it made desktops of the canary worse for their people",
        "Finished",
    ]
    said = codes(content)
    assert {"runs_worse", "runs_guarded", "runs_refused", "runs_unreached"} <= said
    assert not said & {"calm", "runs_good", "no_runs"}
    days = next(s for s in content.sections if s.kind == "runs").charts[0].to_rows()[1:]
    assert [row[1:] for row in days if any(row[1:])] == [[6, 3], [2, 0], [0, 1]]
    assert len(days) == 31
    chinese = content_of(cloud, make(cloud, "runs", language="zh-hans"))
    assert table(chinese, "run_causes").cells[0][0] == "失败，退出码 3"


def test_a_month_without_runs_and_inspections_says_so(cloud: Cloud, clickhouse: ClickHouse) -> None:
    assert codes(content_of(cloud, make(cloud, "runs"))) == {"no_runs"}
    assert codes(content_of(cloud, make(cloud, "inspections"))) == {"no_inspection"}


def test_inspections_are_told_with_what_changed(cloud: Cloud, clickhouse: ClickHouse) -> None:
    for when in (at(5, 8), at(20, 8)):
        inspect(cloud, when)
    # one of the month after is not of this one
    inspect(cloud, NOW)
    content = content_of(cloud, make(cloud, "inspections"))
    told, rows = values(content), table(content, "inspection_list").cells
    assert told["inspections"] == len(rows) == 2
    last = rows[0]
    assert told["inspection_score"] == last[3]
    assert told["inspection_unmeasured"] == last[7]
    assert [datetime.fromisoformat(str(row[2])) for row in rows] == [at(20, 8), at(5, 8)]
    # this cloud tells little of what is asked: its score is nothing to praise
    assert "inspection_unclear" in codes(content)
    assert not codes(content) & {"inspection_good", "inspection_rose"}
    assert "no_inspection" not in codes(content)


def test_a_year_is_told_by_its_months(cloud: Cloud, clickhouse: ClickHouse) -> None:
    readings: list[Reading] = [*month(logins=("user02", "user03", "una"), first=1, last=31)]
    readings += [connection(900 + day, "user02", at(day, 9, month=9), 6) for day in range(1, 31)]
    tell(clickhouse, cloud, readings)
    run(cloud, "clean", at(5, 10, month=9), {"succeeded": 6})
    content = content_of(cloud, make(cloud, "annual", period=YEAR))
    months = {row[0]: row for row in table(content, "months").cells}
    # eleven have begun; what was not measured is open, and not zero
    assert list(months) == [f"2026-{number:02d}" for number in range(1, 12)]
    assert months["2026-05"][1:5] == (0.0, None, None, None)
    assert months["2026-09"][2:4] == (1, 1)
    assert months["2026-10"][2:4] == (3, 3)
    assert months["2026-10"][4] == pytest.approx(3 * 31 * (6 - 20 / 3600), abs=0.01)
    told = values(content)
    assert (told["year_users"], told["year_peak"]) == (3, 3)
    assert told["run_success"] == 1
    assert content.coverage.share is not None
    assert 0.1 < content.coverage.share < 0.3
    assert "year_gaps" in codes(content)
    assert not codes(content) & {"users_more", "half_measured", "nothing_measured"}
    book = open_book(render(content, FileKind.XLSX))
    assert "Month by month" in book.sheetnames
    assert render(content, FileKind.PDF).startswith(b"%PDF")
