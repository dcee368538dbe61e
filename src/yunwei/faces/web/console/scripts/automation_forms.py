"""Fields of forms of what starts scripts by itself: which script, with which parameters, how held
back, whether it is on. Shared by remedies, triggers, timetables and what follows a run."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.forms import Form, FormField
from yunwei.faces.web.shared.words import Text
from yunwei.operate.scripts.queries import library

_MOST = 500


def runnable_scripts(viewer: Viewer, tenant: TenantId | None = None) -> Sequence[tuple[str, str]]:
    """Return the scripts of which a version may run, as choices: on desktops of a tenant, else of
    any."""
    found = library.fetch_scripts(
        viewer, filters={"may_run": True}, page=PageRequest(limit=_MOST)
    ).items
    return [
        (str(row.script.id), row.script.name)
        for row in found
        if tenant is None or row.script.tenant == tenant or row.may_be_shared
    ]


def script_fields(viewer: Viewer) -> tuple[FormField, FormField]:
    """Return the fields of the script, and of its parameters as lines; see `read_values`."""
    return (
        FormField(key="script", label=_("Script"), kind="choice", options=runnable_scripts(viewer)),
        FormField(
            key="values",
            label=_("Parameters"),
            kind="area",
            rows=3,
            is_required=False,
            help=_("One a line: NAME=value. Empty: their usual values."),
        ),
    )


def number_field(key: str, label: Text, usual: object) -> FormField:
    """Return the field of a number from 0 on; usual: a draft that has it as attribute `key`."""
    default = str(getattr(usual, key))
    return FormField(key=key, label=label, kind="number", default=default, minimum=0)


def switch_field() -> FormField:
    return FormField(
        key="is_enabled", label=_("It is on"), kind="boolean", default="true", is_required=False
    )


def at_values[T](act: Callable[[Form], T]) -> Callable[[Form], T]:
    """Let an error of one parameter be shown at the field in which all are typed, with its name."""

    def do(sent: Form) -> T:
        try:
            return act(sent)
        except Invalid as error:
            if not error.field.isupper():
                raise
            raise Invalid("values", f"parameter {error.field}: {error.why}") from error

    return do


def write_values(values: Mapping[str, str]) -> str:
    """Return parameters as people write them, one a line."""
    return "\n".join(f"{name}={text}" for name, text in values.items())


def read_values(text: str) -> dict[str, str]:
    """Return parameters that were written so. Raises Invalid."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if line.strip() and not sign:
            raise Invalid("values", "one a line: NAME=value")
        if line.strip():
            found[name.strip()] = value.strip()
    return found
