"""Octets are a text when they look like one."""

import pytest

from yunwei.plugins.sdk.snmp.text import octets_to_text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", ""),
        (b"plain", "plain"),
        ("主机宕机".encode(), "主机宕机"),
        ("主机宕机".encode("gbk"), "主机宕机"),
        ("全角\u3000空格，㐀".encode("gb18030"), "全角\u3000空格，㐀"),
        ("全角\u3000空格".encode(), "全角\u3000空格"),
        (b"two\r\nlines\tand a tab", "two\r\nlines\tand a tab"),
        (b"of a C program\x00\x00", "of a C program"),
        ("主机\x00".encode("gbk"), "主机"),
        (b"\x00\x00\x00\x00\x00\x00", "0x000000000000"),
        (b"\x00\x1b\x21\xaa\xbb\xcc", "0x001b21aabbcc"),
        (b"a\x07bell", "0x610762656c6c"),
        (b"\xff\xfe\xfd", "0xfffefd"),
        # DateAndTime: 2026-11-23 14:47:30 +8:00
        (bytes.fromhex("07ea0b170e2f1e002b0800"), "0x07ea0b170e2f1e002b0800"),
        # decodes as GB 18030, to a sign for private use that nobody can read
        (b"\xaa\xa1", "0xaaa1"),
    ],
)
def test_text_or_hex(octets: bytes, text: str):
    assert octets_to_text(octets) == text
