"""What scripts printed, made readable and harmless. Pure."""

import re

_ESCAPES = re.compile(
    # CSI …, OSC … up to its end, other two-letter escapes
    "\x1b\\[[0-9;:<=>?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?"
    "|\x1b[ -/]*[0-~]|\x9b[0-9;?]*[@-~]"
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Signs that turn the direction of writing round, so that a text reads as something else."""


def read_output(data: bytes) -> str:
    """Return the text of an output: UTF-8, else GB18030 as Chinese Windows prints; without what a
    terminal would obey. Markup in it is still markup: whoever draws it escapes it."""
    text = _decode(data).replace("\r\n", "\n")
    text = _ESCAPES.sub("", text)
    # a line that was written over again and again: what stood there last
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _TURNS.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", "\n".join(lines)))


def _decode(data: bytes) -> str:
    for cut in range(4):  # the last sign may have been cut in two
        try:
            return data[: len(data) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def begin_of(data: bytes, *, lines: int = 4, letters: int = 400) -> str:
    """Return how an output begins."""
    text = read_output(data[: letters * 4]).strip("\n")
    head = "\n".join(text.split("\n")[:lines])
    is_cut = len(head) > letters or len(head) < len(text)
    return head[:letters] + ("…" if is_cut else "")
