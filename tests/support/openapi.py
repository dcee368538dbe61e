"""A test client that holds every REST answer against the OpenAPI document: it can not lie.

An answer whose status the document does not name for that operation, or whose body is not of
the shape it promises, fails the test that asked.
"""

import json
import re
from functools import cache
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

PREFIX = "/api/v1"
_FORMATS = FormatChecker(formats=())
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@_FORMATS.checks("date-time", raises=ValueError)
def is_utc_instant(value: object) -> bool:
    """RFC 3339 in UTC, written with Z."""
    return not isinstance(value, str) or _INSTANT.fullmatch(value) is not None


class CheckedClient(Client):
    """Django's test client, with each answer under /api/v1 checked."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        path = str(request["PATH_INFO"])
        if path.startswith(f"{PREFIX}/") and not path.endswith("/openapi.json"):
            check_answer(str(request["REQUEST_METHOD"]).lower(), path, response)
        return response


@cache
def document() -> dict[str, Any]:
    """The document as it is served."""
    response = Client().get(f"{PREFIX}/openapi.json")
    return dict(json.loads(response.content))


@cache
def operations() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Every operation: method, path as documented, pattern of its addresses."""
    return tuple(
        (method, path, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)))
        for path, methods in document()["paths"].items()
        for method in methods
    )


def check_answer(method: str, path: str, response: Any) -> None:
    """Fail unless the document promises this answer."""
    # the more literal address wins, as it does in the resolver
    fitting = sorted(
        (
            known
            for verb, known, pattern in operations()
            if verb == method and pattern.fullmatch(path)
        ),
        key=lambda known: known.count("{"),
    )
    if not fitting:
        assert response.status_code in {404, 405}, f"{method} {path} is not in the document"
        return
    answers = document()["paths"][fitting[0]][method]["responses"]
    status = str(response.status_code)
    where = f"{method.upper()} {fitting[0]} → {status}"
    assert status in answers, f"{where} is not in the document: {response.content[:300]!r}"
    content = answers[status].get("content")
    if content is None:
        assert not response.content, f"{where} has a body that the document does not promise"
        return
    if "application/json" in content:
        errors = list(
            _validator(fitting[0], method, status).iter_errors(json.loads(response.content))
        )
        assert not errors, f"{where}: " + "; ".join(
            f"{error.json_path} {error.message}"[:300] for error in errors[:5]
        )


@cache
def _validator(path: str, method: str, status: str) -> Draft202012Validator:
    answer = document()["paths"][path][method]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    whole = {**schema, "components": document()["components"]}
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(whole, format_checker=_FORMATS)
