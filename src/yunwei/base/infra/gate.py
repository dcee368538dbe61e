"""The gate that every act of the platform on a customer's things passes.

Who decides stands above the parts that act, so it is handed in where processes are wired. Ask
outside a transaction: a refusal is written down, and must not be taken back with what it refuses.
"""

from collections.abc import Callable
from datetime import datetime

from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.errors import Conflict

type Decide = Callable[[Act, str, datetime], Permit]
"""(act, name of who asks, now) → what is said of it, written down."""


class _Gate:
    decide: Decide | None = None


def use_gate(decide: Decide | None) -> None:
    """Ask this for every act from now on; None: nothing is limited."""
    _Gate.decide = decide


def ask_gate(act: Act, *, by: str, now: datetime) -> Permit:
    """Return what is said of an act; where no gate was handed in, that nothing is limited."""
    if _Gate.decide is None:
        return Permit(is_allowed=True, reason=PermitReason.NO_CONTRACT_KEPT)
    return _Gate.decide(act, by, now)


def pass_gate(act: Act, *, by: str, now: datetime) -> None:
    """Raise Conflict, with the reason, when an act may not be."""
    permit = ask_gate(act, by=by, now=now)
    if not permit.is_allowed:
        raise Conflict(say_refusal(permit))


def say_refusal(permit: Permit) -> str:
    text = REFUSALS[permit.reason]
    return f"{text}: {permit.note}" if permit.note else text


REFUSALS = {
    PermitReason.NO_CONTRACT: "no contract with the customer is in force today",
    PermitReason.NOT_COVERED: "the contract with the customer does not cover all of these",
    PermitReason.NOT_AUTHORISED: "the customer has not authorised this kind of operation",
    PermitReason.ENDED: "the customer's authorisation does not hold any more, or not yet",
    PermitReason.OTHER_TIMES: "the customer has authorised this at other times only",
    PermitReason.OTHER_OBJECTS: "the customer has authorised this for other desktops only",
    PermitReason.FROZEN: "changes and scripts are frozen now",
    PermitReason.UNKNOWN_DAY: "whether it is authorised today hangs on an unpublished calendar",
}
