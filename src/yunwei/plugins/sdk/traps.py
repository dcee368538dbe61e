"""Families of trap definitions as data: the form in which they are shipped, imported and changed.

What the fields mean is told by `connectors/snmp_trap/definitions.py`, which also checks them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.manifest import Label

type Act = Literal["raise", "clear", "notice", "ignore"]


class ActFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of what a trap does. when: variable to the values that fit; none fits always."""

    do: Act
    when: dict[str, tuple[str, ...]] = {}


class SeverityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How severe: the first of `variables` whose value is in `values`, by_trap, otherwise."""

    variables: tuple[str, ...] = ()
    values: dict[str, Severity] = {}
    by_trap: dict[str, Severity] = {}
    otherwise: Severity = Severity.INDETERMINATE


class TextFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Templates of the alarm's text; the first that has all its values is taken."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class TrapFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one kind of trap becomes an alarm."""

    name: Label
    oids: tuple[str, ...]
    act: tuple[ActFile, ...]
    alarm_type: tuple[str, ...] = ()
    qualifier: tuple[str, ...] = ("",)
    managed_object: tuple[str, ...] = ("/device/{address}",)
    text: TextFile = TextFile()
    severity: SeverityFile = SeverityFile()
    # the variable that numbers the sender's alarms without a gap
    serial: str = ""
    raised_at: tuple[str, ...] = ()
    cleared_at: tuple[str, ...] = ()


class FamilyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Traps that belong together. root: what identifiers that begin with a dot begin with."""

    summary: Label
    root: str
    variables: dict[str, str]
    trap: tuple[TrapFile, ...]


def family_to_json(family: FamilyFile) -> str:
    return msgspec.json.encode(family).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class MibReport:
    """What MIB files brought. modules: all that were read. faults: (file or module, what is wrong
    with it)."""

    families: tuple[FamilyFile, ...]
    modules: tuple[str, ...]
    faults: tuple[tuple[str, str], ...]


class TrapDefiner(Protocol):
    """What a `Connector` class with `definitions` among its manifest's `supports` also has."""

    @staticmethod
    def read_mibs(files: Mapping[str, bytes], families: Iterable[str]) -> MibReport:
        """Turn MIB files into families. families: those that are there, in JSON form."""
        ...

    @staticmethod
    def parse_family(text: str) -> FamilyFile:
        """Return a family of its JSON form; raises Invalid("family", why)."""
        ...

    @staticmethod
    def preview(
        family: FamilyFile, raws: Iterable[Mapping[str, str]], *, now: datetime
    ) -> tuple[RawAlarm, ...]:
        """Return what traps that came would be by a family, in their order; those that are
        ignored are left out.

        raws: the `raw` of their alarms. now: the time of those that tell none.
        """
        ...
