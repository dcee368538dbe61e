"""Articles as facts: what they say in each language, for whom, and what they are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from yunwei.base.core.ids import TenantId

LANGUAGES = ("zh", "en")


class Audience(StrEnum):
    """For whom an article is. USERS: people who use desktops, and everybody else."""

    USERS = "users"
    OPERATORS = "operators"


class Topic(StrEnum):
    """Under what an article stands when one browses."""

    LOGON = "logon"
    DISPLAY = "display"
    SPEED = "speed"
    NETWORK = "network"
    DEVICES = "devices"
    DESKTOP = "desktop"
    DATA = "data"
    DIRECTORY = "directory"
    CLOUD = "cloud"
    LICENCE = "licence"
    PLATFORM = "platform"


SECTIONS = ("symptoms", "causes", "steps", "verification", "prevention")
"""The sections of an article, in the order in which they are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """An article in one language; the sections are Markdown, "" where there is nothing to say."""

    title: str
    tags: tuple[str, ...] = ()
    symptoms: str = ""
    causes: str = ""
    steps: str = ""
    verification: str = ""
    prevention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What an article is about. causes: of diagnoses. scripts: slugs of the platform's own, or
    names. remedies: names."""

    alarm_types: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an article says. texts: language → text, at least one."""

    audience: Audience
    topic: Topic
    texts: Mapping[str, Text]
    links: Links = field(default_factory=Links)

    def text(self, language: str) -> Text:
        """Return the text in a language, or in the other when there is none."""
        return self.texts[self.spoken(language)]

    def spoken(self, language: str) -> str:
        """Return the language in which a reader of `language` reads it."""
        wanted = "zh" if language.startswith("zh") else "en"
        return wanted if wanted in self.texts else next(iter(self.texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article that is to be read. key: in addresses. tenant: None when it comes with the
    platform. is_for_all: readers of all tenants see it."""

    key: str
    content: Content
    tenant: TenantId | None = None
    is_for_all: bool = True

    @property
    def is_shipped(self) -> bool:
        return self.tenant is None
