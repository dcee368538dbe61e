"""Tags of articles: Markdown as HTML, pieces with what was found."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from yunwei.faces.web.shared.words import say_label
from yunwei.operate.knowledge.facts.articles import SECTIONS, Article, Text
from yunwei.operate.knowledge.facts.searching import Piece
from yunwei.operate.knowledge.rules.markdown import render_markdown
from yunwei.plugins.sdk.alarm_texts import alarm_texts

register = template.Library()


@register.filter
def prose(text: str) -> SafeString:
    """Return Markdown as HTML; `render_markdown` lets known tags through and nothing else."""
    return SafeString(render_markdown(text))


@register.filter
def pieces(found: Iterable[Piece]) -> SafeString:
    """Return a text with what was found marked."""
    return format_html_join("", "{}", ((_piece(each),) for each in found))


def _piece(each: Piece) -> SafeString:
    return format_html("<mark>{}</mark>" if each.is_hit else "{}", each.text)


@register.filter
def title_here(article: Article) -> str:
    """Return an article's title in the reader's language."""
    return article.content.text(get_language() or "zh").title


@register.filter
def sections(text: Text) -> tuple[tuple[str, str], ...]:
    """Return what stands in an article: name of the section, its Markdown."""
    found = ((name, getattr(text, name)) for name in SECTIONS)
    return tuple(each for each in found if each[1])


@register.filter
def alarm_type_title(alarm_type: str) -> str:
    """Return what an alarm type is called, itself when nothing tells."""
    text = alarm_texts().get(alarm_type)
    return say_label(text.title) if text else alarm_type
