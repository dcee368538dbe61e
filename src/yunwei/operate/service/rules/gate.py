"""Whether an act is within what a customer has agreed to and authorised. Pure.

A tenant with whom no contract was ever agreed here is not limited. From the first one on, an act
needs a contract in force and an authorisation for its operation, now, for each of its objects;
when in doubt it is refused. What the customer's own people do to their own things needs neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from yunwei.base.core.acts import Act, ActObject, Operation, Permit, PermitReason
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.condition import compile_condition
from yunwei.base.core.ids import ContractId
from yunwei.monitor.inventory.rules.conditions import DESKTOP_FIELDS, read_condition
from yunwei.operate.service.facts.authorisations import (
    Authorisation,
    AuthorisationState,
    GateBook,
    GateContract,
)
from yunwei.operate.service.rules.contracts import is_in_force

_NEARER = (
    PermitReason.NOT_AUTHORISED,
    PermitReason.ENDED,
    PermitReason.UNKNOWN_DAY,
    PermitReason.OTHER_TIMES,
    PermitReason.NOT_COVERED,
    PermitReason.OTHER_OBJECTS,
)
"""Reasons from far to near: of several authorisations that do not allow it, the nearest is told."""


def decide(act: Act, book: GateBook, *, now: datetime) -> Permit:
    """Return whether an act may be, and why. Cost: its objects times the authorisations."""
    if not book.contracts:
        return Permit(is_allowed=True, reason=PermitReason.NO_CONTRACT_KEPT)
    if act.is_customers and act.operation is not Operation.SELF_SERVICE:
        return Permit(is_allowed=True, reason=PermitReason.OWN)
    in_force = {
        each.id: each
        for each in book.contracts
        if not each.is_ended and is_in_force(each.terms, now=now)
    }
    if not in_force:
        return Permit(is_allowed=False, reason=PermitReason.NO_CONTRACT)
    return _ask_all(act, book, in_force, now)


def _ask_all(
    act: Act, book: GateBook, in_force: Mapping[ContractId, GateContract], now: datetime
) -> Permit:
    nearest = Permit(is_allowed=False, reason=PermitReason.NOT_AUTHORISED)
    left = act.things
    for each in book.authorisations:
        contract = in_force.get(each.contract)
        if contract is None or each.state is AuthorisationState.ASKED:
            continue
        said = _ask(act, each, (contract, left), book.calendar, now)
        if said.is_allowed:
            return said
        if said.reason in (PermitReason.OTHER_OBJECTS, PermitReason.NOT_COVERED):
            # what one does not allow, another may
            kept = frozenset(said.outside)
            left = tuple(thing for thing in left if thing.name in kept)
        nearest = _nearer(nearest, said)
    if nearest.outside:
        return replace(nearest, outside=tuple(thing.name for thing in left))
    return nearest


def _ask(
    act: Act,
    authorisation: Authorisation,
    about: tuple[GateContract, Sequence[ActObject]],
    calendar: Calendar,
    now: datetime,
) -> Permit:
    contract, objects = about

    def refused(reason: PermitReason, names: Iterable[str] = ()) -> Permit:
        return Permit(
            is_allowed=False,
            reason=reason,
            outside=tuple(names),
            authorisation=authorisation.id,
        )

    if authorisation.state is not AuthorisationState.GRANTED:
        is_about = act.operation in authorisation.operations
        return refused(PermitReason.ENDED if is_about else PermitReason.NOT_AUTHORISED)
    if act.operation not in authorisation.operations:
        return refused(PermitReason.NOT_AUTHORISED)
    if not authorisation.starts_at <= now < authorisation.ends_at:
        return refused(PermitReason.ENDED)
    holds = _holds(authorisation.hours, contract.terms.time_zone, calendar, now)
    if not holds:
        return refused(PermitReason.UNKNOWN_DAY if holds is None else PermitReason.OTHER_TIMES)
    for reason, condition in (
        (PermitReason.NOT_COVERED, contract.terms.covers),
        (PermitReason.OTHER_OBJECTS, authorisation.desktops),
    ):
        outside = _outside(objects, condition)
        if outside:
            return refused(reason, outside)
    return Permit(is_allowed=True, reason=PermitReason.AUTHORISED, authorisation=authorisation.id)


def _holds(hours: str, zone: str, calendar: Calendar, now: datetime) -> bool | None:
    if not hours:
        return True
    return parse_times_text(hours, time_zone=zone).holds(now, calendar)


def _outside(objects: Sequence[ActObject], condition: str) -> list[str]:
    if not condition or not objects:
        return []
    matches = compile_condition(read_condition(condition), fields=DESKTOP_FIELDS)
    return [each.name for each in objects if not matches(each.row)]


def _nearer(one: Permit, other: Permit) -> Permit:
    return max(one, other, key=lambda each: _NEARER.index(each.reason))
