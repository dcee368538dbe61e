"""What templates get wrong silently."""

import re
from pathlib import Path

import pytest

from yunwei.faces import web

TEMPLATES = Path(web.__file__).parent / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_a_template_is_clean(file: Path) -> None:
    text = file.read_text("utf-8")
    # a comment over two lines is no comment for Django: it would stand on the page
    assert not re.search(r"{#[^}]*\n", text)
    # the content policy refuses code and style in attributes
    assert not re.search(r"\s(style|on\w+|hx-on[\w:-]*)=", text)
    assert not re.search(r"<script(?![^>]*(\bsrc=|application/json))", text)


def test_there_are_templates() -> None:
    assert len(FILES) > 40
