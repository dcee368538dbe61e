"""The form of an article: both languages under each other."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word
from yunwei.faces.web.shared.words import Text as Said
from yunwei.faces.web.shared.words import options, word
from yunwei.operate.knowledge.facts.articles import (
    LANGUAGES,
    SECTIONS,
    Audience,
    Content,
    Links,
    Text,
    Topic,
)
from yunwei.operate.knowledge.queries.own import may_write_for_all

_LINKS = ("alarm_types", "causes", "scripts", "remedies")
_PARTS: Mapping[str, Said] = {"zh": "中文", "en": "English"}
_ROWS = {"steps": 8, "symptoms": 4, "causes": 4}


def article_fields(viewer: Viewer) -> tuple[FormField, ...]:
    return (
        FormField(key="seen", label="", kind="hidden", is_required=False),
        FormField(key="topic", label=_("Topic"), kind="choice", options=options("article_topic")),
        FormField(
            key="audience",
            label=_("Who reads it"),
            kind="choice",
            options=options("article_audience"),
            default=Audience.OPERATORS.value,
        ),
        *(_for_all() if may_write_for_all(viewer) else ()),
        *(each for language in LANGUAGES for each in _text_fields(language)),
        *(_link_field(name) for name in _LINKS),
    )


def _for_all() -> Iterable[FormField]:
    yield FormField(
        key="is_for_all",
        label=_("Readers of all tenants see it"),
        kind="boolean",
        is_required=False,
    )


def _text_fields(language: str) -> Iterable[FormField]:
    part = _PARTS[language]
    yield FormField(
        key=f"{language}_title",
        label=_("Title"),
        is_required=False,
        part=part,
        help=_("One language is enough; what is left empty is not shown."),
    )
    yield FormField(
        key=f"{language}_tags",
        label=_("Words"),
        is_required=False,
        part=part,
        help=_("What else people call it, with commas between."),
    )
    for name in SECTIONS:
        yield FormField(
            key=f"{language}_{name}",
            label=word("article_section", name).label,
            kind="area",
            rows=_ROWS.get(name, 3),
            is_required=False,
            part=part,
            help=_("Markdown; HTML is shown as text.") if name == "steps" else "",
        )


def _link_field(name: str) -> FormField:
    return FormField(
        key=name,
        label=word("article_link", name).label,
        is_required=False,
        part=_("What it belongs to"),
        help=_("Names, with commas between."),
    )


def first_values(
    content: Content, *, is_for_all: bool, seen: int
) -> dict[str, str | Sequence[str]]:
    """Return what the form shows of an article. seen: its version."""
    said = {
        f"{language}_{name}": getattr(text, name)
        for language, text in content.texts.items()
        for name in ("title", *SECTIONS)
    }
    tags = {f"{key}_tags": ", ".join(text.tags) for key, text in content.texts.items()}
    links = {name: ", ".join(getattr(content.links, name)) for name in _LINKS}
    return {
        **said,
        **tags,
        **links,
        "topic": content.topic.value,
        "audience": content.audience.value,
        "is_for_all": "true" if is_for_all else "false",
        "seen": str(seen),
    }


def read_content(sent: Form) -> Content:
    """Return the article that was typed; raises Invalid naming the field."""
    return Content(
        audience=chosen_word(sent, "audience", Audience),
        topic=chosen_word(sent, "topic", Topic),
        texts={key: text for key in LANGUAGES if (text := _read_text(sent, key)) is not None},
        links=Links(**{name: _words(sent.text(name)) for name in _LINKS}),
    )


def _read_text(sent: Form, language: str) -> Text | None:
    typed = {name: sent.text(f"{language}_{name}") for name in ("title", *SECTIONS)}
    tags = _words(sent.text(f"{language}_tags"))
    if not any(typed.values()) and not tags:
        return None
    normal = {name: text.replace("\r\n", "\n") for name, text in typed.items()}
    return Text(**normal, tags=tags)


def _words(text: str) -> tuple[str, ...]:
    parts = (each.strip() for each in text.replace("，", ",").replace("、", ",").split(","))
    return tuple(dict.fromkeys(each for each in parts if each))
