"""REST of agents on desktops: which there are, by what they enrol, and the door they come in by.

`/agent-door` knows no sign-in: whoever comes has a one-time token, or shows that it has its key.
"""

import base64
import binascii
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.agents.actions import agents as actions
from yunwei.operate.agents.facts.agents import AgentState, Enrolment, TokenDraft, TokenState
from yunwei.operate.agents.jobs.gate import Gate, Renewal
from yunwei.operate.agents.queries import agents as queries

router = Router()
tokens = Router()
door = Router()
_clock = SystemClock()


class Door:
    """This process's gate; `run` sets it. Without one no agent is let in."""

    gate: Gate | None = None


class AgentOut(Schema):
    id: int
    tenant: int
    name: str = Field(description="What the machine calls itself.")
    desktop: int | None
    desktop_name: str
    state: AgentState = Field(description="doubled: another machine speaks with its key.")
    version: str
    system: str
    public_key: str
    enrolled_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str


class WholeAgentOut(AgentOut):
    told: dict[str, Any] = Field(description="What it says of its machine.")
    sample: dict[str, Any] = Field(description="Its last figures.")


class AgentQuery(ListQuery):
    tenant: int | None = None
    desktop: int | None = None
    state: AgentState | None = None
    has_desktop: bool | None = None
    is_revoked: bool | None = None
    search: str | None = None


class DesktopIn(Body):
    desktop: int | None = Field(description="null: none.")


class EnrolmentOut(Schema):
    id: int
    tenant: int
    name: str
    prefix: str = Field(description="The token's first letters.")
    desktop: int | None
    desktop_name: str
    uses: int
    uses_left: int
    state: TokenState
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None


class NewEnrolmentOut(EnrolmentOut):
    token: str = Field(description="The secret. Shown this once.")


class EnrolmentQuery(ListQuery):
    tenant: int | None = None
    state: TokenState | None = None
    search: str | None = None


class EnrolmentIn(Body):
    name: str = Field(description="What it is for.")
    tenant: int | None = Field(None, description="Absent: one's own.")
    expires_at: datetime = Field(description="At most a year from now.")
    desktop: int | None = Field(None, description="Absent: the desktop of the machine's name.")
    uses: int = Field(1, description="How many agents may enrol by it.")


class MachineIn(Body):
    token: str
    name: str
    public_key: str
    machine: str
    system: str = ""
    version: str = ""


class RenewalIn(Body):
    public_key: str
    machine: str
    at_s: int = Field(ge=0, le=2**40)
    signature: str = Field(description="Base64.")


class WelcomeOut(Schema):
    id: int
    agent: str
    jwt: str
    ends_at: datetime
    urls: list[str]
    authority: str
    trusted: list[str]


@router.get("", response=Listed[AgentOut], summary="List agents")
def list_agents(request: HttpRequest, query: Query[AgentQuery]) -> Any:
    return answer_list(request, query, queries.fetch_agents)


@router.get("/{int:agent_id}", response=WholeAgentOut, summary="Get an agent")
def get_agent(request: HttpRequest, agent_id: int) -> Any:
    return queries.access_agent(viewer_of_request(request), agent_id)


@router.post("/{int:agent_id}/revoke", response=AgentOut, summary="Cut an agent off")
def revoke_agent(request: HttpRequest, agent_id: int) -> Any:
    """At once and for good; its machine may enrol again."""
    return actions.revoke_agent(viewer_of_request(request), agent_id, now=_clock.now())


@router.put("/{int:agent_id}/desktop", response=AgentOut, summary="Say an agent's desktop")
def give_desktop(request: HttpRequest, agent_id: int, body: DesktopIn) -> Any:
    desktop = None if body.desktop is None else DesktopId(body.desktop)
    return actions.give_desktop(viewer_of_request(request), agent_id, desktop)


@tokens.get("", response=Listed[EnrolmentOut], summary="List enrolment tokens")
def list_enrolments(request: HttpRequest, query: Query[EnrolmentQuery]) -> Any:
    return answer_list(request, query, queries.fetch_tokens)


@tokens.post("", response={201: NewEnrolmentOut}, summary="Make an enrolment token")
def create_enrolment(request: HttpRequest, body: EnrolmentIn) -> Any:
    viewer = viewer_of_request(request)
    if body.expires_at.tzinfo is None:
        raise Invalid("expires_at", "the time has no zone")
    draft = TokenDraft(
        name=body.name,
        expires_at=body.expires_at,
        desktop=None if body.desktop is None else DesktopId(body.desktop),
        uses=body.uses,
    )
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made, text = actions.create_token(viewer, tenant, draft, now=_clock.now())
    shown = EnrolmentOut.from_orm(made).dict()
    return Status(201, NewEnrolmentOut.model_validate({**shown, "token": text}))


@tokens.post("/{int:enrolment_id}/revoke", response=EnrolmentOut, summary="Stop a token")
def revoke_enrolment(request: HttpRequest, enrolment_id: int) -> Any:
    """Agents that have enrolled by it stay."""
    return actions.revoke_token(viewer_of_request(request), enrolment_id, now=_clock.now())


@door.post("/enrol", auth=None, response={201: WelcomeOut}, summary="Become an agent")
def enrol(request: HttpRequest, body: MachineIn) -> Any:
    """With a one-time token. 404: it opens nothing."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    return Status(201, _gate().enrol(Enrolment(**body.dict()), address=address))


@door.post("/renew", auth=None, response=WelcomeOut, summary="Be let in for longer")
def renew(request: HttpRequest, body: RenewalIn) -> Any:
    """For an agent that shows that it has its key. 404: it is not, or is revoked."""
    try:
        signature = base64.b64decode(body.signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("signature", "this is not base64") from error
    asked = Renewal(
        public_key=body.public_key, machine=body.machine, at_s=body.at_s, signature=signature
    )
    return _gate().renew(asked)


def _gate() -> Gate:
    if Door.gate is None:
        raise EngineAway("no agent is let in here")
    return Door.gate
