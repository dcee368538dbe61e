"""Shapes in REST's description: a name means one thing."""

from typing import Any

import pytest
from ninja.openapi.schema import OpenAPISchema

from yunwei.faces.api.root import api


def test_each_shape_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two shapes with one name the description keeps the last, and half of the answers lie."""
    shared: set[str] = set()

    def add(self: OpenAPISchema, definitions: dict[str, Any]) -> None:
        known = self.schemas
        shared.update(
            name for name, shape in definitions.items() if known.get(name, shape) != shape
        )
        known.update(definitions)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", add)
    assert api.get_openapi_schema(path_prefix="/api/v1")["components"]["schemas"]
    assert shared == set()
