"""REST of escalation policies. What they do on an alarm is told with the alarm."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import PolicyId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.targets import TargetsBody
from yunwei.monitor.notify.actions import policies
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    Need,
    PolicyDraft,
    PolicyRow,
    PolicyStep,
    Urgency,
)
from yunwei.monitor.notify.queries import escalation as escalation_queries

router = Router()
_clock = SystemClock()


class StepBody(Body):
    delay_s: int = Field(description="After the step before; of the first: after the raise.")
    targets: TargetsBody
    urgency: Urgency = Urgency.HIGH
    repeat_s: int = Field(0, description="Told again so often, until the next step comes.")
    repeats: int = Field(0, description="At most so many times again.")
    needs: Need = Field(Need.NOT_ACKNOWLEDGED, description="Else the step is passed over.")
    min_severity: Severity | None = Field(None, description="Passed over for lesser alarms.")
    ack_mode: AckMode = Field(AckMode.ANY, description="Whose acknowledgement is enough.")
    on_screen: bool = Field(True, description='Also under "my messages".')

    def step(self) -> PolicyStep:
        return PolicyStep(
            delay_s=self.delay_s,
            targets=self.targets.build_targets(),
            urgency=self.urgency,
            repeat_s=self.repeat_s,
            repeats=self.repeats,
            needs=self.needs,
            min_severity=self.min_severity,
            ack_mode=self.ack_mode,
            on_screen=self.on_screen,
        )


class PolicyIn(Body):
    name: str
    steps: list[StepBody]
    loops: int = Field(0, description="How often all steps are gone through again.")
    loop_delay_s: int = Field(0, description="How long after the last telling.")

    def draft(self) -> PolicyDraft:
        return PolicyDraft(
            name=self.name,
            steps=tuple(step.step() for step in self.steps),
            loops=self.loops,
            loop_delay_s=self.loop_delay_s,
        )


class NewPolicyIn(PolicyIn):
    tenant: int | None = Field(None, description="Absent: one's own.")


class PolicyOut(Schema):
    id: int
    tenant: int
    version: int
    name: str
    steps: list[StepBody]
    loops: int
    loop_delay_s: int
    changed_at: datetime
    under_way: int = Field(description="Escalations that go by some version of it now.")
    routes: list[str] = Field(description="The names of the routes that lead to it.")


class PolicyVersionOut(Schema):
    version: int
    content: dict[str, Any]
    by: str
    at: datetime


class PolicyQuery(ListQuery):
    search: str | None = None


@router.get("", response=Listed[PolicyOut], summary="List escalation policies")
def list_policies(request: HttpRequest, query: Query[PolicyQuery]) -> Any:
    check_parameters(request, query)
    page = escalation_queries.fetch_policies(
        viewer_of_request(request), filters=query.filters(), page=query.page_request()
    )
    return as_listed(page) | {"items": [_out(row) for row in page.items]}


@router.post("", response={201: PolicyOut}, summary="Add an escalation policy")
def add_policy(request: HttpRequest, data: NewPolicyIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    made = policies.add_policy(viewer, tenant, data.draft(), now=_clock.now())
    return Status(201, _get(request, made))


@router.get("/{int:policy_id}", response=PolicyOut, summary="Get an escalation policy")
def get_policy(request: HttpRequest, policy_id: int) -> Any:
    return _get(request, policy_id)


@router.put(
    "/{int:policy_id}",
    response=PolicyOut,
    summary="Change a policy; escalations under way go by the version they started with",
)
def change_policy(request: HttpRequest, policy_id: int, data: PolicyIn) -> Any:
    viewer = viewer_of_request(request)
    policies.change_policy(viewer, PolicyId(policy_id), data.draft(), now=_clock.now())
    return _get(request, policy_id)


@router.delete(
    "/{int:policy_id}", response={204: None}, summary="Delete a policy that no route leads to"
)
def remove_policy(request: HttpRequest, policy_id: int) -> Any:
    policies.remove_policy(viewer_of_request(request), PolicyId(policy_id), now=_clock.now())
    return Status(204, None)


@router.get(
    "/{int:policy_id}/versions",
    response=list[PolicyVersionOut],
    summary="Get what a policy said at each version, newest first",
)
def get_versions(request: HttpRequest, policy_id: int) -> Any:
    viewer = viewer_of_request(request)
    return escalation_queries.fetch_policy_versions(viewer, PolicyId(policy_id))


def _get(request: HttpRequest, policy_id: int) -> dict[str, Any]:
    found = escalation_queries.access_policy(viewer_of_request(request), PolicyId(policy_id))
    return _out(found)


def _out(row: PolicyRow) -> dict[str, Any]:
    policy = row.policy
    shown = {
        name: getattr(policy, name) for name in PolicyOut.model_fields if hasattr(policy, name)
    }
    steps = [StepBody.model_validate(step, from_attributes=True) for step in policy.steps]
    return shown | {
        "steps": steps,
        "under_way": row.under_way,
        "routes": list(row.route_names),
    }
