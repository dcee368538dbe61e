"""Reports are made of what was measured, frozen, and say the same in every format."""

import csv
import io
import json
import re
from datetime import date

import docx
import openpyxl
import pytest
from pypdf import PdfReader

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
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.render.formats import FORMATS, FileKind
from yunwei.operate.reports.saying import say_figure

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def codes(content: Content) -> set[str]:
    return {each.code for section in content.sections for each in section.findings}


def pdf_text(content: Content) -> str:
    reader = PdfReader(io.BytesIO(FORMATS[FileKind.PDF].render(content)))
    return squeeze("".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize(
    ("definition", "language"), [*((key, "zh-hans") for key in BUILT_IN), ("monthly", "en")]
)
def test_every_built_in_report_is_made_and_had_in_every_format(
    cloud: Cloud, clickhouse: ClickHouse, definition: str, language: str
) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03")))
    report = make(cloud, definition, language=language)
    known = queries.access_report(cloud.people["olga"], report)
    assert (known.state, known.error) == (ReportState.READY, "")
    content = content_of(cloud, report)
    assert content.language == language
    assert content.sections[0].findings
    for kind, format in FORMATS.items():
        assert format.render(content), kind


def test_the_same_figures_stand_in_all_formats(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03", "user04")))
    content = content_of(cloud, make(cloud))
    figures = {each.name: each for each in content.figures}
    assert figures["active_users"].value == 3
    assert figures["connected_hours"].value == pytest.approx(3 * 31 * 6, abs=1)

    told = json.loads(FORMATS[FileKind.JSON].render(content))
    in_json = {
        each["name"]: each["value"] for section in told["sections"] for each in section["figures"]
    }
    book = openpyxl.load_workbook(io.BytesIO(FORMATS[FileKind.XLSX].render(content)))
    rows = book.worksheets[0].iter_rows(values_only=True)
    in_sheet = {row[3]: row[1] for row in rows if row[3]}
    document = docx.Document(io.BytesIO(FORMATS[FileKind.DOCX].render(content)))
    in_word = squeeze(
        "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    )
    csv_text = FORMATS[FileKind.CSV].render(content).decode("utf-8-sig")
    in_csv = {row[0]: row[2] for row in csv.reader(io.StringIO(csv_text)) if len(row) > 3}
    on_paper = pdf_text(content)
    for name, figure in figures.items():
        assert in_json[name] == figure.value
        assert in_sheet[name] == pytest.approx(figure.value), name
        assert squeeze(say_figure(figure)) in on_paper, name
        assert squeeze(say_figure(figure)) in in_word, name
        assert in_csv[name] == ("" if figure.value is None else str(figure.value)), name


def test_a_month_of_which_nothing_is_known_says_so(cloud: Cloud, clickhouse: ClickHouse) -> None:
    content = content_of(cloud, make(cloud))
    assert "nothing_measured" in codes(content)
    assert not codes(content) & {"users", "users_steady", "failures_few", "logons_quick", "calm"}
    assert content.coverage.share is None
    assert squeeze("No source has told of connections") in pdf_text(content)


def test_half_a_month_is_told_as_half_and_not_compared(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    tell(clickhouse, cloud, month(logins=("user02",), first=16))
    content = content_of(cloud, make(cloud))
    assert 0.4 < (content.coverage.share or 0) < 0.6
    assert "half_measured" in codes(content)
    assert not codes(content) & {"users_more", "users_fewer", "users_steady", "logons_slower"}


def test_names_with_markup_or_formulas_do_no_harm(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "=1+1")))
    content = content_of(cloud, make(cloud, "activity"))
    book = openpyxl.load_workbook(io.BytesIO(FORMATS[FileKind.XLSX].render(content)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "=1+1" in {cell.value for cell in cells}
    assert "\n'=1+1," in FORMATS[FileKind.CSV].render(content).decode().replace("\r", "")
    assert squeeze("=1+1") in pdf_text(content)


def test_a_table_of_the_sheet_has_numbers_frozen_headings_filters_and_charts(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03")))
    content = content_of(cloud, make(cloud, "activity"))
    book = openpyxl.load_workbook(io.BytesIO(FORMATS[FileKind.XLSX].render(content)))
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
    before = FORMATS[FileKind.PDF].render(content_of(cloud, report))
    tell(clickhouse, cloud, month(logins=("user05", "user06", "user07")))
    assert FORMATS[FileKind.PDF].render(content_of(cloud, report)) == before


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
