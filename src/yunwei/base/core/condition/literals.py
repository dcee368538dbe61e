"""What a text must hold for a pattern to match, so that most patterns need not be tried at all."""

import re

_GLOB_SIGNS = re.compile(r"[*?\[]")
_QUANTIFIERS = frozenset("?*+{")
_SHORTEST = 3


def literal_prefix(glob: str) -> str:
    """Return the text that a glob's matches begin with, "" when that is nothing."""
    found = _GLOB_SIGNS.search(glob)
    return glob if found is None else glob[: found.start()]


def literals_of_glob(glob: str) -> list[str]:
    """Return texts of 3 characters or more that a glob's matches contain, the longest first."""
    if "[" in glob:
        glob = glob[: glob.index("[")]
    return _longest(re.split(r"[*?]", glob))


def literals_of_regex(pattern: str) -> list[str]:
    """Return texts of 3 characters or more that stand in whatever the expression finds, the
    longest first; none when in doubt.

    Reads only what it is sure of: plain characters outside of groups and classes.
    """
    if "(?" in pattern.replace("(?:", "") or r"\Q" in pattern:
        return []
    runs, depth, place = [""], 0, 0
    while place < len(pattern):
        size, char = _read_atom(pattern, place)
        place += size
        if char == "|" and depth == 0:
            return []
        depth += {"(": 1, ")": -1}.get(char, 0)
        is_plain = depth == 0 and len(char) == 1 and char not in "()|"
        is_repeated = pattern[place : place + 1] in _QUANTIFIERS and place < len(pattern)
        if is_plain and not is_repeated:
            runs[-1] += char
        elif runs[-1]:
            runs.append("")
    return _longest(runs)


_CLASS = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_TIMES = re.compile(r"\{\d+(?:,\d*)?\}")
_ESCAPE = re.compile(r"\\(?:[pPx]\{[^}]*\}|[pP].|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_SPECIAL = frozenset("^$.?*+{}")


def _read_atom(pattern: str, place: int) -> tuple[int, str]:
    """Return the length of the atom at a place, and it when it is a plain character or one of
    `( ) |`; "" for whatever else it is."""
    char = pattern[place]
    shape = {"\\": _ESCAPE, "[": _CLASS, "{": _TIMES}.get(char)
    if shape is None:
        return 1, "" if char in _SPECIAL else char
    found = shape.match(pattern, place)
    if found is None:
        return 1, ""
    atom = found.group()
    is_plain = char == "\\" and len(atom) == 2 and atom.isascii() and not atom[1].isalnum()
    return len(atom), atom[1] if is_plain and atom[1] not in "()|" else ""


def _longest(parts: list[str]) -> list[str]:
    return sorted((each for each in parts if len(each) >= _SHORTEST), key=len, reverse=True)
