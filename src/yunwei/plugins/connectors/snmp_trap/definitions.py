"""Reads and checks families of trap definitions: which trap is which alarm. What to do with a trap
is mapping.py. Families come from `traps/*.toml`, and as JSON from what people imported.

A family holds: `root`, with which object identifiers that begin with a dot
begin; `variables`, their names; and a `[[trap]]` for each kind of trap:

name            of the alarm, in both languages; its text when no text template fits.
oids            the traps meant, as in snmpTrapOID (RFC 3584 form for v1 traps).
act             rules, the first that fits decides: raise, clear, notice or ignore. `when` maps a
                variable to the values that fit, upper and lower case alike; the last has none.
alarm_type, qualifier, managed_object, text
                templates (templates.py); the first that has all its values is taken.
severity        of the first of `variables` whose value is in `values`; else `by_trap`; else
                `otherwise`.
raised_at, cleared_at
                variables with the source's time of a raise (or notice) and of a clear.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from yunwei.base.core.errors import Misconfigured
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.manifest import Label
from yunwei.plugins.sdk.report_templates import Template, parse_template
from yunwei.plugins.sdk.traps import Act, ActFile, FamilyFile, TrapFile

ALWAYS_KNOWN = frozenset(("address", "trap_oid"))
_OID = re.compile(r"\d+(\.\d+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRule:
    """when: variable and the values that fit, casefolded; none of them fits always."""

    do: Act
    when: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapDefinition:
    """How one kind of trap is read; the module's docstring says what the fields mean."""

    name: Label
    acts: tuple[ActRule, ...]
    alarm_type: tuple[Template, ...]
    qualifier: tuple[Template, ...]
    managed_object: tuple[Template, ...]
    text: Mapping[str, tuple[Template, ...]]
    severity_variables: tuple[str, ...]
    severity_values: Mapping[str, Severity]
    severity_otherwise: Severity
    serial: str
    raised_at: tuple[str, ...]
    cleared_at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """traps: by trap OID. variables: name by object identifier. families: what the files hold."""

    traps: Mapping[str, TrapDefinition]
    variables: Mapping[str, str]
    families: tuple[Label, ...]


@cache
def shipped_definitions() -> Definitions:
    """Return what the files of this folder define; raises Misconfigured naming file and key."""
    folder = files("yunwei.plugins.connectors.snmp_trap").joinpath("traps")
    return read_definitions(folder.iterdir())


def extend_definitions(
    known: Definitions, families: Iterable[str]
) -> tuple[Definitions, tuple[str, ...]]:
    """Add families in JSON form; returns the definitions, and what is wrong with those left out.

    An added trap replaces a known one: what people decided goes before what we ship. A variable
    keeps the name that it has.
    """
    traps, variables = dict(known.traps), dict(known.variables)
    summaries, faults = list(known.families), []
    for text in families:
        try:
            family = parse_family(text)
            traps |= dict(_read_traps(family))
        except ValueError as error:
            faults.append(str(error))
            continue
        for name, oid in family.variables.items():
            variables.setdefault(oid, name)
        summaries.append(family.summary)
    extended = Definitions(traps=traps, variables=variables, families=tuple(summaries))
    return extended, tuple(faults)


def parse_family(text: str) -> FamilyFile:
    """Return a family in JSON form, whole identifiers for all variables; raises ValueError."""
    family = _complete(msgspec.json.decode(text, type=FamilyFile))
    dict(_read_traps(family))
    return family


def read_definitions(paths: Iterable[Traversable]) -> Definitions:
    """Read every `.toml` of `paths`; raises Misconfigured naming the file and the key."""
    traps: dict[str, TrapDefinition] = {}
    variables: dict[str, str] = {}
    families: list[Label] = []
    for path in sorted(paths, key=lambda each: each.name):
        if not path.name.endswith(".toml"):
            continue
        try:
            family = _read_file(path)
            _add_once(variables, ((oid, name) for name, oid in family.variables.items()))
            _add_once(traps, _read_traps(family))
        except ValueError as error:
            raise Misconfigured(f"traps/{path.name}: {error}") from error
        families.append(family.summary)
    return Definitions(traps=traps, variables=variables, families=tuple(families))


