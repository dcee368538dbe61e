"""REST of the language of conditions: what may be asked, and whether a condition is right."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field as Described

from yunwei.base.core.condition import (
    ALARM_FIELDS,
    BadText,
    Condition,
    Field,
    Label,
    condition_to_json,
    condition_to_text,
    parse_condition,
    parse_text,
    say_condition,
)
from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission
from yunwei.base.people.rules import require
from yunwei.faces.api.lists import Body
from yunwei.faces.api.security import viewer_of_request

router = Router()


class SaidOut(Schema):
    zh: str
    en: str


class ConditionFieldOut(Schema):
    name: str
    kind: str = Described(
        description="word, text, path, choice, level, number, time, address, tags"
    )
    label: SaidOut
    help: SaidOut | None
    choices: list[str] = Described(description="Of a level from low to high.")
    operators: list[str]
    is_optional: bool = Described(description="Some alarms lack it; then nothing matches.")
    is_open: bool = Described(description="The name goes on after a dot, as in raw.site.")


class CheckIn(Body):
    text: str | None = Described(None, description="The text form.")
    condition: dict[str, Any] | None = Described(None, description="Or the JSON form.")


class ProblemOut(Schema):
    message: str
    line: int | None
    column: int | None


class CheckOut(Schema):
    is_valid: bool
    condition: dict[str, Any] | None
    text: str | None
    sentence: SaidOut | None
    errors: list[ProblemOut]


@router.get(
    "/fields", response=list[ConditionFieldOut], summary="List what conditions on alarms may name"
)
def list_fields(request: HttpRequest) -> Any:
    require(viewer_of_request(request), Permission.SEE_RULES)
    opened = ALARM_FIELDS.open
    return [
        *(_field(each, is_open=False) for each in ALARM_FIELDS),
        *([_field(opened, is_open=True)] if opened else []),
    ]


@router.post("/check", response=CheckOut, summary="Check a condition and say what it does")
def check_condition(request: HttpRequest, data: CheckIn) -> Any:
    """Answers with both forms and the sentence, or with what is wrong and where."""
    require(viewer_of_request(request), Permission.SEE_RULES)
    if (data.text is None) == (data.condition is None):
        raise Invalid("text", "send either text or condition")
    try:
        condition = parse_condition(data.condition) if data.text is None else parse_text(data.text)
    except Invalid as error:
        return _told(None, [_problem(error)])
    return _told(condition, [])


def _told(condition: Condition | None, errors: list[dict[str, Any]]) -> dict[str, Any]:
    if condition is None:
        nothing = dict.fromkeys(("condition", "text", "sentence"))
        return {"is_valid": False, **nothing, "errors": errors}
    said = {language: say_condition(condition, language) for language in ("zh", "en")}
    return {
        "is_valid": True,
        "condition": condition_to_json(condition),
        "text": condition_to_text(condition),
        "sentence": said,
        "errors": errors,
    }


def _problem(error: Invalid) -> dict[str, Any]:
    if isinstance(error, BadText):
        return {"message": error.reason, "line": error.line, "column": error.column}
    return {"message": error.message, "line": None, "column": None}


def _field(field: Field, *, is_open: bool) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind.value,
        "label": _label(field.label),
        "help": _label(field.help) if field.help else None,
        "choices": list(field.choices),
        "operators": [op.value for op in field.ops],
        "is_optional": field.is_optional,
        "is_open": is_open,
    }


def _label(label: Label) -> dict[str, str]:
    return {"zh": label.zh, "en": label.en}
