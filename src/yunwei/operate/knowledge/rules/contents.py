"""What an article may say. Pure."""

from collections.abc import Collection

from yunwei.base.core.errors import Invalid
from yunwei.operate.knowledge.facts.articles import LANGUAGES, SECTIONS, Content, Text

LONGEST_TITLE, LONGEST_SECTION, LONGEST_WORD = 120, 20_000, 80
MOST_WORDS = 30


def check_content(content: Content, causes: Collection[str]) -> Content:
    """Return an article when it can be so; raises Invalid naming the field, `zh_title` for one.
    causes: those that there are."""
    if not content.texts:
        raise Invalid("zh_title", "write it in one language at least")
    for language, text in content.texts.items():
        if language not in LANGUAGES:
            raise Invalid("texts", "this is not one of the choices")
        _check_text(language, text)
    links = content.links
    for name in ("alarm_types", "causes", "scripts", "remedies"):
        _check_words(name, getattr(links, name))
    if not set(links.causes) <= set(causes):
        raise Invalid("causes", "there is no such cause")
    return content


def _check_text(language: str, text: Text) -> None:
    if not text.title.strip():
        raise Invalid(f"{language}_title", "this is required")
    if len(text.title) > LONGEST_TITLE:
        raise Invalid(f"{language}_title", f"at most {LONGEST_TITLE} characters")
    for name in SECTIONS:
        if len(getattr(text, name)) > LONGEST_SECTION:
            raise Invalid(f"{language}_{name}", f"at most {LONGEST_SECTION} characters")
    if not text.steps.strip():
        raise Invalid(f"{language}_steps", "this is required")
    for name in ("title", *SECTIONS):
        if "\0" in getattr(text, name):
            raise Invalid(f"{language}_{name}", "this is not text")
    _check_words(f"{language}_tags", text.tags)


def _check_words(field: str, words: Collection[str]) -> None:
    if len(words) > MOST_WORDS:
        raise Invalid(field, f"at most {MOST_WORDS} words")
    if any(len(each) > LONGEST_WORD or "\0" in each for each in words):
        raise Invalid(field, f"at most {LONGEST_WORD} characters")
