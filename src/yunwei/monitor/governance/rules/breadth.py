"""How much a condition may mean: everything, or Critical alarms. Pure."""

from collections.abc import Iterator

from yunwei.base.core.condition import All, Condition, Not, Op, Some, Term
from yunwei.base.core.condition import is_about_everything as holds_for_all
from yunwei.base.core.severity import Severity

_SEVERITIES = frozenset({"severity", "reported_severity"})
_CRITICAL = Severity.CRITICAL.value


def is_about_everything(condition: Condition) -> bool:
    """Say whether a condition matches whatever comes, by its form."""
    return holds_for_all(condition) or _takes_all(condition)


def _takes_all(condition: Condition) -> bool:
    match condition:
        case Term(op=Op.GLOB, value=value):
            return not str(value).strip("*")
        case Term(op=Op.REGEX, value=value):
            return str(value).strip("^$()") in {"", ".*", ".+"}
        case Term(field="managed_object", op=Op.PREFIX | Op.UNDER):
            return "/" in condition.values
        case Term(field=field, op=Op.AT_LEAST, value="indeterminate") if field in _SEVERITIES:
            return True
        case All(parts=parts):
            return all(map(is_about_everything, parts))
        case Some(parts=parts):
            return any(map(is_about_everything, parts))
        case _:
            return False


def names_critical(condition: Condition) -> bool:
    """Say whether a condition asks for Critical alarms as such."""
    return any(
        term.field in _SEVERITIES and _is_critical(term) and not is_negated
        for term, is_negated in _walk(condition)
    )


def _is_critical(term: Term) -> bool:
    match term.op:
        case Op.EQ | Op.IN:
            return _CRITICAL in term.values
        case Op.AT_LEAST:
            # from a level up: only the highest is meant as such
            return term.value == _CRITICAL
        case _:
            return False


def _walk(condition: Condition, *, is_negated: bool = False) -> Iterator[tuple[Term, bool]]:
    match condition:
        case Term():
            yield condition, is_negated
        case Not(part=part):
            yield from _walk(part, is_negated=not is_negated)
        case All(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from _walk(part, is_negated=is_negated)
