"""Nothing but known tags comes out of an article's Markdown, whatever went in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.operate.knowledge.rules.markdown import plain_text, render_markdown

PARTS = ["<script>", "</p>", "<img src=x onerror=y>", "[a](javascript:b)", "![p](http://a/b.png)",
         "`", "*", "\n\n", "1. ", "<", ">", '"', "&lt;script&gt;", "|", "text", "<a href='data:x'>",
         "[x]: javascript:y\n", "[x]", "\x00"]  # fmt: skip
TAG = re.compile(r"<(/?)([a-z0-9]+)((?: [^<>]*)?)>")
KNOWN = {"a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong",
         "table", "tbody", "td", "th", "thead", "tr", "ul"}  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_only_known_tags_come_out_and_no_address_but_of_the_web(text: str) -> None:
    made = render_markdown(text)
    assert made.count("<") == len(TAG.findall(made))
    for _end, name, attributes in TAG.findall(made):
        assert name in KNOWN
        assert not re.search(r"\bon\w+=|style=|src=", attributes)
        for address in re.findall(r'href="([^"]*)"', attributes):
            assert address.startswith(("http:", "https:", "mailto:")) or ":" not in address


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("1. one\n2. **two**", "<ol>\n<li>one</li>\n<li><strong>two</strong></li>\n</ol>\n"),
        ("# great", "<h3>great</h3>\n"),
        ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"),
    ],
)
def test_what_people_write_looks_as_they_meant_it(text: str, made: str) -> None:
    assert render_markdown(text) == made


def test_an_extract_has_no_signs() -> None:
    assert (
        plain_text("1. one **two** `three`\n2. four\n\n```\nfive\n```") == "one two three four five"
    )
