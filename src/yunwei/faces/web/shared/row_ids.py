"""Ids of rows as they come in forms and addresses."""

from yunwei.base.core.errors import Invalid

_MOST_DIGITS = 18
"""What PostgreSQL's bigint holds of any digits."""


def find_row_id(text: str) -> int | None:
    """Return the id that a text is, None when it is none."""
    is_id = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_id else None


def read_row_id(text: str, field: str) -> int | None:
    """Return the id that was sent, None when nothing was. Raises Invalid when it is no number."""
    found = find_row_id(text)
    if text and found is None:
        raise Invalid(field, "this is not a number")
    return found
