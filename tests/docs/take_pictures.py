"""Takes the pictures of README from a running demo.

python -m tests.docs.take_pictures http://127.0.0.1:8000 PASSWORD
"""

import shutil
import sys

from playwright.sync_api import Page, sync_playwright

from tests.docs.pages import ROOT

PICTURES = ROOT / "docs/pictures"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
LARGEST_BYTES = 300_000


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/")
    page.fill("input[name=login]", "operator")
    page.fill("input[type=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def take_overview(page: Page, address: str, language: str) -> None:
    choice = page.locator(f"form.yw-tool-wide button[name=language][value={LANGUAGES[language]}]")
    if choice.count():
        choice.click()
    page.goto(f"{address}/")
    page.wait_for_function("document.documentElement.dataset.charts > 0")
    page.wait_for_timeout(1500)  # ECharts draws its lines
    path = PICTURES / f"overview-{language}.png"
    page.screenshot(path=path)
    print(path, path.stat().st_size)  # noqa: T201


def main(address: str, password: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = browser.new_context(viewport={"width": 1440, "height": 980})
        page = context.new_page()
        sign_in(page, address, password)
        for language in LANGUAGES:
            take_overview(page, address, language)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
