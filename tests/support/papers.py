"""PDFium as the judge of papers: pages drawn as a reader sees them, and the words on them.

It is the engine of Chromium's reader, and shares nothing with the one that set the papers.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

_SCALE = 1.5
"""Of 72 dots an inch: a page of A4 is 893 × 1263."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPage:
    """A page in shades of grey, a byte a dot, row by row from above. text: its words."""

    width: int
    height: int
    dots: bytes
    text: str

    @property
    def ink(self) -> float:
        """Which part of the page is not white."""
        return 1 - self.dots.count(255) / len(self.dots)

    def margin_ink(self, share: float = 0.02) -> float:
        """Which part of the outermost columns is not white: what is cut off ends there."""
        columns = max(1, round(self.width * share))
        edge = b"".join(
            self.dots[start : start + columns]
            + self.dots[start + self.width - columns : start + self.width]
            for start in range(0, len(self.dots), self.width)
        )
        return 1 - edge.count(255) / len(edge)

    def write_png(self, file: Path) -> None:
        rows = range(0, len(self.dots), self.width)
        data = b"".join(b"\0" + self.dots[start : start + self.width] for start in rows)
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 0, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    sum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum)


def draw_pages(data: bytes) -> list[DrawnPage]:
    """Return a PDF's pages as PDFium draws them; raises PdfiumError when it can not."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [_draw(page) for page in document]
    finally:
        document.close()


def look_through(data: bytes, folder: Path, name: str) -> str:
    """Hold a PDF's pages to what every paper keeps, leave them as pictures in a folder, and return
    its words without spaces: a line is broken elsewhere in each reader."""
    pages = draw_pages(data)
    for number, page in enumerate(pages, 1):
        page.write_png(folder / f"{name}-{number}.png")
        assert page.ink > 0.005, f"{name}: page {number} is empty"
        assert page.margin_ink() == 0, f"{name}: page {number} runs over its edge"
    return "".join("".join(page.text for page in pages).split())


def _draw(page: pypdfium2.PdfPage) -> DrawnPage:
    bitmap = page.render(scale=_SCALE, grayscale=True)
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    buffer = bytes(bitmap.buffer)
    rows = (buffer[start : start + width] for start in range(0, stride * height, stride))
    text = page.get_textpage()
    return DrawnPage(width=width, height=height, dots=b"".join(rows), text=text.get_text_bounded())
