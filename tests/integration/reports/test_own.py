"""Reports of one's own: versions that stay, filters that hold or are refused, covers, tenants."""

from dataclasses import replace

import pytest

from tests.integration.reports import full_month
from tests.integration.reports.reading import open_book, pdf_text, render, squeeze
from tests.integration.reports.support import (
    NOW,
    OCTOBER,
    ZONE,
    at,
    content_of,
    maker,
    month,
    picture,
    tell,
)
from tests.support.pages import Cloud, make_cloud
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.base.people.facts import Language
from yunwei.operate.reports import actions, own_actions, own_queries, queries
from yunwei.operate.reports.archive import Recipients, ReportDraft, ReportState, ScheduleDraft
from yunwei.operate.reports.content import Content
from yunwei.operate.reports.definitions import Half, SectionKind
from yunwei.operate.reports.own import ComparedWith, OwnContent, OwnSection
from yunwei.operate.reports.periods import Period, PeriodKind, period_of
from yunwei.operate.reports.render.formats import FileKind
from yunwei.operate.usage.facts.use import Dimension, Measure

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

FINDINGS = OwnSection(kind=SectionKind.FINDINGS)
USERS = OwnSection(kind=SectionKind.USERS)
SMALL = OwnContent(title_zh="研发月报", title_en="Our month", sections=(FINDINGS, USERS))


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def add(cloud: Cloud, content: OwnContent = SMALL, *, is_shared: bool = True) -> int:
    return own_actions.add_own(
        cloud.people["olga"], cloud.tenant, content, is_shared=is_shared, now=NOW
    )


def change(cloud: Cloud, own: int, content: OwnContent, version: int) -> int:
    return own_actions.change_own(
        cloud.people["olga"], own, content, version=version, is_shared=True, now=NOW
    )


def make(cloud: Cloud, own: int, *, period: Period = OCTOBER, is_last_year: bool = False) -> int:
    draft = ReportDraft(
        tenant=cloud.tenant,
        definition=f"own-{own}",
        language="en",
        period=period,
        is_last_year=is_last_year,
    )
    report = actions.ask_report(cloud.people["olga"], draft, now=NOW)
    maker().go_round()
    return report


