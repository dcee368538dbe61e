"""Offering newer releases of the agent to agents, and withdrawing them; which agents may have one
now."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from yunwei.base.core.acts import Act, ActObject, Operation
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.gate import ask_gate
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import system_is_of
from yunwei.base.people.rules import require
from yunwei.monitor.inventory.actions import system_describe_desktops
from yunwei.operate.agents.facts.releases import Offered
from yunwei.operate.agents.store import releases as store
from yunwei_wire.errors import WireError
from yunwei_wire.releases import describe_release

PART = "agents"


def offer_release(
    viewer: Viewer, version: str, data: bytes, *, share: int = 100, now: datetime
) -> int:
    """Offer a release to agents of every customer, instead of the one before; return its number.
    Agents take it only when it is newer than what they run. share: to so many of a hundred. Raises
    Refused; Invalid (version, share)."""
    require(viewer, Permission.MANAGE_TENANTS)
    if not 1 <= share <= 100:
        raise Invalid("share", "between 1 and 100")
    try:
        release = describe_release(version, data)
    except WireError as error:
        raise Invalid("version", str(error)) from error
    with transaction() as conn:
        by = viewer.name
        made = store.add_release(conn, release, data, share=share, by=by, now=now)
        record(
            conn,
            viewer,
            "agents.offer_release",
            object_kind="agent_release",
            object_id=made,
            object_name=version,
            tenant=viewer.tenant,
            after={"digest": release.digest.hex(), "share": share},
        )
    announce_config(PART)
    return made


def withdraw_release(viewer: Viewer, *, now: datetime) -> bool:
    """Offer nothing any more; who has it keeps it. Say whether there was one. Raises Refused."""
    require(viewer, Permission.MANAGE_TENANTS)
    with transaction() as conn:
        known = store.offered(conn)
        if known is None or not store.withdraw_releases(conn, now):
            return False
        record(
            conn,
            viewer,
            "agents.withdraw_release",
            object_kind="agent_release",
            object_id=known.id,
            object_name=known.release.version,
            tenant=viewer.tenant,
        )
    announce_config(PART)
    return True


def system_permitted(offered: Offered, agents: Collection[int], *, now: datetime) -> frozenset[int]:
    """Return those of some agents that may become the release now: what runs on a customer's
    desktop changes, so that the customer's authorisation is asked, in the name of who offered it.
    Outside of a transaction."""
    by_tenant: defaultdict[TenantId, dict[int, ActObject]] = defaultdict(dict)
    with transaction() as conn:
        places = store.places_of_agents(conn, agents)
        desktops = system_describe_desktops(
            conn, [each.desktop for each in places if each.desktop is not None]
        )
    for each in places:
        desktop = None if each.desktop is None else desktops.get(each.desktop)
        # of an agent without a desktop nothing is known that a customer may have limited it to
        thing = ActObject(name=each.name) if desktop is None else desktop.act_object
        by_tenant[each.tenant][each.agent] = thing
    return frozenset(
        agent
        for tenant, things in by_tenant.items()
        for agent in _permitted_of(offered, tenant, things, now)
    )


def _permitted_of(
    offered: Offered, tenant: TenantId, things: Mapping[int, ActObject], now: datetime
) -> Collection[int]:
    act = Act(
        operation=Operation.CONFIGURE,
        tenant=tenant,
        title=f"agent {offered.release.version}",
        is_customers=system_is_of(offered.offered_by, tenant),
        is_again=True,
    )
    left = dict(things)
    while left:
        asked = replace(act, things=tuple(left.values()))
        permit = ask_gate(asked, by=offered.offered_by, now=now)
        if permit.is_allowed:
            break
        # one refusal may be about some of them, and another about the rest
        outside = frozenset(permit.outside) or {thing.name for thing in left.values()}
        left = {agent: thing for agent, thing in left.items() if thing.name not in outside}
    return left
