"""Conditions and the sets that they name: whether they fit, and what they come to. Pure."""

from collections.abc import Callable, Iterable

from yunwei.base.core.condition import (
    ALARM_FIELDS,
    Condition,
    FieldSet,
    Kind,
    Op,
    names_of_sets,
    resolve_sets,
    walk_terms,
)
from yunwei.base.core.damage import DamagedRule
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.named_sets.facts import Known, Mark, SetBook, SetKind, Settled, SetUse

_NAMED_BY: dict[str, SetKind] = {
    "alarm_type": SetKind.ALARM_TYPES,
    "source": SetKind.SOURCES,
    "source_name": SetKind.SOURCES,
}


def fits(kind: SetKind, field: str, *, fields: FieldSet = ALARM_FIELDS) -> bool:
    """Say whether a field may be asked for the values of such a set."""
    opened = fields.open
    if opened is not None and field.partition(".")[0] == opened.name:
        return True
    found = fields.get(field)
    if found is None or Op.IN_SET not in found.ops:
        return False
    of_kind = {Kind.PATH: SetKind.OBJECTS, Kind.ADDRESS: SetKind.ADDRESSES}.get(found.kind)
    if of_kind is not None:
        return kind is of_kind
    return kind in (SetKind.TEXTS, _NAMED_BY.get(field))


def check_names(
    condition: Condition,
    find: Callable[[str], SetKind | None],
    *,
    field: str = "condition",
    fields: FieldSet = ALARM_FIELDS,
) -> None:
    """Raise Invalid for a set that is not there, or whose values the field does not take."""
    for term in walk_terms(condition):
        if term.op is not Op.IN_SET:
            continue
        kind = find(str(term.value))
        if kind is None:
            raise Invalid(field, f"there is no named set {str(term.value)!r}")
        if not fits(kind, term.field, fields=fields):
            raise Invalid(field, f"{term.field} is not asked for values of {str(term.value)!r}")


def settle(
    condition: Condition, tenant: TenantId, book: SetBook, *, fields: FieldSet = ALARM_FIELDS
) -> Settled:
    """Return what a tenant's condition comes to at present. A set that is not there, is empty or
    of another kind matches nothing, neither the term nor its negation."""
    names = names_of_sets(condition)
    if not names:
        return Settled(condition=condition)
    known = {name: book.find(tenant, name) for name in names}
    lacking = dict.fromkeys(
        str(term.value)
        for term in walk_terms(condition)
        if term.op is Op.IN_SET and not _is_usable(known[str(term.value)], term.field, fields)
    )
    usable = {name: each.values for name, each in known.items() if each and name not in lacking}
    return Settled(
        condition=resolve_sets(condition, usable, fields=fields),
        lacking=tuple(lacking),
        marks=frozenset(_mark(name, each) for name, each in known.items()),
    )


def _is_usable(known: Known | None, field: str, fields: FieldSet) -> bool:
    return known is not None and bool(known.values) and fits(known.kind, field, fields=fields)


def _mark(name: str, known: Known | None) -> Mark:
    return (name, known.id, known.version) if known else (name, 0, 0)


def tell_lacking(use: SetUse, lacking: Iterable[str]) -> tuple[DamagedRule, ...]:
    """Return what to say of a rule whose sets are not there or empty; () when all are there."""
    names = tuple(dict.fromkeys(lacking))
    if not names:
        return ()
    return (
        DamagedRule(
            kind=use.kind,
            id=use.id,
            tenant=use.tenant,
            name=use.name,
            why=f"empty or unknown named set: {', '.join(names)}",
            lacks=names,
        ),
    )
