"""Reports are made of what was measured, frozen, and say the same in every format."""

import re
from datetime import date

import pytest

from tests.integration.reports.reading import open_book, pdf_text, render, squeeze
from tests.integration.reports.support import (
    NOW,
    OCTOBER,
    content_of,
    make,
    maker,
    month,
    tell,
)
from tests.support.pages import Cloud, make_cloud
from yunwei.base.core.errors import Refused
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.reports import actions, queries
from yunwei.operate.reports.archive import ReportState
from yunwei.operate.reports.content import Content
from yunwei.operate.reports.render.formats import FileKind

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def codes(content: Content) -> set[str]:
    return {each.code for section in content.sections for each in section.findings}


def on_paper(content: Content) -> str:
    return pdf_text(render(content, FileKind.PDF))


def test_a_month_of_which_nothing_is_known_says_so(cloud: Cloud, clickhouse: ClickHouse) -> None:
    content = content_of(cloud, make(cloud))
    assert "nothing_measured" in codes(content)
    assert not codes(content) & {"users", "users_steady", "failures_few", "logons_quick", "calm"}
    assert content.coverage.share is None
    assert squeeze("No source has told of connections") in on_paper(content)


def test_half_a_month_is_told_as_half_and_not_compared(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    tell(clickhouse, cloud, month(logins=("user02",), first=16))
    content = content_of(cloud, make(cloud))
    assert 0.4 < (content.coverage.share or 0) < 0.6
    assert "half_measured" in codes(content)
    [said] = [each for each in content.sections[0].findings if each.code == "half_measured"]
    assert content.sections[0].findings[0] == said
    paper, book = on_paper(content), open_book(render(content, FileKind.XLSX))
    assert squeeze(said.text) in paper
    assert any(said.text in str(cell) for row in book.worksheets[0].values for cell in row)
    # no change is written beside a figure: half a time is not to be compared
    assert not re.search(r"before[\d.,%]+·[+−]", paper)
    assert not codes(content) & {"users_more", "users_fewer", "users_steady", "logons_slower"}


def test_names_with_markup_or_formulas_do_no_harm(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "=1+1")))
    content = content_of(cloud, make(cloud, "activity"))
    book = open_book(render(content, FileKind.XLSX))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "=1+1" in {cell.value for cell in cells}
    assert "\n'=1+1," in render(content, FileKind.CSV).decode().replace("\r", "")
    assert squeeze("=1+1") in on_paper(content)


def test_a_table_of_the_sheet_has_numbers_frozen_headings_filters_and_charts(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03")))
    content = content_of(cloud, make(cloud, "activity"))
    book = open_book(render(content, FileKind.XLSX))
    users = book["Users"]
    assert users.freeze_panes == "A2"
    assert users.auto_filter.ref == "A1:G3"
    assert isinstance(users["D2"].value, float | int)
    days = book["Active users by day"]
    assert days["A2"].value.date() == date(2026, 10, 1)
    assert len(days._charts) == 1


def test_what_is_frozen_stays_when_the_world_goes_on(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02",)))
    report = make(cloud)
    before = render(content_of(cloud, report), FileKind.PDF)
    tell(clickhouse, cloud, month(logins=("user05", "user06", "user07")))
    assert render(content_of(cloud, report), FileKind.PDF) == before


def test_a_cancelled_report_is_not_made(cloud: Cloud, clickhouse: ClickHouse) -> None:
    olga = cloud.people["olga"]
    draft = actions.ReportDraft(
        tenant=cloud.tenant, definition="daily", language="en", period=OCTOBER
    )
    report = actions.ask_report(olga, draft, now=NOW)
    actions.cancel_report(olga, report)
    assert maker().go_round() is False
    assert queries.access_report(olga, report).state is ReportState.CANCELLED


def test_a_customers_people_see_what_was_released_and_nobody_elses(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    report = make(cloud, "daily")
    kai, chen = cloud.people["kai"], cloud.people["chen"]
    with pytest.raises(Refused):
        queries.access_report(kai, report)
    actions.release_report(cloud.people["olga"], report, now=NOW)
    assert queries.fetch_content(kai, report).definition == "daily"
    with pytest.raises(Refused):
        queries.access_report(chen, report)
