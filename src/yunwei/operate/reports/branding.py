"""What a tenant's reports look like on their cover: a logo that was looked at, a colour."""

import struct
from dataclasses import dataclass

from yunwei.base.core.errors import Invalid
from yunwei.base.infra.documents.pictures import is_printable_picture

MOST_BYTES = 256 * 1024
_MOST_PIXELS = 4000
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """content_type: `image/png` or `image/jpeg`."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What stands on a report's cover. colour: `#rrggbb` or "" for the usual."""

    colour: str = ""
    logo: Logo | None = None


def read_logo(data: bytes) -> Logo:
    """Return a picture as a logo; raises Invalid for what is none, is too large, or would not
    print. Its kind is what it is, not what its name says; drawings (SVG) may hold code and are not
    taken."""
    if not data:
        raise Invalid("logo", "this is required")
    if len(data) > MOST_BYTES:
        raise Invalid("logo", "at most 256 KB")
    kind = "image/png" if data.startswith(_PNG) else "image/jpeg"
    if not data.startswith((_PNG, _JPEG)):
        raise Invalid("logo", "a PNG or JPEG picture; SVG is not taken")
    size = picture_size(data)
    if size is None or not all(size):
        raise Invalid("logo", "this picture is damaged")
    if max(size) > _MOST_PIXELS:
        raise Invalid("logo", "at most 4,000 pixels wide and high")
    if not is_printable_picture(data, kind.removeprefix("image/").replace("jpeg", "jpg")):
        raise Invalid("logo", "this picture is damaged")
    return Logo(content_type=kind, data=data)


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return a picture's width and height, None where it does not say them."""
    return _png_size(data) if data.startswith(_PNG) else _jpeg_size(data)


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 33 or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walk the segments to the one that says the size."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None
