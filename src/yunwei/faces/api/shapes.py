"""Names of shapes in the OpenAPI document: each class has one that no other has.

Django Ninja describes each operation by itself and keeps, of two classes with one name, the last:
what the document then says of the other is wrong.
"""

from typing import ClassVar

from ninja.openapi import schema as ninja_schema
from ninja.schema import NinjaGenerateJsonSchema
from pydantic.json_schema import CoreModeRef, DefsRef


class OwnNames(NinjaGenerateJsonSchema):
    """The first class with a name has it; others put the name of their module before it."""

    _owners: ClassVar[dict[str, str]] = {}

    def get_defs_ref(self, core_mode_ref: CoreModeRef) -> DefsRef:
        ref = super().get_defs_ref(core_mode_ref)
        choices = self._prioritized_defsref_choices[ref]
        short, whole = choices[0], choices[2]
        if self._owners.setdefault(short, whole) != whole:
            module = whole.removesuffix(short).strip("_").rpartition("__")[2]
            longer = DefsRef(module.title().replace("_", "") + short)
            own = [longer] if self._owners.setdefault(longer, whole) == whole else []
            self._prioritized_defsref_choices[ref] = [*own, *choices[2:]]
        return ref


def install() -> None:
    """Let Django Ninja name shapes so; it has no setting for it."""
    ninja_schema.NinjaGenerateJsonSchema = OwnNames  # type: ignore[misc]
