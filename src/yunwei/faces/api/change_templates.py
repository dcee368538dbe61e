"""REST of templates of standard changes, which are TOML."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.changes import SaidOut
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.changes.actions import templates as actions
from yunwei.operate.changes.facts import Risk
from yunwei.operate.changes.queries import changes as queries

router = Router()
_clock = SystemClock()


class ChangeTemplateOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    is_shared: bool = Field(description="The provider's own: for every customer.")
    title: SaidOut
    risk: Risk
    steps: int
    scripts: int = Field(description="So many steps are done by a script.")
    version: int
    sha256: str = Field(description="Of the text.")
    changed_at: datetime
    changed_by: str


class WholeChangeTemplateOut(ChangeTemplateOut):
    text: str


class ChangeTemplateQuery(ListQuery):
    tenant: int | None = None
    risk: Risk | None = None
    search: str | None = None


class ChangeTemplateIn(Body):
    tenant: int
    text: str = Field(description="TOML: title, purpose, risk, [[step]], [[verify]], [[rollback]].")


class ChangeTemplateChange(Body):
    text: str
    version: int = Field(description="That was read; 409 when somebody changed it meanwhile.")


@router.get("", response=Listed[ChangeTemplateOut], summary="List templates of changes")
def list_templates(request: HttpRequest, query: Query[ChangeTemplateQuery]) -> Any:
    return answer_list(request, query, queries.fetch_templates)


@router.post("", response={201: WholeChangeTemplateOut}, summary="Write a template of changes")
def add_template(request: HttpRequest, body: ChangeTemplateIn) -> Any:
    viewer = viewer_of_request(request)
    made = actions.add_template(viewer, TenantId(body.tenant), body.text, now=_clock.now())
    return Status(201, queries.access_template(viewer, made))


@router.get(
    "/{int:template_id}", response=WholeChangeTemplateOut, summary="Get a template of changes"
)
def get_template(request: HttpRequest, template_id: int) -> Any:
    return queries.access_template(viewer_of_request(request), template_id)


@router.put(
    "/{int:template_id}", response=WholeChangeTemplateOut, summary="Change a template of changes"
)
def change_template(request: HttpRequest, template_id: int, body: ChangeTemplateChange) -> Any:
    """Changes that were planned by it keep what they were planned by."""
    viewer, now = viewer_of_request(request), _clock.now()
    actions.change_template(viewer, template_id, body.text, version=body.version, now=now)
    return queries.access_template(viewer, template_id)


@router.delete("/{int:template_id}", response={204: None}, summary="Remove a template of changes")
def remove_template(request: HttpRequest, template_id: int) -> Any:
    actions.remove_template(viewer_of_request(request), template_id, now=_clock.now())
    return Status(204, None)
