"""What operators do in a day, in a real browser on the real platform."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CLOUD, DESKTOPS, Site, number_of, sign_in


def row(page: Page, text: str):  # type: ignore[no-untyped-def]
    return page.locator("[data-test=row]", has_text=text)


def test_one_signs_in_and_out(site: Site) -> None:
    page = site.new_page()
    sign_in(page, "olga", "wrong password 123")
    expect(page.locator("[data-test=sign-in-button]")).to_be_visible()
    expect(page.locator("[role=alert]").first).to_be_visible()
    sign_in(page, "olga")
    expect(page.locator("h1")).to_have_text("总览")
    page.locator("[data-test=person]").click()
    page.locator("[data-test=sign-out]").click()
    expect(page.locator("[data-test=sign-in-button]")).to_be_visible()
    page.goto("/alarms")
    assert "sign-in" in page.url


def test_the_overview_counts_what_the_cloud_says(site: Site) -> None:
    page = site.open("/")
    now = site.world.api.get("/overview")
    expect(page.locator("[data-test=tile-desktops] .yw-tile-value")).to_have_text(str(DESKTOPS))
    shown = page.locator("[data-test=users-online]").inner_text()
    assert number_of(shown) == now["users_online"]
    expect(page.locator("[data-test=source]", has_text=CLOUD)).to_contain_text("正常")
    expect(page.locator("html")).to_have_attribute("data-live", "on")


def test_an_alarm_appears_and_goes_without_a_reload(site: Site) -> None:
    page = site.open("/")
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    page.evaluate("window.isSamePage = true")
    link = site.world.link()
    alarms = page.locator("[data-test=alarm]", has_text=link.path)
    link.goes_down()
    expect(alarms).to_have_count(1, timeout=5000)
    before = number_of(page.locator("[data-test=open-alarms]").inner_text())
    link.comes_up()
    expect(alarms).to_have_count(0, timeout=5000)
    expect(page.locator("[data-test=open-alarms]")).to_have_text(str(before - 1))
    assert page.evaluate("window.isSamePage") is True


def test_desktops_are_filtered_while_one_types(site: Site) -> None:
    page = site.open("/desktops")
    expect(page.locator("[data-test=row]")).to_have_count(50)
    name = page.locator("[data-test=row] th").nth(3).inner_text()
    page.locator("[data-test=filter-search]").fill(name)
    expect(page.locator("[data-test=row]")).to_have_count(1)
    assert f"search={name}" in page.url
    assert "state=" not in page.url
    page.go_back()
    expect(page.locator("[data-test=row]")).to_have_count(50)
    page.locator("[data-test=filter-state]").select_option("running")
    expect(page.locator("[data-test=chips]")).to_contain_text("运行状态: 运行中")
    page.locator("[data-test=chips] a").first.click()
    expect(page.locator("[data-test=chips]")).to_have_count(0)


def test_a_list_is_sorted_and_paged_in_place(site: Site) -> None:
    page = site.open("/desktops")
    page.evaluate("window.isSamePage = true")
    page.locator("thead a", has_text="IP 地址").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("IP 地址")
    page.locator("a[rel=next]").click()
    expect(page.locator("[data-test=row]")).to_have_count(DESKTOPS - 50)
    page.locator("a[rel=prev]").click()
    expect(page.locator("[data-test=row]")).to_have_count(50)
    assert page.evaluate("window.isSamePage") is True


def test_a_list_is_exported(site: Site, tmp_path: Path) -> None:
    page = site.open("/desktops")
    page.locator("[data-test=export]").click()
    with page.expect_download() as download:
        page.locator("#export-menu a", has_text="CSV").click()
    target = tmp_path / "desktops.csv"
    download.value.save_as(target)
    assert len(target.read_text("utf-8-sig").splitlines()) == DESKTOPS + 1
    assert re.fullmatch(r"desktops-\d{8}-\d{4}\.csv", download.value.suggested_filename)


def test_a_desktop_s_page_shows_its_connections_and_figures(site: Site) -> None:
    page = site.open("/desktops?login_state=connected")
    page.locator("[data-test=row] th a").first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("[data-test=connection]").first).to_be_visible()
    page.locator("#figures .yw-segments a", has_text="7 天").click()
    expect(page.locator("#figures [aria-current]")).to_have_text("7 天")


def test_the_day_s_curve_is_drawn_and_is_a_table_too(site: Site) -> None:
    page = site.open("/figures/users-online")
    expect(page.locator("html")).to_have_attribute("data-charts", "1")
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    page.locator("figure summary").click()
    expect(page.locator("figure table")).to_be_visible()
    page.locator("a[rel=prev]").click()
    expect(page).to_have_url(re.compile(r"day=\d{4}-\d\d-\d\d"))


def test_an_alarm_is_acknowledged_from_its_row(site: Site) -> None:
    link = site.world.link()
    link.goes_down()
    page = site.open("/alarms", who="olga")
    mine = row(page, link.path)
    mine.locator("[data-test=acknowledge]").click()
    expect(page.locator("[data-test=toast]")).to_contain_text("已处理 1 条告警")
    expect(mine).to_contain_text("已确认")
    expect(mine).to_contain_text("olga")
    expect(mine.locator("[data-test=acknowledge]")).to_have_count(0)


def test_alarms_are_shelved_together_in_a_dialog(site: Site) -> None:
    links = [site.world.link(), site.world.link()]
    page = site.open("/alarms", who="olga")
    for link in links:
        link.goes_down()
    for link in links:
        expect(row(page, link.path)).to_have_count(1)
    for link in links:
        row(page, link.path).locator(".yw-pick").check()
    expect(page.locator("[data-picked]")).to_have_text("2")
    page.locator("[data-test=bulk-shelve]").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("已选择 2 条告警")
    dialog.locator("[name=note]").fill("交换机更换")
    dialog.locator("[data-test=confirm]").click()
    expect(dialog).to_be_hidden()
    expect(row(page, links[0].path)).to_have_count(0)
    page.locator("[data-test=tab-shelved]").click()
    expect(row(page, links[1].path)).to_contain_text("交换机更换")


def test_ticked_rows_are_not_pulled_away_by_news(site: Site) -> None:
    first, second = site.world.link(), site.world.link()
    first.goes_down()
    page = site.open("/alarms")
    row(page, first.path).locator(".yw-pick").check()
    second.goes_down()
    expect(page.locator("[data-fresh]")).to_be_visible(timeout=8000)
    expect(row(page, first.path).locator(".yw-pick")).to_be_checked()
    page.locator("[data-refresh]").click()
    expect(row(page, second.path)).to_have_count(1)


def test_such_alarms_are_masked_and_the_alarm_says_why_nobody_was_told(site: Site) -> None:
    link = site.world.link()
    link.goes_down()
    page = site.open("/alarms", who="olga")
    row(page, link.path).locator("[data-test=row-mask]").click()
    page.locator("[data-test=mask-more]").click()
    page.locator("[name=name]").fill(f"更换 {link.number}")
    page.locator("[name=reason]").fill("计划内变更")
    page.locator("[data-test=save]").click()
    expect(page.locator("[data-test=condition-said]")).to_contain_text(link.path)
    expect(page.locator("[data-test=hidden]")).to_have_count(1)
    page.locator("[data-test=hidden] a").click()
    expect(page.locator("[data-test=suppressed]")).to_contain_text(f"更换 {link.number}")
    expect(page.locator("[data-test=decision]", has_text="屏蔽规则")).to_contain_text("静默")
    page.goto("/alarms?view=masked")
    expect(row(page, link.path)).to_contain_text(f"更换 {link.number}")


def test_a_condition_grows_row_by_row(site: Site) -> None:
    page = site.open("/mask-rules/new")
    page.locator("[data-test=add-term]").click()
    expect(page.locator("[data-test=term]")).to_have_count(2)
    page.locator("[data-test=drop-term]").first.click()
    expect(page.locator("[data-test=term]")).to_have_count(1)


def test_a_source_is_tried_and_added(site: Site, cloud_url: str) -> None:
    page = site.open("/sources")
    page.locator("[data-test=new-source]").click()
    page.locator("[data-test=connector-huawei_workspace]").click()
    page.locator("[name=name]").fill("第二个云")
    if page.locator("select[name=tenant]").count():
        # other journeys made customers by now, whose contracts allow nothing
        page.locator("select[name=tenant]").select_option(label="服务商")
    page.locator("[name='settings.endpoint']").fill(cloud_url)
    page.locator("[name='settings.project_id']").fill("0a8f1c2d3e4f5061728394a5b6c7d8e9")
    page.locator("[name='settings.ak']").fill("SIMDEMOACCESSKEY0001")
    page.locator("[name='settings.sk']").fill("not the right key")
    page.locator("[data-test=try]").click()
    expect(page.locator("[data-test=answer-failed]")).to_contain_text("凭证被拒绝")
    expect(page.locator("[name='settings.sk']")).to_have_value("not the right key")
    page.locator("[name='settings.sk']").fill("simulated-cloud-demo-secret-key-0001")
    page.locator("[data-test=try]").click()
    expect(page.locator("[data-test=answer-ok]")).to_be_visible()
    page.locator("[data-test=save]").click()
    expect(page.locator("h1")).to_have_text("第二个云")
    expect(page.locator("[data-test=read]").first).to_be_visible(timeout=15_000)
    page.locator("[data-test=remove]").click()
    page.locator("[data-test=confirm-remove]").click()
    expect(page.locator("[data-test=toast]")).to_contain_text("数据源已删除")


def test_a_channel_is_added_and_its_test_arrives(site: Site) -> None:
    page = site.open("/channels/new/webhook", who="olga")
    page.locator("[name=name]").fill("测试钩子")
    page.locator("[name='settings.url']").fill(site.world.webhook.url)
    page.locator("[data-test=save]").click()
    page.locator("[data-test=send-test]").click()
    expect(page.locator("[data-test=toast]")).to_contain_text("测试已送达")


def test_search_finds_a_person_and_leads_there(site: Site) -> None:
    login = site.world.api.get("/desktop-users", limit=1)["items"][0]["login"]
    page = site.open("/alarms")
    page.locator("[data-test=search]").fill(login)
    page.locator("#found a", has_text=re.compile("结果")).wait_for()
    page.locator("#found a[href^='/desktop-users/']").first.click()
    expect(page.locator("[data-part=state]")).to_contain_text(login)


@pytest.mark.parametrize("who", ["root", "audrey"])
def test_the_bell_leads_to_what_one_was_told(site: Site, who: str) -> None:
    page = site.open("/", who=who)
    page.locator("[data-test=bell]").click()
    expect(page.locator("h1")).to_have_text("我的消息")


def test_what_one_asks_for_wins_over_news_that_comes_meanwhile(site: Site) -> None:
    page = site.open("/desktops")
    held = []
    # the list fetches itself again, and the answer is slow
    page.route(
        "**/desktops",
        lambda route: held.append(route) if route.request.headers.get("hx-request") else None,
        times=1,
    )
    part = "document.getElementById('rows')"
    page.evaluate(f"{part}.dispatchEvent(new CustomEvent('live:inventory'))")
    expect(page.locator("#rows.htmx-request")).to_have_count(1)
    page.locator("thead a", has_text="IP 地址").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("IP 地址")
    held[0].abort()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("IP 地址")
