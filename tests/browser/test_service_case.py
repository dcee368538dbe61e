"""One contract by three persons through all six steps, until its signed papers are opened."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, fits
from tests.support.clouds import add_cloud, simulated_cloud
from tests.support.office import check_pdf, open_texts
from tests.support.papers import draw_pages
from tests.support.platform import PASSWORD, Platform, started, wait_until
from tests.support.sinks import MailSink, WebhookSink
from tests.support.world import World

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PAPERS = ("report", "tests", "confirmation", "feedback")


@dataclass(frozen=True, kw_only=True)
class Words:
    """How a language says what is looked for. steps: the six. titles: of the four papers."""

    steps: tuple[str, ...]
    titles: dict[str, str]
    met: str
    open: str
    signed: str


WORDS = {
    "zh-hans": Words(
        steps=("需求沟通", "订单/合同确认", "服务计划", "服务申请", "服务实施", "服务验收"),
        titles=dict(
            zip(PAPERS, ("服务验收报告", "测试报告", "验收确认单", "客户反馈表"), strict=True)
        ),
        met="达到",
        open="由客户签署时评定",
        signed="签署人",
    ),
    "en": Words(
        steps=(
            "Enquiry",
            "Order and contract",
            "Service plan",
            "Service request",
            "Delivery",
            "Acceptance",
        ),
        titles={
            "report": "Service acceptance report",
            "tests": "Test report",
            "confirmation": "Confirmation of acceptance",
            "feedback": "Customer feedback",
        },
        met="Met",
        open="The customer says so at signing",
        signed="Signed by",
    ),
}


@dataclass
class Story:
    """The browsers of the three. words: how the pages of each speak."""

    site: Site
    tenant: int
    manager: Page
    engineer: Page
    contact: Page
    case: str = ""
    contract: str = ""

    def words(self, page: Page) -> Words:
        return WORDS["zh-hans" if page is self.manager else "en"]

    def on(self, page: Page) -> Page:
        """Return a person's page, which shows the case as it is now."""
        page.goto(self.case)
        return page


def add_person(world: World, name: str, role: str, language: str, tenant: int) -> None:
    told = {"username": name, "password": PASSWORD, "role": role, "tenant": tenant}
    world.api.post("/users", **told, display_name=name.title(), language=language)


@pytest.fixture
def story(
    tmp_path: Path, chromium: Browser, webhook: WebhookSink, mail: MailSink
) -> Iterator[Story]:
    """A platform of its own, since a customer and its cloud would be seen by other tests."""
    with (
        started(Platform(tmp_path / "platform" / "data")) as platform,
        simulated_cloud(desktops=6) as cloud,
    ):
        world = World(platform, webhook, mail)
        home = world.api.get("/me")["tenant"]
        tenant = world.api.post("/tenants", slug="huaxin", name="Huaxin 华信")["id"]
        add_person(world, "maria", "service_manager", "zh-hans", home)
        add_person(world, "otto", "operator", "en", home)
        add_person(world, "carla", "customer_contact", "en", tenant)
        add_cloud(platform, "Huaxin", cloud.url, tenant="huaxin")
        site = Site(platform.url, chromium, world)
        yield Story(
            site=site,
            tenant=tenant,
            manager=site.open("/cases", who="maria"),
            engineer=site.open("/cases", who="otto"),
            contact=site.open("/cases", who="carla", **PHONE),
        )
        site.close()
        assert not site.troubles


def press(page: Page, name: str, *, within: str = "") -> None:
    """Press what leads to another page, and wait until that is there: what is looked for next may
    stand on the page before, too."""
    with page.expect_navigation():
        page.locator(f"{within} [data-test={name}]").click()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"form [name='{name.replace('__', '.')}']").fill(value)


def goes_well(page: Page) -> None:
    expect(page.locator("[data-test=toast]").first).to_be_visible()


def finish(story: Story, page: Page, *keys: str) -> None:
    story.on(page)
    for key in keys:
        row = page.locator(f"[data-test=task][data-key={key}]")
        row.locator("[data-test=finish]").click()
        row.locator("[name=note]").fill("Minutes of 1 March")
        press(page, "finish-task", within=f"[data-key={key}]")
        expect(row.locator("[data-test=finish]")).to_have_count(0)


