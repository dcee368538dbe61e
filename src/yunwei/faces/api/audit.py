"""REST of the audit log. Reading only; lines are written by what they tell of."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.people import queries
from yunwei.faces.api.lists import Listed, ListQuery, answer_list

router = Router()


class AuditOut(Schema):
    id: int
    at: datetime
    tenant: int | None
    user_id: int | None = Field(description="null: the platform itself, or an unknown person.")
    user_name: str
    address: str = Field(description="IP address of who asked.")
    verb: str = Field(description="`<part>.<what was done>`, e.g. `alarms.acknowledge`.")
    object_kind: str
    object_id: str
    object_name: str
    before: dict[str, Any] = Field(description="The changed fields as they were.")
    after: dict[str, Any] = Field(description="The changed fields as they are.")
    detail: str


class AuditQuery(ListQuery):
    search: str | None = Field(None, description="In user, object and verb; or an IP address.")
    tenant: int | None = None
    user: int | None = None
    verb: str | None = Field(None, description="How the verb begins: `alarms.`")
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@router.get("", response=Listed[AuditOut], summary="List the audit log")
def list_audit(request: HttpRequest, query: Query[AuditQuery]) -> Any:
    return answer_list(request, query, queries.fetch_audit)
