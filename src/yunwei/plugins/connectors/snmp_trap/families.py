"""Modules of MIB files to families of trap definitions, which people then change. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from yunwei.base.core.severity import Severity
from yunwei.plugins.connectors.snmp_trap.mib import MibModule, MibTrap
from yunwei.plugins.sdk.manifest import Label
from yunwei.plugins.sdk.traps import ActFile, FamilyFile, SeverityFile, TextFile, TrapFile

# Words at the end of a notification's name, and those of its end: `linkDown`, `linkUp`. Only where
# a module has both is the second one taken for the end of the first.
_PAIRS = (
    ("Down", "Up"),
    ("Failed", "Recovered"),
    ("Failure", "Recovery"),
    ("Fault", "Recovery"),
    ("Fail", "Ok"),
    ("Raise", "Clear"),
    ("Raised", "Cleared"),
    ("Set", "Clear"),
    ("Alarm", "AlarmClear"),
    ("", "Clear"),
    ("", "Cleared"),
    ("", "Recovery"),
    ("", "Restored"),
    ("On", "Off"),
)
_SEVERITY_WORDS: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "emergency": Severity.CRITICAL,
    "major": Severity.MAJOR,
    "error": Severity.MAJOR,
    "minor": Severity.MINOR,
    "warning": Severity.WARNING,
    "info": Severity.WARNING,
    "informational": Severity.WARNING,
    "indeterminate": Severity.INDETERMINATE,
    "unknown": Severity.INDETERMINATE,
}
_SHOWN = 8
_LOOKS_LIKE_SEVERITY = re.compile(r"severity|level$", re.IGNORECASE)
_NOT_OF_A_NAME = re.compile(r"[^\w-]")


def build_family(module: MibModule, names: Mapping[str, str]) -> FamilyFile:
    """Return the family of a module's traps.

    names: name by object identifier of the variables that are known already; they keep it. Every
    trap is a raise, but for those whose name says that they end another one of the module.
    """
    renamed = dict(_rename(module.variables, names, module.name))
    ends = _find_ends({trap.name for trap in module.traps})
    traps = tuple(_build_trap(trap, module, renamed, ends) for trap in module.traps)
    return FamilyFile(
        summary=Label(zh=module.name, en=module.name),
        root="",
        variables={renamed[name]: oid for name, oid in module.variables.items()},
        trap=traps,
    )


def _rename(
    objects: Mapping[str, str], names: Mapping[str, str], module: str
) -> Iterable[tuple[str, str]]:
    taken = set(names.values())
    for name, oid in objects.items():
        plain = _NOT_OF_A_NAME.sub("_", name)
        if oid in names:
            yield name, names[oid]
        elif plain in taken:
            # two objects, one name: the module's is told by where it is from
            yield name, f"{plain}_{_NOT_OF_A_NAME.sub('_', module).replace('-', '_')}"
        else:
            yield name, plain


def _find_ends(names: set[str]) -> dict[str, str]:
    """Return for each name that ends another one the name that it ends."""
    ends: dict[str, str] = {}
    for begin, end in _PAIRS:
        for name in names:
            if not name.endswith(end) or name in ends:
                continue
            begun = f"{name.removesuffix(end)}{begin}"
            if begun in names and begun != name and begun not in ends:
                ends[name] = begun
    return ends


def _build_trap(
    trap: MibTrap, module: MibModule, renamed: Mapping[str, str], ends: Mapping[str, str]
) -> TrapFile:
    begun = ends.get(trap.name)
    places = [renamed[name] for name in trap.variables][:_SHOWN]
    title = trap.description if 0 < len(trap.description) <= 80 else trap.name
    return TrapFile(
        name=Label(zh=title, en=title),
        oids=(trap.oid,),
        act=(ActFile(do="clear" if begun else "raise"),),
        alarm_type=(f"{module.name}.{begun or trap.name}",),
        managed_object=("/device/{address}",),
        text=TextFile(
            zh=tuple(_texts(f"{title}：", places)), en=tuple(_texts(f"{title}: ", places))
        ),
        severity=_guess_severity(trap, module, renamed),
    )


def _texts(head: str, places: Sequence[str]) -> Iterator[str]:
    """Yield templates with ever fewer variables: a device need not send them all."""
    for count in range(len(places), 0, -1):
        yield head + "; ".join(f"{name}={{{name}}}" for name in places[:count])
    yield head.rstrip("：: ")


def _guess_severity(trap: MibTrap, module: MibModule, renamed: Mapping[str, str]) -> SeverityFile:
    """Return the severity by a variable whose numbers have the names of severities."""
    for name in trap.variables:
        words = module.enumerations.get(name, {})
        known = {
            str(number): _SEVERITY_WORDS[word.casefold()]
            for number, word in words.items()
            if word.casefold() in _SEVERITY_WORDS
        }
        if len(known) > 1 and _LOOKS_LIKE_SEVERITY.search(name):
            return SeverityFile(
                variables=(renamed[name],), values=known, otherwise=Severity.WARNING
            )
    return SeverityFile(otherwise=Severity.WARNING)
