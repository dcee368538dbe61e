"""Asks the gate whether a source may be read now: what is not allowed is not collected."""

from datetime import datetime

from yunwei.base.core.acts import Act, Operation
from yunwei.base.core.errors import SourceHeld
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.gate import ask_gate, pass_gate, say_refusal
from yunwei.base.people.facts import SYSTEM, Viewer
from yunwei.monitor.collect.facts import SourceConfig


def pass_reading(source: SourceConfig, now: datetime) -> None:
    """Raise SourceHeld, with the reason, when a source may not be read now. It is about no
    desktop in particular: of which ones measurements are taken, `inventory` asks."""
    permit = ask_gate(_reading(source.tenant, source.name), by=SYSTEM.name, now=now)
    if not permit.is_allowed:
        raise SourceHeld(say_refusal(permit))


def pass_probe(viewer: Viewer, tenant: TenantId, name: str, now: datetime) -> None:
    """Raise Conflict, with the reason, when somebody may not try a source now."""
    act = _reading(tenant, name, is_customers=viewer.tenant == tenant)
    pass_gate(act, by=viewer.name, now=now)


def _reading(tenant: TenantId, name: str, *, is_customers: bool = False) -> Act:
    return Act(
        operation=Operation.READ,
        tenant=tenant,
        title=name,
        is_customers=is_customers,
        is_again=True,
    )
