"""Pictures of pages are pictures, of a size that a reader's line bears."""

import struct

import pytest

from tests.docs.pages import ROOT
from tests.docs.take_pictures import LANGUAGES, LARGEST_BYTES, PICTURES

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_picture_is_a_screen(language: str) -> None:
    data = (PICTURES / f"overview-{language}.png").read_bytes()
    assert data.startswith(SIGNATURE)
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 1280
    assert height >= 720
    assert len(data) < LARGEST_BYTES


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        name
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for name in (path.name for path in PICTURES.iterdir())
        if f"pictures/{name}" in page.read_text("utf-8")
    }
    assert shown == {path.name for path in PICTURES.iterdir()}