def test_a_made_report_keeps_the_version_it_was_made_with(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    tell(clickhouse, cloud, month(logins=("user02",)))
    own = add(cloud)
    draft = ReportDraft(tenant=cloud.tenant, definition=f"own-{own}", language="en", period=OCTOBER)
    first = actions.ask_report(cloud.people["olga"], draft, now=NOW)
    newer = replace(SMALL, title_en="Renamed", sections=(FINDINGS,))
    assert change(cloud, own, newer, 1) == 2
    assert maker().go_round()
    second = make(cloud, own)
    told = [content_of(cloud, each) for each in (first, second)]
    assert [each.title for each in told] == ["Our month", "Renamed"]
    assert [len(each.sections) for each in told] == [2, 1]
    assert [each.own_number for each in told] == [1, 2]
    known = [queries.access_report(cloud.people["olga"], each) for each in (first, second)]
    assert [(each.own_number, each.own_title_en) for each in known] == [
        (1, "Our month"),
        (2, "Renamed"),
    ]
    assert squeeze("Renamed") in pdf_text(render(told[1], FileKind.PDF))


def test_what_says_the_same_is_no_new_version_and_nobody_overwrites_another(cloud: Cloud) -> None:
    own = add(cloud)
    assert change(cloud, own, SMALL, 1) == 1
    assert change(cloud, own, replace(SMALL, colour="#AA0011"), 1) == 2
    with pytest.raises(Conflict, match="in the meantime"):
        change(cloud, own, SMALL, 1)
    versions = own_queries.fetch_versions(cloud.people["olga"], own)
    assert [(each.number, each.content.colour) for each in versions] == [(2, "#aa0011"), (1, "")]


def test_a_filter_narrows_every_figure_and_is_said(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03", "una")))
    content = replace(SMALL, condition='login == "una" || login == "user03"')
    told = content_of(cloud, make(cloud, add(cloud, content)))
    [table] = told.sections[1].tables
    assert sorted(row[0] for row in table.cells) == ["una", "user03"]
    assert "2 users were active." in [each.text for each in told.sections[0].findings]
    assert told.only
    assert squeeze(told.only) in pdf_text(render(told, FileKind.PDF))
    # nothing is known of departments that begin so: neither the term nor its negation holds
    nobody = replace(SMALL, condition='pool == "no such pool"')
    assert content_of(cloud, make(cloud, add(cloud, nobody))).sections[1].tables == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (
            {"condition": 'login == "x"', "sections": (OwnSection(kind=SectionKind.ALARMS),)},
            "condition",
        ),
        ({"condition": "login in_set"}, "condition"),
        ({"condition": 'no_such_field == "x"'}, "condition"),
        ({"title_zh": " ", "title_en": ""}, "title_zh"),
        ({"sections": ()}, "sections"),
        ({"colour": "red"}, "colour"),
        ({"logo": "0" * 64}, "logo"),
        ({"period": PeriodKind.YEAR}, "period"),
        ({"sections": (OwnSection(kind=SectionKind.TEXT),)}, "sections"),
        ({"sections": (OwnSection(kind=SectionKind.MEASURE),)}, "sections"),
        ({"sections": (OwnSection(kind=SectionKind.USERS, by=(Dimension.DAY,)),)}, "sections"),
        ({"sections": (OwnSection(kind=SectionKind.USERS, most_rows=-1),)}, "sections"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(
    cloud: Cloud, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(cloud, replace(SMALL, **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_sections_are_as_their_author_wants_them(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02", "user03", "una")))
    content = OwnContent(
        title_zh="三段",
        sections=(
            OwnSection(kind=SectionKind.TEXT, title_en="Words", text_zh="第一行\n第二行"),
            replace(USERS, most_rows=2, title_zh="前两名", starts_page=True),
            OwnSection(kind=SectionKind.ACTIVITY, hides=(Half.CHARTS,)),
            OwnSection(kind=SectionKind.MEASURE, measure=Measure.HOURS, by=(Dimension.WEEKDAY,)),
            OwnSection(kind=SectionKind.PARTS, by=(Dimension.CLIENT,)),
        ),
    )
    told = content_of(cloud, make(cloud, add(cloud, content)))
    words, users, activity, measured, parts = told.sections
    # without an English one, the other language's
    assert (told.title, words.title, words.text) == ("三段", "Words", "第一行\n第二行")
    assert (users.title, users.starts_page) == ("前两名", True)
    assert (len(users.tables[0].cells), users.tables[0].total) == (2, 3)
    assert (bool(activity.figures), activity.charts) == (True, ())
    assert [table.name for table in parts.tables] == ["client"]
    monday, *others = measured.tables[0].cells
    assert monday[0] == "Monday"
    assert len(others) == 6
    # three people on four Mondays, six hours less the 20 seconds that a logon takes
    assert monday[1] == 3 * 4 * (6 * 3600 - 20)
    book = open_book(render(told, FileKind.XLSX))
    assert len(book["Users"]["A"]) >= 3


def test_compared_with_last_year_says_so(cloud: Cloud, clickhouse: ClickHouse) -> None:
    tell(clickhouse, cloud, month(logins=("user02",)))
    content = replace(SMALL, sections=(OwnSection(kind=SectionKind.ALARMS),))
    told = content_of(cloud, make(cloud, add(cloud, content), is_last_year=True))
    assert told.before_days is not None
    assert [each.isoformat() for each in told.before_days] == ["2025-10-01", "2025-10-31"]
    assert squeeze("Compared with 2025-10-01 to 2025-10-31.") in pdf_text(
        render(told, FileKind.PDF)
    )


def test_the_cover_bears_the_tenants_logo_and_colour(cloud: Cloud, clickhouse: ClickHouse) -> None:
    olga = cloud.people["olga"]
    logo = own_actions.add_logo(olga, cloud.tenant, picture(), now=NOW)
    assert own_actions.add_logo(olga, cloud.tenant, picture(), now=NOW) == logo
    plain = content_of(cloud, make(cloud, add(cloud)))
    told = content_of(cloud, make(cloud, add(cloud, replace(SMALL, logo=logo, colour="#aa0011"))))
    assert told.brand is not None
    assert told.brand.logo is not None
    assert told.brand.logo.data == picture()
    assert render(told, FileKind.PDF).count(b"/Image") > render(plain, FileKind.PDF).count(
        b"/Image"
    )
    assert b"word/media/image" in render(told, FileKind.DOCX)
    assert b"xl/media/image" in render(told, FileKind.XLSX)
    assert b'brand": null' in render(told, FileKind.JSON)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "required"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "SVG"),
        (b"GIF89a" + bytes(40), "PNG or JPEG"),
        (picture(is_whole=False), "damaged"),
        (picture(5000, 1), "4,000 pixels"),
        (b"\xff\xd8\xff\xe0" + bytes(400), "damaged"),
        (picture() + bytes(256 * 1024), "256 KB"),
    ],
)
def test_a_picture_that_is_none_is_no_logo(cloud: Cloud, data: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        own_actions.add_logo(cloud.people["olga"], cloud.tenant, data, now=NOW)


def test_nobody_elses_tenant_sees_or_makes_it(cloud: Cloud) -> None:
    own, people = add(cloud), cloud.people
    assert own in {each.id for each in own_queries.fetch_own(people["root"]).items}
    for who in ("chen", "kai"):
        with pytest.raises(Refused):
            own_queries.access_own(people[who], own)
        assert own_queries.list_choices(people[who]) == ()
    b = people.b.id
    draft = ReportDraft(tenant=b, definition=f"own-{own}", language="en", period=OCTOBER)
    with pytest.raises(Invalid) as refused:
        actions.ask_report(people["root"], draft, now=NOW)
    assert refused.value.field == "definition"


def test_what_is_not_shared_is_its_makers_alone(cloud: Cloud) -> None:
    own, root = add(cloud, is_shared=False), cloud.people["root"]
    with pytest.raises(Refused):
        own_queries.access_own(root, own)
    with pytest.raises(Invalid, match="share this report"):
        actions.add_schedule(cloud.people["olga"], schedule(cloud, own), now=NOW)


def schedule(cloud: Cloud, own: int) -> ScheduleDraft:
    return ScheduleDraft(
        tenant=cloud.tenant,
        name=f"own {own}",
        definition=f"own-{own}",
        language="en",
        period=PeriodKind.MONTH,
        after=at(2, 8) - at(2, 0),
        time_zone=ZONE,
        recipients=Recipients(roles=("operator",)),
    )


def test_a_schedule_makes_it_by_its_newest_version_and_holds_it(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    tell(clickhouse, cloud, month(logins=("user02",)))
    own, olga = add(cloud), cloud.people["olga"]
    made = actions.add_schedule(olga, schedule(cloud, own), now=at(10, 12))
    change(cloud, own, replace(SMALL, title_en="Newer"), 1)
    assert maker().go_round()
    [report] = queries.fetch_reports(olga, {"schedule": made}).items
    assert (report.own_number, report.own_title_en) == (2, "Newer")
    with pytest.raises(Conflict, match="schedules make this report"):
        own_actions.remove_own(olga, own, now=NOW)
    actions.remove_schedule(olga, made, now=NOW)
    own_actions.remove_own(olga, own, now=NOW)
    with pytest.raises(Refused):
        own_queries.access_own(olga, own)
    assert content_of(cloud, report.id).title == "Newer"
    own_actions.restore_own(olga, own, now=NOW)
    assert own_queries.access_own(olga, own).version == 2


@pytest.mark.parametrize("beside", ComparedWith)
def test_what_is_made_now_is_compared_as_its_newest_version_says(
    cloud: Cloud, clickhouse: ClickHouse, beside: ComparedWith
) -> None:
    tell(clickhouse, cloud, month(logins=("user02",)))
    own, olga = add(cloud), cloud.people["olga"]
    plan = actions.add_schedule(olga, schedule(cloud, own), now=at(10, 12))
    if beside is not SMALL.compared_with:
        change(cloud, own, replace(SMALL, compared_with=beside), 1)
    made = actions.make_scheduled(olga, plan, now=NOW)
    assert maker().go_round()
    known = queries.access_report(olga, made)
    assert (known.state, known.error) == (ReportState.READY, "")
    content = content_of(cloud, made)
    assert content.is_compared is (beside is not ComparedWith.NOTHING)
    assert content.is_last_year is (beside is ComparedWith.LAST_YEAR)


def test_a_preview_reads_the_last_time_that_is_over_and_keeps_nothing(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    tell(clickhouse, cloud, month(logins=("user02",)))
    olga = cloud.people["olga"]
    before = queries.fetch_reports(olga).total
    told = own_queries.preview(
        olga,
        cloud.tenant,
        replace(SMALL, compared_with=ComparedWith.NOTHING),
        language=Language.CHINESE,
        clock=FakeClock(NOW),
    )
    assert (told.title, told.first_day, told.is_compared) == ("研发月报", OCTOBER.first, False)
    assert queries.fetch_reports(olga).total == before
    with pytest.raises(Refused):
        own_queries.preview(
            cloud.people["kai"],
            cloud.tenant,
            SMALL,
            language=Language.CHINESE,
            clock=FakeClock(NOW),
        )


def test_a_year_is_for_what_can_tell_it(cloud: Cloud) -> None:
    year = period_of(PeriodKind.YEAR, OCTOBER.first, ZONE)
    draft = ReportDraft(tenant=cloud.tenant, definition="monthly", language="en", period=year)
    with pytest.raises(Invalid) as refused:
        actions.ask_report(cloud.people["olga"], draft, now=NOW)
    assert refused.value.field == "period"
    alarms = replace(draft, definition="alarms")
    assert actions.ask_report(cloud.people["olga"], alarms, now=NOW)


NARROWED = replace(
    SMALL,
    sections=tuple(
        OwnSection(kind=SectionKind(kind), condition=condition)
        for kind, condition in (
            ("key_figures", ""),
            ("alarms", ""),
            ("alarms", 'severity >= "critical"'),
            ("alarms", 'managed_object == "/host/nowhere"'),
            ("posture", ""),
            ("posture", 'kind == "host" && name == "Host 1"'),
            ("users", 'login == "una"'),
            ("users", ""),
        )
    ),
)


def test_each_section_tells_of_what_it_was_narrowed_to_and_the_others_of_everything(
    cloud: Cloud, clickhouse: ClickHouse
) -> None:
    full_month.fill(clickhouse, cloud)
    told = content_of(cloud, make(cloud, add(cloud, NARROWED)))
    _key, alarms, grave, none, stock, one, una, users = told.sections
    count = {each.name: each.value for each in told.figures}
    # one a day in turn, of which each third is critical; the last of each stands
    assert (count["occurrences"], count["occurrences_3"], count["occurrences_4"]) == (30, 10, 0)
    assert (count["standing"], count["standing_3"]) == (3, 1)
    assert count["reports"] == count["reports_3"] + 30
    assert [sum(map(float, each.charts[0].lines[1].values)) for each in (alarms, grave)] == [30, 10]
    severities = {
        row[0] for table in grave.tables if table.name != "talkers" for row in table.cells
    }
    assert severities == {"Critical"}
    assert none.missing
    assert (count["hosts"], count["hosts_6"], count["desktops_6"]) == (4, 1, 0)
    assert {table.name for table in one.tables} == {"clusters"}
    assert "posture_pools" in {table.name for table in stock.tables}
    assert [row[0] for row in una.tables[0].cells] == ["una"]
    assert len(users.tables[0].cells) == 3
    check_words(told)


def check_words(told: Content) -> None:
    """Whoever reads a figure reads of what it is."""
    alarms, grave = told.sections[1:3]
    assert grave.only == "Severity is at least Critical"
    assert alarms.only == ""
    assert squeeze("Only where: Severity is at least Critical.") in pdf_text(
        render(told, FileKind.PDF)
    )
    labels = [row[0] for row in open_book(render(told, FileKind.XLSX)).worksheets[0].values]
    assert "Alarms (Severity is at least Critical)" in labels
    assert b"occurrences_3" in render(told, FileKind.CSV)


@pytest.mark.parametrize(
    ("kind", "condition", "why"),
    [
        (SectionKind.ALARMS, 'pool == "A"', "pool"),
        (SectionKind.POSTURE, 'kind == "cloud"', "cloud"),
        (SectionKind.LICENCES, 'name == "A"', "can not be filtered"),
        (SectionKind.USERS, 'in_set(login, "vip")', "named sets"),
        (SectionKind.USERS, "login ==", "expected a value"),
    ],
)
def test_a_section_is_narrowed_by_what_it_knows_alone(
    cloud: Cloud, kind: SectionKind, condition: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        add(cloud, replace(SMALL, sections=(OwnSection(kind=kind, condition=condition),)))
