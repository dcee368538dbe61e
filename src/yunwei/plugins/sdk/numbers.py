"""Telephone numbers as gateways take them. Pure."""

import re

from yunwei.base.core.errors import SendError

_NUMBER = re.compile(r"\+?[0-9]{5,20}")


def parse_number(text: str) -> str:
    """Return the number without spaces and dashes. Raises SendError, permanent, when it is none."""
    bare = re.sub(r"[\s()-]", "", text)
    if not _NUMBER.fullmatch(bare):
        raise SendError("not a telephone number", permanent=True)
    return bare
