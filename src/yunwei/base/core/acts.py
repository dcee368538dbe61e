"""Acts of the platform on what is a customer's: what is to be done, and whether it may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from yunwei.base.core.ids import TenantId


class Operation(StrEnum):
    """What kind of act it is, as customers authorise them. read: data are collected. session: log
    off, send a message. power: start, stop, restart. configure: assign, rebuild, change, bring its
    agent a newer release. script: run a script. self_service: what a desktop user set going."""

    READ = "read"
    SESSION = "session"
    POWER = "power"
    CONFIGURE = "configure"
    SCRIPT = "script"
    SELF_SERVICE = "self_service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActObject:
    """One thing that an act is about. row: what is known of it, by the fields of desktops."""

    name: str
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody wants done to a tenant's things. title: in words, such as a script's name.
    is_customers: it is asked by the customer's own people. comes_to: what it leads to besides; a
    freeze of that stops it as well. is_again: it was asked about before and goes on, or is done all
    the time; only refusals are written down, the same one once an hour."""

    operation: Operation
    tenant: TenantId
    things: tuple[ActObject, ...] = ()
    title: str = ""
    is_customers: bool = False
    comes_to: tuple[Operation, ...] = ()
    is_again: bool = False

    @property
    def operations(self) -> frozenset[Operation]:
        return frozenset((self.operation, *self.comes_to))


class PermitReason(StrEnum):
    """Why an act may be, or may not. no_contract_kept: the tenant's contracts are not kept here,
    nothing is limited. own: the customer's own people act. authorised: the customer said so.

    no_contract: none is in force today. not_covered: the contract is about other things.
    not_authorised: nobody said so. ended: not any more, or not yet. other_times, other_objects:
    said of others. unknown_day: it hangs on a day of which nobody has published the kind. frozen:
    an event plan stops it.
    """

    NO_CONTRACT_KEPT = "no_contract_kept"
    OWN = "own"
    AUTHORISED = "authorised"
    NO_CONTRACT = "no_contract"
    NOT_COVERED = "not_covered"
    NOT_AUTHORISED = "not_authorised"
    ENDED = "ended"
    OTHER_TIMES = "other_times"
    OTHER_OBJECTS = "other_objects"
    UNKNOWN_DAY = "unknown_day"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What is said of an act. outside: names of the things that are in the way, () when it is not
    about them. authorisation: the one that allows it, or comes nearest to it. note: what stops it,
    by name."""

    is_allowed: bool
    reason: PermitReason
    outside: tuple[str, ...] = ()
    authorisation: int | None = None
    note: str = ""