def put_in(story: Story, page: Page, kind: str, file: str) -> None:
    form = story.on(page).locator("[data-test=document-form]")
    data = b"%PDF-1.7\n%%EOF\n"
    form.locator("[name=file]").set_input_files(
        {"name": file, "mimeType": "application/pdf", "buffer": data}
    )
    form.locator("[name=kind]").select_option(kind)
    press(page, "add-document")
    goes_well(page)


def goes_on(story: Story, done: int) -> None:
    """Take the case to the step after `done` steps."""
    press(story.on(story.manager), "advance")
    stands_at(story, done)


def stands_at(story: Story, done: int) -> None:
    """Both sides see at which step it is, in their own language."""
    story.on(story.contact)
    for page in (story.manager, story.contact):
        current = page.locator("[data-test=stepper] [data-state=current]")
        expect(current).to_contain_text(story.words(page).steps[done])
        assert fits(page)


def lacks(story: Story, page: Page, *names: str) -> None:
    shown = story.on(page).locator("[data-test=lack]")
    expect(shown).to_have_count(len(names))
    found = [each.get_attribute("data-lack") for each in shown.all()]
    assert sorted(filter(None, found)) == sorted(names)


def tell_need(story: Story) -> None:
    page = story.contact
    press(page, "new-case")
    fill(page, title="New desktops 新增桌面", need="6 desktops for finance 财务部")
    press(page, "save")
    expect(page.locator("[data-test=stepper]")).to_be_visible()
    story.case = re.sub(r"\?.*", "", page.url)
    lacks(story, page, "document", "task", "task", "task")
    finish(story, page, "define_needs")
    put_in(story, story.manager, "minutes", "minutes 纪要.pdf")
    finish(story, story.engineer, "gather_information", "analyse_needs")


def agree_on_contract(story: Story) -> None:
    page, today = story.manager, datetime.now(UTC).date()
    page.goto("/contracts/new")
    page.locator("form [name=tenant]").select_option(str(story.tenant))
    first, last = today - timedelta(days=2), today + timedelta(days=363)
    fill(page, number="YW-1", name="Managed desktops 桌面云运维")
    fill(page, starts_on=first.isoformat(), ends_on=last.isoformat(), prices="1000 / month")
    press(page, "save")
    story.contract = re.sub(r"\?.*", "", page.url)
    press(page, "offer")
    goes_well(page)
    page.goto(f"{story.case}/change")
    page.locator("[name=contract]").select_option(story.contract.rpartition("/")[2])
    press(page, "save")
    goes_well(page)
    story.contact.goto(story.contract)
    press(story.contact, "agree-button")
    goes_well(story.contact)
    for person, side, name in ((page, "provider", "Wang 王工"), (story.contact, "customer", "Li")):
        person.goto(f"{story.contract}/people/new?side={side}")
        fill(person, name=name, phone="13800138000")
        press(person, "save")
        goes_well(person)
    finish(story, page, "form_team")


def agree_on_plan(story: Story) -> None:
    page, until = story.manager, datetime.now(UTC).date() + timedelta(days=14)
    page.goto(f"{story.case}/plan/write")
    fill(page, goal="6 desktops are in use 投入使用", ends_on=until.isoformat())
    for day in page.locator("input[name^='on.']").all():
        day.fill(until.isoformat())
    fill(page, who__deliver="Wang 王工", risks="None 无", satisfaction="4")
    page.locator("[name=documents][value=test]").check()
    fill(page, checks="All can log on 均可登录\nPrinting works 可打印")
    press(page, "save")
    press(page, "offer")
    goes_well(page)
    lacks(story, story.contact, "confirmation", "task", "task")
    press(story.contact, "look-at-plan")
    press(story.contact, "confirm-button")
    goes_well(story.contact)
    finish(story, page, "plan_project", "plan_acceptance")


