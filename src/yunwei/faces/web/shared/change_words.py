"""What a field of the inventory was before a change, and after, in words."""

from yunwei.base.core.errors import Invalid
from yunwei.base.core.times import parse_rfc3339
from yunwei.faces.web.shared.say import NOTHING, mark_time
from yunwei.faces.web.shared.words import Text, word

_SETS_OF_FIELDS = {
    "state": "desktop_state",
    "login_state": "login_state",
    "exists": "yes_no",
    "is_in_maintenance": "yes_no",
    "is_registered": "yes_no",
    "kind": "licence_kind",
}


def say_field(field: str, text: str) -> Text:
    """Return a value in words where its field is of a closed set, times in the reader's zone."""
    if not text:
        return NOTHING
    words = _SETS_OF_FIELDS.get(field)
    if words:
        return word(words, text).label
    try:
        return mark_time(parse_rfc3339(text), is_relative=False)
    except Invalid:
        return text


def say_changed(field: str, text: str) -> str:
    """Return a value of a desktop's field in words, without one the field's own name."""
    return str(say_field(field, text) if text else word("desktop_field", field).label)
