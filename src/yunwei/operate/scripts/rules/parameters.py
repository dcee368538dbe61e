"""The values of a script's parameters: what is acceptable, and what may be shown. Pure."""

import math
from collections.abc import Mapping
from datetime import date

from yunwei.base.core.errors import Invalid
from yunwei.operate.scripts.facts.library import Asked, Parameter, ParameterKind

MASK = "••••••"
_LONGEST_VALUE = 2000


def check_values(parameters: tuple[Parameter, ...], given: Mapping[str, str]) -> Asked:
    """Return the values by name; raises Invalid naming the parameter.

    A value that is not given takes the default; one that nobody asked for is refused.
    """
    known = {each.name for each in parameters}
    for name in given:
        if name not in known:
            raise Invalid(name, "the script has no such parameter")
    shown: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for each in parameters:
        text = given.get(each.name, "")
        if each.kind is not ParameterKind.SECRET:
            text = text.strip()
        text = text or each.default
        if not text:
            if each.is_required:
                raise Invalid(each.name, "this is required")
            shown[each.name] = ""
            continue
        value = check_value(each, text)
        if each.kind is ParameterKind.SECRET:
            secrets[each.name] = value
        shown[each.name] = MASK if each.kind is ParameterKind.SECRET else value
    return Asked(shown=shown, secrets=secrets)


def check_value(parameter: Parameter, text: str) -> str:
    """Return one value in its one form; raises Invalid."""
    if len(text) > _LONGEST_VALUE:
        raise Invalid(parameter.name, f"at most {_LONGEST_VALUE} characters")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        # an environment ends at NUL, and a line break is where quoting goes wrong
        raise Invalid(parameter.name, "no line breaks or control characters")
    if parameter.kind is ParameterKind.NUMBER:
        return _check_number(parameter, text)
    if parameter.kind is ParameterKind.CHOICE and text not in parameter.choices:
        raise Invalid(parameter.name, "this is not one of the choices")
    if parameter.kind is ParameterKind.DATE:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise Invalid(parameter.name, "this is not a date") from error
    return text


def _check_number(parameter: Parameter, text: str) -> str:
    try:
        number = float(text)
    except ValueError as error:
        raise Invalid(parameter.name, "this is not a number") from error
    if not math.isfinite(number):
        raise Invalid(parameter.name, "this is not a number")
    if parameter.minimum is not None and number < parameter.minimum:
        raise Invalid(parameter.name, f"at least {parameter.minimum:g}")
    if parameter.maximum is not None and number > parameter.maximum:
        raise Invalid(parameter.name, f"at most {parameter.maximum:g}")
    return str(int(number)) if number.is_integer() else repr(number)
