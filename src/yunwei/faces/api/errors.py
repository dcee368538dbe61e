"""Errors as REST tells them: {"code", "message", "field"}. One table from error to status."""

from collections.abc import Mapping
from typing import Any, cast

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaValidationError
from pydantic import Field

from yunwei.base.core.errors import (
    Conflict,
    EngineAway,
    Invalid,
    Refused,
    SendError,
    SourceError,
    YunweiError,
)


class ErrorOut(Schema):
    """What went wrong."""

    code: str = Field(description="Stable word for programs; the message is for people.")
    message: str = Field(description="In the language of who asks.")
    field: str | None = Field(description="The input field that is wrong, if it is one.")


TABLE: Mapping[type[YunweiError], tuple[int, str]] = {
    Refused: (404, "not_found"),
    Invalid: (422, "invalid"),
    Conflict: (409, "conflict"),
    EngineAway: (503, "engine_away"),
    SourceError: (502, "source_failed"),
    SendError: (502, "send_failed"),
}


def error_body(code: str, message: str, field: str | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "field": field}


def install(api: NinjaAPI) -> None:
    """Let `api` answer every error that has a meaning; others are a 500 with a trace in the log."""

    def tell(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        status, body = describe(cast("Exception", error))
        response = api.create_response(request, body, status=status)
        if status == 401:
            response["WWW-Authenticate"] = "Bearer"
        return response

    for kind in (*TABLE, *_OTHERS):
        api.add_exception_handler(kind, tell)


def describe(error: Exception) -> tuple[int, dict[str, Any]]:
    """Return status and body of an error that `install` covers."""
    if isinstance(error, Invalid):
        return 422, error_body("invalid", gettext(error.why), error.field or None)
    for kind, (status, code) in TABLE.items():
        if isinstance(error, kind):
            return status, error_body(code, gettext(error.message))
    if isinstance(error, NinjaValidationError):
        return 422, _describe_input(error)
    if isinstance(error, HttpError) and not isinstance(error, AuthenticationError):
        return error.status_code, error_body(
            _HTTP_CODES.get(error.status_code, "refused"), str(error)
        )
    status, code, message = _OTHERS[next(kind for kind in _OTHERS if isinstance(error, kind))]
    return status, error_body(code, gettext(message))


def _describe_input(error: NinjaValidationError) -> dict[str, Any]:
    first = error.errors[0] if error.errors else {"msg": "", "loc": ()}
    # ("body", "data", "name"): where it stood, the parameter of ours, the field
    path = [str(step) for step in first["loc"][1:]]
    names = path[1:] if len(path) > 1 else path
    return error_body("invalid", str(first["msg"]), ".".join(names) or None)


# What parts say in English and people read in their own language, here and in the pages.
TEXTS = (
    gettext_noop("letters, digits and . _ + - only, at most 64"),
    gettext_noop("small letters, digits and - only, at most 63"),
    gettext_noop("this is not an e-mail address"),
    gettext_noop("nobody of this tenant can have this role"),
    gettext_noop("only people of the provider see customers"),
    gettext_noop("this is needed"),
    gettext_noop("no line breaks or control characters"),
    gettext_noop("there is no such language"),
    gettext_noop("there is no such tenant"),
    gettext_noop("somebody else has this name"),
    gettext_noop("somebody else has this address"),
    gettext_noop("another tenant has this slug"),
    gettext_noop("the provider can not be switched off"),
    gettext_noop("nobody can lock out oneself"),
    gettext_noop("the last platform administrator must stay"),
    gettext_noop("between 1 and 100 characters"),
    gettext_noop("this is in the past"),
    gettext_noop("there is no such parameter"),
    gettext_noop("there is no such filter"),
    gettext_noop("the time has no zone"),
    gettext_noop("Sign in, or send a valid API token."),
    gettext_noop("The request can not be read."),
    gettext_noop("A storage engine does not answer; it is being waited for."),
)

_HTTP_CODES = {400: "bad_request", 403: "csrf_failed", 429: "too_many_requests"}
_OTHERS: Mapping[type[Exception], tuple[int, str, str]] = {
    NinjaValidationError: (422, "invalid", ""),
    AuthenticationError: (401, "not_signed_in", "Sign in, or send a valid API token."),
    Http404: (404, "not_found", Refused().message),
    PermissionDenied: (404, "not_found", Refused().message),
    BadRequest: (400, "bad_request", "The request can not be read."),
    OperationalError: (503, "engine_away", EngineAway().message),
    InterfaceError: (503, "engine_away", EngineAway().message),
    HttpError: (400, "refused", ""),
}
