"""One article in one language as a file: TOML between +++, then Markdown. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from yunwei.base.core.errors import Invalid
from yunwei.operate.knowledge.facts.articles import (
    SECTIONS,
    Audience,
    Content,
    Links,
    Text,
    Topic,
)

HEADINGS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "symptoms": "现象",
        "causes": "原因",
        "steps": "处理步骤",
        "verification": "验证",
        "prevention": "预防",
    },
    "en": {
        "symptoms": "Symptoms",
        "causes": "Causes",
        "steps": "Steps",
        "verification": "Verification",
        "prevention": "Prevention",
    },
}
_SECTION_OF = {
    heading.lower(): name for said in HEADINGS.values() for name, heading in said.items()
}
_FENCE = "+++"
_HEADING = re.compile(r"^## +(.+?) *#* *$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFile:
    """What one file says."""

    audience: Audience
    topic: Topic
    links: Links
    text: Text


class _Head(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    title: str
    topic: str
    audience: str
    tags: list[str] = []
    alarm_types: list[str] = []
    causes: list[str] = []
    scripts: list[str] = []
    remedies: list[str] = []


def read_file(text: str) -> ArticleFile:
    """Return what a file says; raises Invalid naming the file's head, or a section."""
    head, body = _split(text)
    links = {each.name: tuple(getattr(head, each.name)) for each in fields(Links)}
    return ArticleFile(
        audience=_word(Audience, "audience", head.audience),
        topic=_word(Topic, "topic", head.topic),
        links=Links(**links),
        text=Text(title=head.title, tags=tuple(head.tags), **_sections(body)),
    )


def write_file(content: Content, language: str) -> str:
    """Return an article in a language as `read_file` takes it."""
    text = content.texts[language]
    head: dict[str, Any] = {
        "title": text.title,
        "topic": content.topic.value,
        "audience": content.audience.value,
        "tags": text.tags,
        **{each.name: getattr(content.links, each.name) for each in fields(Links)},
    }
    lines = [f"{name} = {_quote(value)}" for name, value in head.items() if value]
    sections = [
        f"## {HEADINGS[language][name]}\n\n{getattr(text, name)}"
        for name in SECTIONS
        if getattr(text, name)
    ]
    return "\n\n".join(["\n".join([_FENCE, *lines, _FENCE]), *sections]) + "\n"


def join_files(files: Mapping[str, ArticleFile]) -> Content:
    """Return an article of its files by language; raises Invalid when they contradict."""
    first = next(iter(files.values()))
    for other in files.values():
        if (other.audience, other.topic, other.links) != (first.audience, first.topic, first.links):
            raise Invalid("file", "the languages of an article say different things of it")
    return Content(
        audience=first.audience,
        topic=first.topic,
        links=first.links,
        texts={language: each.text for language, each in sorted(files.items(), reverse=True)},
    )


def _split(text: str) -> tuple[_Head, str]:
    normal = text.removeprefix("\ufeff").replace("\r\n", "\n")
    opened, _, rest = normal.partition(f"{_FENCE}\n")
    head, closed, body = rest.partition(f"\n{_FENCE}\n")
    if opened.strip() or not closed:
        raise Invalid("file", "it has to begin with a head between two lines of +++")
    try:
        return msgspec.convert(tomllib.loads(head), _Head), body
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid("file", f"its head can not be read: {error}"[:300]) from error


def _sections(body: str) -> dict[str, str]:
    before, *parts = _HEADING.split(body)
    if before.strip():
        raise Invalid("file", "there is text before the first section")
    found: dict[str, str] = {}
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        name = _SECTION_OF.get(heading.strip().lower(), "")
        if not name or name in found:
            raise Invalid("file", f"this is no section of an article: {heading}"[:300])
        found[name] = text.strip()
    return found


def _word[T: (Audience, Topic)](kind: type[T], field: str, value: str) -> T:
    try:
        return kind(value)
    except ValueError as error:
        raise Invalid("file", f"{field} can not be {value}"[:300]) from error


def _quote(value: Any) -> str:
    if isinstance(value, str):
        return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
    return "[" + ", ".join(_quote(each) for each in value) + "]"
