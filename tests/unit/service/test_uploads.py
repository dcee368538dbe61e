"""Files that people upload: what is kept, and what is refused with one clear error."""

import struct

import pytest

from tests.support.uploads import JPEG, PDF, encrypted, office, packed, png, spoiled
from yunwei.base.core.errors import Invalid
from yunwei.operate.service.rules.uploads import LARGEST_BYTES, PAPER, check_upload


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("scan.pdf", PDF, "application/pdf"),
        ("C:\\scans\\盖章 扫描件.PDF", PDF, "application/pdf"),
        ("scan.png", png(), "image/png"),
        ("scan.jpeg", JPEG, "image/jpeg"),
        ("minutes.docx", office(), "wordprocessingml"),
        ("list.xlsx", office("xl"), "spreadsheetml"),
    ],
)
def test_plain_files_are_kept(name: str, data: bytes, content_type: str) -> None:
    kept = check_upload(name, data)
    assert content_type in kept.content_type
    assert kept.data == data
    assert "\\" not in kept.name


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("scan.pdf", b"", "empty"),
        ("scan.pdf", b"%PDF-" + b"x" * LARGEST_BYTES, "larger than 20 MB"),
        ("run.exe", b"MZ", "none of the kinds"),
        ("page.svg", b"<svg/>", "none of the kinds"),
        ("macro.docm", office(), "none of the kinds"),
        ("scan.pdf", png(), "not what its name says"),
        ("scan.png", PDF, "not what its name says"),
        ("scan.jpg", b"MZ\x90", "not what its name says"),
        ("scan.pdf", PDF[:-7], "damaged"),
        ("scan.png", png()[:30], "damaged"),
        ("a.docx", office()[:-40], "damaged"),
        ("a.docx", office("xl"), "not what its name says"),
        ("a.docx", b"\xd0\xcf\x11\xe0old", "locked"),
        ("scan.pdf", PDF.replace(b"/Catalog", b"/Catalog /Encrypt 5 0 R"), "locked"),
        ("a.docx", office(extra="word/vbaProject.bin"), "macros"),
        ("a.docx", office(extra="word/embeddings/oleObject1.bin"), "macros"),
        ("a.xlsx", office("xl", types=b"<x ContentType='macroEnabled'/>"), "macros"),
        ("scan.pdf", PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /JS (x) >>"), "macros"),
        ("scan.pdf", PDF.replace(b"/Catalog", b"/Catalog << /J#61vaScript (x) >>"), "macros"),
        ("scan.pdf", packed(b"1 0 << /S /JavaScript >>"), "macros"),
        ("scan.png", png(60_000, 60_000), "far too large"),
        ("a.docx", encrypted(office()), "locked"),
        ("a.docx", spoiled(office(document=b"<w>" + bytes(range(256)) * 9)), "damaged"),
        ("scan.pdf", PDF + office(), "not what its name says"),
        ("scan.jpg", JPEG + office(), "not what its name says"),
        ("scan.jpg", JPEG[:4] + b"\0\x0c%PDF-1.7" + JPEG[6:], "not what its name says"),
        ("scan.pdf", PDF.replace(b"1.7", b"1.7 <script>x</script>"), "not what its name says"),
        ("...", PDF, "no name"),
    ],
)
def test_what_can_not_be_kept_is_refused_and_says_why(name: str, data: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        check_upload(name, data)
    assert refused.value.field == "file"


def test_what_unpacks_to_far_more_than_it_is_is_refused() -> None:
    bomb = office(document=b"\0" * (210 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    with pytest.raises(Invalid, match="far too large"):
        check_upload("bomb.docx", bomb)
    with pytest.raises(Invalid, match="far too large"):
        check_upload("bomb.pdf", packed(b"\0" * (210 * 1024 * 1024)))


def test_a_directory_that_lies_about_sizes_helps_nobody() -> None:
    data = bytearray(office(document=b"\0" * (1024 * 1024)))
    place = data.rindex(b"word/document.xml") - 46 + 24
    data[place : place + 4] = struct.pack("<I", 10)
    with pytest.raises(Invalid, match="damaged"):
        check_upload("liar.docx", bytes(data))


def test_a_scan_of_paper_is_a_picture_or_pdf() -> None:
    with pytest.raises(Invalid, match="none of the kinds"):
        check_upload("scan.docx", office(), kinds=PAPER)
