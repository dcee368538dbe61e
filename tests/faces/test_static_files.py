"""Static files: served before the pages, kept by browsers for a year."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from yunwei.run.static_files import serve


async def pages(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a page"})


def contents(name: str) -> bytes:
    return Path(str(finders.find(name))).read_bytes()


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(serve(pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize("name", ["css/tokens.css", "django_htmx/htmx-2.min.js"])
async def test_a_file_may_be_kept_for_ever(browser: httpx.AsyncClient, name: str) -> None:
    answer = await browser.get(static(name))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == contents(name)


async def test_a_page_goes_on_to_the_pages(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/desktops")).text == "a page"
    assert (
        await browser.get(f"{settings.STATIC_URL}../../run/django_settings.py")
    ).text == "a page"


async def test_what_has_not_changed_is_not_sent_again(browser: httpx.AsyncClient) -> None:
    first = await browser.get(static("css/tokens.css"))
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert (await browser.get(static("css/tokens.css"), headers=since)).status_code == 304
