"""Checks what a person typed into a plug-in's settings form against its manifest. Pure."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from urllib.parse import urlsplit

from yunwei.base.core.errors import Invalid
from yunwei.plugins.sdk.manifest import Field, Manifest
from yunwei.plugins.sdk.templates import check_form_template, check_json_template


def check_settings(
    manifest: Manifest, typed: Mapping[str, str], *, kept_secrets: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Return the cleaned settings, every declared field present ("" when optional and empty).

    kept_secrets: secret fields that already hold a value; empty input leaves those as they are
    and they are absent from the result. Raises Invalid naming the first wrong field.
    """
    known = {field.key for field in manifest.field}
    for key in typed:
        if key not in known:
            raise Invalid(key, "there is no such field")
    cleaned: dict[str, str] = {}
    for field in manifest.field:
        value = typed.get(field.key, "" if field.kind == "secret" else field.default).strip()
        if field.kind == "secret" and not value and field.key in kept_secrets:
            continue
        if not value and field.is_required:
            raise Invalid(field.key, "this is required")
        if value:
            _check_value(field, value)
        cleaned[field.key] = value
    return cleaned


def _check_value(field: Field, value: str) -> None:
    checks = {
        "url": _check_url,
        "number": _check_number,
        "choice": _check_choice,
        "boolean": _check_boolean,
        "addresses": _check_addresses,
        "json_template": _check_json,
        "form_template": _check_form,
    }
    check = checks.get(field.kind)
    if check is not None:
        check(field, value)
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise Invalid(field.key, "this is not of the expected form")


def _check_url(field: Field, value: str) -> None:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise Invalid(field.key, "this is not a web address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(field.key, "a web address starts with http:// or https://")
    if parts.username or parts.password:
        raise Invalid(field.key, "credentials do not belong into the address")


def _check_json(field: Field, value: str) -> None:
    check_json_template(field.key, value)


def _check_form(field: Field, value: str) -> None:
    check_form_template(field.key, value)


def _check_number(field: Field, value: str) -> None:
    try:
        number = float(value)
    except ValueError as error:
        raise Invalid(field.key, "this is not a number") from error
    if field.minimum is not None and number < field.minimum:
        raise Invalid(field.key, f"at least {field.minimum:g}")
    if field.maximum is not None and number > field.maximum:
        raise Invalid(field.key, f"at most {field.maximum:g}")


def _check_choice(field: Field, value: str) -> None:
    if value not in {choice.value for choice in field.choices}:
        raise Invalid(field.key, "this is not one of the choices")


def _check_boolean(field: Field, value: str) -> None:
    if value not in ("true", "false"):
        raise Invalid(field.key, "true or false")


def _check_addresses(field: Field, value: str) -> None:
    for part in re.split(r"[\s,]+", value):
        try:
            ip_network(part, strict=False)
        except ValueError as error:
            raise Invalid(field.key, f"not an address or network: {part}") from error
