"""Forms: drawn from a plug-in's manifest or from plain declarations. Keeps what was typed, shows
errors at the field. What is acceptable is decided by the action that takes the values.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.words import Text
from yunwei.plugins.sdk.manifest import Manifest, manifests

SETTINGS = "settings."
"""Before the key of a plug-in's own field, so that it can not meet a field of ours."""

_INPUT_TYPES = {
    "text": "text",
    "addresses": "text",
    "url": "url",
    "number": "number",
    "secret": "password",
    "instant": "datetime-local",
    "time": "time",
    "email": "email",
    "file": "file",
    "day": "date",
}


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field. kind: text, url, secret, number, choice, boolean, addresses, area, email,
    file (what was sent is in the request's FILES), instant (a local date and time), day, time,
    several (checkboxes), hidden.

    is_kept: a secret that holds a value already; empty leaves it. part: heading it stands under.
    rows: of an area.
    """

    key: str
    label: Text
    kind: str = "text"
    help: Text = ""
    default: str = ""
    is_required: bool = True
    options: Sequence[tuple[str, Text]] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    is_kept: bool = False
    is_wide: bool = True
    part: Text = ""
    rows: int = 4


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A field with its present value and error, as `components/field.html` takes it."""

    field: FormField
    value: str
    values: tuple[str, ...]
    error: str

    @property
    def input_type(self) -> str:
        return _INPUT_TYPES.get(self.field.kind, "text")

    @property
    def id(self) -> str:
        return f"field-{self.field.key.replace('.', '-')}"

    @property
    def is_on(self) -> bool:
        return self.value == "true"


@dataclass(kw_only=True)
class Form:
    """What was typed, or the first values of a form not sent yet. error: about it as a whole, or
    about `error_field`, which is not drawn here."""

    fields: tuple[FormField, ...]
    values: dict[str, tuple[str, ...]]
    is_sent: bool
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""
    error_field: str = ""

    def text(self, key: str) -> str:
        return next(iter(self.values.get(key, ())), "").strip()

    def several(self, key: str) -> tuple[str, ...]:
        return self.values.get(key, ())

    def is_on(self, key: str) -> bool:
        return self.text(key) == "true"

    def number(self, key: str) -> int:
        """Return a whole number; raises Invalid naming the field."""
        try:
            return int(self.text(key))
        except ValueError as error:
            raise Invalid(key, "this is not a number") from error

    def instant(self, key: str) -> datetime | None:
        """Return the instant that a local date and time names in the viewer's zone."""
        typed = self.text(key)
        if not typed:
            return None
        try:
            local = datetime.fromisoformat(typed)
        except ValueError as error:
            raise Invalid(key, "this is not a date and time") from error
        return local if local.tzinfo else local.replace(tzinfo=_zone())

    def needed_instant(self, key: str) -> datetime:
        found = self.instant(key)
        if found is None:
            raise Invalid(key, "this is required")
        return found

    @property
    def settings(self) -> dict[str, str]:
        """The plug-in's own fields, under the plug-in's own keys."""
        return {
            each.key.removeprefix(SETTINGS): self.text(each.key)
            for each in self.fields
            if each.key.startswith(SETTINGS)
        }

    @property
    def drawn(self) -> list[Drawn]:
        return [self._draw(each) for each in self.fields]

    @property
    def by_key(self) -> dict[str, Drawn]:
        return {each.key: self._draw(each) for each in self.fields}

    def _draw(self, each: FormField) -> Drawn:
        # a secret goes one way only
        value = "" if each.kind == "secret" else self.text(each.key)
        return Drawn(
            field=each,
            value=value,
            values=self.several(each.key),
            error=self.errors.get(each.key, ""),
        )

    def attempt[T](self, act: Callable[["Form"], T]) -> T | None:
        """Do what the form is for, when it was sent; None when not, or when it is wrong."""
        if not self.is_sent:
            return None
        try:
            self._check_required()
            return act(self)
        except Invalid as error:
            self.refuse(error)
        except Conflict as error:
            self.error = say_error(error)
        return None

    def _check_required(self) -> None:
        for each in self.fields:
            is_left_empty = not any(part.strip() for part in self.several(each.key))
            if each.is_required and is_left_empty and each.kind != "boolean" and not each.is_kept:
                raise Invalid(each.key, "this is required")

    def take_error(self, field: str) -> str:
        """Return, and no longer show above the form, an error of a field drawn elsewhere."""
        if self.error_field != field:
            return ""
        error, self.error = self.error, ""
        return error

    def refuse(self, error: Invalid) -> None:
        """Put an error at its field, or above the form when it has none."""
        known = {each.key for each in self.fields}
        places = (error.field, f"{SETTINGS}{error.field}")
        place = next((each for each in places if each in known), "")
        text = say_error(error)
        if place:
            self.errors[place] = text
        else:
            self.error, self.error_field = text, error.field


def open_form(
    request: HttpRequest,
    fields: Iterable[FormField],
    first: Mapping[str, str | Sequence[str]] | None = None,
) -> Form:
    """Return the form as it was sent, else with its first values."""
    all_fields = tuple(fields)
    is_sent = request.method == "POST"
    if is_sent:
        values = {each.key: _typed(request, each) for each in all_fields}
    else:
        given = first or {}
        values = {each.key: _listed(given.get(each.key, each.default)) for each in all_fields}
    return Form(fields=all_fields, values=values, is_sent=is_sent)


def _typed(request: HttpRequest, each: FormField) -> tuple[str, ...]:
    typed = tuple(str(value) for value in request.POST.getlist(each.key))
    if each.kind == "boolean":
        return ("true",) if typed else ("false",)
    return typed


def _listed(value: str | Sequence[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value)


def access_manifest(kind: str, slug: str) -> Manifest:
    """Return a plug-in of which a person may add one; raises Refused when there is none."""
    found = manifests(kind).get(slug)
    if found is None or found.is_internal:
        raise Refused()
    return found


def manifest_fields(
    manifest: Manifest, language: str, *, kept: Iterable[str] = (), part: Text = ""
) -> tuple[FormField, ...]:
    """Return the fields that a plug-in's manifest declares. kept: secrets that hold a value."""
    is_chinese = language.startswith("zh")
    holding = frozenset(kept)

    def say(label: object) -> str:
        return "" if label is None else str(getattr(label, "zh" if is_chinese else "en"))

    return tuple(
        FormField(
            key=f"{SETTINGS}{each.key}",
            label=say(each.label),
            kind=each.kind,
            help=say(each.help),
            default=each.default,
            is_required=each.is_required,
            options=[(choice.value, say(choice.label)) for choice in each.choices],
            minimum=each.minimum,
            maximum=each.maximum,
            pattern=each.pattern,
            is_kept=each.key in holding,
            part=part,
        )
        for each in manifest.field
        if not each.is_generated
    )


def with_kept(fields: Iterable[FormField], values: Mapping[str, str]) -> dict[str, str]:
    """Return first values for `open_form` from stored settings."""
    stored = {f"{SETTINGS}{key}": value for key, value in values.items()}
    return {each.key: stored[each.key] for each in fields if each.key in stored}


def write_instant(value: datetime | None) -> str:
    """Return an instant as a local date and time field takes it, in the viewer's zone."""
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")


def chosen_word[T: StrEnum](form: Form, key: str, kind: type[T]) -> T:
    """Return what was chosen from a closed set; raises Invalid naming the field."""
    try:
        return kind(form.text(key))
    except ValueError as error:
        raise Invalid(key, "this is not one of the choices") from error


def choose(fields: Iterable[FormField], key: str, **changes: object) -> tuple[FormField, ...]:
    """Return the fields with one of them changed."""
    return tuple(
        replace(each, **changes) if each.key == key else each  # type: ignore[arg-type]
        for each in fields
    )


def tenant_field(
    tenants: Sequence[tuple[str, Text]], *, label: Text, home: str = "", help: Text = ""
) -> FormField:
    """Return the field of whose something is, hidden where there is no choice. home: what stands in
    it at first, where it is one of them; else the first of them does."""
    values = [value for value, _text in tenants]
    default = home if home in values else next(iter(values), "")
    kind = "choice" if len(values) > 1 else "hidden"
    return FormField(
        key="tenant", label=label, kind=kind, options=tenants, default=default, help=help
    )


def none_option() -> tuple[str, str]:
    return ("", _("– none –"))


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())
