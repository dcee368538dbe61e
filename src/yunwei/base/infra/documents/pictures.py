"""Whether a picture that somebody gave can stand in every kind of document."""

import json

import typst
from docx.image.exceptions import (
    InvalidImageStreamError,
    UnexpectedEndOfFileError,
    UnrecognizedImageError,
)
from docx.image.image import Image

_PAGE = b"""#set page(width: 60mm, height: 60mm)
#image(bytes(json(bytes(sys.inputs.picture))), format: sys.inputs.kind, width: 40mm)
"""


def is_printable_picture(data: bytes, kind: str) -> bool:
    """Say so of a picture. kind: png or jpg. Cost: some 0.1 s for 256 KB."""
    told = {"picture": json.dumps(list(data)), "kind": kind}
    try:
        typst.compile(_PAGE, format="pdf", sys_inputs=told)
        Image.from_blob(data)
    except (
        typst.TypstError,
        InvalidImageStreamError,
        UnexpectedEndOfFileError,
        UnrecognizedImageError,
    ):
        return False
    return True
