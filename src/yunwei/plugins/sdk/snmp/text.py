"""Octets as text for people. Pure; which octets are a text nobody says, so it is judged here.

A printable UTF-8 text is that text; else a printable GB 18030 text (older Huawei systems send
GBK); else `0x` and the octets in hex: MAC addresses, DateAndTime, bit strings.
"""

import re

# what no text of a device contains: controls other than tab and line ends
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# texts have these, but `str.isprintable` does not count them; U+3000 is the Chinese space
_SPACES = str.maketrans("", "", "\t\r\n\u3000\xa0")


def octets_to_text(octets: bytes) -> str:
    """Return the text that `octets` most likely are. Trailing NULs of C programs are cut."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return _gb18030(octets.rstrip(b"\x00")) or f"0x{octets.hex()}"
    if text.isprintable():
        return text
    text = text.rstrip("\x00")
    return f"0x{octets.hex()}" if not text or _CONTROLS.search(text) else text


def _gb18030(octets: bytes) -> str:
    """Return "" when it is not such a text; nearly any octets *decode*, few are printable."""
    try:
        text = octets.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return text if text.translate(_SPACES).isprintable() else ""
