"""REST of relations: what depends on what, where inventory does not know it."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import RelationId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.governance.actions import relations as actions
from yunwei.monitor.governance.facts.topology import Relation, StoredRelation, WrittenRelation
from yunwei.monitor.governance.queries import relations as queries
from yunwei.monitor.governance.rules.relation_lines import parse_csv

router = Router()
_clock = SystemClock()
_NAMES = ("relation", "parent_kind", "parent", "child_kind", "child", "redundancy")


class LineIn(Body):
    relation: Relation = Field(description="Those from inventory can not be written.")
    parent_kind: str
    parent: str
    child_kind: str
    child: str = Field("*", description="A name; * for all of the kind.")
    redundancy: str = Field("", description="A name shared by several of which one is enough.")

    def line(self) -> WrittenRelation:
        return WrittenRelation(**{name: getattr(self, name) for name in _NAMES})


class NewLineIn(LineIn):
    tenant: int | None = Field(None, description="Whose things they are; absent: one's own.")


class RelationOut(Schema):
    id: int
    tenant: int
    relation: Relation
    parent_kind: str
    parent: str
    child_kind: str
    child: str
    redundancy: str


class MatchOut(Schema):
    """What a line would mean."""

    parents: list[str]
    is_parent_known: bool = Field(description="By inventory; else by this table alone.")
    is_child_known: bool
    children: list[tuple[str, str]] = Field(description="Kind and name, at most a thousand.")
    child_count: int
    stands_in: list[str] = Field(description="Others of the redundancy; one is enough.")


class ImportIn(Body):
    tenant: int | None = None
    text: str = Field(description="CSV with a heading, as the file of a tenant has it.")
    mode: Literal["merge", "replace"] = "merge"


class FileOut(Schema):
    text: str = Field(description="CSV with a heading, as an import takes it.")


class ImportedOut(Schema):
    lines: int = Field(description="How many there are now.")


class RelationQuery(ListQuery):
    tenant: int | None = None
    relation: Relation | None = None
    search: str | None = None


@router.get("", response=Listed[RelationOut], summary="List relations")
def list_relations(request: HttpRequest, query: Query[RelationQuery]) -> Any:
    check_parameters(request, query)
    page = queries.fetch_relations(
        viewer_of_request(request), query.filters(), query.page_request()
    )
    return as_listed(page) | {"items": [_out(row) for row in page.items]}


@router.post("", response={201: RelationOut}, summary="Write a relation")
def add_relation(request: HttpRequest, data: NewLineIn) -> Any:
    viewer = viewer_of_request(request)
    made = actions.add_relation(viewer, _tenant(request, data.tenant), data.line())
    return Status(201, _get(request, made))


@router.post("/preview", response=MatchOut, summary="Say what a relation would mean")
def preview_relation(request: HttpRequest, data: NewLineIn) -> Any:
    match = queries.preview(viewer_of_request(request), _tenant(request, data.tenant), data.line())
    return {
        "parents": match.parents,
        "is_parent_known": match.is_parent_known,
        "is_child_known": match.is_child_known,
        "children": match.children[:1000],
        "child_count": len(match.children),
        "stands_in": match.stands_in,
    }


@router.post("/import", response=ImportedOut, summary="Import relations from CSV")
def import_relations(request: HttpRequest, data: ImportIn) -> Any:
    viewer, tenant = viewer_of_request(request), _tenant(request, data.tenant)
    lines = parse_csv(data.text)
    if data.mode == "replace":
        return {"lines": actions.replace_relations(viewer, tenant, lines, now=_clock.now())}
    return {"lines": actions.merge_relations(viewer, tenant, lines)}


@router.get("/file/{int:tenant_id}", response=FileOut, summary="Get a tenant's relations as CSV")
def get_file(request: HttpRequest, tenant_id: int) -> Any:
    return {"text": queries.write_file(viewer_of_request(request), TenantId(tenant_id))}


@router.get("/{int:relation_id}", response=RelationOut, summary="Get a relation")
def get_relation(request: HttpRequest, relation_id: int) -> Any:
    return _get(request, relation_id)


@router.put("/{int:relation_id}", response=RelationOut, summary="Change a relation")
def change_relation(request: HttpRequest, relation_id: int, data: LineIn) -> Any:
    actions.change_relation(viewer_of_request(request), RelationId(relation_id), data.line())
    return _get(request, relation_id)


@router.delete("/{int:relation_id}", response={204: None}, summary="Remove a relation")
def remove_relation(request: HttpRequest, relation_id: int) -> Any:
    actions.remove_relation(viewer_of_request(request), RelationId(relation_id))
    return Status(204, None)


def _tenant(request: HttpRequest, asked: int | None) -> TenantId:
    return viewer_of_request(request).tenant if asked is None else TenantId(asked)


def _get(request: HttpRequest, relation_id: int) -> dict[str, Any]:
    return _out(queries.access_relation(viewer_of_request(request), RelationId(relation_id)))


def _out(row: StoredRelation) -> dict[str, Any]:
    said = {name: getattr(row.line, name) for name in _NAMES}
    return said | {"id": row.id, "tenant": row.tenant}
