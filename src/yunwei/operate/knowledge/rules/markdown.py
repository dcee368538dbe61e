"""Markdown of articles to HTML that is safe to show. Pure."""

import nh3
from markdown_it import MarkdownIt

_READER = (
    MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
)
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def render_markdown(text: str) -> str:
    """Return HTML of known tags only; HTML in the text is shown as text, and pictures not at all.
    Two guards: the reader passes no HTML on, and what it wrote is cleaned again."""
    made = _READER.render(text).replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    made = made.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
    return nh3.clean(
        made,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def plain_text(text: str) -> str:
    """Return Markdown without its signs, in one line, for extracts."""
    parts: list[str] = []
    for token in _READER.parse(text):
        parts += [
            " " if child.type in {"softbreak", "hardbreak"} else child.content
            for child in token.children or ()
        ]
        if token.type in {"fence", "code_block"}:
            parts.append(token.content)
        if token.block:
            parts.append(" ")
    return " ".join("".join(parts).split())
