"""The browser writes numbers just as the server does: the same table for both."""

import json
from pathlib import Path

from playwright.sync_api import Browser

from tests.unit.charts.test_formatters import TABLE
from yunwei.faces import web

SCRIPT = Path(web.__file__).parent / "static/js/formatters.js"


def test_the_browser_s_formatters_are_the_server_s(chromium: Browser) -> None:
    page = chromium.new_page()
    page.add_script_tag(content=SCRIPT.read_text("utf-8") + ";window.write = formatters.write;")
    asked = json.dumps([[formatter.value, value] for formatter, value, _text in TABLE])
    written = page.evaluate(f"{asked}.map(([name, value]) => window.write(name, value))")
    assert written == [text for _formatter, _value, text in TABLE]
    page.close()
