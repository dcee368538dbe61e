"""Wires the gate: acts of the platform are held to what customers have authorised."""

from yunwei.base.infra.gate import use_gate
from yunwei.operate.service.actions.authorisations import system_decide


def hold_acts_to_contracts() -> None:
    """From now on this process acts on customers' things only as far as they allow."""
    use_gate(system_decide)
