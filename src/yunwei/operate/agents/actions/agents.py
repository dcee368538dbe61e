"""Changes of agents: tokens are made, machines enrol, agents are cut off.

A token's text is shown once, at its making; only its digest is kept.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import SYSTEM, Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.facts.agents import (
    AgentRow,
    Enrolled,
    Enrolment,
    Heartbeat,
    TakenEnrolment,
    TokenDraft,
    TokenRow,
)
from yunwei.operate.agents.queries import agents as questions
from yunwei.operate.agents.store import agents as store
from yunwei_wire.errors import WireError
from yunwei_wire.nkeys import Kind, read_public

PREFIX = "ywe_"
_SHOWN = len(PREFIX) + 6
_MOST_USES = 100_000
_LONGEST = timedelta(days=366)
_LONGEST_TEXT = 200
PART = "agents"


def create_token(
    viewer: Viewer, tenant: TenantId, draft: TokenDraft, *, now: datetime
) -> tuple[TokenRow, str]:
    """Return a new token and, this once, its text. Raises Refused; Invalid (name, expires_at,
    uses, desktop)."""
    require(viewer, Permission.MANAGE_SOURCES, tenant)
    name = draft.name.strip()
    _check_draft(name, draft, now)
    text = PREFIX + secrets.token_urlsafe(32)
    values = {
        "tenant": tenant,
        "desktop": draft.desktop,
        "name": name,
        "prefix": text[:_SHOWN],
        "digest": _digest(text),
        "uses": draft.uses,
        "now": now,
        "created_by": viewer.name,
        "expires_at": draft.expires_at,
    }
    with transaction() as conn:
        if draft.desktop is not None and not store.is_desktop_of(conn, tenant, draft.desktop):
            raise Invalid("desktop", "there is no such desktop")
        token = store.add_token(conn, values)
        after = {"uses": draft.uses, "expires_at": draft.expires_at.isoformat()}
        about = ("enrolment", token, name, tenant)
        _record(conn, viewer, "agents.create_enrolment", about, after)
    announce_live(PART, tenant)
    return questions.access_token(viewer, token), text


def _check_draft(name: str, draft: TokenDraft, now: datetime) -> None:
    if not 1 <= len(name) <= _LONGEST_TEXT:
        raise Invalid("name", "between 1 and 200 characters")
    if not 1 <= draft.uses <= _MOST_USES:
        raise Invalid("uses", "between 1 and 100,000")
    if draft.desktop is not None and draft.uses != 1:
        raise Invalid("uses", "a desktop has one agent")
    if draft.expires_at <= now:
        raise Invalid("expires_at", "this is in the past")
    if draft.expires_at > now + _LONGEST:
        raise Invalid("expires_at", "at most a year from now")


def revoke_token(viewer: Viewer, token: int, *, now: datetime) -> TokenRow:
    """No further agent enrols by it; those that have stay. Raises Refused."""
    known = questions.access_token(viewer, token)
    require(viewer, Permission.MANAGE_SOURCES, known.tenant)
    with transaction() as conn:
        if store.revoke_token(conn, token, now):
            about = ("enrolment", token, known.name, known.tenant)
            _record(conn, viewer, "agents.revoke_enrolment", about)
    announce_live(PART, known.tenant)
    return questions.access_token(viewer, token)


def enrol(enrolment: Enrolment, *, address: str, now: datetime) -> Enrolled:
    """Make a machine an agent, by a token that is still open. Whoever asks is believed nothing
    else: there is no viewer.

    The desktop is the token's, else the tenant's of the machine's name; its earlier agents are
    cut off. Raises Refused for a token that opens nothing; Invalid (name, public_key, machine).
    """
    _check_enrolment(enrolment)
    with transaction() as conn:
        token = store.use_token(conn, _digest(enrolment.token), now)
        if token is None:
            raise Refused()
        tenant = TenantId(token["tenant"])
        desktop = token["desktop"] or _desktop_named(conn, tenant, enrolment.name)
        values = {
            "tenant": tenant,
            "desktop": desktop,
            "token": token["id"],
            "name": enrolment.name.strip(),
            "public_key": enrolment.public_key,
            "machine": enrolment.machine,
            "now": now,
        }
        agent = store.add_agent(conn, values)
        if agent is None:
            raise Conflict("this key has enrolled before")
        replaced: Sequence[int] = ()
        if desktop is not None:
            by = f"agent {agent}"
            replaced = store.replace_agents(conn, desktop, by=by, agent=agent, now=now)
        after = {"enrolment": token["name"], "desktop": desktop, "replaced": list(replaced)}
        detail = f"from {address}" if address else ""
        about = ("agent", agent, enrolment.name, tenant)
        _record(conn, SYSTEM, "agents.enrol", about, after, detail=detail)
        announce_live(PART, tenant)
        if replaced:
            announce_config(PART)
    return Enrolled(id=agent, tenant=tenant, public_key=enrolment.public_key, desktop=desktop)


def _check_enrolment(enrolment: Enrolment) -> None:
    if not 1 <= len(enrolment.name.strip()) <= _LONGEST_TEXT:
        raise Invalid("name", "between 1 and 200 characters")
    if not 1 <= len(enrolment.machine) <= _LONGEST_TEXT:
        raise Invalid("machine", "between 1 and 200 characters")
    try:
        read_public(Kind.USER, enrolment.public_key)
    except WireError as error:
        raise Invalid("public_key", "this is not the public key of an agent") from error


def _desktop_named(conn: Connection, tenant: TenantId, name: str) -> DesktopId | None:
    """Two of a name are none: a script must not reach the wrong one."""
    found = store.desktops_named(conn, tenant, name.strip())
    return found[0] if len(found) == 1 else None


def revoke_agent(viewer: Viewer, agent: int, *, now: datetime) -> AgentRow:
    """Cut an agent off at once and for good; its machine may enrol again. Raises Refused."""
    known = questions.access_agent(viewer, agent)
    require(viewer, Permission.MANAGE_SOURCES, known.tenant)
    with transaction() as conn:
        if store.revoke_agent(conn, agent, by=viewer.name, now=now):
            about = ("agent", agent, known.name, known.tenant)
            _record(conn, viewer, "agents.revoke", about)
            announce_config(PART)
            announce_live(PART, known.tenant)
    return questions.access_agent(viewer, agent)


def give_desktop(viewer: Viewer, agent: int, desktop: DesktopId | None) -> AgentRow:
    """Say which desktop an agent runs on, where its name did not. Raises Refused, Invalid."""
    known = questions.access_agent(viewer, agent)
    require(viewer, Permission.MANAGE_SOURCES, known.tenant)
    with transaction() as conn:
        if desktop is not None and not store.is_desktop_of(conn, known.tenant, desktop):
            raise Invalid("desktop", "there is no such desktop")
        store.give_desktop(conn, agent, desktop)
        about = ("agent", agent, known.name, known.tenant)
        _record(conn, viewer, "agents.give_desktop", about, {"desktop": desktop})
        announce_config(PART)
        announce_live(PART, known.tenant)
    return questions.access_agent(viewer, agent)


def system_note_heartbeats(heartbeats: Sequence[Heartbeat]) -> None:
    """Keep signs of life, at most one of each agent."""
    with transaction() as conn:
        store.note_heartbeats(conn, heartbeats)


def system_take_enrolments(conn: Connection, limit: int) -> tuple[TakenEnrolment, ...]:
    """Take agents that enrolled, in the caller's transaction: who commits has them, and nobody
    gets them again. One waits until it has a desktop. Copies take others."""
    return store.take_enrolments(conn, limit)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    about: tuple[str, int, str, TenantId],
    after: dict[str, Any] | None = None,
    *,
    detail: str = "",
) -> None:
    kind, id, name, tenant = about
    record(
        conn,
        viewer,
        verb,
        object_kind=kind,
        object_id=id,
        object_name=name,
        tenant=tenant,
        after=after,
        detail=detail,
    )
