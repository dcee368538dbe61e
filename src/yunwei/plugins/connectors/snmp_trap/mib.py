"""MIB files to trap definitions: what a vendor wrote for programs, as data that people can change.

Parsing is pysmi's; names are resolved here, over the files that came together and the roots below.
Textual conventions matter only for their names of numbers. Pure: no network, no clock, no disk.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

LARGEST_FILE_BYTES = 4 * 1024**2

# RFC 2578 section 2, RFC 3418, RFC 1213: what every MIB hangs from
ROOTS: Mapping[str, str] = {
    "iso": "1",
    "org": "1.3",
    "dod": "1.3.6",
    "internet": "1.3.6.1",
    "directory": "1.3.6.1.1",
    "mgmt": "1.3.6.1.2",
    "mib-2": "1.3.6.1.2.1",
    "system": "1.3.6.1.2.1.1",
    "interfaces": "1.3.6.1.2.1.2",
    "snmp": "1.3.6.1.2.1.11",
    "transmission": "1.3.6.1.2.1.10",
    "experimental": "1.3.6.1.3",
    "private": "1.3.6.1.4",
    "enterprises": "1.3.6.1.4.1",
    "security": "1.3.6.1.5",
    "snmpV2": "1.3.6.1.6",
    "snmpDomains": "1.3.6.1.6.1",
    "snmpProxys": "1.3.6.1.6.2",
    "snmpModules": "1.3.6.1.6.3",
    "zeroDotZero": "0.0",
}
# the generic traps of RFC 1157 have an enterprise of their own (RFC 3584 section 3.1)
_GENERIC = "1.3.6.1.6.3.1.1.5"
# pysmi refuses a whole module for a mistake in these, and no trap needs them
_CONFORMANCE = re.compile(
    r"^[ \t]*[\w-]+[ \t]+(?:MODULE-COMPLIANCE|AGENT-CAPABILITIES)\b.*?::=\s*\{[^}]*\}",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MibTrap:
    """A notification. variables: names of its objects, in order."""

    name: str
    oid: str
    variables: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MibModule:
    """What of a module matters for traps. variables: object identifier by name, of all
    those of its traps. enumerations: number to word, by name of the object."""

    name: str
    traps: tuple[MibTrap, ...]
    variables: Mapping[str, str]
    enumerations: Mapping[str, Mapping[int, str]]


@dataclass(kw_only=True)
class MibReading:
    """modules: with at least one trap. faults: (file or module, what is wrong with it)."""

    modules: list[MibModule] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass(kw_only=True)
class _Parsed:
    """One module as pysmi gives it, its clauses by kind."""

    name: str
    imports: Mapping[str, Sequence[str]]
    clauses: list[tuple[Any, ...]]


def read_mibs(files: Mapping[str, bytes]) -> MibReading:
    """Read files that belong together; what one of them lacks may stand in another.

    A file that is no MIB, and a trap whose place in the tree is not known, is told among the
    faults and stops no other.
    """
    reading = MibReading()
    parsed: list[_Parsed] = []
    for name, data in files.items():
        parsed += _parse(name, data, reading)
    parents = {
        _name_of(clause): place
        for module in parsed
        for clause in module.clauses
        if (place := _place_of(clause)) is not None
    }
    types = {
        str(clause[1]): _enumeration(clause)
        for module in parsed
        for clause in module.clauses
        if clause[0] == "typeDeclaration"
    }
    tree = _Tree(parents)
    for module in parsed:
        found = _read_module(module, tree, types, reading)
        reading.read.append(module.name)
        if found.traps:
            reading.modules.append(found)
    return reading


def _parse(name: str, data: bytes, reading: MibReading) -> list[_Parsed]:
    if len(data) > LARGEST_FILE_BYTES:
        reading.faults.append((name, f"larger than {LARGEST_FILE_BYTES // 1024**2} MiB"))
        return []
    text = _CONFORMANCE.sub("", data.decode("utf-8", "replace").replace("\x00", ""))
    parser, refusal = _parser()
    try:
        modules = parser.parse(text)
    except refusal as error:
        reading.faults.append((name, " ".join(str(error).split())[:300]))
        return []
    if not modules:
        reading.faults.append((name, "there is no MIB module in it"))
    return [
        _Parsed(name=str(module[0]), imports=module[2] or {}, clauses=list(module[3] or ()))
        for module in modules
    ]


@cache
def _parser() -> tuple[Any, type[Exception]]:
    """Return pysmi's parser and what it raises. Loaded at the first file: it costs half as much
    as the start of a process, and most processes never see a MIB."""
    from pysmi.error import PySmiError  # noqa: PLC0415
    from pysmi.parser import dialect  # noqa: PLC0415
    from pysmi.parser.smi import parserFactory  # noqa: PLC0415

    # vendors' files are older and looser than SMIv2; this dialect takes both
    return parserFactory(**dialect.smi_v1_relaxed)(), PySmiError


def _name_of(clause: tuple[Any, ...]) -> str:
    return str(clause[1])


def _place_of(clause: tuple[Any, ...]) -> list[Any] | None:
    """Return what stands between the braces after `::=`, None for clauses without."""
    last = clause[-1]
    if clause[0] != "trapTypeClause" and isinstance(last, tuple) and last[0] == "objectIdentifier":
        return list(last[1])
    return None


class _Tree:
    """Names to object identifiers. Each is resolved once; a circle resolves to nothing."""

    def __init__(self, parents: Mapping[str, list[Any]]) -> None:
        self._parents = parents
        self._known: dict[str, str | None] = dict(ROOTS)

    def find(self, name: str) -> str | None:
        if name not in self._known:
            self._known[name] = None  # while it is looked for: a circle ends here
            place = self._parents.get(name)
            self._known[name] = self.resolve(place) if place is not None else None
        return self._known[name]

    def resolve(self, place: Sequence[Any]) -> str | None:
        """Return the identifier of `{ enterprises acme(99999) 1 }` as pysmi splits it."""
        numbers: list[str] = []
        for position, part in enumerate(place):
            match part:
                case int():
                    numbers.append(str(part))
                case (_, int() as number):
                    numbers.append(str(number))
                case str() if position == 0:
                    start = self.find(part)
                    if start is None:
                        return None
                    numbers.append(start)
                case _:
                    return None
        return ".".join(numbers)


def _read_module(
    module: _Parsed,
    tree: _Tree,
    types: Mapping[str, Mapping[int, str]],
    reading: MibReading,
) -> MibModule:
    traps: list[MibTrap] = []
    lost: set[str] = set()
    for clause in module.clauses:
        trap = _read_trap(clause, tree)
        if trap is not None and trap.oid:
            traps.append(trap)
        elif trap is not None:
            lost.add(trap.name)
    if lost:
        reading.faults.append((module.name, _say_lost(module, lost, tree)))
    wanted = {name for trap in traps for name in trap.variables}
    variables = {name: oid for name in sorted(wanted) if (oid := tree.find(name)) is not None}
    known = tuple(
        MibTrap(
            name=trap.name,
            oid=trap.oid,
            variables=tuple(each for each in trap.variables if each in variables),
            description=trap.description,
        )
        for trap in traps
    )
    return MibModule(
        name=module.name,
        traps=known,
        variables=variables,
        enumerations=dict(_enumerations(module.clauses, types, wanted)),
    )


def _say_lost(module: _Parsed, lost: Iterable[str], tree: _Tree) -> str:
    """Say which modules to bring along."""
    missing = sorted(
        name
        for name, symbols in module.imports.items()
        if any(symbol[:1].islower() and tree.find(symbol) is None for symbol in symbols)
    )
    names = ", ".join(sorted(lost)[:5])
    if not missing:
        return f"the place of {names} in the tree is not known"
    return f"{names}: add the file of {', '.join(missing)}"


def _read_trap(clause: tuple[Any, ...], tree: _Tree) -> MibTrap | None:
    """Return a NOTIFICATION-TYPE or TRAP-TYPE; oid is "" when its place is not known."""
    if clause[0] == "notificationTypeClause":
        _, name, variables, _status, description, _reference, place = clause
        oid = tree.resolve(place[1])
        names = variables if isinstance(variables, list) else _listed(variables)
    elif clause[0] == "trapTypeClause":
        _, name, enterprise, variables, description, _reference, number = clause
        start = tree.resolve(enterprise[1])
        oid = _v1_oid(start, int(number)) if start else None
        names = _listed(variables)
    else:
        return None
    return MibTrap(
        name=str(name),
        oid=oid or "",
        variables=tuple(str(each) for each in names),
        description=_listed_text(description),
    )


def _v1_oid(enterprise: str, number: int) -> str:
    """RFC 3584 section 3.1: a generic trap of RFC 1157, else enterprise.0.specific."""
    if enterprise == ROOTS["snmp"]:
        return f"{_GENERIC}.{number + 1}"
    return f"{enterprise}.0.{number}"


def _listed(part: Any) -> Sequence[Any]:
    """Return the list of a `("Objects", [...])`, () where the clause is absent."""
    return part[1] if isinstance(part, tuple) and len(part) > 1 else ()


def _listed_text(part: Any) -> str:
    text = part[1] if isinstance(part, tuple) and len(part) > 1 else ""
    return " ".join(str(text).split())


def _enumeration(clause: tuple[Any, ...]) -> dict[int, str]:
    """Return the named numbers somewhere in a clause's syntax."""
    for part in _walk(clause):
        if part and part[0] == "enumSpec":
            return {int(number): str(word) for word, number in part[1]}
    return {}


def _walk(node: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, tuple):
        yield node
        for each in node:
            yield from _walk(each)


def _enumerations(
    clauses: Iterable[tuple[Any, ...]],
    types: Mapping[str, Mapping[int, str]],
    wanted: set[str],
) -> Iterator[tuple[str, dict[int, str]]]:
    for clause in clauses:
        if clause[0] != "objectTypeClause" or _name_of(clause) not in wanted:
            continue
        own = _enumeration(clause[2:3])
        syntax = clause[2]
        named = types.get(str(syntax[1]), {}) if isinstance(syntax, tuple) else {}
        if own or named:
            yield _name_of(clause), own or dict(named)
