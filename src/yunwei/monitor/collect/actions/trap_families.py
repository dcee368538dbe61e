"""Changes to trap definitions: what MIB files bring, and how people map a trap to an alarm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import TenantId, TrapFamilyId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.announce import announce_config, announce_live, held_back
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.facts import TrapFamily
from yunwei.monitor.collect.queries import trap_families as queries
from yunwei.monitor.collect.store import trap_families as store
from yunwei.plugins.sdk.traps import FamilyFile, MibReport, TrapFile, family_to_json

LARGEST_UPLOAD_BYTES = 16 * 1024**2
MOST_FILES = 200
_ALL = PageRequest(limit=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. families: those made or made anew, by name."""

    report: MibReport
    families: tuple[tuple[TrapFamilyId, str], ...]


def import_mibs(
    viewer: Viewer, tenant: TenantId, files: Mapping[str, bytes], *, now: datetime
) -> Imported:
    """Read MIB files and keep a family for each module that has traps; a family of the same name
    becomes its next version. What can not be read is told in the report.

    Raises Refused; Invalid when there is nothing to read or too much of it.
    """
    require(viewer, Permission.MANAGE_SOURCES, tenant)
    if not files:
        raise Invalid("files", "this is required")
    if len(files) > MOST_FILES or sum(map(len, files.values())) > LARGEST_UPLOAD_BYTES:
        raise Invalid("files", f"at most {MOST_FILES} files of together 16 MiB")
    known = [each.content for each in queries.fetch_trap_families(viewer, page=_ALL).items]
    report = queries.trap_definer().read_mibs(files, known)
    origin = ", ".join(sorted(files))[:500]
    made = [
        (_keep(viewer, tenant, family, origin=origin, now=now), family.summary.en)
        for family in report.families
    ]
    return Imported(report=report, families=tuple(made))


def import_family(
    viewer: Viewer, tenant: TenantId, text: str, *, now: datetime
) -> tuple[TrapFamilyId, str]:
    """Keep a family in the form in which it is exported. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_SOURCES, tenant)
    family = queries.trap_definer().parse_family(text)
    return _keep(viewer, tenant, family, origin="JSON", now=now), family.summary.en


def _keep(
    viewer: Viewer, tenant: TenantId, family: FamilyFile, *, origin: str, now: datetime
) -> TrapFamilyId:
    name = family.summary.en.strip()[:200]
    if not name:
        raise Invalid("family", "a family needs a name")
    content = family_to_json(family)
    queries.trap_definer().parse_family(content)
    with held_back(), transaction() as conn:
        values = {"tenant": tenant, "name": name, "content": content, "origin": origin}
        made = store.add_trap_family(conn, values | {"by": _who(viewer), "at": now})
        record(
            conn,
            viewer,
            "collect.import_trap_family",
            object_kind="trap_family",
            object_id=made,
            object_name=name,
            tenant=tenant,
            after={"traps": len(family.trap), "origin": origin},
        )
        _announce(tenant)
    return made


def change_trap(
    viewer: Viewer, family: TrapFamilyId, position: int, trap: TrapFile, *, now: datetime
) -> None:
    """Map one trap of a family anew; it holds for the next trap that comes.

    Raises Refused; Invalid when the definition breaks a rule; Conflict when somebody was faster.
    """
    before = queries.access_trap_family(viewer, family)
    content = queries.read_family(before)
    if not 0 <= position < len(content.trap):
        raise Invalid("trap", "there is no such trap")
    traps = (*content.trap[:position], trap, *content.trap[position + 1 :])
    changed = msgspec.structs.replace(content, trap=traps)
    text = family_to_json(changed)
    queries.trap_definer().parse_family(text)
    _change(viewer, before, content=text, is_enabled=before.is_enabled, now=now)


def switch_trap_family(
    viewer: Viewer, family: TrapFamilyId, *, is_enabled: bool, now: datetime
) -> None:
    """Turn a family on or off. Raises Refused; Conflict when it is so already."""
    before = queries.access_trap_family(viewer, family)
    if before.is_enabled == is_enabled:
        raise Conflict("the family is so already")
    _change(viewer, before, content=before.content, is_enabled=is_enabled, now=now)


def remove_trap_family(viewer: Viewer, family: TrapFamilyId) -> None:
    """Forget a family; its traps are unmapped again, or as we ship them. Raises Refused."""
    before = queries.access_trap_family(viewer, family)
    require(viewer, Permission.MANAGE_SOURCES, before.tenant)
    with held_back(), transaction() as conn:
        store.remove_trap_family(conn, family)
        record(
            conn,
            viewer,
            "collect.remove_trap_family",
            object_kind="trap_family",
            object_id=family,
            object_name=before.name,
            tenant=before.tenant,
            before={"content": before.content},
        )
        _announce(before.tenant)


def _change(
    viewer: Viewer, before: TrapFamily, *, content: str, is_enabled: bool, now: datetime
) -> None:
    require(viewer, Permission.MANAGE_SOURCES, before.tenant)
    values = {
        "id": before.id,
        "version": before.version,
        "content": content,
        "is_enabled": is_enabled,
        "by": _who(viewer),
        "at": now,
    }
    with held_back(), transaction() as conn:
        if not store.change_trap_family(conn, values):
            raise Conflict("somebody changed it in the meantime")
        record(
            conn,
            viewer,
            "collect.change_trap_family",
            object_kind="trap_family",
            object_id=before.id,
            object_name=before.name,
            tenant=before.tenant,
            before={"content": before.content, "is_enabled": before.is_enabled},
            after={"content": content, "is_enabled": is_enabled},
        )
        _announce(before.tenant)


def _who(viewer: Viewer) -> str:
    return viewer.display_name or viewer.name


def _announce(tenant: TenantId) -> None:
    # what a trap means is read by the processes that govern, with their sources
    announce_config("collect")
    announce_live("sources", tenant)
