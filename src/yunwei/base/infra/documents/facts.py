"""What a document is made of, whoever writes it. Texts are final: in one language, plain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """level: 1 stands in the contents as a chapter, 2 below one."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: str
    is_quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that was found. tone: good, warning, critical or "". why: why it matters, advice:
    what to do; each or ""."""

    text: str
    tone: str = ""
    why: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    items: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number at a glance. note: what it is compared with."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    items: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart. svg: made by `svg_charts`, in the font of print; None where there is nothing to
    draw, which `caption` says. width, height: in points of the page."""

    title: str
    svg: str | None
    width: int
    height: int
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table. numeric: which columns stand right. note: what was left out, or "". widths: of its
    columns, in parts of the whole; none: all the same, numbers as wide as they are."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBreak:
    """What follows begins a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBox:
    """Where one side signs. lines: labels and what stands beside them; "" leaves room for ink."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Boxes of all who sign, side by side."""

    title: str
    items: tuple[SignatureBox, ...]


type Block = Heading | Paragraph | Remarks | Tiles | Picture | Grid | Signatures | PageBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """language: `zh` or `en`. cover: labels and what they say, on the first page. labels: what the
    document says of itself: `contents`, `page` with {page} and {pages}. footer: on every page.
    is_sheet: without a cover and contents of its own: what stands on the cover heads the page.
    colour: `#rrggbb` of its lines, "" for ours. logo: of its cover, PNG or JPEG, b"" for none.
    made_at: the time that stands in the file, so that the same document is the same bytes."""

    title: str
    subtitle: str
    language: str
    cover: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    footer: str
    made_at: datetime
    author: str = "Yunwei 云维"
    labels: Mapping[str, str] = field(default_factory=dict)
    is_sheet: bool = False
    colour: str = ""
    logo: bytes = b""

    @property
    def logo_kind(self) -> str:
        return "png" if self.logo.startswith(b"\x89PNG") else "jpg"