def ask_for_service(story: Story) -> str:
    page, number = story.contact, story.contract.rpartition("/")[2]
    page.goto(f"/tickets/new?contract={number}&type=remote")
    fill(page, title="Set up 6 desktops 部署 6 台桌面", description="Finance 财务部")
    press(page, "save")
    expect(page.locator("[data-test=clock]").first).to_be_visible()
    ticket = re.sub(r"\?.*", "", page.url)
    page.goto(f"{story.contract}/authorisations/new")
    for operation in ("read", "power"):
        page.locator(f"[name=operations][value={operation}]").check()
    press(page, "save")
    goes_well(page)
    finish(story, story.engineer, "design", "prepare")
    return ticket


def write(page: Page, ticket: str, act: str, text: str = "", minutes: str = "") -> None:
    page.goto(ticket)
    page.locator("[data-test=write] [name=text]").fill(text)
    if minutes:
        page.locator("[data-test=write] [name=minutes]").fill(minutes)
    press(page, act, within="[data-test=write]")
    goes_well(page)


def deliver(story: Story, ticket: str) -> None:
    page, api = story.engineer, story.site.world.api
    write(page, ticket, "reply", "We begin 开始处理")
    write(page, ticket, "start")
    desktop = wait_until(lambda: api.get("/desktops", limit=1)["items"], timeout_s=60)[0]["id"]
    page.goto(f"/desktops/{desktop}/act")
    page.locator("[data-test=act-restart]").check()
    press(page, "do")
    goes_well(page)
    page.goto("/acts?is_allowed=yes&operation=power")
    expect(page.locator("[data-test=row]", has_text="otto")).to_have_count(1)
    write(page, ticket, "resolve", "All six are in use 已全部投入使用", minutes="45")
    put_in(story, page, "record", "record 记录.pdf")
    put_in(story, page, "test", "tests 测试.pdf")
    write(story.contact, ticket, "close", "Thank you 谢谢")
    answer_survey(story, ticket)
    finish(story, page, "deliver", "monitor")


def answer_survey(story: Story, ticket: str) -> None:
    """The link that the provider sends is answered on a telephone by nobody who signed in."""
    story.manager.goto(ticket)
    link = story.manager.locator("[data-test=link]").input_value()
    page = story.site.new_page(**PHONE)
    page.goto(link)
    assert fits(page)
    page.locator(".yw-scale label", has=page.locator("[name=csat][value='4']")).click()
    page.locator(".yw-scale label", has=page.locator("[name=nps][value='9']")).click()
    fill(page, comment="Quick help 帮助及时", name="Zhao 赵")
    press(page, "answer")
    expect(page.locator("[data-test=survey-state][data-state=done]")).to_be_visible()
    page.goto(link)
    expect(page.locator("[data-test=survey-state][data-state=used]")).to_be_visible()


def ask(story: Story, language: str) -> None:
    """Ask the customer to accept, by papers of a language, which the customer opens."""
    page = story.manager
    press(story.on(page), "ask-acceptance")
    for check in page.locator("[data-test=check]").all():
        check.locator("[type=checkbox]").check()
    page.locator("select[name=language]").select_option(language)
    fill(page, name="Wang 王工", password=PASSWORD)
    press(page, "ask")
    expect(page.locator("[data-test=papers]")).to_be_visible()
    waits = page.locator("[data-test=criterion][data-verdict=open]")
    expect(waits).to_contain_text(story.words(page).open)
    press(story.on(story.contact), "look-at-acceptance")
    expect(story.contact.locator("[data-test=sign-form]")).to_be_visible()
    assert fits(story.contact)


def refuse(story: Story) -> dict[str, bytes]:
    """Refuse what was read, and return it: the case is back at its delivery."""
    page = story.contact
    files = download(page)
    page.locator("[data-test=refuse] summary").click()
    page.locator("[data-test=refuse] [name=note]").fill("The sixth desktop is slow")
    press(page, "refuse-button")
    goes_well(page)
    story.on(story.manager)
    stands_at(story, 4)
    finish(story, story.engineer, "deliver", "monitor")
    return files


