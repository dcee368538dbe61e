"""What a search found, as facts."""

from dataclasses import dataclass

from yunwei.operate.knowledge.facts.articles import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a text. is_hit: it is what was asked for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found, with the pieces of its title and of what fits best in it. fit:
    from 0 to 1, how much of the question it speaks of."""

    article: Article
    language: str
    score: float
    fit: float
    title: tuple[Piece, ...]
    extract: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """hits: the best first. is_answered: at least one speaks of what was asked; otherwise they are
    only the nearest."""

    hits: tuple[Hit, ...]
    is_answered: bool
