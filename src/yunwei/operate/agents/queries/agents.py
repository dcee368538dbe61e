"""Questions about agents and the tokens by which they enrol."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.facts.agents import AgentRow, Enrolled, Known, TokenRow
from yunwei.operate.agents.store import agents as store

type Filters = Mapping[str, Any]


def fetch_agents(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[AgentRow]:
    """Return agents of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.AGENTS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(store.build_agent(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_agent(viewer: Viewer, agent: int) -> AgentRow:
    """Return one agent; raises Refused."""
    found = fetch_agents(viewer, {"id": agent}).items
    if not found:
        raise Refused()
    return found[0]


def count_agents(viewer: Viewer) -> tuple[int, int]:
    """Return how many agents are (online, enrolled)."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.count_agents(conn, viewer.tenants)


def fetch_tokens(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[TokenRow]:
    """Return enrolment tokens of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_SOURCES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.TOKENS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(store.build_token(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_token(viewer: Viewer, token: int) -> TokenRow:
    """Return one token; raises Refused."""
    found = fetch_tokens(viewer, {"id": token}).items
    if not found:
        raise Refused()
    return found[0]


def system_agent_by_key(public_key: str, machine: str) -> Enrolled | None:
    """Return the agent, not revoked, that has this key on this machine."""
    with transaction() as conn:
        return store.agent_by_key(conn, public_key, machine)


def system_known_agents(agents: Iterable[int]) -> dict[int, Known]:
    """Return what `dispatch` has to know of some agents, by number."""
    with transaction() as conn:
        return {each.id: each for each in store.known_agents(conn, agents)}


def system_revoked_since(since: datetime) -> dict[str, datetime]:
    """Return public keys of agents cut off since a time, and when that was."""
    with transaction() as conn:
        return store.revoked_since(conn, since)