def _add_once[T](known: dict[str, T], new: Iterable[tuple[str, T]]) -> None:
    for oid, value in new:
        if oid in known:
            raise ValueError(f"{oid} is defined twice")
        known[oid] = value


def _read_file(path: Traversable) -> FamilyFile:
    return _complete(msgspec.convert(tomllib.loads(path.read_text("utf-8")), FamilyFile))


def _complete(family: FamilyFile) -> FamilyFile:
    complete = {
        name: _complete_oid(oid, family.root, f"variables.{name}")
        for name, oid in family.variables.items()
    }
    return msgspec.structs.replace(family, variables=complete)


def _complete_oid(oid: str, root: str, key: str) -> str:
    whole = f"{root}{oid}" if oid.startswith(".") else oid
    if not _OID.fullmatch(whole):
        raise ValueError(f"{key}: {whole!r} is no object identifier")
    return whole


def _read_traps(family: FamilyFile) -> Iterator[tuple[str, TrapDefinition]]:
    for position, trap in enumerate(family.trap):
        key = f"trap[{position}]"
        _check_acts(trap.act, key)
        if not trap.alarm_type and any(act.do != "ignore" for act in trap.act):
            raise ValueError(f"{key}.alarm_type is missing")
        used = _used_names(trap)
        for name in sorted(used - family.variables.keys() - ALWAYS_KNOWN):
            raise ValueError(f"{key}: there is no variable {name!r}")
        by_trap = {
            _complete_oid(oid, family.root, f"{key}.severity.by_trap"): severity
            for oid, severity in trap.severity.by_trap.items()
        }
        for oid in trap.oids:
            whole = _complete_oid(oid, family.root, f"{key}.oids")
            yield whole, _build(trap, by_trap.get(whole, trap.severity.otherwise), key)


def _check_acts(acts: Sequence[ActFile], key: str) -> None:
    if not acts or acts[-1].when:
        raise ValueError(f"{key}.act: the last rule must fit always")
    if any(not act.when for act in acts[:-1]):
        raise ValueError(f"{key}.act: a rule that fits always must be the last")


def _used_names(trap: TrapFile) -> set[str]:
    templates = (
        *trap.alarm_type,
        *trap.qualifier,
        *trap.managed_object,
        *trap.text.zh,
        *trap.text.en,
    )
    places = {name for text in templates for name in parse_template(text).names}
    return (
        {name.removesuffix(".instance") for name in places}
        | {name for act in trap.act for name in act.when}
        | {*trap.severity.variables, *trap.raised_at, *trap.cleared_at}
        | ({trap.serial} - {""})
    )


def _build(trap: TrapFile, severity: Severity, key: str) -> TrapDefinition:
    managed_object = tuple(parse_template(text) for text in trap.managed_object)
    if not all(text.startswith("/") for text in trap.managed_object):
        raise ValueError(f"{key}.managed_object: a path begins with /")
    if not managed_object or set(managed_object[-1].names) - ALWAYS_KNOWN:
        raise ValueError(f"{key}.managed_object: the last must need no variable")
    return TrapDefinition(
        name=trap.name,
        acts=tuple(
            ActRule(do=act.do, when=tuple((n, _casefolded(v)) for n, v in act.when.items()))
            for act in trap.act
        ),
        alarm_type=tuple(parse_template(text) for text in trap.alarm_type),
        qualifier=tuple(parse_template(text) for text in trap.qualifier),
        managed_object=managed_object,
        text={
            "zh": tuple(parse_template(text) for text in trap.text.zh),
            "en": tuple(parse_template(text) for text in trap.text.en),
        },
        severity_variables=trap.severity.variables,
        severity_values={value.casefold(): each for value, each in trap.severity.values.items()},
        severity_otherwise=severity,
        serial=trap.serial,
        raised_at=trap.raised_at,
        cleared_at=trap.cleared_at,
    )


def _casefolded(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.casefold() for value in values)
