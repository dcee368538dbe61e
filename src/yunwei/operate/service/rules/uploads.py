"""Whether a file that somebody uploads can be kept: what it is, by its content, and that it does no
harm to whoever opens it. Pure."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yunwei.base.core.errors import Invalid

LARGEST_BYTES = 20 * 1024 * 1024
_LONGEST_NAME = 200
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_PARTS = 5000
_MOST_PIXELS = 120_000_000
_READERS_LOOK = 1024
"""So far readers look for the beginning of what they can read."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
PAPER = ("pdf", "png", "jpg", "jpeg")
"""What a scan of signed paper can be."""
ALL = (*PAPER, "docx", "xlsx")

_ENCRYPTED = 0x1

_WRONG = "this is none of the kinds of files that can be kept here"
_NOT_SO = "the file is not what its name says"
_BROKEN = "the file is damaged"
_ACTIVE = "the file holds macros or other things that run: save it without them"
_BOMB = "unpacked, the file is far too large"
_LOCKED = "the file is locked by a password"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that can be kept. name: without folders."""

    name: str
    content_type: str
    data: bytes


def check_upload(name: str, data: bytes, *, kinds: tuple[str, ...] = ALL) -> Upload:
    """Return a file that can be kept; raises Invalid at `file`.

    kinds: endings that are taken. What a file is, its content says; its name must agree with it.
    """
    plain = _check_name(name)
    if not data:
        raise Invalid("file", "the file is empty")
    if len(data) > LARGEST_BYTES:
        raise Invalid("file", "the file is larger than 20 MB")
    ending = plain.rpartition(".")[2].lower()
    if ending not in kinds:
        raise Invalid("file", _WRONG)
    content_type, check = _KINDS[ending]
    check(data)
    _check_one_kind(ending, data)
    return Upload(name=plain, content_type=content_type, data=data)


def _check_name(name: str) -> str:
    plain = re.split(r"[\\/]", name)[-1].strip()
    plain = "".join(each for each in plain if each.isprintable() and each not in '<>:"|?*;')
    if not plain.strip("."):
        raise Invalid("file", "the file has no name")
    stem, dot, ending = plain.rpartition(".")
    return f"{(stem or ending)[:_LONGEST_NAME]}{dot}{ending[:10]}" if stem else plain


def _check_one_kind(ending: str, data: bytes) -> None:
    """Raise Invalid when it is another kind of file as well: who opens it could be shown that."""
    is_package = ending in ("docx", "xlsx")
    if ending != "pdf" and b"%PDF-" in data[:_READERS_LOOK]:
        raise Invalid("file", _NOT_SO)
    if not is_package and zipfile.is_zipfile(io.BytesIO(data)):
        raise Invalid("file", _NOT_SO)
    if not is_package and re.search(rb"<(html|script|svg)\b", data[:_READERS_LOOK], re.IGNORECASE):
        raise Invalid("file", _NOT_SO)


def _check_pdf(data: bytes) -> None:
    if not data.startswith(b"%PDF-"):
        raise Invalid("file", _NOT_SO)
    if b"%%EOF" not in data[-2048:]:
        raise Invalid("file", _BROKEN)
    if re.search(rb"/Encrypt\b", data):
        raise Invalid("file", _LOCKED)
    _check_pdf_text(_plain_names(data))
    left = _MOST_UNPACKED
    for match in re.finditer(rb"stream\r?\n", data):
        unpacked, left = _unpack(data[match.end() :], left)
        # objects may stand in packed streams
        if unpacked.lstrip()[:1].isdigit():
            _check_pdf_text(_plain_names(unpacked))


_RUNS = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|SubmitForm)\b"
)


def _check_pdf_text(text: bytes) -> None:
    if _RUNS.search(text):
        raise Invalid("file", _ACTIVE)


def _plain_names(data: bytes) -> bytes:
    """Names may be written with codes: /J#53 is /JS."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), data)


def _unpack(data: bytes, left: int) -> tuple[bytes, int]:
    """Return the beginning of a packed stream, and how much may still be unpacked."""
    machine, start, kept = zlib.decompressobj(), 0, b""
    try:
        chunk = data[: 1 << 16]
        while chunk and not machine.eof:
            start += len(chunk)
            while chunk and not machine.eof:
                got = machine.decompress(chunk, 1 << 20)
                kept = kept or got
                if len(kept) < 1 << 22:
                    kept = kept if kept is got else kept + got
                left -= len(got)
                if left < 0:
                    raise Invalid("file", _BOMB)
                chunk = machine.unconsumed_tail
            chunk = data[start : start + (1 << 16)]
    except zlib.error:
        return kept, left
    return kept, left


def _check_png(data: bytes) -> None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise Invalid("file", _NOT_SO)
    if len(data) < 33 or data[12:16] != b"IHDR" or b"IEND" not in data[-16:]:
        raise Invalid("file", _BROKEN)
    _check_pixels(*struct.unpack(">II", data[16:24]))


def _check_jpeg(data: bytes) -> None:
    if not data.startswith(b"\xff\xd8\xff"):
        raise Invalid("file", _NOT_SO)
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            _check_pixels(width, height)
            return
        place += 2 + int(struct.unpack(">H", data[place + 2 : place + 4])[0])
    raise Invalid("file", _BROKEN)


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise Invalid("file", _BROKEN)
    if width * height > _MOST_PIXELS:
        raise Invalid("file", _BOMB)


def _check_office(folder: str) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        if not data.startswith(b"PK\x03\x04"):
            old = data.startswith(b"\xd0\xcf\x11\xe0")
            raise Invalid("file", _LOCKED if old else _NOT_SO)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                _check_package(package, folder)
        except _DAMAGED as error:
            raise Invalid("file", _BROKEN) from error

    return check


_DAMAGED = (
    zipfile.BadZipFile,
    OSError,
    ValueError,
    NotImplementedError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
)


def _check_directory(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    parts = package.infolist()
    if len(parts) > _MOST_PARTS or sum(each.file_size for each in parts) > _MOST_UNPACKED:
        raise Invalid("file", _BOMB)
    if any(each.flag_bits & _ENCRYPTED for each in parts):
        raise Invalid("file", _LOCKED)
    return parts


def _check_package(package: zipfile.ZipFile, folder: str) -> None:
    parts = _check_directory(package)
    names = {each.filename for each in parts}
    if "[Content_Types].xml" not in names or not any(n.startswith(folder) for n in names):
        raise Invalid("file", _NOT_SO)
    left = _MOST_UNPACKED
    kinds = b""
    for each in parts:
        # the directory may lie about sizes: what really comes out is counted
        with package.open(each) as opened:
            while chunk := opened.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise Invalid("file", _BOMB)
                if each.filename == "[Content_Types].xml":
                    kinds += chunk
    runs = re.compile(r"vbaproject|activex|/embeddings/|macrosheets|oleobject", re.IGNORECASE)
    if any(runs.search(name) for name in names) or b"macroenabled" in kinds.lower():
        raise Invalid("file", _ACTIVE)


_KINDS: Mapping[str, tuple[str, Callable[[bytes], None]]] = {
    "pdf": ("application/pdf", _check_pdf),
    "png": ("image/png", _check_png),
    "jpg": ("image/jpeg", _check_jpeg),
    "jpeg": ("image/jpeg", _check_jpeg),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _check_office("word/")),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _check_office("xl/")),
}
