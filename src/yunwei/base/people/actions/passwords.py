"""Passwords: the policy and the hash, both Django's. Works only in processes with Django."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.infra.postgres import transaction
from yunwei.base.people import store
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Person, Viewer

_DOUBT = "people.doubt_signature"
_MOST_TRIES, _WITHIN = 5, timedelta(minutes=5)


def hash_password(password: str, person: Person) -> str:
    """Return the salted hash to store; raises Invalid when the policy refuses the password.

    person: whom it is for; a password must not resemble their names.
    """
    # engine processes import the audit log from this package, and have no Django
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    from yunwei.base.people.models import User  # noqa: PLC0415

    likeness = User(
        username=person.username,
        display_name=person.display_name,
        email=person.email,
        desktop_login=person.desktop_login,
    )
    try:
        validate_password(password, likeness)
    except ValidationError as error:
        raise Invalid("password", " ".join(error.messages)) from error
    return make_password(password)


def confirm_password(viewer: Viewer, password: str, *, now: datetime) -> None:
    """Make sure that whoever signs is at the keyboard themselves: the password is their own.

    Each wrong one is audited. Raises Invalid at `password`; Conflict after five wrong ones within
    five minutes; Refused for whoever has none.
    """
    # Django is there only when somebody signs
    from django.contrib.auth.hashers import check_password  # noqa: PLC0415

    if not password:
        raise Invalid("password", "this is required")
    with transaction() as conn:
        known = store.read_password(conn, viewer.user_id or 0)
        tries = store.count_audited(conn, viewer.user_id or 0, _DOUBT, since=now - _WITHIN)
    if known is None:
        raise Refused()
    if tries >= _MOST_TRIES:
        raise Conflict("too many wrong passwords: try again in some minutes")
    if not check_password(password, known):
        record(None, viewer, "people.doubt_signature", object_kind="user", object_name=viewer.name)
        raise Invalid("password", "this is not your password")
