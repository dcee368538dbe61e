"""Rows of templates and schedules."""

from collections.abc import Mapping
from typing import Any

import msgspec

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import Rhythm, Schedule, ScheduleDraft
from yunwei.operate.inspection.facts.templates import Template, TemplateRow

SQL = load_statements("yunwei.operate.inspection", "plans")

TEMPLATES = Listing(
    base=SQL["list_templates"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "search": "concat_ws(' ', tenant_name, title->>'zh', title->>'en')"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"title": "lower(title->>'en')", "changed_at": "changed_at"},
    default_sort="title",
)
SCHEDULES = Listing(
    base=SQL["list_schedules"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "rhythm": "rhythm = %(rhythm)s",
    },
    sorts={"tenant": "lower(tenant_name)", "created_at": "created_at"},
    default_sort="-created_at",
)


def build_template(row: Mapping[str, Any]) -> TemplateRow:
    told = {name: row[name] for name in row if name != "tenant_id"}
    return msgspec.convert(told | {"tenant": row["tenant_id"]}, TemplateRow)


def build_schedule(row: Mapping[str, Any]) -> Schedule:
    """next_at is worked out by who knows the time."""
    return Schedule(
        id=row["id"],
        draft=ScheduleDraft(
            tenant=TenantId(row["tenant_id"]),
            template=row["template"],
            rhythm=Rhythm(row["rhythm"]),
            first_day=row["first_day"],
            minute=row["minute"],
            time_zone=row["time_zone"],
            is_enabled=row["is_enabled"],
        ),
        tenant_name=row["tenant_name"],
        title=msgspec.convert(row["title"], Said),
        created_at=row["created_at"],
        created_by=row["created_by"],
        last_due_at=row["last_due_at"],
        next_at=None,
    )


def template_values(template: Template, text: str, sha256: str) -> dict[str, Any]:
    return {
        "title": to_json(msgspec.to_builtins(template.title)),
        "text": text,
        "sha256": sha256,
        "checks": len(template.checks),
        "items": len(template.items),
    }


def schedule_values(draft: ScheduleDraft, title: Said) -> dict[str, Any]:
    return {
        "tenant": draft.tenant,
        "template": draft.template,
        "title": to_json(msgspec.to_builtins(title)),
        "rhythm": draft.rhythm.value,
        "first": draft.first_day,
        "minute": draft.minute,
        "time_zone": draft.time_zone,
        "is_enabled": draft.is_enabled,
    }


def rows(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def change(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
