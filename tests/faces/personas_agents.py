"""Who may pass the doors of agents: part of the table in `personas`."""

from datetime import timedelta
from typing import Any

from tests.faces.doors import ANYBODY, MONITORS, MONITORS_ANY, Door, World, door
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.agents.actions import agents as actions
from yunwei.operate.agents.facts.agents import Enrolment, TokenDraft
from yunwei_wire import ed25519
from yunwei_wire.nkeys import Kind, write_public

AGENT = {"agent": "agent"}
TOKEN = {"enrolment": "enrolment"}


def _until() -> str:
    return (SystemClock().now() + timedelta(days=1)).isoformat()


def _body(world: World) -> dict[str, Any]:
    return {"tenant": world["a"], "name": "again", "expires_at": _until()}


def _machine(world: World) -> dict[str, Any]:
    return {"token": "ywe_wrong", "name": "x", "public_key": _key(2), "machine": "m"}


def _renewal(world: World) -> dict[str, Any]:
    return {"public_key": _key(2), "machine": "m", "at_s": 1, "signature": ""}


def _key(number: int) -> str:
    return write_public(Kind.USER, ed25519.public_key(bytes([number]) * 32))


PAGES: dict[str, Door] = {
    "agents": door(MONITORS_ANY),
    "agent": door(MONITORS, at=AGENT),
    "agent_revoke": door("root", 303, method="post", at=AGENT),
    "agent_desktop": door("root", at=AGENT),
    "enrolments": door("root"),
    "enrolment_new": door("root"),
    "enrolment": door("root", at=TOKEN),
    "enrolment_revoke": door("root", 303, method="post", at=TOKEN),
}

REST: dict[str, Door] = {
    "GET /api/v1/agents": door(MONITORS_ANY),
    "GET /api/v1/agents/{agent_id}": door(MONITORS, at={"agent_id": "agent"}),
    "POST /api/v1/agents/{agent_id}/revoke": door("root", at={"agent_id": "agent"}),
    "PUT /api/v1/agents/{agent_id}/desktop": door(
        "root", at={"agent_id": "agent"}, data={"desktop": None}
    ),
    "GET /api/v1/agent-enrolments": door("root"),
    "POST /api/v1/agent-enrolments": door("root", 201, data=_body),
    "POST /api/v1/agent-enrolments/{enrolment_id}/revoke": door(
        "root", at={"enrolment_id": "enrolment"}
    ),
    # no sign-in: a wrong token is what is not there; without a gate nobody is let in (503)
    "POST /api/v1/agent-door/enrol": door(ANYBODY, 503, data=_machine),
    "POST /api/v1/agent-door/renew": door(ANYBODY, 503, data=_renewal),
}


def build(world: World, standing: Standing) -> None:
    """An enrolment token of customer A, and the agent that enrolled by it."""
    now = SystemClock().now()
    draft = TokenDraft(name="roll-out", expires_at=now + timedelta(days=1), uses=2)
    made, text = actions.create_token(standing["root"], standing.a.id, draft, now=now)
    world["enrolment"] = made.id
    enrolment = Enrolment(token=text, name="nobody-knows", public_key=_key(1), machine="m")
    world["agent"] = actions.enrol(enrolment, address="192.0.2.7", now=now).id
