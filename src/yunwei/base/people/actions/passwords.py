"""Passwords: the policy and the hash, both Django's. Works only in processes with Django."""

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Person


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
