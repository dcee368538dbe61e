"""Wires the gate: acts of the platform are held to what customers have authorised, and to what
event plans freeze."""

from datetime import datetime

from yunwei.base.core.acts import Act, Permit
from yunwei.base.infra.gate import use_gate
from yunwei.operate.assurance.actions import system_hold
from yunwei.operate.service.actions.authorisations import system_decide


def hold_acts_to_contracts() -> None:
    """From now on this process acts on customers' things only as far as they allow, and not while
    that is frozen."""
    use_gate(_decide)


def _decide(act: Act, by: str, now: datetime) -> Permit:
    return system_decide(act, by, now, held=system_hold(act, by, now))
