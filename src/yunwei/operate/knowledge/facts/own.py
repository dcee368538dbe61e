"""Articles that a team writes, what readers say of articles, and what is missing, as facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import TenantId
from yunwei.operate.knowledge.facts.articles import Content


class ArticleState(StrEnum):
    """DRAFT was never published; RETIRED is not to be found any more."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnArticle:
    """content: of the latest version, which may be newer than the published one."""

    id: int
    tenant: TenantId
    tenant_name: str
    is_for_all: bool
    state: ArticleState
    latest: int
    published: int | None
    content: Content
    by: str
    changed_at: datetime
    helped: int
    not_helped: int

    @property
    def key(self) -> str:
        return f"own-{self.id}"

    @property
    def has_newer_draft(self) -> bool:
        return self.state is ArticleState.PUBLISHED and self.published != self.latest


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    number: int
    content: Content
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an archive. added: numbers of the new articles. known: how many were left out,
    since an article says the same already."""

    added: tuple[int, ...]
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpfulness:
    """How many people an article helped, and did not. mine: what the asker said, None nothing."""

    helped: int
    not_helped: int
    mine: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingQuestion:
    """A question that no article answers."""

    id: int
    tenant: TenantId
    tenant_name: str
    question: str
    times: int
    first_at: datetime
    last_at: datetime
