"""A page of a list and the result of a batch: the two shapes in which many things travel."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """What is asked of a list. cursor: opaque, from the page before. limit: 1 to 1,000."""

    cursor: str | None = None
    limit: int = 50
    sort: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[T]:
    """items in order; next: cursor or None at the end; total: how many match in all."""

    items: tuple[T, ...]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch[T]:
    """What of a batch was done, and what failed with which reason."""

    done: tuple[T, ...] = ()
    failed: tuple[tuple[T, str], ...] = field(default=())
