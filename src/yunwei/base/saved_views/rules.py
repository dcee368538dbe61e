"""What a saved view may be called and hold, and who may change it. Pure."""

from urllib.parse import parse_qsl, urlencode

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.base.saved_views.facts import SavedView

MOST_VIEWS = 50
"""How many one person may have of one page: a menu is read, not searched."""

PASSING = ("cursor", "trail", "export", "saved")
"""Parameters of one look at a list, which no view keeps."""

_LONGEST_NAME = 80
_LONGEST_QUERY = 2000
_MOST_PARAMETERS = 100


def check_name(typed: str) -> str:
    """Return the name as it is kept; raises Invalid."""
    name = typed.strip()
    if not name:
        raise Invalid("name", "this is required")
    if len(name) > _LONGEST_NAME:
        raise Invalid("name", f"at most {_LONGEST_NAME} characters")
    if not name.isprintable():
        raise Invalid("name", "no line breaks or control characters")
    return name


def clean_query(query: str) -> str:
    """Return a query string in its one form: without what is empty or passing, in order, so that
    two of them are alike exactly when they show the same. Raises Invalid."""
    try:
        pairs = parse_qsl(query.removeprefix("?"), max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise Invalid("query", "this is too much for a view") from error
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Invalid("query", "a value has a character that can not be stored")
    kept = sorted({(name, value) for name, value in pairs if name not in PASSING})
    cleaned = urlencode(kept)
    if len(cleaned) > _LONGEST_QUERY:
        raise Invalid("query", "this is too much for a view")
    return cleaned


def drop_columns(query: str) -> str:
    """Return a clean query without the columns that it names."""
    return urlencode([pair for pair in parse_qsl(query) if pair[0] != "columns"])


def may_change(viewer: Viewer, view: SavedView) -> bool:
    """Say whether it is the viewer's, or a shared one of a tenant whose people they manage."""
    if view.owner == viewer.user_id:
        return True
    return view.is_shared and may(viewer, Permission.MANAGE_PEOPLE)
