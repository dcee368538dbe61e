"""REST of trap definitions: families that MIB files brought, exported and imported as data."""

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import TenantId, TrapFamilyId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.collect.actions import trap_families as actions
from yunwei.monitor.collect.facts import TrapFamily
from yunwei.monitor.collect.queries import trap_families as queries

router = Router()
_clock = SystemClock()


class TrapFamilyOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    name: str
    traps: int
    origin: str = Field(description="Names of the files that it came from.")
    is_enabled: bool
    version: int
    changed_by: str
    changed_at: datetime


class TrapFamilyWhole(TrapFamilyOut):
    family: dict[str, Any] = Field(description="As it is exported, and can be imported elsewhere.")


class TrapFamilyQuery(ListQuery):
    search: str | None = None
    is_enabled: bool | None = None


class MibFile(Body):
    name: str
    text: str


class ImportIn(Body):
    tenant: int
    files: list[MibFile] = Field([], description="MIB files that belong together.")
    family: dict[str, Any] | None = Field(None, description="An exported family.")


class Fault(Schema):
    place: str = Field(description="A file or a module.")
    message: str


class ImportOut(Schema):
    families: list[int]
    modules: list[str] = Field(description="All that were read; those without traps make none.")
    faults: list[Fault]


class SwitchIn(Body):
    is_enabled: bool


@router.get("", response=Listed[TrapFamilyOut], summary="List trap definitions")
def list_families(request: HttpRequest, query: Query[TrapFamilyQuery]) -> Any:
    return answer_list(request, query, queries.fetch_trap_families)


@router.post("", response={201: ImportOut}, summary="Import MIB files or an exported family")
def import_families(request: HttpRequest, body: ImportIn) -> Any:
    viewer, now = viewer_of_request(request), _clock.now()
    tenant = TenantId(body.tenant)
    if body.family is not None:
        text = msgspec.json.encode(body.family).decode()
        made, name = actions.import_family(viewer, tenant, text, now=now)
        return Status(201, {"families": [made], "modules": [name], "faults": []})
    files = {each.name: each.text.encode() for each in body.files}
    done = actions.import_mibs(viewer, tenant, files, now=now)
    faults = [{"place": place, "message": message} for place, message in done.report.faults]
    families = [id for id, _name in done.families]
    return Status(201, {"families": families, "modules": done.report.modules, "faults": faults})


@router.get("/{int:family_id}", response=TrapFamilyWhole, summary="Get trap definitions")
def get_family(request: HttpRequest, family_id: int) -> Any:
    return _whole(queries.access_trap_family(viewer_of_request(request), TrapFamilyId(family_id)))


@router.patch("/{int:family_id}", response=TrapFamilyWhole, summary="Switch them on or off")
def switch_family(request: HttpRequest, family_id: int, body: SwitchIn) -> Any:
    viewer, family = viewer_of_request(request), TrapFamilyId(family_id)
    actions.switch_trap_family(viewer, family, is_enabled=body.is_enabled, now=_clock.now())
    return _whole(queries.access_trap_family(viewer, family))


@router.delete("/{int:family_id}", response={204: None}, summary="Remove trap definitions")
def remove_family(request: HttpRequest, family_id: int) -> Any:
    actions.remove_trap_family(viewer_of_request(request), TrapFamilyId(family_id))
    return Status(204, None)


def _whole(row: TrapFamily) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in TrapFamilyOut.model_fields}
    return told | {"family": msgspec.json.decode(row.content)}
