"""Files that people upload, made up byte by byte: plain ones, and such as nobody should be sent."""

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x10" + b"\0" * 20
TYPES = "[Content_Types].xml"


def png(width: int = 8, height: int = 8) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head
    return start + struct.pack(">I", zlib.crc32(head)) + b"\0\0\0\0IEND\xaeB`\x82"


def office(folder: str = "word", extra: str = "", **parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(TYPES, parts.pop("types", b"<Types/>"))
        package.writestr(f"{folder}/document.xml", parts.pop("document", b"<w/>"))
        if extra:
            package.writestr(extra, b"x")
    return buffer.getvalue()


def encrypted(package: bytes) -> bytes:
    """Say of every part of a package that it is locked."""
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        parts = package.split(mark)
        locked = [
            bytes((*part[: place - 4], part[place - 4] | 1, *part[place - 3 :]))
            for part in parts[1:]
        ]
        package = mark.join((parts[0], *locked))
    return package


def spoiled(package: bytes) -> bytes:
    """Write nonsense into the packed bytes of the last part."""
    place = package.index(b"document.xml") + len(b"document.xml")
    return package[:place] + b"\xff" * 8 + package[place + 8 :]


def packed(text: bytes) -> bytes:
    stream = zlib.compress(text)
    return PDF.replace(b"trailer", b"2 0 obj\nstream\n" + stream + b"\nendstream\ntrailer")


TOO_LARGE = PDF[:-7] + b"x" * (20 * 1024 * 1024) + PDF[-7:]
BAD = (
    ("huge.pdf", lambda: TOO_LARGE, "the file is larger than 20 MB", "文件超过 20 MB"),
    (
        "run.exe",
        lambda: b"MZ",
        "this is none of the kinds of files that can be kept here",
        "不接受此类型的文件",
    ),
    ("type.pdf", png, "the file is not what its name says", "文件内容与扩展名不符"),
    (
        "macro.docx",
        lambda: office(extra="word/vbaProject.bin"),
        "the file holds macros or other things that run: save it without them",
        "文件含有宏或其他可执行内容，请去除后再保存",
    ),
    (
        "bomb.docx",
        lambda: office(document=b"\0" * (210 * 1024 * 1024)),
        "unpacked, the file is far too large",
        "文件解压后过大",
    ),
    (
        "locked.docx",
        lambda: encrypted(office()),
        "the file is locked by a password",
        "文件有密码保护",
    ),
    (
        "both.pdf",
        lambda: PDF + office(),
        "the file is not what its name says",
        "文件内容与扩展名不符",
    ),
)
"""Name, bytes, and why it is refused, in English and in Chinese: one of each kind."""