def sign(story: Story) -> dict[str, bytes]:
    page = story.contact
    page.locator("[name='score.speed']").select_option("4")
    fill(page, text="Well done 做得好", name="Li 李主任", password=PASSWORD)
    press(page, "sign")
    goes_well(page)
    expect(page.locator("[data-test=signature]")).to_have_count(2)
    expect(page.locator("[data-test=criterion]:not([data-verdict=met])")).to_have_count(0)
    files = download(page)
    press(page, "verify")
    expect(page.locator("[data-test=intact]")).to_be_visible()
    expect(story.on(page).locator("[data-test=stepper] [data-state=done]")).to_have_count(6)
    return files


def download(page: Page) -> dict[str, bytes]:
    with page.expect_download() as download:
        page.locator("[data-test=package]").click()
    package = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def is_whole(files: dict[str, bytes], state: str) -> None:
    """The package says of itself what is in it, as `sha256sum -c` would find."""
    sums = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    told = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert told.pop("SHA256SUMS")
    assert sums == told
    manifest = json.loads(files["manifest.json"])
    assert manifest["state"] == state
    data: Any = json.loads(files["data.json"])
    assert data["tickets"][0]["minutes"] == 45
    rows = list(csv.DictReader(io.StringIO(files["tickets.csv"].decode("utf-8-sig"))))
    assert [row["minutes"] for row in rows] == ["45"]


def expected(kind: str, words: Words, *, is_signed: bool) -> tuple[str, ...]:
    """What stands in a paper, whatever it was written with."""
    held = {
        "report": ("Set up 6 desktops", "部署 6 台桌面", "6 desktops are in use", "Wang 王工"),
        "tests": ("All can log on 均可登录", "Printing works 可打印", words.met),
        "confirmation": ("New desktops 新增桌面", "1 / 1"),
        "feedback": ("Quick help 帮助及时", *(("Well done 做得好",) if is_signed else ())),
    }
    signed = (words.signed, "Li 李主任", "carla") if is_signed else ()
    return (words.titles[kind], "Huaxin 华信", *held[kind], *signed)


def squeeze(text: str) -> str:
    """Without spaces, since a line is broken elsewhere in each reader."""
    return "".join(text.split())


def look_at_papers(files: dict[str, bytes], language: str, folder: Path) -> None:
    """Open each paper: every page is drawn, and LibreOffice reads the Word file."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    read = open_texts(sorted(folder.glob("*.docx")), folder)
    pdfs = sorted(name for name in files if name.endswith(".pdf"))
    for pdf in pdfs:
        assert check_pdf(files[pdf], folder) == ""
        pages = draw_pages(files[pdf])
        for number, page in enumerate(pages, 1):
            page.write_png(folder / f"{pdf}-{number}.png")
            assert page.ink > 0.005, f"{pdf}: page {number} is empty"
            assert page.margin_ink() == 0, f"{pdf}: page {number} runs over its edge"
        _case, _number, _round, kind, version = pdf.removesuffix(".pdf").split("-")
        wanted = expected(kind, WORDS[language], is_signed=version == "v2")
        printed = squeeze("".join(page.text for page in pages))
        typed = squeeze(read[pdf.replace(".pdf", ".docx")])
        assert [each for each in wanted if squeeze(each) not in printed] == []
        assert [each for each in wanted if squeeze(each) not in typed] == []


def test_a_contract_goes_through_all_six_steps_to_its_signed_papers(
    story: Story, tmp_path: Path
) -> None:
    tell_need(story)
    goes_on(story, 1)
    agree_on_contract(story)
    goes_on(story, 2)
    agree_on_plan(story)
    goes_on(story, 3)
    ticket = ask_for_service(story)
    goes_on(story, 4)
    deliver(story, ticket)
    goes_on(story, 5)
    ask(story, "en")
    refused = refuse(story)
    goes_on(story, 5)
    ask(story, "zh-hans")
    signed = sign(story)
    is_whole(refused, "asked")
    is_whole(signed, "signed")
    assert len([name for name in signed if name.endswith(".pdf")]) == 2 * len(PAPERS)
    look_at_papers(refused, "en", tmp_path / "refused")
    look_at_papers(signed, "zh-hans", tmp_path / "signed")
