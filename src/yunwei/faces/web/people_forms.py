"""The fields of the forms about people and tenants, and how they are read. No pages."""

from enum import StrEnum
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.forms import Form, FormField
from yunwei.faces.web.shared.words import Text, options

ACTIVE: tuple[tuple[str, Text], ...] = (("true", _("Active")), ("false", _("Switched off")))
_FIRST_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "UTC")
ZONES: tuple[tuple[str, Text], ...] = tuple(
    (name, name)
    for name in (*_FIRST_ZONES, *sorted(available_timezones() - set(_FIRST_ZONES)))
    if name in _FIRST_ZONES
    or name.split("/")[0] in {"Africa", "America", "Asia", "Europe"}
    or name.startswith(("Australia/", "Pacific/"))
)

USERNAME = FormField(
    key="username",
    label=_("Sign-in name"),
    help=_("Letters, digits and . _ + -; it can not be changed later."),
)
PASSWORD = FormField(
    key="password",
    label=_("Password"),
    kind="secret",
    help=_("At least 12 characters, not a common password, not the person's name."),
)
PROFILE_FIELDS = (
    FormField(key="display_name", label=_("Name"), is_required=False),
    FormField(
        key="email",
        label=_("E-mail"),
        kind="email",
        is_required=False,
        help=_("For messages; one can also sign in with it."),
    ),
    FormField(key="phone", label=_("Phone"), is_required=False),
)
TIME_ZONE = FormField(key="time_zone", label=_("Time zone"), kind="choice", options=ZONES)
SLUG = FormField(
    key="slug",
    label=_("Short name"),
    help=_("Small letters, digits and -; it can not be changed later."),
)
TENANT_FIELDS = (FormField(key="name", label=_("Name")), TIME_ZONE)
IS_ACTIVE = FormField(
    key="is_active",
    label=_("Active: its people can sign in"),
    kind="boolean",
    is_required=False,
)


def all_tenants(viewer: Viewer) -> list[tuple[str, Text]]:
    """Return the viewer's tenants as the options of a choice."""
    found = queries.fetch_tenants(viewer, {}, PageRequest(limit=1000))
    return [(str(each.id), each.name) for each in found.items]


def person_fields(viewer: Viewer, *, is_new: bool = False) -> tuple[FormField, ...]:
    """Return the fields of a person, the tenant only where it can still be chosen."""
    tenants = all_tenants(viewer)
    tenant = FormField(key="tenant", label=_("Tenant"), kind="choice", options=tenants)
    role = FormField(key="role", label=_("Role"), kind="choice", options=options("role"))
    desktop_login = FormField(
        key="desktop_login",
        label=_("Desktop login"),
        is_required=False,
        help=_("The login name that this person has in the desktop cloud."),
    )
    customers = FormField(
        key="customers",
        label=_("Only these customers"),
        kind="several",
        options=tenants,
        is_required=False,
        help=_("For people of the provider. None chosen: all customers."),
    )
    first = (tenant, role) if is_new else (role,)
    return (*first, *PROFILE_FIELDS, desktop_login, customers)


def read_ids(form: Form, key: str) -> tuple[TenantId, ...]:
    return tuple(TenantId(int(text)) for text in form.several(key) if text.isdecimal())


def read_choice[T: StrEnum](form: Form, key: str, words: type[T]) -> T:
    """Return the chosen word of a closed set; raises Invalid at the field."""
    try:
        return words(form.text(key))
    except ValueError as error:
        raise Invalid(key, "this is not one of the choices") from error


def read_secret(form: Form) -> str:
    """Return a password as it was typed: its spaces belong to it."""
    return next(iter(form.several(PASSWORD.key)), "")


def read_flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def form_status(form: Form) -> int:
    return 422 if form.errors or form.error else 200
