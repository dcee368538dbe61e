"""Texts for channels: cut to what a receiver takes, freed of what it would take for markup. Pure.

An alarm's text comes from machines and people elsewhere. Where a receiver knows no escape, what
would be markup is replaced by its full-width twin: it reads the same and means nothing.
"""

import re

CUT = "…"

_TWINS = str.maketrans(
    {
        "<": "＜",
        ">": "＞",
        "[": "［",
        "]": "］",
        "`": "｀",
        "@": "＠",
        "&": "＆",
        "|": "｜",
        "~": "～",
        "\\": "＼",
    }
)
_STRESS = re.compile(r"\*+|_{2,}")
_LINE_START = re.compile(r"^(\s*)([#>=]+|[-+](?=\s)|-{3,}|(\d+)\.(?=\s))", re.MULTILINE)
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_BLANK = re.compile(r"\s+")
_LINE_TWINS = str.maketrans({"#": "＃", ">": "＞", "=": "＝", "-": "－", "+": "＋", ".": "．"})


def one_line(text: str) -> str:
    """Return the text on one line, without control characters and direction marks."""
    return _BLANK.sub(" ", _UNSEEN.sub(" ", text)).strip()


def clean_lines(text: str) -> str:
    """Return the text with its lines, without control characters and direction marks."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNSEEN.sub("", unified)


def without_markup(text: str) -> str:
    """Return the text without anything that Markdown, HTML or a chat would read as markup.

    Links, images, mentions, tags, code, stress, headings, lists, quotations and tables.
    """
    plain = _STRESS.sub(lambda found: "＊" if found[0][0] == "*" else "＿", clean_lines(text))
    return _LINE_START.sub(_defuse, plain.translate(_TWINS))


def _defuse(found: re.Match[str]) -> str:
    return found[1] + found[2].translate(_LINE_TWINS)


def cut_bytes(text: str, max_bytes: int) -> str:
    """Return the text in at most `max_bytes` of UTF-8, ended with … where it was cut."""
    encoded = text.encode()
    if len(encoded) <= max_bytes:
        return text
    kept = encoded[: max(0, max_bytes - len(CUT.encode()))].decode("utf-8", "ignore")
    return kept + CUT if max_bytes >= len(CUT.encode()) else ""


def cut_characters(text: str, max_characters: int) -> str:
    """Return at most `max_characters` of the text, ended with … where it was cut."""
    return text if len(text) <= max_characters else text[: max(0, max_characters - 1)] + CUT
